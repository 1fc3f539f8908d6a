/**
 * A screen of the benchmarks' own: an X server (Xvfb, Debian package `xvfb`) whose picture lies in a file in memory, as
 * an X window dump. What a person would see is read from that file, so reading costs the X server and the programs on
 * it nothing. `close()` ends the server, removes the file, and may be called twice. Linux only.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

export interface ScreenLayout {
  widthPixels: number;
  heightPixels: number;
  /** Where the first row begins in the file. */
  offsetBytes: number;
  rowBytes: number;
}

/** Xvfb's one format at a depth of 24: blue, green, red, nothing. */
export const pixelBytes = 4;

const startMs = 10_000;

export class BenchScreen {
  /** For DISPLAY. */
  readonly display: string;
  readonly pid: number;
  /** The picture: an X window dump (X11's XWDFile.h, version 7) that changes with the screen. */
  readonly file: string;
  readonly layout: ScreenLayout;
  readonly #server: ChildProcess;
  readonly #folder: string;

  private constructor(server: ChildProcess, folder: string, display: string, layout: ScreenLayout) {
    this.#server = server;
    this.#folder = folder;
    this.display = display;
    this.pid = server.pid ?? 0;
    this.file = path.join(folder, 'Xvfb_screen0');
    this.layout = layout;
  }

  /** Throws, with what to install, when there is no Xvfb. */
  static async open(widthPixels: number, heightPixels: number): Promise<BenchScreen> {
    const memory = existsSync('/dev/shm') ? '/dev/shm' : '/tmp';
    const folder = await mkdtemp(path.join(memory, 'nightjar-screen-'));
    const size = `${widthPixels}x${heightPixels}x24`;
    const options = ['-screen', '0', size, '-fbdir', folder, '-nolisten', 'tcp', '-noreset', '-dpi', '96'];
    // The server chooses a free number and writes it to descriptor 3.
    const server = spawn('Xvfb', ['-displayfd', '3', ...options], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    try {
      const display = `:${(await firstLine(server)).trim()}`;
      return new BenchScreen(server, folder, display, readLayout(path.join(folder, 'Xvfb_screen0')));
    } catch (error) {
      server.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      throw new Error('Xvfb did not start: install the package xvfb (apt-get install xvfb).', { cause: error });
    }
  }

  /** The pixels of a part of the screen as they are now, four bytes each. */
  look(x: number, y: number, widthPixels: number, heightPixels: number): Buffer {
    const { offsetBytes, rowBytes } = this.layout;
    const pixels = Buffer.alloc(widthPixels * heightPixels * pixelBytes);
    const file = openSync(this.file, 'r');
    try {
      for (let row = 0; row < heightPixels; row++) {
        const from = offsetBytes + (y + row) * rowBytes + x * pixelBytes;
        readSync(file, pixels, row * widthPixels * pixelBytes, widthPixels * pixelBytes, from);
      }
    } finally {
      closeSync(file);
    }
    return pixels;
  }

  async close(): Promise<void> {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const ended = new Promise((resolve) => this.#server.once('exit', resolve));
      this.#server.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    // Safe: 'pipe' in the fourth place makes a readable stream there.
    const numbers = server.stdio[3] as Readable;
    const late = setTimeout(() => reject(new Error('it said nothing')), startMs);
    numbers.once('data', (line: Buffer) => {
      clearTimeout(late);
      resolve(line.toString());
    });
    server.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    server.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
}

/** The head of an X window dump: 25 big-endian words, the window's name, and the colour map. */
function readLayout(file: string): ScreenLayout {
  const head = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const word = (at: number): number => head.readUInt32BE(at * 4);
  const [version, format, bitsPerPixel, leastByteFirst] = [word(1), word(2), word(11), word(7) === 0];
  if (version !== 7 || format !== 2 || bitsPerPixel !== 8 * pixelBytes || !leastByteFirst)
    throw new Error(`a screen dump of version ${version}, format ${format}, ${bitsPerPixel} bits a pixel`);
  const colourBytes = 12;
  return {
    widthPixels: word(4),
    heightPixels: word(5),
    offsetBytes: word(0) + word(19) * colourBytes,
    rowBytes: word(12),
  };
}

/**
 * mpv as somebody would scrub with it: paused, told over its socket to seek exactly, a window of its own on the screen of
 * the benchmark. `close()` ends it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { BenchScreen } from './screen.ts';

export interface SeekWindow {
  x: number;
  y: number;
  widthPixels: number;
  heightPixels: number;
}

const startsWithinMs = 10_000;

export class MpvSeeks {
  readonly #child: ChildProcess;
  readonly #socket: Socket;

  private constructor(child: ChildProcess, socket: Socket) {
    this.#child = child;
    this.#socket = socket;
  }

  static async open(screen: BenchScreen, file: string, at: SeekWindow, socketPath: string): Promise<MpvSeeks> {
    const { x, y, widthPixels, heightPixels } = at;
    const child = spawn(
      'mpv',
      [
        ...['--no-config', '--no-terminal', '--pause', '--keep-open=yes', '--no-osc', '--osd-level=0', '--no-border'],
        ...['--no-audio', '--vo=x11', '--hr-seek=yes', `--geometry=${widthPixels}x${heightPixels}+${x}+${y}`],
        ...[`--input-ipc-server=${socketPath}`, file],
      ],
      { stdio: 'ignore', env: { PATH: process.env['PATH'], DISPLAY: screen.display, HOME: '/nonexistent' } },
    );
    const deadline = AbortSignal.timeout(startsWithinMs);
    while (!existsSync(socketPath)) {
      if (deadline.aborted) throw new Error('mpv did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const socket = connect(socketPath);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => undefined).resume();
    return new MpvSeeks(child, socket);
  }

  /** Epoch ms at which it was told. */
  seek(seconds: number): number {
    const toldMs = performance.timeOrigin + performance.now();
    this.#socket.write(`${JSON.stringify({ command: ['seek', seconds, 'absolute+exact'] })}\n`);
    return toldMs;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/**
 * The only place that starts another program: ffmpeg, for intakes and for single jobs. A child gets no secret in its
 * arguments or environment, and never outlives its owner's `close` or signal by more than the time to kill it. What
 * goes wrong with a child is a value; what it said is stripped of addresses before it leaves here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Duplex, Readable, type Writable } from 'node:stream';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { endOf, type IntakeEnd, withoutSecrets } from './intakeEnd.ts';
import { intakeArguments, intakeScript, outputsFor } from './intakeScript.ts';
import type { Probe, StreamSource } from './intakeScript.ts';

export type { IntakeEnd } from './intakeEnd.ts';
export type { Probe, StreamSource } from './intakeScript.ts';

export interface Ffmpeg {
  path: string;
  /** As it calls itself: '5.1.9-0+deb12u1'. */
  version: string;
  major: number;
  minor: number;
}

/** Its ffconcat scripts know `option` from then on. */
const oldestMajor = 5;
const killAfterMs = 1500;
const mostWords = 16_384;

/**
 * The first ffmpeg that works, of: FFMPEG_BIN, the one packed with the app, the package ffmpeg-static's, the one on
 * PATH. `ffmpegMissing` when none does.
 */
export async function findFfmpeg(): Promise<Outcome<Ffmpeg>> {
  for (const candidate of candidates()) {
    const answer = await runFfmpeg(
      { path: candidate, version: '', major: 0, minor: 0 },
      { args: ['-version'], signal: AbortSignal.timeout(10_000) },
    );
    const found = answer.ok ? readVersion(candidate, new TextDecoder().decode(answer.value.stdout)) : null;
    if (found && found.major >= oldestMajor) return good(found);
  }
  return bad({ code: 'ffmpegMissing' });
}

function candidates(): string[] {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  // Electron sets it, Node does not have it.
  const resources: unknown = Reflect.get(process, 'resourcesPath');
  return [
    process.env['FFMPEG_BIN'] ?? '',
    typeof resources === 'string' ? path.join(resources, name) : '',
    staticFolder(name),
    name,
  ].filter((candidate) => candidate !== '');
}

function staticFolder(name: string): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve('ffmpeg-static/package.json')), name);
  } catch {
    return '';
  }
}

/** Builds between releases have no version number: libavformat's says which release they follow. */
function readVersion(candidate: string, text: string): Ffmpeg | null {
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
  const format = /^libavformat\s+(\d+)\.\s*(\d+)/m.exec(text);
  if (version === undefined || !format) return null;
  const formatMajor = Number(format[1]);
  // libavformat 60.16 came with 6.1; later majors brought no such step that matters here.
  const minor = formatMajor === 60 && Number(format[2]) >= 16 ? 1 : Number(/^n?\d+\.(\d+)/.exec(version)?.[1] ?? 0);
  return { path: candidate, version, major: formatMajor - 54, minor };
}

export interface Intake {
  /** FLV, pictures only. Empty where the stream cannot be shown. Must be drained, or the disk output stops too. */
  live: Readable;
  /** Fragmented MP4; null where nothing is recorded. Must be drained. */
  disk: Readable | null;
  /** The live output exists: FLV can carry this stream, or it is converted. */
  shows: boolean;
  /** Resolves when ffmpeg is gone and both outputs have ended. */
  ended: Promise<IntakeEnd>;
  /** Asks ffmpeg to end, which completes the last fragment; kills it when it does not. */
  close(): Promise<void>;
}

export interface IntakeOptions {
  source: StreamSource;
  record: boolean;
  /** Record the sound too. */
  sound: boolean;
  /** Convert the picture to H.264 for viewing. */
  convert: boolean;
  probe: Probe;
}

export function flvCarriesHevc(ffmpeg: Ffmpeg): boolean {
  return ffmpeg.major > 6 || (ffmpeg.major === 6 && ffmpeg.minor >= 1);
}

export function startIntake(ffmpeg: Ffmpeg, { source, probe, ...wants }: IntakeOptions): Intake {
  const outputs = outputsFor(source, wants, flvCarriesHevc(ffmpeg));
  if (!outputs.live && !outputs.disk) return noIntake('codec', 'ffmpeg cannot show this codec without conversion');
  const script = intakeScript(source, probe, outputs.disk?.sound != null);
  if (script === null) return noIntake('refused', 'user name and password are too long for ffmpeg');
  const child = start(ffmpeg, intakeArguments(outputs, source.video, probe), {
    standardOutput: outputs.live !== null,
    thirdPipe: outputs.disk !== null,
  });
  child.input.end(script);
  return {
    live: child.output ?? Readable.from([]),
    disk: child.third,
    shows: outputs.live !== null,
    ended: child.ended.then(({ exitCode, words }) => ({
      cause: endOf(words, exitCode),
      text: withoutSecrets(words, source),
    })),
    close: child.close,
  };
}

function noIntake(cause: IntakeEnd['cause'], text: string): Intake {
  const live = Readable.from([]);
  return { live, disk: null, shows: false, ended: Promise.resolve({ cause, text }), close: () => Promise.resolve() };
}

export interface RunOptions {
  args: string[];
  /** Goes to stdin; nothing: stdin is at its end. */
  input?: AsyncIterable<Uint8Array>;
  /** Goes to its fourth pipe, `pipe:3`, beside the first. */
  second?: AsyncIterable<Uint8Array>;
  /** Takes what it writes to stdout, in order; ffmpeg waits for it. What it throws ends the job, and is thrown. */
  output?: (chunk: Uint8Array) => Promise<void>;
  cwd?: string;
  /** It gets what others leave of the processor. */
  background?: boolean;
  /** Ends it: `cancelled`. */
  signal: AbortSignal;
  /** Beyond it, the job has failed. 12 hours, when nothing is said: for the longest of exports. */
  deadlineMs?: number;
  onProgress?: (progress: { writtenMs: number; writtenBytes: number }) => void;
}

const cancelled = 'cancelled';
const mostOutputBytes = 64 * 2 ** 20;

/**
 * Runs one job to its end. What it writes to stdout is returned, at most 64 MiB of it. Throws only what `input` threw.
 */
export async function runFfmpeg(
  ffmpeg: Ffmpeg,
  options: RunOptions,
): Promise<Outcome<{ stdout: Uint8Array<ArrayBuffer> }>> {
  const { args, input, second, output, cwd, background = false, signal, onProgress } = options;
  const { deadlineMs = 12 * 3_600_000 } = options;
  if (signal.aborted) return bad({ code: 'cancelled' });
  const progress = onProgress ? ['-nostats', '-progress', 'pipe:3'] : [];
  const child = start(ffmpeg, [...progress, ...args], {
    standardOutput: true,
    thirdPipe: onProgress !== undefined || second !== undefined,
    cwd,
    background,
  });
  const failed: { reason: string | null } = { reason: null };
  const fail = (reason: string): void => {
    failed.reason ??= reason;
    void child.close();
  };
  const cancel = (): void => fail(cancelled);
  signal.addEventListener('abort', cancel, { once: true });
  const deadline = setTimeout(() => fail('it took too long'), deadlineMs);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const taken = output && child.output ? takeOutput(child.output, output, () => void child.close()) : null;
  if (!taken) {
    child.output?.on('data', (chunk: Uint8Array) => {
      sizeBytes += chunk.length;
      if (sizeBytes > mostOutputBytes) fail('it wrote too much');
      else chunks.push(chunk);
    });
  }
  if (onProgress) child.third?.on('data', progressReader(onProgress));
  const fed = input ? feedInput(input, child.input) : null;
  const fedSecond = second && child.third instanceof Duplex ? feedInput(second, child.third) : null;
  if (!input) child.input.end();
  const { exitCode, words, started } = await child.ended;
  clearTimeout(deadline);
  signal.removeEventListener('abort', cancel);
  const broken = (await fed) ?? (await fedSecond) ?? (await taken);
  if (failed.reason === cancelled) return bad({ code: 'cancelled' });
  if (broken) throw broken.error;
  if (!started) return bad({ code: 'ffmpegMissing' });
  const reason = failed.reason ?? (exitCode === 0 ? null : withoutSecrets(words, null));
  return reason === null ? good({ stdout: joined(chunks, sizeBytes) }) : bad({ code: 'ffmpegFailed', reason });
}

/** Returns what taking threw; then nothing more is wanted. */
async function takeOutput(
  from: Readable,
  take: NonNullable<RunOptions['output']>,
  giveUp: () => void,
): Promise<{ error: unknown } | null> {
  try {
    for await (const chunk of from) if (chunk instanceof Uint8Array) await take(chunk);
    return null;
  } catch (error) {
    // A child that is ended closes its pipes in the middle.
    if (from.errored) return null;
    giveUp();
    return { error };
  }
}

/** Not `Buffer.concat`: what is returned owns its whole buffer. */
function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/** Stops quietly when ffmpeg has read enough. Returns what the input itself threw: it was not all there. */
async function feedInput(input: AsyncIterable<Uint8Array>, stdin: Writable): Promise<{ error: unknown } | null> {
  try {
    for await (const chunk of input) {
      if (stdin.destroyed) return null;
      if (!stdin.write(chunk)) await writable(stdin);
    }
    stdin.end();
    return null;
  } catch (error) {
    stdin.destroy();
    return { error };
  }
}

function writable(stream: Writable): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const go = (): void => {
    stream.off('drain', go).off('close', go);
    resolve(null);
  };
  stream.on('drain', go).on('close', go);
  return promise;
}

/** Lines `out_time_us=…`, `total_size=…`, and `progress=…` at the end of each block. */
function progressReader(tell: NonNullable<RunOptions['onProgress']>): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  const latest = { writtenMs: 0, writtenBytes: 0 };
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(-200);
    for (const line of lines) {
      const [key, value = ''] = line.trim().split('=');
      const number = Number(value);
      if (key === 'out_time_us' && Number.isFinite(number)) latest.writtenMs = Math.max(0, number / 1000);
      if (key === 'total_size' && Number.isFinite(number)) latest.writtenBytes = number;
      if (key === 'progress') tell({ ...latest });
    }
  };
}

interface Child {
  input: Writable;
  output: Readable | null;
  third: Readable | null;
  ended: Promise<{ exitCode: number | null; words: string; started: boolean }>;
  close: () => Promise<void>;
}

function start(
  { path: file }: Pick<Ffmpeg, 'path'>,
  args: string[],
  wants: { standardOutput: boolean; thirdPipe: boolean; cwd?: string | undefined; background?: boolean },
): Child {
  const child = spawn(file, args, {
    cwd: wants.cwd,
    env: environment(),
    stdio: ['pipe', wants.standardOutput ? 'pipe' : 'ignore', 'pipe', wants.thirdPipe ? 'pipe' : 'ignore'],
    windowsHide: true,
  });
  if (wants.background && child.pid !== undefined) yieldToOthers(child.pid);
  const [input, , , third] = child.stdio;
  if (input === null) throw new Error('a child without stdin');
  // A child that ends early closes its pipes: its exit tells why, the broken pipe adds nothing.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  const ended = endOfChild(child);
  let closing: Promise<void> | null = null;
  return {
    input,
    output: child.stdout,
    third: third instanceof Readable ? third : null,
    ended,
    close: () => (closing ??= end(child, ended)),
  };
}

/** Behind recording and what people look at; where the system does not allow that, it runs as any other. */
function yieldToOthers(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It may have ended already.
  }
}

/** Nothing of ours: only what a program needs to be found and to start. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot'].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

function endOfChild(child: ChildProcess): Child['ended'] {
  const { promise, resolve } = Promise.withResolvers<Awaited<Child['ended']>>();
  let words = '';
  let started = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-mostWords)));
  child.once('spawn', () => (started = true));
  const done = (exitCode: number | null): void => resolve({ exitCode, words, started });
  child.once('error', () => {
    if (!started) done(null);
  });
  // What nobody reads keeps the pipes open behind a child that is gone.
  child.once('exit', () => {
    const timer = setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), killAfterMs);
    child.once('close', () => clearTimeout(timer));
  });
  child.once('close', done);
  return promise;
}

async function end(child: ChildProcess, ended: Child['ended']): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(timer);
}

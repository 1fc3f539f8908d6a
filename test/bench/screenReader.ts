/**
 * Reads a screen (screen.ts) at a steady rate, in a process of its own: which frame number each picture on it shows, or
 * whether a part of it shows nothing. What is told is each change, with the time of the first sample that shows it: never
 * too early, and too late by at most one interval between two samples, half of one on average. The intervals that were
 * kept, and what the reading cost, are told with it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { ScreenLayout } from './screen.ts';
import type { Rectangle } from './strips.ts';

/** What is read of a `BenchScreen`. */
export interface Readable {
  file: string;
  layout: ScreenLayout;
}

export interface ReadPlan extends Readable {
  everyMs: number;
  /** Pictures whose numbers are read. */
  pictures: Rectangle[];
  /** Parts that are watched for showing nothing. */
  parts: Rectangle[];
}

/** [what is shown from then on, epoch ms]. A number that cannot be read is null. */
export type Change<Value> = [Value, number];

export interface Reading {
  /** Of each picture. */
  numbers: Change<number | null>[][];
  /** Of each picture: true while it is dimmed, as one that is old is. */
  dimmed: Change<boolean>[][];
  /** Of each part: true while it shows nothing. */
  blanks: Change<boolean>[][];
  /** Samples in which each part showed nothing. */
  blankSamples: number[];
  samples: number;
  beganMs: number;
  endedMs: number;
  /** Between two samples. */
  intervalP50Ms: number;
  intervalP99Ms: number;
  cpuPercent: number;
}

export type ReaderMessage = { is: 'began' } | { is: 'done'; reading: Reading };

const program = path.join(import.meta.dirname, 'screenReaderProcess.ts');

export class ScreenReader {
  readonly #child: ChildProcess;
  readonly #done: Promise<Reading>;

  private constructor(child: ChildProcess, done: Promise<Reading>) {
    this.#child = child;
    this.#done = done;
  }

  /** Resolves when it has read once; `stop` reads once more. */
  static async start(
    screen: Readable,
    { pictures = [], parts = [], everyMs = 1 }: { pictures?: Rectangle[]; parts?: Rectangle[]; everyMs?: number },
  ): Promise<ScreenReader> {
    const child = fork(program, { stdio: 'inherit', serialization: 'advanced' });
    const began = Promise.withResolvers<undefined>();
    const done = Promise.withResolvers<Reading>();
    child.on('message', (message) => {
      // The reader's own message, in the form that is stated above.
      const said = message as ReaderMessage;
      if (said.is === 'began') began.resolve(undefined);
      else done.resolve(said.reading);
    });
    child.once('exit', (code) => {
      const error = new Error(`the reader of the screen ended with ${code}`);
      began.reject(error);
      done.reject(error);
    });
    done.promise.catch(() => undefined); // whoever stops it hears of it
    const plan: ReadPlan = { file: screen.file, layout: screen.layout, everyMs, pictures, parts };
    child.send(plan);
    await began.promise;
    // Nobody waits for a reader that was not stopped: it ends with the process that started it.
    child.unref();
    child.channel?.unref();
    return new ScreenReader(child, done.promise);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<Reading> {
    this.#child.ref();
    this.#child.channel?.ref();
    if (this.#child.connected) this.#child.send('stop');
    return await this.#done;
  }
}

/** Reads for so long. */
export async function readFor(
  screen: Readable,
  lengthMs: number,
  what: { pictures?: Rectangle[]; parts?: Rectangle[]; everyMs?: number },
): Promise<Reading> {
  const reader = await ScreenReader.start(screen, what);
  await new Promise((resolve) => setTimeout(resolve, lengthMs));
  return await reader.stop();
}

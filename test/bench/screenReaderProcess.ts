/**
 * The process that reads a screen for `ScreenReader`: gets its plan as the first message, and 'stop' as the last. Sleeps
 * on a lock that nobody wakes, because timers are not finer than a millisecond; where it may (as root), it asks to be
 * scheduled before what it measures. Pictures whose strips lie in one row of the screen are read at once.
 */
import { openSync, readSync } from 'node:fs';
import os from 'node:os';
import { pixelBytes } from './screen.ts';
import type { Change, Reading, ReadPlan, ReaderMessage } from './screenReader.ts';
import { isBlank, isDimmed, numberIn, rowsAcross, stripRowOf, type Rectangle, type StripRow } from './strips.ts';

/** Samples between two looks at the messages. */
const samplesAtATime = 20;

class Picture {
  readonly strip: StripRow;
  readonly changes: Change<number | null>[] = [];
  readonly dimmed: Change<boolean>[] = [];
  #before = Buffer.alloc(0);

  constructor(place: Rectangle) {
    this.strip = stripRowOf(place);
  }

  take(pixels: Buffer, nowMs: number): void {
    if (pixels.equals(this.#before)) return;
    this.#before = Buffer.from(pixels);
    const number = numberIn(pixels, this.strip);
    if (this.changes.length === 0 || this.changes.at(-1)?.[0] !== number) this.changes.push([number, nowMs]);
    if (number === null) return;
    const dim = isDimmed(pixels, this.strip);
    if (this.dimmed.at(-1)?.[0] !== dim) this.dimmed.push([dim, nowMs]);
  }
}

/** One row of the screen, from the leftmost to the rightmost of its pictures. */
class Row {
  readonly #fromBytes: number;
  readonly #pixels: Buffer;
  readonly #slices: { picture: Picture; pixels: Buffer }[];

  constructor(pictures: Picture[], { layout }: ReadPlan) {
    const fromX = Math.min(...pictures.map(({ strip }) => strip.fromX));
    const toX = Math.max(...pictures.map(({ strip }) => strip.fromX + strip.widthPixels));
    this.#fromBytes = layout.offsetBytes + (pictures[0]?.strip.row ?? 0) * layout.rowBytes + fromX * pixelBytes;
    this.#pixels = Buffer.alloc((toX - fromX) * pixelBytes);
    this.#slices = pictures.map((picture) => {
      const from = (picture.strip.fromX - fromX) * pixelBytes;
      return { picture, pixels: this.#pixels.subarray(from, from + picture.strip.widthPixels * pixelBytes) };
    });
  }

  sample(file: number, nowMs: () => number): void {
    readSync(file, this.#pixels, 0, this.#pixels.length, this.#fromBytes);
    const atMs = nowMs();
    for (const { picture, pixels } of this.#slices) picture.take(pixels, atMs);
  }
}

class Part {
  readonly changes: Change<boolean>[] = [];
  blankSamples = 0;
  readonly #rows: { fromBytes: number; pixels: Buffer }[];

  constructor(place: Rectangle, { layout }: ReadPlan) {
    const fromX = Math.ceil(place.x);
    const widthPixels = Math.floor(place.x + place.widthPixels) - fromX;
    this.#rows = rowsAcross(place).map((row) => ({
      fromBytes: layout.offsetBytes + row * layout.rowBytes + fromX * pixelBytes,
      pixels: Buffer.alloc(widthPixels * pixelBytes),
    }));
  }

  sample(file: number, nowMs: () => number): void {
    for (const { fromBytes, pixels } of this.#rows) readSync(file, pixels, 0, pixels.length, fromBytes);
    const blank = isBlank(this.#rows.map(({ pixels }) => pixels));
    if (blank) this.blankSamples += 1;
    if (this.changes.at(-1)?.[0] !== blank) this.changes.push([blank, nowMs()]);
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));
const epochMs = (): number => performance.timeOrigin + performance.now();

class Sampling {
  readonly #plan: ReadPlan;
  readonly #file: number;
  readonly #pictures: Picture[];
  readonly #rows: Row[];
  readonly #parts: Part[];
  readonly #intervals: number[] = [];
  readonly #cpuBefore = process.cpuUsage();
  readonly #beganMs = epochMs();
  #lastMs = epochMs();
  #samples = 0;

  constructor(plan: ReadPlan) {
    this.#plan = plan;
    this.#file = openSync(plan.file, 'r');
    this.#pictures = plan.pictures.map((place) => new Picture(place));
    const byRow = Map.groupBy(this.#pictures, ({ strip }) => strip.row);
    this.#rows = [...byRow.values()].map((pictures) => new Row(pictures, plan));
    this.#parts = plan.parts.map((place) => new Part(place, plan));
  }

  some(): void {
    for (let count = 0; count < samplesAtATime; count++) {
      const nowMs = epochMs();
      this.#intervals.push(nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      for (const row of this.#rows) row.sample(this.#file, epochMs);
      for (const part of this.#parts) part.sample(this.#file, epochMs);
      this.#samples += 1;
      Atomics.wait(nobody, 0, 0, Math.max(0.05, nowMs + this.#plan.everyMs - epochMs()));
    }
  }

  get reading(): Reading {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const endedMs = epochMs();
    const intervals = Float64Array.from(this.#intervals.slice(1)).sort();
    const intervalAt = (share: number): number => intervals[Math.floor(intervals.length * share)] ?? 0;
    return {
      numbers: this.#pictures.map(({ changes }) => changes),
      dimmed: this.#pictures.map(({ dimmed }) => dimmed),
      blanks: this.#parts.map(({ changes }) => changes),
      blankSamples: this.#parts.map(({ blankSamples }) => blankSamples),
      samples: this.#samples,
      beganMs: this.#beganMs,
      endedMs,
      intervalP50Ms: intervalAt(0.5),
      intervalP99Ms: intervalAt(0.99),
      cpuPercent: (user + system) / 10 / (endedMs - this.#beganMs),
    };
  }
}

function tell(message: ReaderMessage): void {
  if (process.connected) process.send?.(message);
}

try {
  os.setPriority(-10);
} catch {
  // Not root: it is scheduled as everything else is, and the intervals say how well.
}

let stopped = false;
process.once('disconnect', () => (stopped = true));
process.once('message', (message) => {
  // ScreenReader's own first message.
  const sampling = new Sampling(message as ReadPlan);
  process.once('message', () => (stopped = true));
  sampling.some();
  tell({ is: 'began' });
  const goOn = (): void => {
    sampling.some();
    if (stopped) {
      tell({ is: 'done', reading: sampling.reading });
      if (process.connected) process.disconnect();
      return;
    }
    setImmediate(goOn);
  };
  goOn();
});

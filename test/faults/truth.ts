/**
 * What a camera really sent, and when: kept by the yard, outside the process that is killed. Every picture of the yard's
 * loop is known by its coded bytes, so that what a recording holds is compared picture by picture, without decoding.
 * The bound (DESIGN P5) is judged here: of what was sent, only the last 2 s may be missing, or the last 64 KiB.
 */
import { createHash } from 'node:crypto';
import { boxesIn, fullHead, required, viewOf, type Box } from '../../main/core/video/boxes.ts';
import { Fmp4Reader, type Init } from '../../main/core/video/fmp4.ts';
import { nalType } from '../yard/annexB.ts';
import type { AccessUnit } from '../yard/annexB.ts';
import { loadFilm } from '../yard/film.ts';
import { positionOf } from '../yard/frameNumber.ts';
import type { CameraPlan } from '../yard/plans.ts';
import type { YardProcess } from '../yard/yardProcess.ts';

/** What may be missing before a kill or a power cut: the last of it, as long as either allows. */
export const boundMs = 2000;
export const boundBytes = 64 * 1024;

/** A picture that was sent: its place in the loop, and when. */
export interface Push {
  position: number;
  atMs: number;
}

/** One camera's film: which picture a piece of coded video is. */
export class KnownFilm {
  readonly #positions = new Map<string, number>();
  readonly #sizes: number[];
  readonly units: readonly AccessUnit[];

  private constructor(units: readonly AccessUnit[]) {
    this.units = units;
    this.#sizes = units.map(({ nals }) => nals.reduce((sum, nal) => sum + nal.length + 4, 0));
    for (const [position, { nals }] of units.entries()) {
      const slice = nals.find(isSlice);
      if (!slice) throw new Error(`picture ${position} of the film has no slice`);
      const mark = markOf(slice);
      if (this.#positions.has(mark)) throw new Error(`picture ${position} of the film is there twice`);
      this.#positions.set(mark, position);
    }
  }

  static async load(plan: CameraPlan): Promise<KnownFilm> {
    const film = await loadFilm(plan, 'main', plan.main, AbortSignal.timeout(240_000));
    return new KnownFilm(film.units);
  }

  /** Coded bytes of the picture. */
  sizeOf(position: number): number {
    return this.#sizes[position] ?? 0;
  }

  /** Places in the loop of the pictures that an opened recording holds, in order; null for one that is not the film's. */
  picturesIn(recording: Uint8Array): (number | null)[] {
    const found: (number | null)[] = [];
    let init: Init | null = null;
    new Fmp4Reader({
      init: (one) => (init = one),
      fragment: ({ bytes }) => {
        if (!init) throw new Error('a fragment before its init');
        for (const sample of pictureSamples(bytes, init)) {
          const slice = nalsOf(sample).find(isSlice);
          found.push((slice && this.#positions.get(markOf(slice))) ?? null);
        }
      },
    }).push(recording);
    return found;
  }
}

function isSlice(nal: Uint8Array): boolean {
  return [1, 5].includes(nalType('H.264', nal));
}

function markOf(nal: Uint8Array): string {
  return createHash('sha1').update(nal).digest('hex');
}

/** NAL units of one sample: each behind its length in four bytes. */
function nalsOf(sample: Uint8Array): Uint8Array[] {
  const view = viewOf(sample);
  const nals: Uint8Array[] = [];
  for (let at = 0; at + 4 <= sample.length;) {
    const length = view.getUint32(at);
    nals.push(sample.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return nals;
}

/** The samples of the picture's track, by the sizes in its trun (ISO 14496-12 §8.8.8). */
function pictureSamples(fragment: Uint8Array, init: Init): Uint8Array[] {
  const view = viewOf(fragment);
  const moof: Box = { type: 'moof', start: 0, content: 8, end: view.getUint32(0) };
  const picture = init.tracks.find(({ kind }) => kind === 'video')?.id;
  const samples: Uint8Array[] = [];
  for (const traf of boxesIn(view, moof).filter(({ type }) => type === 'traf')) {
    const inside = boxesIn(view, traf);
    const tfhd = required(inside, 'tfhd');
    if (view.getUint32(tfhd.content + 4) !== picture) continue;
    const headFlags = fullHead(view, tfhd).flags;
    const skipped = [0x1, 0x1, 0x2, 0x8].filter((flag) => (headFlags & flag) !== 0).length;
    const usualBytes = (headFlags & 0x10) === 0 ? 0 : view.getUint32(tfhd.content + 8 + skipped * 4);
    for (const trun of inside.filter(({ type }) => type === 'trun'))
      samples.push(...runSamples(fragment, trun, usualBytes));
  }
  return samples;
}

function runSamples(fragment: Uint8Array, trun: Box, usualBytes: number): Uint8Array[] {
  const view = viewOf(fragment);
  const { flags } = fullHead(view, trun);
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 1);
  if (!has(0x1)) throw new Error('a trun that does not say where its samples lie');
  const entryBytes = (has(0x100) + has(0x200) + has(0x400) + has(0x800)) * 4;
  const samples: Uint8Array[] = [];
  let at = view.getInt32(trun.content + 8);
  for (let nth = 0; nth < view.getUint32(trun.content + 4); nth++) {
    const entry = trun.content + 12 + has(0x4) * 4 + nth * entryBytes;
    const length = has(0x200) ? view.getUint32(entry + has(0x100) * 4) : usualBytes;
    samples.push(fragment.subarray(at, at + length));
    at += length;
  }
  return samples;
}

/** Everything that the yard's cameras sent, as it says itself: it is asked more often than its loop comes round. */
export class Sent {
  readonly #yard: YardProcess;
  readonly #pushes: Push[][];
  readonly #known: Set<string>[];
  #askedMs = 0;
  #asking: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  constructor(yard: YardProcess) {
    this.#yard = yard;
    this.#pushes = yard.cameras.map(() => []);
    this.#known = yard.cameras.map(() => new Set());
    this.#timer = setInterval(() => void this.ask().catch(() => undefined), 1000);
  }

  /** Takes down what was sent until now. */
  ask(): Promise<void> {
    this.#asking = this.#asking.then(() => this.#ask());
    return this.#asking;
  }

  /** What a camera sent from then on until then. */
  between(camera: number, fromMs: number, toMs: number): Push[] {
    const all = this.#pushes[camera] ?? [];
    return all.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).sort((one, other) => one.atMs - other.atMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const sinceMs = this.#askedMs;
    this.#askedMs = Date.now() - 1000;
    // The yard's own answer, in the form that test/yard/run.ts states.
    const answer = (await this.#yard.command({ pushed: true, sinceMs })) as {
      pushed: { streams: { role: string; pushes: [number, number][] }[] }[];
    };
    for (const [camera, { streams }] of answer.pushed.entries())
      for (const [number, atMs] of streams.find(({ role }) => role === 'main')?.pushes ?? []) {
        const key = `${number} ${atMs}`;
        if (this.#known[camera]?.has(key)) continue;
        this.#known[camera]?.add(key);
        this.#pushes[camera]?.push({ position: positionOf(number), atMs });
      }
  }
}

export interface Loss {
  /** From the first picture that is missing to the end. */
  lostMs: number;
  lostBytes: number;
  /** Pictures that are missing before others that are there; pictures that nobody sent. */
  holes: number;
  /** From `sinceMs` to the first picture that is there. */
  lateMs: number;
  kept: number;
}

/**
 * What is missing of what was sent, when it ended at `endMs`. `recorded`: places in the loop, in order. With nothing
 * recorded, all is missing that was sent since `sinceMs`.
 */
export function lossOf(
  sent: readonly Push[],
  recorded: readonly (number | null)[],
  { sinceMs, endMs, sizeOf }: { sinceMs: number; endMs: number; sizeOf: (position: number) => number },
): Loss {
  const first = recorded.length === 0 ? sent.findIndex(({ atMs }) => atMs >= sinceMs) : firstOf(sent, recorded);
  let next = first;
  let holes = 0;
  for (const position of recorded) {
    const at = sent.findIndex((push, nth) => nth >= next && push.position === position);
    if (at === -1) holes++;
    else {
      holes += at - next;
      next = at + 1;
    }
  }
  const missing = next < 0 ? [] : sent.slice(next);
  return {
    lostMs: missing[0] ? endMs - missing[0].atMs : 0,
    lostBytes: missing.reduce((sum, { position }) => sum + sizeOf(position), 0),
    holes,
    lateMs: recorded.length === 0 ? 0 : Math.max(0, (sent[first]?.atMs ?? 0) - sinceMs),
    kept: recorded.length,
  };
}

/** Where the recorded pictures begin in what was sent: at the place that explains most of them. */
function firstOf(sent: readonly Push[], recorded: readonly (number | null)[]): number {
  const places = sent.flatMap((push, nth) => (push.position === recorded[0] ? [nth] : []));
  const explained = (place: number): number =>
    recorded.filter((position, nth) => sent[place + nth]?.position === position).length;
  const best = places.sort((one, other) => explained(other) - explained(one))[0];
  return best ?? 0;
}

/** Whether more is missing than a crash may take. */
export function breaksBound({ lostMs, lostBytes }: Loss): boolean {
  return lostMs > boundMs && lostBytes > boundBytes;
}

/**
 * One track of an ordinary MP4 while it is put together: what its tables must say of each sample. Samples come in order of
 * decoding; durations follow from when the next one begins, so that joined recordings keep their times. About 5 bytes a
 * sample are kept.
 */
import type { Track } from '../fmp4.ts';
import { MediaError } from '../mediaError.ts';

/** Values with how often each comes, one after another. */
export type Repeated = { count: number; value: number }[];

export class MovieTrack {
  readonly track: Track;
  /** The trak box of an init segment: the description of the stream. */
  trak: Uint8Array;
  #sizes = new Uint32Array(1024);
  #samples = 0;
  readonly durations: Repeated = [];
  readonly shownAfter: Repeated = [];
  /** Numbers, from 1, of samples that can be decoded alone. */
  readonly inSync: number[] = [];
  /** For each stretch of samples that lie behind each other: how many. */
  readonly chunkSamples: number[] = [];
  /** The stretches' places among all tracks' (see MovieLayout). */
  readonly chunkPieces: number[] = [];
  #startUnits: number | null = null;
  #lastUnits = 0;
  #lastDuration = 0;
  /** What is shown begins and ends there. */
  shown: { fromUnits: number; toUnits: number } | null = null;

  constructor(track: Track, trak: Uint8Array) {
    this.track = track;
    this.trak = trak;
  }

  get samples(): number {
    return this.#samples;
  }

  get sizes(): Uint32Array {
    return this.#sizes.subarray(0, this.#samples);
  }

  /** Decode time of the first sample; 0 while there is none. */
  get startUnits(): number {
    return this.#startUnits ?? 0;
  }

  /** Where the last sample ends. */
  get endUnits(): number {
    return this.#lastUnits + this.#lastDuration;
  }

  /** Begins a stretch. */
  piece(index: number): void {
    this.chunkPieces.push(index);
    this.chunkSamples.push(0);
  }

  add(sample: {
    atUnits: number;
    durationUnits: number;
    sizeBytes: number;
    shownAfter: number;
    inSync: boolean;
  }): void {
    if (this.#samples === this.#sizes.length) {
      const more = new Uint32Array(this.#sizes.length * 2);
      more.set(this.#sizes);
      this.#sizes = more;
    }
    const at = this.chunkSamples.length - 1;
    const before = this.chunkSamples[at];
    if (before === undefined) throw new MediaError('MP4: a sample without a place');
    this.chunkSamples[at] = before + 1;
    // Times that run back, by a rounding or by a hostile file, go on from the last one.
    const atUnits = this.#startUnits === null ? sample.atUnits : Math.max(sample.atUnits, this.#lastUnits + 1);
    if (this.#startUnits === null) this.#startUnits = atUnits;
    else repeat(this.durations, atUnits - this.#lastUnits);
    this.#sizes[this.#samples++] = sample.sizeBytes;
    repeat(this.shownAfter, sample.shownAfter);
    if (sample.inSync) this.inSync.push(this.#samples);
    this.#lastUnits = atUnits;
    this.#lastDuration = sample.durationUnits;
  }

  /** Sizes that were not known when the samples were added, from the first on. */
  resize(sizes: readonly number[]): void {
    this.#sizes.set(sizes.slice(0, this.#samples));
  }

  /** When each sample is shown, in units, in the order of decoding. After `end`. */
  *shownTimes(): Generator<number, void, undefined> {
    let [atUnits, later, left] = [this.startUnits, 0, this.shownAfter[0]?.count ?? 0];
    for (const { count, value } of this.durations) {
      for (let nth = 0; nth < count; nth += 1) {
        while (left === 0 && later < this.shownAfter.length - 1) left = this.shownAfter[++later]?.count ?? 0;
        yield atUnits + (this.shownAfter[later]?.value ?? 0);
        left -= 1;
        atUnits += value;
      }
    }
  }

  /** No more samples come. */
  end(): void {
    if (this.#samples > 0) repeat(this.durations, Math.max(1, this.#lastDuration));
  }
}

function repeat(list: Repeated, value: number): void {
  const last = list.at(-1);
  if (last?.value === value) last.count += 1;
  else list.push({ count: 1, value });
}

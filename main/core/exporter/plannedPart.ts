/**
 * One file of an export while it is planned: its tracks, and the pieces of recordings that its samples lie in, in the
 * order in which they go into the file. Knows of every picture when it was recorded. Reads nothing.
 */
import type { FragmentPlace } from '../library/openRecording.ts';
import { boxes, boxesIn, required, viewOf } from '../video/boxes.ts';
import type { Init } from '../video/fmp4.ts';
import { MediaError } from '../video/mediaError.ts';
import { MovieTrack } from '../video/movie/movieTrack.ts';
import type { SampleRun } from '../video/movie/samples.ts';

/** Bytes of a recording that go into the file as they are. */
export interface Piece {
  source: number;
  offset: number;
  length: number;
}

/** A fragment as it lies in its recording. */
export interface PlannedFragment {
  source: number;
  place: FragmentPlace;
  /** Later in the file than in the recording by so much. */
  shiftSeconds: number;
  /** Behind the file's beginning. */
  firstPicture: number;
}

export interface PartWishes {
  init: Init;
  sound: boolean;
  /** Nothing outside the span is to go in; else players are told what to show. */
  exact: boolean;
  /** Sound from before the span, for a decoder to begin with. */
  soundBeforeMs: number;
  fromMs: number;
  toMs: number;
}

/** A picture counts as inside the span when it is no more than this before it: times are rounded to milliseconds. */
const roundingMs = 0.5;
/** In place of a source, while there is none. */
const madeAnew = -1;
/** Sound that a decoder wants before the first that is heard. */
export const soundBeforeMs = 150;

export class PlannedPart {
  readonly init: Init;
  tracks: readonly MovieTrack[];
  pictures: MovieTrack;
  readonly pieces: Piece[] = [];
  readonly pieceOffsets: number[] = [];
  /** When each piece begins to be shown, in seconds. */
  readonly pieceStarts: number[] = [];
  readonly fragments: PlannedFragment[] = [];
  dataBytes = 0;
  /** Pictures before the first inside the span: decoded, not shown. */
  before = 0;
  /** Pictures inside the span. */
  inside = 0;
  /**
   * With the exact cut: pictures that need others before the span, and so are to be made anew before the file is written:
   * how many, and the fragments that they lie in. Their places are kept free.
   */
  readonly head = { pictures: 0, fragments: 0 };
  /** Pictures are not shown in the order in which they are decoded. */
  reordered = false;
  /** Nothing outside the span goes in. */
  readonly exact: boolean;
  readonly #headPieces: { piece: number; samples: number }[] = [];
  readonly #soundBeforeMs: number;
  readonly #fromMs: number;
  readonly #toMs: number;
  /** From which moment of the file on its time is behind UTC by how much. */
  readonly #clocks: { fromUnits: number; shiftMs: number }[] = [];
  #shownFromSeconds: number | null = null;
  #shownToSeconds = 0;

  constructor({ init, sound, exact, soundBeforeMs: before, fromMs, toMs }: PartWishes) {
    this.init = init;
    this.exact = exact;
    this.#soundBeforeMs = before;
    this.#fromMs = fromMs;
    this.#toMs = toMs;
    const wanted = init.tracks.filter(({ kind }) => kind === 'video' || sound);
    this.tracks = wanted.map((track) => new MovieTrack(track, trakOf(init, track.id)));
    const pictures = this.tracks.find(({ track }) => track.kind === 'video');
    if (!pictures) throw new MediaError('MP4: no pictures');
    this.pictures = pictures;
  }

  fragment(given: {
    source: number;
    startMs: number;
    place: FragmentPlace;
    runs: SampleRun[];
    shiftSeconds: number;
  }): void {
    const { source, startMs, place, runs, shiftSeconds } = given;
    const shiftMs = startMs - shiftSeconds * 1000;
    this.fragments.push({ source, place, shiftSeconds, firstPicture: this.pictures.samples });
    for (const run of runs) {
      const track = this.tracks.find(({ track: { id } }) => id === run.trackId);
      if (!track) continue;
      const moved = Math.max(0, run.startUnits + Math.round(shiftSeconds * track.track.timescale));
      if (track === this.pictures) {
        if (this.#clocks.at(-1)?.shiftMs !== shiftMs) {
          this.#clocks.push({ fromUnits: moved, shiftMs });
        }
        if (run.shownAfter) this.reordered = true;
      }
      this.#run(track, run, moved, shiftMs, { source, offset: place.offset + run.offset });
    }
  }

  /** No more comes. */
  end(): void {
    for (const track of this.tracks) {
      track.end();
      const { timescale } = track.track;
      const fromSeconds = this.#shownFromSeconds ?? 0;
      track.shown = {
        fromUnits: Math.round(fromSeconds * timescale),
        toUnits: Math.round(Math.max(fromSeconds, this.#shownToSeconds) * timescale),
      };
    }
  }

  /** UTC of the first picture that is shown. */
  get startMs(): number {
    return this.utcOf(Math.round((this.#shownFromSeconds ?? 0) * this.pictures.track.timescale));
  }

  /** UTC of where what is shown ends. */
  get endMs(): number {
    return this.utcOf(Math.round(this.#shownToSeconds * this.pictures.track.timescale));
  }

  /** UTC of a moment of the file, in units of the pictures' track. */
  utcOf(units: number): number {
    const clock = this.#clocks.findLast(({ fromUnits }) => fromUnits <= units) ?? this.#clocks[0];
    return (clock?.shiftMs ?? 0) + (units / this.pictures.track.timescale) * 1000;
  }

  #run(
    track: MovieTrack,
    run: SampleRun,
    movedUnits: number,
    shiftMs: number,
    { source, offset }: { source: number; offset: number },
  ): void {
    const { timescale, kind } = track.track;
    let atUnits = movedUnits;
    let skippedBytes = 0;
    let takenBytes = 0;
    for (const [index, sizeBytes] of run.sizes.entries()) {
      const durationUnits = run.durations[index] ?? 0;
      const shownAfter = run.shownAfter?.[index] ?? 0;
      const shownUnits = atUnits + shownAfter;
      const utcMs = shiftMs + (shownUnits / timescale) * 1000;
      const isAfter = utcMs >= this.#toMs - roundingMs;
      // Others may need it to be decoded.
      if (isAfter && !(kind === 'video' && run.shownAfter)) break;
      const inSync = run.inSync[index] === 1;
      const isBefore =
        kind === 'audio'
          ? shiftMs + ((shownUnits + durationUnits) / timescale) * 1000 <= this.#fromMs - this.#soundBeforeMs
          : this.exact && utcMs < this.#fromMs - roundingMs;
      if (isBefore && track.samples === 0) {
        if (kind === 'video') this.before = inSync ? 1 : this.before + 1;
        skippedBytes += sizeBytes;
        atUnits += durationUnits;
        continue;
      }
      if (kind === 'video' && this.exact && this.#isHead(track, inSync)) {
        this.#addHead(track, { atUnits, durationUnits });
        skippedBytes += sizeBytes;
      } else {
        if (takenBytes === 0) this.#begin(track, { source, offset: offset + skippedBytes }, atUnits);
        track.add({ atUnits, durationUnits, sizeBytes, shownAfter, inSync });
        takenBytes += sizeBytes;
      }
      atUnits += durationUnits;
      if (kind === 'video') this.#shown(utcMs, shownUnits / timescale, (shownUnits + durationUnits) / timescale);
    }
    const piece = this.pieces.at(-1);
    if (takenBytes > 0 && piece) {
      piece.length = takenBytes;
      this.dataBytes += takenBytes;
    }
  }

  /** A picture that cannot be decoded without what is left out. */
  #isHead(track: MovieTrack, inSync: boolean): boolean {
    return !inSync && track.samples === this.head.pictures;
  }

  #addHead(track: MovieTrack, { atUnits, durationUnits }: { atUnits: number; durationUnits: number }): void {
    const last = this.#headPieces.at(-1);
    if (this.head.fragments < this.fragments.length || !last) {
      this.#headPieces.push({ piece: this.pieces.length, samples: 0 });
      this.#begin(track, { source: madeAnew, offset: 0 }, atUnits);
    }
    const piece = this.#headPieces.at(-1);
    if (piece) piece.samples += 1;
    track.add({ atUnits, durationUnits, sizeBytes: 0, shownAfter: 0, inSync: this.head.pictures === 0 });
    this.head.pictures += 1;
    this.head.fragments = this.fragments.length;
  }

  /** The pictures that were made anew, which lie behind each other in this source. */
  fillHead(sizes: readonly number[], source: number): void {
    this.pictures.resize(sizes);
    let [offset, next] = [0, 0];
    for (const { piece, samples } of this.#headPieces) {
      const length = sizes.slice(next, next + samples).reduce((sum, size) => sum + size, 0);
      this.pieces[piece] = { source, offset, length };
      offset += length;
      next += samples;
    }
    this.#layOut();
  }

  /** Other pictures in place of the recorded ones: stretches of this track in one source, with when each begins. */
  replacePictures(track: MovieTrack, stretches: readonly (Piece & { startSeconds: number })[]): void {
    const sound = this.tracks.filter((one) => one !== this.pictures);
    const all = stretches.map(({ startSeconds, ...piece }, at) => ({ piece, startSeconds, owner: track, at }));
    for (const owner of sound) {
      for (const [at, index] of owner.chunkPieces.entries()) {
        const [piece, startSeconds] = [this.pieces[index], this.pieceStarts[index] ?? 0];
        if (piece) all.push({ piece, startSeconds, owner, at });
      }
    }
    all.sort((a, b) => a.startSeconds - b.startSeconds);
    for (const [index, { owner, at }] of all.entries()) owner.chunkPieces[at] = index;
    this.pieces.splice(0, Infinity, ...all.map(({ piece }) => piece));
    track.shown = null;
    this.pictures = track;
    this.tracks = [track, ...sound];
    this.#layOut();
  }

  /** The file's own time at which what is shown begins. */
  get shownFromSeconds(): number {
    return this.#shownFromSeconds ?? 0;
  }

  #layOut(): void {
    this.dataBytes = 0;
    for (const [index, { length }] of this.pieces.entries()) {
      this.pieceOffsets[index] = this.dataBytes;
      this.dataBytes += length;
    }
  }

  #begin(track: MovieTrack, { source, offset }: { source: number; offset: number }, atUnits: number): void {
    track.piece(this.pieces.length);
    this.pieceStarts.push(atUnits / track.track.timescale);
    this.pieceOffsets.push(this.dataBytes);
    this.pieces.push({ source, offset, length: 0 });
  }

  #shown(utcMs: number, fromSeconds: number, toSeconds: number): void {
    if (utcMs < this.#fromMs - roundingMs) this.before += 1;
    else {
      if (utcMs < this.#toMs - roundingMs) this.inside += 1;
      this.#shownFromSeconds = Math.min(this.#shownFromSeconds ?? Infinity, fromSeconds);
      if (utcMs < this.#toMs - roundingMs) this.#shownToSeconds = Math.max(this.#shownToSeconds, toSeconds);
    }
  }
}

export function trakOf(init: Init, trackId: number): Uint8Array {
  const view = viewOf(init.bytes);
  const moov = required(boxes(view, 0, init.bytes.length), 'moov');
  for (const trak of boxesIn(view, moov)) {
    if (trak.type !== 'trak') continue;
    const tkhd = required(boxesIn(view, trak), 'tkhd');
    const offset = tkhd.content + (view.getUint8(tkhd.content) === 1 ? 20 : 12);
    if (offset + 4 <= tkhd.end && view.getUint32(offset) === trackId) return init.bytes.subarray(trak.start, trak.end);
  }
  throw new MediaError('MP4: no trak');
}

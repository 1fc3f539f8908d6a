/**
 * Recordings of one camera as one unbroken fragmented MP4, for ffmpeg to read: the first recording's init, then
 * fragments from the keyframe at or before the span's start to its end, each moved in time so that it follows the one
 * before. Gaps are closed. Where codec or picture size change, one part ends and the next begins; and so it does for what
 * was recorded of the same time twice, because the clock was set back. Nothing is left out silently: what does not open
 * throws a VaultError, or is told where the caller wants the rest all the same.
 */
import type { CameraId } from '../../contract/model.ts';
import type { Outcome } from '../../contract/problems.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import { type FragmentPlace, keyframeAtOrBefore, type OpenRecording } from '../library/openRecording.ts';
import { passesOf } from '../library/passes.ts';
import { openFinished, openGrowing, type RecordingSource } from '../library/recordingSource.ts';
import type { Vault } from '../vault/folder.ts';
import { VaultError } from '../vault/vaultError.ts';
import { boxesIn, boxes, optional, viewOf } from '../video/boxes.ts';
import { type Init, moveFragment, readInit } from '../video/fmp4.ts';
import { shareInside } from './exportShare.ts';

export interface Clip {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
}

export interface ClipWants {
  /** These and no others; else all that the span covers, and the open recording. */
  rows?: readonly RecordingRow[];
  open?: OpenRecording | null;
  /** Told of what does not open, which is then left out, up to the next keyframe. */
  lost?: (fromMs: number, toMs: number, file: string) => void;
}

/** Recordings that follow each other this closely are put where their times say; a gap is closed. */
export const joinSeconds = 0.05;
/** Recordings that overlap by more are two of the same time. */
export const overlapMs = 500;

interface Piece {
  source: RecordingSource;
  init: Init;
  /** Fragments inside the span. */
  places: FragmentPlace[];
  /** The recording's name on disk. */
  file: string;
}

export class ClipFeed {
  readonly #clip: Clip;
  readonly #rows: readonly RecordingRow[];
  readonly #open: OpenRecording | null;
  readonly #lost: ClipWants['lost'];
  #nextRow = 0;
  #openTaken = false;
  /** The first piece of the next part. */
  #waiting: Piece | null = null;
  /** Bytes handed out so far. */
  fedBytes = 0;
  /** Length of all fragments handed out so far. */
  fedMs = 0;
  /** What is expected in all: whole recordings count as far as the span covers them. */
  readonly expectedBytes: number;

  private constructor(clip: Clip, rows: readonly RecordingRow[], { open, lost }: Omit<ClipWants, 'rows'>) {
    this.#clip = clip;
    // What was recorded of the same time twice follows as a whole: never one moment of this and one of that.
    this.#rows = passesOf(rows).flat();
    this.#open = open ?? null;
    this.#lost = lost;
    const touched = [...rows, ...(open ? [open] : [])];
    this.expectedBytes = touched.reduce((sum, one) => sum + one.sizeBytes * shareInside(one, clip), 0);
  }

  static async open(clip: Clip, wants: ClipWants = {}): Promise<ClipFeed> {
    const { library, cameraId, fromMs, toMs } = clip;
    if (wants.rows) return new ClipFeed(clip, wants.rows, wants);
    const rows = await library.covering(cameraId, clip);
    const open = library.openRecording(cameraId);
    const touches = open && open.endMs > fromMs && open.startMs < toMs;
    return new ClipFeed(clip, rows, { ...wants, open: touches ? open : null });
  }

  /** Whether there is something for another part. */
  async more(): Promise<boolean> {
    this.#waiting ??= await this.#nextPiece();
    return this.#waiting !== null;
  }

  /** When the next part begins; null before `more` has said that there is one. */
  get nextStartMs(): number | null {
    return this.#waiting?.places[0]?.startMs ?? null;
  }

  /** One part's bytes. Ends where the streams change or the span ends. */
  async *part(): AsyncGenerator<Uint8Array, void, undefined> {
    let piece = this.#waiting ?? (await this.#nextPiece());
    this.#waiting = null;
    if (!piece) return;
    const streams = streamsOf(piece.init);
    yield this.#fed(piece.init.bytes);
    let shiftSeconds = 0;
    let begun = false;
    for (;;) {
      const { source, init } = piece;
      let endSeconds = 0;
      try {
        for await (const { place, bytes } of this.#readable(piece)) {
          if (!begun) shiftSeconds = -mediaSeconds(place, source);
          begun = true;
          endSeconds = mediaSeconds(place, source) + place.durationMs / 1000 + shiftSeconds;
          this.fedMs += place.durationMs;
          yield this.#fed(moveFragment(bytes, init.tracks, shiftSeconds));
        }
      } finally {
        await source.close();
      }
      const next = await this.#nextPiece();
      if (!next) return;
      if (streamsOf(next.init) !== streams || next.source.startMs < source.endMs - overlapMs) {
        this.#waiting = next;
        return;
      }
      piece = next;
      if (!begun) continue;
      const begins = mediaSeconds(next.places[0], next.source);
      const inStep = shiftSeconds + (next.source.startMs - source.startMs) / 1000;
      const follows = Math.abs(inStep + begins - endSeconds) < joinSeconds;
      shiftSeconds = follows ? inStep : endSeconds - begins;
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#waiting?.source.close();
    this.#waiting = null;
  }

  #fed(bytes: Uint8Array): Uint8Array {
    this.fedBytes += bytes.length;
    return bytes;
  }

  /** The piece's fragments that open; after one that does not, from the next keyframe on. */
  async *#readable({ source, places, file }: Piece): AsyncGenerator<{ place: FragmentPlace; bytes: Uint8Array }> {
    let lostFromMs: number | null = null;
    let endMs = source.startMs;
    for (const place of places) {
      endMs = place.startMs + place.durationMs;
      if (lostFromMs !== null && !place.keyframe) continue;
      const read = await source.read(place.offset, place.length);
      if (!read.ok && (!this.#lost || read.problem.code !== 'vaultDamaged')) throw new VaultError(read.problem);
      if (!read.ok) {
        lostFromMs ??= place.startMs;
        continue;
      }
      if (lostFromMs !== null) this.#lost?.(lostFromMs, place.startMs, file);
      lostFromMs = null;
      yield { place, bytes: read.value };
    }
    if (lostFromMs !== null) this.#lost?.(lostFromMs, endMs, file);
  }

  async #nextPiece(): Promise<Piece | null> {
    for (let next = await this.#nextSource(); next; next = await this.#nextSource()) {
      const { source, file } = next;
      const { fromMs, toMs } = this.#clip;
      const first = source.startMs < fromMs ? keyframeAtOrBefore(source.fragments, fromMs) : 0;
      const places = source.fragments.slice(first).filter(({ startMs }) => startMs < toMs);
      const last = source.fragments.at(-1);
      const endMs = (last?.startMs ?? 0) + (last?.durationMs ?? 0);
      try {
        // Nothing may be missing from a clip without a word.
        if (source.damaged && endMs < toMs) this.#lose(endMs, Math.min(source.endMs, toMs), file);
        const init = places.length > 0 ? await this.#initOf(source, file) : null;
        if (init) return { source, init, places, file };
        await source.close();
      } catch (error) {
        await source.close();
        throw error;
      }
    }
    return null;
  }

  async #initOf(source: RecordingSource, file: string): Promise<Init | null> {
    const read = await source.read(0, source.initLength);
    if (read.ok) return readInit(read.value);
    if (read.problem.code !== 'vaultDamaged') throw new VaultError(read.problem);
    this.#lose(source.startMs, source.endMs, file);
    return null;
  }

  #lose(fromMs: number, toMs: number, file: string): void {
    if (!this.#lost) throw new VaultError({ code: 'vaultDamaged', file });
    if (toMs > fromMs) this.#lost(fromMs, toMs, file);
  }

  async #nextSource(): Promise<{ source: RecordingSource; file: string } | null> {
    const { library, vault } = this.#clip;
    for (let row = this.#rows[this.#nextRow++]; row; row = this.#rows[this.#nextRow++]) {
      const opened: Outcome<RecordingSource> = await openFinished(vault, row);
      const file = fileName(row.path);
      if (opened.ok) return { source: opened.value, file };
      const isLost = opened.problem.code === 'vaultDamaged' || opened.problem.code === 'gone';
      if (!isLost || !this.#lost) throw new VaultError(opened.problem);
      this.#lost(row.startMs, row.endMs, file);
    }
    if (this.#openTaken || !this.#open) return null;
    this.#openTaken = true;
    return { source: openGrowing(library, vault, this.#open), file: String(this.#open.startMs) };
  }
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function mediaSeconds(place: FragmentPlace | undefined, source: RecordingSource): number {
  return place ? (place.startMs - source.startMs) / 1000 : 0;
}

/** What must be the same for two recordings to go into one file: tracks, their units of time, their sample entries. */
export function streamsOf(init: Init): string {
  const view = viewOf(init.bytes);
  const moov = boxes(view, 0, init.bytes.length).find(({ type }) => type === 'moov');
  const entries = (moov ? boxesIn(view, moov) : []).flatMap((trak) => {
    if (trak.type !== 'trak') return [];
    let inside = trak;
    for (const type of ['mdia', 'minf', 'stbl', 'stsd']) {
      const found = optional(boxesIn(view, inside), type);
      if (!found) return [];
      inside = found;
    }
    return [Buffer.from(init.bytes.subarray(inside.start, inside.end)).toString('base64')];
  });
  return JSON.stringify([init.tracks, entries]);
}

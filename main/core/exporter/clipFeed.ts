/**
 * A span of one camera's recordings as one unbroken fragmented MP4, for ffmpeg to read: the first recording's init, then
 * fragments from the keyframe at or before the span's start to its end, each moved in time so that it follows the one
 * before. Gaps are closed. Where codec or picture size change, one part ends and the next begins. Throws a VaultError
 * when a recording does not open; nothing is left out silently.
 */
import type { Library, RecordingRow } from '../library/library.ts';
import { type FragmentPlace, keyframeAtOrBefore } from '../library/openRecording.ts';
import { openFinished, openGrowing, type RecordingSource } from '../library/recordingSource.ts';
import type { CameraId } from '../../contract/model.ts';
import type { Vault } from '../vault/folder.ts';
import { VaultError } from '../vault/vaultError.ts';
import { boxesIn, boxes, optional, viewOf } from '../video/boxes.ts';
import { type Init, moveFragment, readInit } from '../video/fmp4.ts';

export interface Clip {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
}

/** Recordings that follow each other this closely are put where their times say; a gap is closed. */
const joinSeconds = 0.05;

interface Piece {
  source: RecordingSource;
  init: Init;
  /** Fragments inside the span. */
  places: FragmentPlace[];
}

export class ClipFeed {
  readonly #clip: Clip;
  readonly #rows: readonly RecordingRow[];
  #nextRow = 0;
  #openTaken = false;
  /** The first piece of the next part. */
  #waiting: Piece | null = null;
  /** Bytes handed out so far. */
  fedBytes = 0;
  /** What is expected in all: whole recordings count as far as the span covers them. */
  readonly expectedBytes: number;

  private constructor(clip: Clip, rows: readonly RecordingRow[]) {
    this.#clip = clip;
    this.#rows = rows;
    const open = clip.library.openRecording(clip.cameraId);
    const touched = [...rows, ...(open ? [open] : [])];
    this.expectedBytes = touched.reduce((sum, one) => sum + one.sizeBytes * shareInside(one, clip), 0);
  }

  static async open(clip: Clip): Promise<ClipFeed> {
    return new ClipFeed(clip, await clip.library.covering(clip.cameraId, clip));
  }

  /** Whether there is something for another part. */
  async more(): Promise<boolean> {
    this.#waiting ??= await this.#nextPiece();
    return this.#waiting !== null;
  }

  /** One part's bytes. Ends where the streams change or the span ends. */
  async *part(): AsyncGenerator<Uint8Array, void, undefined> {
    let piece = this.#waiting ?? (await this.#nextPiece());
    this.#waiting = null;
    if (!piece) return;
    const streams = streamsOf(piece.init);
    yield this.#fed(piece.init.bytes);
    let shiftSeconds = -mediaSeconds(piece.places[0], piece.source);
    for (;;) {
      const { source, init } = piece;
      let endSeconds = 0;
      try {
        for (const place of piece.places) {
          const bytes = await bytesOf(source, place.offset, place.length);
          endSeconds = mediaSeconds(place, source) + place.durationMs / 1000 + shiftSeconds;
          yield this.#fed(moveFragment(bytes, init.tracks, shiftSeconds));
        }
      } finally {
        await source.close();
      }
      const next = await this.#nextPiece();
      if (!next) return;
      if (streamsOf(next.init) !== streams) {
        this.#waiting = next;
        return;
      }
      const begins = mediaSeconds(next.places[0], next.source);
      const inStep = shiftSeconds + (next.source.startMs - source.startMs) / 1000;
      const follows = Math.abs(inStep + begins - endSeconds) < joinSeconds;
      shiftSeconds = follows ? inStep : endSeconds - begins;
      piece = next;
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

  async #nextPiece(): Promise<Piece | null> {
    for (let source = await this.#nextSource(); source; source = await this.#nextSource()) {
      const { fromMs, toMs } = this.#clip;
      const first = source.startMs < fromMs ? keyframeAtOrBefore(source.fragments, fromMs) : 0;
      const places = source.fragments.slice(first).filter(({ startMs }) => startMs < toMs);
      // Nothing may be missing from a clip without a word.
      const endMs = (source.fragments.at(-1)?.startMs ?? 0) + (source.fragments.at(-1)?.durationMs ?? 0);
      try {
        if (source.damaged && endMs < toMs) throw new VaultError({ code: 'vaultDamaged', file: '' });
        const init = places.length > 0 ? readInit(await bytesOf(source, 0, source.initLength)) : null;
        if (init) return { source, init, places };
        await source.close();
      } catch (error) {
        await source.close();
        throw error;
      }
    }
    return null;
  }

  async #nextSource(): Promise<RecordingSource | null> {
    const { library, vault, cameraId, fromMs, toMs } = this.#clip;
    const row = this.#rows[this.#nextRow++];
    if (row) {
      const opened = await openFinished(vault, row);
      if (!opened.ok) throw new VaultError(opened.problem);
      return opened.value;
    }
    const open = library.openRecording(cameraId);
    if (this.#openTaken || !open || open.endMs <= fromMs || open.startMs >= toMs) return null;
    this.#openTaken = true;
    return openGrowing(library, vault, open);
  }
}

function shareInside(recording: { startMs: number; endMs: number }, span: { fromMs: number; toMs: number }): number {
  const insideMs = Math.min(recording.endMs, span.toMs) - Math.max(recording.startMs, span.fromMs);
  return Math.max(0, insideMs) / (recording.endMs - recording.startMs);
}

function mediaSeconds(place: FragmentPlace | undefined, source: RecordingSource): number {
  return place ? (place.startMs - source.startMs) / 1000 : 0;
}

async function bytesOf(source: RecordingSource, offset: number, length: number): Promise<Uint8Array> {
  const read = await source.read(offset, length);
  if (!read.ok) throw new VaultError(read.problem);
  return read.value;
}

/** What must be the same for two recordings to go into one file: tracks, their units of time, their sample entries. */
function streamsOf(init: Init): string {
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

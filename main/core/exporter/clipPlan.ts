/**
 * What goes into the files of one camera's export, found from the heads of the fragments alone: every sample from the
 * keyframe at or before the span's beginning to its end, with its time in the file. Recordings that follow each other are
 * put where their times say, gaps are closed. Where codec or picture size change, and for what was recorded of the same
 * time twice, one part ends and the next begins. Nothing is left out silently: what does not open throws a VaultError.
 */
import { VaultError } from '../vault/vaultError.ts';
import { type RecordingSource, openFinished, openGrowing } from '../library/recordingSource.ts';
import { type FragmentPlace, keyframeAtOrBefore, type OpenRecording } from '../library/openRecording.ts';
import type { RecordingRow } from '../library/library.ts';
import { passesOf } from '../library/passes.ts';
import { fourCc, viewOf } from '../video/boxes.ts';
import { type Init, readInit } from '../video/fmp4.ts';
import { readSamples, type SampleRun } from '../video/movie/samples.ts';
import { type Clip, joinSeconds, overlapMs, streamsOf } from './clipFeed.ts';
import { PlannedPart } from './plannedPart.ts';
import { Sources } from './sources.ts';

interface Recording {
  /** Its number among the sources. */
  source: number;
  startMs: number;
  endMs: number;
  init: Init;
  /** Inside the span, with the samples in each. */
  fragments: { place: FragmentPlace; runs: SampleRun[] }[];
}

export interface PlanWishes {
  sound: boolean;
  soundBeforeMs: number;
  /** Whether pictures made anew can be joined to these, so that nothing outside the span goes in. */
  joins: (init: Init) => boolean;
}

const usualHeadBytes = 4096;

export class ClipPlan {
  readonly sources = new Sources();
  readonly #clip: Clip;
  readonly #wishes: PlanWishes;
  readonly #rows: RecordingRow[];
  #open: OpenRecording | null;
  #waiting: Recording | null = null;

  private constructor(clip: Clip, wishes: PlanWishes, rows: readonly RecordingRow[], open: OpenRecording | null) {
    this.#clip = clip;
    this.#wishes = wishes;
    this.#rows = passesOf(rows).flat();
    this.#open = open;
  }

  static async open(clip: Clip, wishes: PlanWishes): Promise<ClipPlan> {
    const { library, cameraId, fromMs, toMs } = clip;
    const rows = await library.covering(cameraId, clip);
    const open = library.openRecording(cameraId);
    return new ClipPlan(clip, wishes, rows, open && open.endMs > fromMs && open.startMs < toMs ? open : null);
  }

  /** The next part; null when there is none. */
  async next(signal: AbortSignal): Promise<PlannedPart | null> {
    let recording = this.#waiting ?? (await this.#nextRecording());
    this.#waiting = null;
    if (!recording) return null;
    const { fromMs, toMs } = this.#clip;
    const { joins, ...sound } = this.#wishes;
    const reordered = recording.fragments.some(({ runs }) => runs.some(({ shownAfter }) => shownAfter !== null));
    const exact = !reordered && joins(recording.init);
    const part = new PlannedPart({ init: recording.init, ...sound, exact, fromMs, toMs });
    const streams = streamsOf(recording.init);
    let shiftSeconds = -secondsInto(recording);
    for (;;) {
      for (const { place, runs } of recording.fragments) {
        part.fragment({ ...recording, place, runs, shiftSeconds });
      }
      const last = recording.fragments.at(-1)?.place;
      const endSeconds = ((last?.startMs ?? 0) + (last?.durationMs ?? 0) - recording.startMs) / 1000 + shiftSeconds;
      if (signal.aborted) return null;
      const next = await this.#nextRecording();
      if (!next) break;
      if (streamsOf(next.init) !== streams || next.startMs < recording.endMs - overlapMs) {
        this.#waiting = next;
        break;
      }
      const inStep = shiftSeconds + (next.startMs - recording.startMs) / 1000;
      const begins = secondsInto(next);
      shiftSeconds = Math.abs(inStep + begins - endSeconds) < joinSeconds ? inStep : endSeconds - begins;
      recording = next;
    }
    part.end();
    return part.pictures.samples > 0 ? part : this.next(signal);
  }

  /** May be called twice. */
  close(): Promise<void> {
    return this.sources.close();
  }

  async #nextRecording(): Promise<Recording | null> {
    for (let row = this.#rows.shift(); row; row = this.#rows.shift()) {
      const found = await this.#finished(row);
      if (found) return found;
    }
    const open = this.#open;
    this.#open = null;
    return open ? this.#growing(open) : null;
  }

  /** null where nothing of it is inside the span. */
  async #finished(row: RecordingRow): Promise<Recording | null> {
    const { vault, fromMs, toMs } = this.#clip;
    let heads: Recording['fragments'] = [];
    const opened = await openFinished(vault, row, undefined, (head, place, of) => {
      if (place.startMs >= toMs) return;
      // What lies before the keyframe that the span begins with is not wanted.
      if (place.keyframe && place.startMs <= fromMs) heads = [];
      heads.push({ place, runs: readSamples(head, place.length, of.tracks) });
    });
    if (!opened.ok) throw new VaultError(opened.problem);
    const source = opened.value;
    const last = source.fragments.at(-1);
    const isCutOff = source.damaged && (last?.startMs ?? 0) + (last?.durationMs ?? 0) < toMs;
    if (isCutOff || heads.length === 0) {
      await source.close();
      if (isCutOff) throw new VaultError({ code: 'vaultDamaged', file: row.path.split(/[\\/]/).at(-1) ?? '' });
      return null;
    }
    const number = this.sources.add(() => openFinished(vault, row), source);
    await this.sources.trim();
    return { source: number, startMs: row.startMs, endMs: row.endMs, init: source.table.init, fragments: heads };
  }

  async #growing(open: OpenRecording): Promise<Recording | null> {
    const { library, vault, fromMs, toMs } = this.#clip;
    const source = openGrowing(library, vault, open);
    const number = this.sources.add(() => Promise.resolve({ ok: true, value: source }), source);
    const init = readInit(await this.sources.read(number, 0, source.initLength));
    const places = placesInside(source, fromMs, toMs);
    const fragments: Recording['fragments'] = [];
    for (const place of places) {
      let head = await this.sources.read(number, place.offset, Math.min(place.length, usualHeadBytes));
      const moofBytes = fourCc(viewOf(head), 4) === 'moof' ? viewOf(head).getUint32(0) : 0;
      if (moofBytes > head.length)
        head = await this.sources.read(number, place.offset, Math.min(place.length, moofBytes));
      fragments.push({ place, runs: readSamples(head, place.length, init.tracks) });
    }
    if (fragments.length === 0) return null;
    return { source: number, startMs: open.startMs, endMs: open.endMs, init, fragments };
  }
}

function placesInside({ fragments }: RecordingSource, fromMs: number, toMs: number): FragmentPlace[] {
  const first = (fragments[0]?.startMs ?? 0) < fromMs ? keyframeAtOrBefore(fragments, fromMs) : 0;
  return fragments.slice(first).filter(({ startMs }) => startMs < toMs);
}

/** Media time of its first fragment inside the span. */
function secondsInto({ fragments, startMs }: Recording): number {
  const first = fragments[0]?.place;
  return first ? (first.startMs - startMs) / 1000 : 0;
}

/**
 * Which recording of one camera shows a moment, and where the nearest ones lie when none does. Keeps the rows of the days
 * it was asked about until something about them changes, so that scrubbing costs no reading of indexes. Leaves opening
 * recordings to others. `close` may be called twice.
 */
import type { CameraId } from '../../contract/model.ts';
import type { Library, RecordingRow } from './library.ts';
import type { OpenRecording } from './openRecording.ts';
import { recordingAt } from './passes.ts';
import { dayMs, dayOf } from './recordingName.ts';

/** A gap shorter than this is not told: what comes before it is shown through it. */
export const gapTellMs = 500;

export type Shown = { is: 'finished'; row: RecordingRow } | { is: 'open'; recording: OpenRecording };

export type Around =
  | ({ is: 'recording'; shown: Shown } & Shows)
  /** null where nothing was recorded before, or is after. */
  | { is: 'gap'; fromMs: number | null; toMs: number | null };

/** Where around the moment this recording is the one that shows. */
export interface Shows {
  fromMs: number;
  /** Its end, or through a hole that nobody sees the beginning of the next, unless another shows before. */
  untilMs: number;
  /** Another shows from there on; Infinity where none does. */
  overMs: number;
}

export class CameraRows {
  readonly #library: Library;
  readonly #cameraId: CameraId;
  readonly #unwatch: () => void;
  #days = new Map<string, Promise<readonly RecordingRow[]>>();

  /** `changed`: something was recorded, or deleted. */
  constructor(library: Library, cameraId: CameraId, changed: () => void) {
    this.#library = library;
    this.#cameraId = cameraId;
    this.#unwatch = library.watchers.watch(cameraId, () => {
      this.#days = new Map();
      changed();
    });
  }

  async around(atMs: number): Promise<Around> {
    const rows = await this.#near(atMs);
    const open = this.#library.openRecording(this.#cameraId);
    // Just finished, it is in both.
    const known: Known[] = rows.filter(({ startMs }) => startMs !== open?.startMs).map((row) => knownRow(row));
    if (open && open.fragments.length > 0) known.push({ ...spanOf(open), shown: { is: 'open', recording: open } });
    const here = recordingAt(known, atMs);
    if (here && here.startMs <= atMs) return { is: 'recording', shown: here.shown, ...shows(here, known, atMs) };
    const before = known.reduce<Known | null>(
      (last, one) => (one.endMs <= atMs && one.endMs > (last?.endMs ?? -1) ? one : last),
      null,
    );
    if (before && here && here.startMs - before.endMs < gapTellMs)
      return { is: 'recording', shown: before.shown, ...shows(before, known, atMs) };
    return { is: 'gap', fromMs: before?.endMs ?? null, toMs: here?.startMs ?? null };
  }

  close(): void {
    this.#unwatch();
    this.#days = new Map();
  }

  /** Rows up to the first day that has one behind the moment, and back to one that ends before it. */
  async #near(atMs: number): Promise<RecordingRow[]> {
    const days = await this.#library.days(this.#cameraId);
    const [yesterday, today] = [dayOf(atMs - dayMs), dayOf(atMs)];
    const found: RecordingRow[] = [];
    for (const day of days.filter((name) => name >= yesterday)) {
      const rows = await this.#of(day);
      found.push(...rows);
      if (day > today && rows.length > 0) break;
    }
    for (const day of days.filter((name) => name < yesterday).reverse()) {
      if (found.some(({ endMs }) => endMs <= atMs)) break;
      found.push(...(await this.#of(day)));
    }
    return found;
  }

  #of(day: string): Promise<readonly RecordingRow[]> {
    const known = this.#days.get(day);
    if (known) return known;
    const asked = this.#library.rowsOf(this.#cameraId, day);
    this.#days.set(day, asked);
    // What could not be read this time is asked again.
    asked.catch(() => this.#days.delete(day));
    return asked;
  }
}

interface Known {
  startMs: number;
  endMs: number;
  shown: Shown;
}

function spanOf({ startMs, endMs }: { startMs: number; endMs: number }): { startMs: number; endMs: number } {
  return { startMs, endMs };
}

function knownRow(row: RecordingRow): Known {
  return { ...spanOf(row), shown: { is: 'finished', row } };
}

/** Of a recording that shows at this moment, though its end may lie a hole before it. */
function shows(here: Known, known: readonly Known[], atMs: number): Shows {
  const others = known.filter((one) => one !== here);
  // The clock was set back: those are shown where both are.
  const over = others.filter((one) => recordingAt([here, one], Math.max(here.startMs, one.startMs)) === one);
  const ended = over.filter(({ endMs }) => endMs <= atMs).map(({ endMs }) => endMs);
  const overMs = Math.min(...over.filter(({ startMs }) => startMs > atMs).map(({ startMs }) => startMs));
  const nextMs = Math.min(...others.filter(({ startMs }) => startMs > atMs).map(({ startMs }) => startMs));
  const isThrough = nextMs >= here.endMs && nextMs - here.endMs < gapTellMs;
  return {
    fromMs: Math.max(here.startMs, ...ended),
    untilMs: Math.min(isThrough ? nextMs : here.endMs, overMs),
    overMs,
  };
}

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
  | { is: 'recording'; shown: Shown; showsUntil: (fromMs: number, groupEndMs: number) => number }
  /** null where nothing was recorded before, or is after. */
  | { is: 'gap'; fromMs: number | null; toMs: number | null };

export class CameraRows {
  readonly #library: Library;
  readonly #cameraId: CameraId;
  readonly #unwatch: () => void;
  #days = new Map<string, Promise<readonly RecordingRow[]>>();

  /** `changed`: something was recorded, or deleted. */
  constructor(library: Library, cameraId: CameraId, changed: () => void) {
    this.#library = library;
    this.#cameraId = cameraId;
    this.#unwatch = library.watch(cameraId, () => {
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
    if (here && here.startMs <= atMs) return around(here, known);
    const before = known.reduce<Known | null>(
      (last, one) => (one.endMs <= atMs && one.endMs > (last?.endMs ?? -1) ? one : last),
      null,
    );
    if (before && here && here.startMs - before.endMs < gapTellMs) return around(before, known);
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

/**
 * A group is shown until another recording shows that moment (the clock was set back), and through a hole that nobody
 * sees up to the next one.
 */
function around(here: Known, known: readonly Known[]): Around {
  function showsUntil(fromMs: number, groupEndMs: number): number {
    const others = known.filter((one) => one !== here && one.startMs > fromMs);
    const over = others.filter(({ startMs }) => startMs < groupEndMs && recordingAt(known, startMs) !== here);
    if (over.length > 0) return Math.min(...over.map(({ startMs }) => startMs));
    if (groupEndMs < here.endMs - gapTellMs) return groupEndMs;
    const next = Math.min(...others.filter(({ startMs }) => startMs >= groupEndMs).map(({ startMs }) => startMs));
    return next - groupEndMs < gapTellMs ? next : groupEndMs;
  }
  return { is: 'recording', shown: here.shown, showsUntil };
}

/**
 * How each camera was recorded, in stretches of time. What is over is looked at once, in the background and at a share
 * of the processor, the newest first, and remembered until something about it changes (a deletion, what recovery found);
 * what is not over is looked at with every question. A question is answered at once with what is known; `changed` tells
 * of more. While the vault is locked nothing is looked at: what a day's index says of causes could not be read.
 */
import type { CameraId } from '../../contract/model.ts';
import { type CutCell, cutCells } from './healthCells.ts';
import type { Library } from './library.ts';
import { Pace } from './pace.ts';
import { dayMs } from './recordingName.ts';

export interface HealthOptions {
  library: Library;
  /** The vault can be read. */
  isOpen: () => boolean;
  now?: () => number;
  on: {
    /** More is known; at most once a second, and when all of it is. */
    changed: (complete: boolean) => void;
    defect: (error: unknown) => void;
  };
}

export interface CellsOfCamera {
  cameraId: CameraId;
  /** null: not looked at yet. */
  cells: (CutCell | null)[];
}

interface Kept {
  fromMs: number;
  toMs: number;
  cell: CutCell;
}

/** A recording that was just finished, or noted late, belongs to a stretch that is over. */
const settledMs = 10 * 60_000;
/** Stretches that are read together: the hours of a day. */
const mostReadMs = 26 * 3_600_000;
/** Of the time of one processor. */
const share = 0.2;
const tellEveryMs = 1000;
/** Of each camera: 30 days, 24 hours, and those of yesterday's question. */
const mostKept = 200;

export class Health {
  readonly #options: HealthOptions;
  readonly #now: () => number;
  readonly #kept = new Map<CameraId, Map<string, Kept>>();
  readonly #stopWatching: () => void;
  #wanted: { cameraIds: readonly CameraId[]; bounds: readonly number[] } | null = null;
  #looking: Promise<void> | null = null;
  #ending = new AbortController();
  #toldMs = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#stopWatching = options.library.watchers.watchDays((cameraId, day) =>
      this.#dropDay(cameraId, Date.parse(day)),
    );
  }

  /** What is known of these stretches, in the order of the cameras; what is not is looked at from now on. */
  async cells(cameraIds: readonly CameraId[], bounds: readonly number[]): Promise<CellsOfCamera[]> {
    const found: CellsOfCamera[] = [];
    for (const cameraId of cameraIds) {
      const cells: (CutCell | null)[] = [];
      for (let at = 0; at + 1 < bounds.length; at++) cells.push(this.#known(cameraId, bounds[at], bounds[at + 1]));
      await this.#addNewest(cameraId, bounds, cells);
      found.push({ cameraId, cells });
    }
    this.#wanted = { cameraIds, bounds };
    if (found.some(({ cells }) => cells.includes(null)) && !this.#ending.signal.aborted) this.#look();
    return found;
  }

  /** The vault is locked: nothing more is looked at until the next question, and what was found is forgotten. */
  async lock(): Promise<void> {
    this.#wanted = null;
    this.#ending.abort();
    await this.#looking;
    this.#kept.clear();
    this.#ending = new AbortController();
  }

  /** Every stretch of the last question is looked at. */
  async looked(): Promise<void> {
    await this.#looking;
  }

  async close(): Promise<void> {
    this.#stopWatching();
    this.#wanted = null;
    this.#ending.abort();
    await this.#looking;
  }

  #known(cameraId: CameraId, fromMs = 0, toMs = 0): CutCell | null {
    return this.#kept.get(cameraId)?.get(`${fromMs}-${toMs}`)?.cell ?? null;
  }

  #isOver(toMs: number): boolean {
    return toMs < this.#now() - settledMs;
  }

  /** What is not over, or was only just: read with every question, for there is one such stretch, or two. */
  async #addNewest(cameraId: CameraId, bounds: readonly number[], cells: (CutCell | null)[]): Promise<void> {
    const first = bounds.findIndex((bound, at) => at > 0 && !this.#isOver(bound)) - 1;
    if (first < 0) return;
    const fresh = await this.#read(cameraId, bounds.slice(first));
    for (const [at, cell] of fresh.entries()) cells[first + at] = cell;
  }

  async #read(cameraId: CameraId, bounds: readonly number[]): Promise<CutCell[]> {
    const { library } = this.#options;
    const spans = await library.spans(cameraId, bounds[0] ?? 0, bounds.at(-1) ?? 0);
    return cutCells(spans, bounds, await library.bytesBegun(cameraId, bounds));
  }

  #look(): void {
    this.#looking ??= this.#lookAtAll(this.#ending.signal)
      .catch(this.#options.on.defect)
      .finally(() => {
        this.#looking = null;
        if (!this.#ending.signal.aborted) this.#options.on.changed(true);
      });
  }

  async #lookAtAll(signal: AbortSignal): Promise<void> {
    const pace = new Pace(share);
    // While it was locked in between, the causes of gaps could not be read.
    const isOver = (): boolean => signal.aborted || !this.#options.isOpen();
    for (let part = this.#nextPart(); part && !isOver(); part = this.#nextPart()) {
      const { cameraId, bounds } = part;
      const cells = await this.#read(cameraId, bounds);
      if (isOver()) return;
      for (const [at, cell] of cells.entries()) this.#keep(cameraId, bounds[at] ?? 0, bounds[at + 1] ?? 0, cell);
      this.#tell();
      await pace.rest(signal);
    }
  }

  /** What is looked at next: the newest of what is over and not known, with what goes before it within a day. */
  #nextPart(): { cameraId: CameraId; bounds: readonly number[] } | null {
    const { cameraIds, bounds } = this.#wanted ?? { cameraIds: [], bounds: [] };
    // A camera after the other within a day, so that the day's column fills; a day's index is read once either way.
    for (let at = bounds.length - 2; at >= 0; at--) {
      const [fromMs = 0, toMs = 0] = [bounds[at], bounds[at + 1]];
      if (!this.#isOver(toMs)) continue;
      const cameraId = cameraIds.find((id) => this.#known(id, fromMs, toMs) === null);
      if (cameraId === undefined) continue;
      let first = at;
      while (first > 0 && toMs - (bounds[first - 1] ?? 0) <= mostReadMs) first -= 1;
      return { cameraId, bounds: bounds.slice(first, at + 2) };
    }
    return null;
  }

  #keep(cameraId: CameraId, fromMs: number, toMs: number, cell: CutCell): void {
    const kept = this.#kept.get(cameraId) ?? new Map<string, Kept>();
    this.#kept.set(cameraId, kept);
    kept.set(`${fromMs}-${toMs}`, { fromMs, toMs, cell });
    for (const key of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(key);
    }
  }

  /** What changed on a day can change the cause of a gap up to the next recording. */
  #dropDay(cameraId: CameraId, dayStartMs: number): void {
    const kept = this.#kept.get(cameraId);
    if (!kept) return;
    let reached = false;
    for (const [key, { fromMs, toMs, cell }] of [...kept].sort(([, a], [, b]) => a.fromMs - b.fromMs)) {
      if (reached) break;
      if (toMs <= dayStartMs) continue;
      kept.delete(key);
      reached = fromMs >= dayStartMs + dayMs && cell.recordedMs > 0;
    }
  }

  #tell(): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    this.#options.on.changed(false);
  }
}

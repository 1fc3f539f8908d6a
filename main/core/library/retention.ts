/**
 * Keeps the recordings within their room: never more bytes than allowed, always some space free on the disk, and no
 * camera's recordings longer than its days. What goes is whatGoes.ts's to find; this deletes it, once a minute and when
 * asked, and says beforehand what other rules would delete. The open recordings never go, nor protected ones: when
 * nothing else is left, `overBytes` says so, and it is not tried again before the next check. While the clock is doubted
 * (clockTrust.ts) nothing goes for its age; where deleting makes no room (freedRoom.ts), nothing more goes for the disk's.
 */
import { statfs } from 'node:fs/promises';
import type { CameraId, Holding } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { ClockTrust } from './clockTrust.ts';
import { FreedRoom } from './freedRoom.ts';
import { count, noHolding } from './holding.ts';
import type { Library, RecordingRow } from './library.ts';
import { dayOf } from './recordingName.ts';
import { type DiskRoom, type KeepRule, whatGoes } from './whatGoes.ts';

const gigabyte = 1_000_000_000;
const mostByDefaultBytes = 500 * gigabyte;
const shareOfFree = 0.8;
/** Below this, or this share of the disk, other programs begin to fail: recordings make room before that. */
const floorBytes = gigabyte;
const floorShare = 0.02;
const everyMs = 60_000;

/** The most that recordings may take where the user said nothing: fixed when the vault is new. */
export function defaultKeepBytes(freeBytes: number, usedBytes = 0): number {
  return Math.min(mostByDefaultBytes, Math.floor((freeBytes + usedBytes) * shareOfFree));
}

/** What must stay free on a disk of this size. */
export function floorOf(totalBytes: number): number {
  // On a disk of a few gigabytes a whole one would leave little to record on.
  return Math.min(Math.max(floorBytes, totalBytes * floorShare), totalBytes * 0.1);
}

/** There is less room than must stay free. */
export function isFull(room: DiskRoom | null): boolean {
  return room !== null && room.freeBytes < floorOf(room.totalBytes);
}

export async function roomOf(folder: string): Promise<DiskRoom> {
  const disk = await statfs(folder);
  return { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize };
}

/** What the user decides about keeping. */
export type KeepWishes = Pick<KeepRule, 'keepBytes' | 'keepDays' | 'isProtected'>;

export function ruleOf(wishes: KeepWishes, { freeBytes, totalBytes }: DiskRoom, nowMs: number): KeepRule {
  return { ...wishes, freeBytes, floorBytes: floorOf(totalBytes), nowMs };
}

export interface Deleted {
  recordings: number;
  sizeBytes: number;
  /** Still over, and nothing more may go. */
  overBytes: number;
}

/** Deletes what goes by the rule, and the folders of days that hold no recording any more. */
export async function keepWithin(library: Library, rule: KeepRule, signal: AbortSignal): Promise<Deleted> {
  const deleted = noHolding();
  const remove = async (rows: readonly RecordingRow[]): Promise<void> => {
    // Some may have been protected since they were found.
    const going = rows.filter((row) => !rule.isProtected(row));
    const [first] = going;
    if (!first) return;
    await library.removal.remove(going);
    await library.removal.removeEmptyDay(first.cameraId, dayOf(first.startMs));
    count(deleted, going);
  };
  const overBytes = await whatGoes(library, rule, remove, signal);
  return { recordings: deleted.recordings, sizeBytes: deleted.sizeBytes, overBytes };
}

export interface Preview {
  total: Holding;
  cameras: Map<CameraId, Holding>;
  overBytes: number;
}

/** What `keepWithin` would delete. */
export async function previewOf(library: Library, rule: KeepRule, signal: AbortSignal): Promise<Preview> {
  const total = noHolding();
  const cameras = new Map<CameraId, Holding>();
  const take = (rows: readonly RecordingRow[]): void => {
    const cameraId = rows[0]?.cameraId ?? '';
    const holding = cameras.get(cameraId) ?? noHolding();
    count(holding, rows);
    count(total, rows);
    cameras.set(cameraId, holding);
  };
  const overBytes = await whatGoes(library, rule, take, signal);
  return { total, cameras, overBytes };
}

export interface RetentionOptions {
  library: Library;
  /** The vault's folder. */
  folder: string;
  /** Asked at every check. */
  wishes: () => KeepWishes;
  /** Why the vault is not there to be looked after; null when it is. */
  away?: () => Promise<unknown>;
  now?: () => number;
  /** A clock that is never set. */
  steadyMs?: () => number;
  /** How full the disk of a folder is. */
  room?: (folder: string) => Promise<DiskRoom>;
  clock?: ClockTrust;
  on?: {
    /** `isBelieved`: the clock; nothing goes for its age while it is not. */
    checked?: (deleted: Deleted, clock: { isBelieved: boolean; nowMs: number }) => void | Promise<void>;
    defect?: (error: unknown) => void;
  };
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #ending = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #clock: ClockTrust;
  readonly #freed = new FreedRoom();
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  /** Ends the check that runs. */
  #round = new AbortController();
  #previewing: AbortController | null = null;
  /** What was over after the last check, because nothing more may go. */
  overBytes = 0;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? new ClockTrust();
    this.#timer = setInterval(() => this.soon(), everyMs);
    this.#timer.unref();
  }

  /** Starts a check, unless one is running. Called after each finished recording. */
  soon(): void {
    void this.check();
  }

  /** One check; the one that runs already, if there is one. */
  check(): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    this.#running ??= this.#check().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** A check by rules that the user has just changed; one that runs by the old ones ends. */
  checkAnew(): Promise<void> {
    this.#clock.trust((this.#options.now ?? Date.now)());
    if (!this.#running) return this.check();
    this.#round.abort();
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      return this.check();
    });
    return this.#next;
  }

  /** What would go by other rules. A newer question ends this one: `cancelled`. */
  async preview(wishes: KeepWishes): Promise<Outcome<Preview>> {
    this.#previewing?.abort();
    const previewing = new AbortController();
    this.#previewing = previewing;
    const signal = AbortSignal.any([previewing.signal, this.#ending.signal]);
    const { library, folder, now = Date.now } = this.#options;
    const preview = await previewOf(library, ruleOf(wishes, await roomOf(folder), now()), signal);
    return signal.aborted ? bad({ code: 'cancelled' }) : good(preview);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#ending.abort();
    await this.#running;
  }

  async #check(): Promise<void> {
    const { library, folder, wishes, away, room, on } = this.#options;
    const { now = Date.now, steadyMs = () => performance.now() } = this.#options;
    this.#round = new AbortController();
    const signal = AbortSignal.any([this.#round.signal, this.#ending.signal]);
    try {
      if (await away?.()) return;
      const nowMs = now();
      const isBelieved = await this.#clock.believes(nowMs, () => newestBefore(library, nowMs));
      const wished = isBelieved ? wishes() : { ...wishes(), keepDays: () => null };
      const disk = await (room ?? roomOf)(folder);
      const rule = ruleOf(wished, disk, nowMs);
      const roomNow = { ...rule, usedBytes: await library.usedBytes(), steadyMs: steadyMs() };
      const deleted = await keepWithin(library, { ...rule, freeBytes: this.#freed.believed(roomNow) }, signal);
      this.#freed.deleted(deleted.sizeBytes, roomNow);
      if (!signal.aborted) this.overBytes = deleted.overBytes;
      await on?.checked?.(deleted, { isBelieved, nowMs });
    } catch (error) {
      if (isGone(error)) return;
      if (!on?.defect) throw error;
      on.defect(error);
    }
  }
}

/** End of what was recorded last before then; null when nothing was. */
async function newestBefore(library: Library, nowMs: number): Promise<number | null> {
  const ends: number[] = [];
  for (const cameraId of await library.cameras()) {
    for (const day of (await library.days(cameraId)).toReversed()) {
      const ended = (await library.rowsOf(cameraId, day)).map(({ endMs }) => endMs).filter((endMs) => endMs <= nowMs);
      for (const endMs of ended) ends.push(endMs);
      if (ended.length > 0) break;
    }
  }
  return ends.length > 0 ? ends.reduce((late, endMs) => Math.max(late, endMs)) : null;
}

/** The folder is not there (a drive that was taken away): the recorder says so; there is nothing to delete. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EIO');
}

/**
 * Keeps the recordings within their room: never more bytes than allowed, always some space free on the disk, and no
 * camera's recordings longer than its days. The oldest go first, over all cameras; the open recordings never. Runs once
 * a minute and when asked. A check costs nothing while there is room: the library keeps the running total.
 */
import { statfs } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import type { Library, RecordingRow } from './library.ts';
import { dayMs, dayOf } from './recordingName.ts';

const gigabyte = 1_000_000_000;
const mostByDefaultBytes = 500 * gigabyte;
const shareOfFree = 0.8;
/** Below this, or this share of the disk, other programs begin to fail: recordings make room before that. */
const floorBytes = gigabyte;
const floorShare = 0.02;
const everyMs = 60_000;
/** Deleted in one step, so that one index is written once for many. */
const mostAtOnce = 60;

export interface DiskRoom {
  freeBytes: number;
  totalBytes: number;
}

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

export interface KeepRule {
  library: Library;
  keepBytes: number;
  room: DiskRoom;
  /** Days to keep; null: as long as there is room. */
  keepDays?: (cameraId: CameraId) => number | null;
  nowMs: number;
  signal?: AbortSignal;
}

export interface Deleted {
  recordings: number;
  sizeBytes: number;
}

/** Deletes the oldest recordings until all rules hold, and the folders of days that hold none any more. */
export async function keepWithin(rule: KeepRule): Promise<Deleted> {
  const { library, keepBytes, room } = rule;
  const deleted = await deleteOutdated(rule);
  for (;;) {
    if (rule.signal?.aborted) return deleted;
    const overBytes = (await library.usedBytes()) - keepBytes;
    const missingBytes = floorOf(room.totalBytes) - (room.freeBytes + deleted.sizeBytes);
    const wantedBytes = Math.max(overBytes, missingBytes);
    if (wantedBytes <= 0) return deleted;
    const oldest = await oldestOfAll(library);
    const chosen: RecordingRow[] = [];
    for (let sum = 0; sum < wantedBytes && chosen.length < Math.min(oldest.length, mostAtOnce);) {
      const row = oldest[chosen.length];
      if (!row) break;
      chosen.push(row);
      sum += row.sizeBytes;
    }
    if (chosen.length === 0) return deleted;
    await remove(library, chosen, deleted);
  }
}

async function deleteOutdated({ library, keepDays, nowMs, signal }: KeepRule): Promise<Deleted> {
  const deleted = { recordings: 0, sizeBytes: 0 };
  for (const cameraId of await library.cameras()) {
    const days = keepDays?.(cameraId) ?? null;
    if (days === null) continue;
    for (;;) {
      if (signal?.aborted) return deleted;
      const oldest = await library.oldest(cameraId);
      const outdated = oldest.filter(({ endMs }) => endMs <= nowMs - days * dayMs).slice(0, mostAtOnce);
      if (outdated.length === 0) break;
      await remove(library, outdated, deleted);
    }
  }
  return deleted;
}

/** The oldest recordings over all cameras, in order; of each camera those of its oldest day. */
async function oldestOfAll(library: Library): Promise<RecordingRow[]> {
  const firsts: RecordingRow[][] = [];
  for (const cameraId of await library.cameras()) firsts.push(await library.oldest(cameraId));
  // Beyond the end of the shortest of these days a camera's next day could hold older recordings than another's.
  const reachMs = Math.min(...firsts.flatMap((rows) => rows.at(-1)?.startMs ?? []));
  return firsts
    .flat()
    .filter(({ startMs }) => startMs <= reachMs)
    .sort((a, b) => a.startMs - b.startMs);
}

async function remove(library: Library, rows: readonly RecordingRow[], deleted: Deleted): Promise<void> {
  await library.remove(rows);
  deleted.recordings += rows.length;
  deleted.sizeBytes += rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const days = new Set(rows.map(({ cameraId, startMs }) => `${cameraId}/${dayOf(startMs)}`));
  for (const key of days) {
    const [cameraId = '', day = ''] = key.split('/');
    await library.removeEmptyDay(cameraId, day);
  }
}

export interface RetentionOptions {
  library: Library;
  /** The vault's folder. */
  folder: string;
  /** Asked at every check. */
  keepBytes: () => number;
  keepDays: (cameraId: CameraId) => number | null;
  /** Why the vault is not there to be looked after; null when it is. */
  away?: () => Promise<unknown>;
  now?: () => number;
  on?: { deleted?: (deleted: Deleted) => void; defect?: (error: unknown) => void };
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #ending = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
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

  /** May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#ending.abort();
    await this.#running;
  }

  async #check(): Promise<void> {
    const { library, folder, keepBytes, keepDays, away, now = Date.now, on } = this.#options;
    try {
      if (await away?.()) return;
      const room = await roomOf(folder);
      const rule = { library, keepBytes: keepBytes(), keepDays, room, nowMs: now(), signal: this.#ending.signal };
      const deleted = await keepWithin(rule);
      if (deleted.recordings > 0) on?.deleted?.(deleted);
    } catch (error) {
      if (isGone(error)) return;
      if (!on?.defect) throw error;
      on.defect(error);
    }
  }
}

/** The folder is not there (a drive that was taken away): the recorder says so; there is nothing to delete. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EIO');
}

/**
 * The rules of keeping, and what goes by them: first what is older than its camera's days, then the oldest of all
 * cameras until the size holds and the disk has some room. One walk finds it, for the deletion and for its preview, so
 * that the two cannot differ. Protected recordings are passed over. Reads a day at a time and lets the program breathe
 * between two; changes nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CameraId } from '../../contract/model.ts';
import type { Library, RecordingRow } from './library.ts';
import { dayMs, dayOf } from './recordingName.ts';

export interface DiskRoom {
  freeBytes: number;
  totalBytes: number;
}

export interface KeepRule {
  keepBytes: number;
  /** What must stay free on the disk. */
  floorBytes: number;
  freeBytes: number;
  /** Days to keep; null: as long as there is room. */
  keepDays: (cameraId: CameraId) => number | null;
  /** It stays, whatever the rules say. */
  isProtected: (row: RecordingRow) => boolean;
  nowMs: number;
}

/** Told of what goes: recordings of one camera and one day, which is empty afterwards when they are all it has. */
export type Take = (rows: readonly RecordingRow[]) => Promise<void> | void;

/**
 * Calls `take` for everything that goes, the oldest first within each rule. Returns the bytes that are still over when
 * nothing more may go. Ends early, at a whole day, when the signal is aborted.
 */
export async function whatGoes(library: Library, rule: KeepRule, take: Take, signal: AbortSignal): Promise<number> {
  const usedBytes = await library.usedBytes();
  let goneBytes = 0;
  const goes = async (rows: readonly RecordingRow[]): Promise<void> => {
    if (rows.length === 0) return;
    goneBytes += rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    await take(rows);
  };

  const cameras = await library.cameras();
  const cutoffs = new Map(cameras.map((cameraId) => [cameraId, cutoffMs(rule, cameraId)]));
  const isOutdated = (row: RecordingRow): boolean => row.endMs <= (cutoffs.get(row.cameraId) ?? -1);
  for (const [cameraId, beforeMs] of cutoffs) {
    for (const day of beforeMs < 0 ? [] : await library.days(cameraId)) {
      if (signal.aborted || day > dayOf(beforeMs)) break;
      await nextTurn();
      const rows = await library.rowsOf(cameraId, day);
      await goes(rows.filter((row) => isOutdated(row) && !rule.isProtected(row)));
    }
  }

  const wantedBytes = Math.max(usedBytes - rule.keepBytes, rule.floorBytes - rule.freeBytes);
  if (goneBytes >= wantedBytes) return 0;
  for (const [day, having] of await daysOfAll(library, cameras)) {
    if (signal.aborted) break;
    await nextTurn();
    const rows: RecordingRow[] = [];
    for (const cameraId of having) rows.push(...(await library.rowsOf(cameraId, day)));
    // A recording lies under the day it began, so that the days in order hold all recordings in order.
    const candidates = rows.filter((row) => !isOutdated(row) && !rule.isProtected(row));
    const chosen = oldestUpTo(candidates, wantedBytes - goneBytes);
    for (const group of Map.groupBy(chosen, (row) => row.cameraId).values()) await goes(group);
    if (goneBytes >= wantedBytes) return 0;
  }
  return Math.max(0, wantedBytes - goneBytes);
}

/** What ends up to then is outdated; -1: nothing is. */
function cutoffMs({ keepDays, nowMs }: KeepRule, cameraId: CameraId): number {
  const days = keepDays(cameraId);
  return days === null ? -1 : nowMs - days * dayMs;
}

/** The days of which anybody has a folder, in order, and who. */
async function daysOfAll(library: Library, cameras: readonly CameraId[]): Promise<[string, CameraId[]][]> {
  const days = new Map<string, CameraId[]>();
  for (const cameraId of cameras) {
    for (const day of await library.days(cameraId)) days.set(day, [...(days.get(day) ?? []), cameraId]);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** As few as make up the bytes. */
function oldestUpTo(rows: readonly RecordingRow[], wantedBytes: number): RecordingRow[] {
  const chosen: RecordingRow[] = [];
  let sum = 0;
  for (const row of [...rows].sort((a, b) => a.startMs - b.startMs)) {
    if (sum >= wantedBytes) break;
    chosen.push(row);
    sum += row.sizeBytes;
  }
  return chosen;
}

/** When the vault will be full, from how much a day brings and by which rules recordings go. Pure: an estimate. */
import type { Fullness } from '../../contract/health.ts';
import { dayMs } from './recordingName.ts';

export interface Filling {
  usedBytes: number;
  /** The most that recordings may take. */
  keepBytes: number;
  freeBytes: number;
  /** What must stay free on the disk. */
  floorBytes: number;
  /** null where nothing tells. */
  aDayBytes: number | null;
  /** Of the camera that is kept longest; null: one is kept as long as there is room. */
  keepDays: number | null;
  /** Age of the oldest recording; 0 where there is none. */
  oldestAgeMs: number;
}

/** Above this share of its size the vault is as good as full: retention keeps it a little below. */
const fullShare = 0.995;

export function fullnessOf(filling: Filling): Fullness {
  const { usedBytes, keepBytes, freeBytes, floorBytes, aDayBytes, keepDays, oldestAgeMs } = filling;
  if (aDayBytes === null) return { state: 'unknown' };
  const roomBytes = Math.min(keepBytes - usedBytes, freeBytes - floorBytes);
  // The rule may allow more than the disk has.
  if (roomBytes <= Math.max(0, (usedBytes + roomBytes) * (1 - fullShare))) {
    return { state: 'now', keepsMs: (usedBytes / aDayBytes) * dayMs };
  }
  const leftMs = (roomBytes / aDayBytes) * dayMs;
  // From then on as much goes for its age as comes.
  const growsMs = keepDays === null ? Infinity : Math.max(0, keepDays * dayMs - oldestAgeMs);
  return leftMs > growsMs ? { state: 'days' } : { state: 'in', leftMs };
}

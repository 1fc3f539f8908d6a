/**
 * What the changes that were read off a screen (screenReader.ts) tell. Pure. All times are epoch milliseconds.
 */
import { cameraOf } from './latency.ts';
import type { Change } from './screenReader.ts';

export interface Press {
  atMs: number;
  /** Another press follows, or nobody waits any longer. */
  untilMs: number;
}

export interface FirstPicture {
  /** Of the yard's cameras. */
  camera: number;
  waitedMs: number;
}

/** What each press brought; null when no other camera's picture came before the next one. */
export function firstPicturesOf(changes: Change<number | null>[], presses: Press[]): (FirstPicture | null)[] {
  const seen = changes.flatMap(([number, atMs]) => (number === null ? [] : [{ camera: cameraOf(number), atMs }]));
  return presses.map(({ atMs, untilMs }) => {
    const before = seen.findLast((one) => one.atMs <= atMs)?.camera;
    const first = seen.find((one) => one.atMs > atMs && one.atMs < untilMs && one.camera !== before);
    return first ? { camera: first.camera, waitedMs: first.atMs - atMs } : null;
  });
}

/** How long a part showed nothing, at a time. */
export function longestBlankMs(changes: Change<boolean>[], endedMs: number): number {
  return Math.max(
    0,
    ...changes.map(([blank, atMs], index) => (blank ? (changes[index + 1]?.[1] ?? endedMs) - atMs : 0)),
  );
}

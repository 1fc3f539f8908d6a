/**
 * One pattern a cause, the same in the tile, the timeline, the strip and the legend: the class that draws it. Coral is
 * a fault, grey is not.
 */
import type { GapCause, Span } from '../../main/contract/model.ts';

const patterns = {
  lost: 'g g-lost',
  network: 'g g-network',
  refused: 'g g-refused',
  notKeptUp: 'g g-full',
  diskFull: 'g g-full',
  diskGone: 'g g-full',
  codec: 'g g-full',
  closed: 'g g-off',
  asleep: 'g g-off',
  clock: 'g g-off',
  unknown: 'g g-off',
  paused: 'g g-paused',
  off: 'g g-paused',
  privacy: 'g g-paused',
  noEvent: 'g g-waiting',
  schedule: 'g g-hours',
  deleted: 'g g-deleted',
} as const satisfies Record<GapCause, string>;

export function gapPattern(cause: GapCause): string {
  return patterns[cause];
}

/** Whether the pattern is coral: something failed, and nobody had asked for it. */
export function isFault(cause: GapCause): boolean {
  return /g-(lost|refused|full)$/.test(patterns[cause]);
}

export function spanPattern(span: Span): string {
  return span.kind === 'recorded' ? 'r' : patterns[span.cause];
}

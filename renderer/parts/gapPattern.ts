/**
 * Which pattern a gap wears: one a cause, the same in the tile, the timeline, the strip and the legend. The patterns
 * themselves are in style/spans.css.
 */
import type { GapCause } from '../../main/contract/model.ts';

export const gapPatterns = {
  lost: 'g-lost',
  refused: 'g-refused',
  notKeptUp: 'g-full',
  diskFull: 'g-full',
  closed: 'g-off',
  asleep: 'g-off',
  paused: 'g-paused',
  deleted: 'g-deleted',
  clock: 'g-other',
  codec: 'g-other',
  unknown: 'g-other',
} as const satisfies Record<GapCause, string>;

/** Whether it is a fault, in the signal colour, or what somebody meant to happen, in grey. */
export function isFault(cause: GapCause): boolean {
  return !['closed', 'asleep', 'paused', 'deleted'].includes(cause);
}

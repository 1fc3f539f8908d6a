/**
 * What of a time in which a camera is recorded only around events is to be recorded, by the motion that was raised: from
 * the pre-roll before each to the post-roll behind it, and nothing between. Where nobody can know whether the motion was
 * heard in time (nobody had subscribed; the program or the camera was away) either may be told.
 */
import type { Setting } from './fakedClock.ts';
import type { Condition, Stretch } from './story.ts';
import { isDue, type Raised, withinMs } from './storyEvents.ts';

/** From then to then the user wants only events; epoch ms of the computer. */
export interface Awaited extends Stretch {
  preRollMs: number;
  postRollMs: number;
}

/** The distance of keyframes, and half a second of a fragment: both rolls reach to a keyframe. */
const rollEdgeMs = 1500;

/** Conditions of their own, beside those that disturbed the hearing (`around`). In order, none beside another. */
export function quietOf(
  awaited: readonly Awaited[],
  raised: readonly Raised[],
  around: { conditions: readonly Condition[]; clock: readonly Setting[] },
): Condition[] {
  return awaited.flatMap((one) => {
    const rolls = raised.map(({ fromMs, toMs }) => ({ fromMs: fromMs - one.preRollMs, toMs: toMs + one.postRollMs }));
    const isKnown = raised.map((motion) => isDue(motion, around.conditions, around.clock));
    const known = rolls.filter((_, nth) => isKnown[nth]);
    // A pre-roll is shorter by what it took to hear of the motion, so much as an event may be late.
    const maybe = rolls
      .filter((_, nth) => !isKnown[nth])
      .map(({ fromMs, toMs }) => ({ fromMs: fromMs - rollEdgeMs, toMs: toMs + rollEdgeMs }));
    return piecesOf(one, [...known, ...maybe]).flatMap(({ fromMs, toMs }): Condition[] => {
      const holds = (roll: Stretch): boolean => roll.fromMs < toMs && roll.toMs > fromMs;
      if (known.some(holds)) return [];
      const within = { beginsWithinMs: rollEdgeMs, endsWithinMs: withinMs };
      const quiet: Condition = { level: 'event', cause: 'noEvent', fromMs, toMs, ...within };
      return [maybe.some(holds) ? { ...quiet, orRecorded: true } : quiet];
    });
  });
}

/** The stretch, cut wherever one of the others begins or ends. */
function piecesOf({ fromMs, toMs }: Stretch, others: readonly Stretch[]): Stretch[] {
  const cuts = others.flatMap((one) => [one.fromMs, one.toMs]).filter((atMs) => atMs > fromMs && atMs < toMs);
  const all = [...new Set([fromMs, ...cuts, toMs])].sort((one, other) => one - other);
  return all.slice(1).map((untilMs, nth) => ({ fromMs: all[nth] ?? fromMs, toMs: untilMs }));
}

/**
 * Motion raised at known moments, and what is on the timeline of it: each within two seconds, none twice, none lost, none
 * that was not raised. A camera that is away or a program that does not run hears nothing: only what was raised while all
 * was well must be there, and what is there must have been raised.
 */
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import { type Setting, wallOf } from './fakedClock.ts';
import type { Condition } from './story.ts';

/** By the computer's own clock. */
export interface Raised {
  fromMs: number;
  toMs: number;
  /** Somebody had subscribed when it began. */
  heard: boolean;
}

export interface EventFigures {
  raised: number;
  /** Raised while all was well. */
  due: number;
  found: number;
  late: number;
  lost: number;
  twice: number;
  invented: number;
  /** The furthest that one lay from the moment at which it was raised. */
  worstMs: number;
  /** What is wrong, in words: each event that is late, lost, told twice or invented, and when. */
  odd: string[];
}

export const noEvents: EventFigures = {
  raised: 0,
  due: 0,
  found: 0,
  late: 0,
  lost: 0,
  twice: 0,
  invented: 0,
  worstMs: 0,
  odd: [],
};

/** A motion is on the timeline within so much of the moment at which it was raised. */
export const withinMs = 2000;
/** Further away it is another event. */
const sameMs = 4000;
/** A connection that hangs is given up after so long, and what the camera kept meanwhile is heard then. */
const keptMs = 35_000;
/** After trouble the camera is connected to first, and then subscribed to; what is heard is written a moment later. */
const marginMs = { before: 12_000, after: 5000 };

export function compareEvents(
  raised: readonly Raised[],
  told: readonly CameraEvent[],
  { conditions, clock }: { conditions: readonly Condition[]; clock: readonly Setting[] },
): EventFigures {
  const figures: EventFigures = { ...noEvents, raised: raised.length, odd: [] };
  const say = (what: string, atMs: number): unknown => figures.odd.push(`${what} ${new Date(atMs).toISOString()}`);
  const unexplained = new Set(told);
  for (const one of raised) {
    const wallMs = wallOf(clock, one.fromMs);
    const near = told.filter(({ fromMs }) => Math.abs(fromMs - wallMs) <= sameMs);
    for (const event of near) unexplained.delete(event);
    // Where the clock was set back, two can have been raised at the same time.
    const sameTime = raised.filter((other) => Math.abs(wallOf(clock, other.fromMs) - wallMs) <= 2 * sameMs).length;
    if (near.length > sameTime) say('told twice', wallMs);
    figures.twice += Math.max(0, near.length - sameTime);
    if (!isDue(one, conditions, clock)) continue;
    figures.due++;
    const offMs = Math.min(...near.map(({ fromMs }) => Math.abs(fromMs - wallMs)));
    if (near.length === 0) {
      figures.lost++;
      say('lost', wallMs);
    } else {
      figures.worstMs = Math.max(figures.worstMs, Math.round(offMs));
      if (offMs <= withinMs) figures.found++;
      else {
        figures.late++;
        say('late', wallMs);
      }
    }
  }
  // What holds when a camera is reached again is told then: it was raised before, and is still going on.
  const goesOn = (event: CameraEvent): boolean =>
    raised.some(
      ({ fromMs, toMs }) => event.fromMs >= wallOf(clock, fromMs) && event.fromMs <= wallOf(clock, toMs) + withinMs,
    );
  // What a camera kept over a setting of the clock is told by the new one: nobody knows which of them was right.
  const kept = (event: CameraEvent): boolean =>
    raised.some(({ fromMs }) =>
      clock.some(
        ({ realMs, offsetMs }) =>
          realMs > fromMs && realMs - fromMs < keptMs && Math.abs(event.fromMs - fromMs - offsetMs) <= withinMs,
      ),
    );
  const invented = [...unexplained].filter((event) => !goesOn(event) && !kept(event));
  figures.invented = invented.length;
  const raisedAt = (one: Raised): number => wallOf(clock, one.fromMs);
  for (const { fromMs } of invented) {
    const [nearest] = raised.toSorted((a, b) => Math.abs(raisedAt(a) - fromMs) - Math.abs(raisedAt(b) - fromMs));
    say(`raised ${nearest ? new Date(raisedAt(nearest)).toISOString() : 'never'}, invented`, fromMs);
  }
  return figures;
}

export function sumEvents(all: readonly EventFigures[]): EventFigures {
  return all.reduce(
    (sum, one) => ({
      raised: sum.raised + one.raised,
      due: sum.due + one.due,
      found: sum.found + one.found,
      late: sum.late + one.late,
      lost: sum.lost + one.lost,
      twice: sum.twice + one.twice,
      invented: sum.invented + one.invented,
      worstMs: Math.max(sum.worstMs, one.worstMs),
      odd: [...sum.odd, ...one.odd],
    }),
    noEvents,
  );
}

/** Whether it must have been heard when it was raised: all was well, from long before it to behind it. */
export function isDue(
  { fromMs, toMs, heard }: Raised,
  conditions: readonly Condition[],
  clock: readonly Setting[],
): boolean {
  const [sinceMs, untilMs] = [fromMs - marginMs.before, toMs + marginMs.after];
  const disturbed = conditions.some((one) => one.fromMs < untilMs && one.toMs > sinceMs);
  const set = clock.some(({ realMs }) => realMs > sinceMs && realMs < untilMs);
  return heard && !disturbed && !set;
}

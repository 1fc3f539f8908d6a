/**
 * Decides whether a camera is to be recorded at a moment: its plan, its events, privacy and the user's pause, in one
 * answer. Pure; the hours of a plan are those of the computer's time zone, where an hour that occurs twice in autumn is
 * meant both times, and one that is left out in spring does not come. Doing it is the gate's (`gate.ts`).
 */
import {
  daysOfWeek,
  everyHour,
  type QuietCause,
  type RecordingPlan,
  type Wanted,
  type WeekHours,
} from '../../contract/recordingPlan.ts';

/** What is known of a camera's events. */
export interface HeardEvents {
  /** False where the camera tells none, or its events do not reach us at the moment. */
  heard: boolean;
  /** One lasts now. */
  active: boolean;
  /** UTC ms: when the last one was over; null where there was none. */
  lastMs: number | null;
}

export const noEvents: HeardEvents = { heard: false, active: false, lastMs: null };

export interface Facts {
  plan: RecordingPlan;
  /** The user paused this camera. */
  paused: boolean;
  /**
   * Everything is paused until it is ended, which is to be at that moment (UTC ms; null: nobody knows); null: it is not.
   * The moment is only told: a clock that is set must not end it.
   */
  privacy: { untilMs: number | null } | null;
  events: HeardEvents;
}

/** Zones differ from UTC by whole quarters of an hour, and change at such. */
const quarterMs = 900_000;
/** An hour of the week that a night in spring leaves out comes again a week later. */
const aheadMs = 15 * 86_400_000;

/**
 * What holds at `nowMs` (UTC). `untilMs` of the answer is the first moment at which it may be another one, as far as
 * that is known; always later than `nowMs`, but for privacy that is about to be ended.
 */
export function wantedAt({ plan, paused, privacy, events }: Facts, nowMs: number): Wanted {
  if (privacy) return not('privacy', privacy.untilMs);
  if (paused) return not('paused', null);
  if (plan.mode === 'off') return not('off', null);
  const edgeMs = nextEdge(plan.hours, nowMs);
  if (!isWithin(plan.hours, nowMs)) return not('schedule', edgeMs);
  if (plan.mode === 'always') return { records: true, because: 'always', untilMs: edgeMs };
  if (events.active) return { records: true, because: 'event', untilMs: edgeMs };
  const overMs = events.lastMs === null ? -Infinity : events.lastMs + plan.postRollSeconds * 1000;
  // One that is to come is a clock that was set back.
  const follows = overMs > nowMs && overMs - nowMs <= plan.postRollSeconds * 1000;
  if (follows) return { records: true, because: 'event', untilMs: Math.min(overMs, edgeMs ?? Infinity) };
  if (!events.heard) return { records: true, because: 'unheard', untilMs: edgeMs };
  return not('noEvent', edgeMs);
}

function not(cause: QuietCause, untilMs: number | null): Wanted {
  return { records: false, cause, untilMs };
}

/** Whether the hour of this moment is one of them. */
export function isWithin(hours: WeekHours | null, atMs: number): boolean {
  if (hours === null) return true;
  const local = new Date(atMs);
  return isMeant(hours, (local.getDay() + daysOfWeek - 1) % daysOfWeek, local.getHours());
}

/** `day`: 0 is Monday. */
export function isMeant(hours: WeekHours, day: number, hour: number): boolean {
  return (((hours[day] ?? 0) >>> hour) & 1) === 1;
}

/** The first moment after `nowMs` at which hours begin or end; null where none is near, or ever. */
export function nextEdge(hours: WeekHours | null, nowMs: number): number | null {
  if (hours === null || hours.every((day) => day === everyHour) || hours.every((day) => day === 0)) return null;
  const now = isWithin(hours, nowMs);
  const first = (Math.floor(nowMs / quarterMs) + 1) * quarterMs;
  for (let atMs = first; atMs <= nowMs + aheadMs; atMs += quarterMs) {
    if (isWithin(hours, atMs) !== now) return atMs;
  }
  return null;
}

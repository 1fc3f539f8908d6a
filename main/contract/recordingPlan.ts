/**
 * When a camera is recorded, as its owner wants it: always, only around events, or not at all, and in which hours of
 * the week. What comes of it now (`Wanted`) is decided by `core/recorder/decide.ts`.
 */
import * as v from 'valibot';

/** Why nothing is recorded although all is well: because the user wants it so. Never a fault. */
export const quietCauses = ['paused', 'noEvent', 'schedule', 'off', 'privacy'] as const;
export type QuietCause = (typeof quietCauses)[number];

export function isQuiet(cause: string): cause is QuietCause {
  const quiet: readonly string[] = quietCauses;
  return quiet.includes(cause);
}

/**
 * Hours of the week in the computer's local time: for each day, Monday first, a whole number whose bit h (of value 2^h)
 * says whether the hour from h:00 on is meant.
 */
export type WeekHours = readonly number[];

export const daysOfWeek = 7;
export const hoursOfDay = 24;
export const everyHour = 2 ** hoursOfDay - 1;

export const preRollAllowed = { least: 0, most: 60 };
export const postRollAllowed = { least: 5, most: 300 };

function seconds({ least, most }: { least: number; most: number }) {
  return v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
}

export const weekHours = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(everyHour))),
  v.length(daysOfWeek),
  v.readonly(),
);

export const recordingPlan = v.strictObject({
  mode: v.picklist(['always', 'events', 'off']),
  /** What is kept of the time before an event, where only events are recorded. */
  preRollSeconds: seconds(preRollAllowed),
  /** What is kept of the time after it. */
  postRollSeconds: seconds(postRollAllowed),
  /** null: all hours. */
  hours: v.nullable(weekHours),
});

export type RecordingMode = 'always' | 'events' | 'off';

export interface RecordingPlan {
  mode: RecordingMode;
  preRollSeconds: number;
  postRollSeconds: number;
  hours: WeekHours | null;
}

export const firstPlan: RecordingPlan = { mode: 'always', preRollSeconds: 10, postRollSeconds: 30, hours: null };

/**
 * Whether a camera is to be recorded now. `because`: always, for an event, or although only events are wanted, because
 * events cannot be heard (`unheard`). `untilMs`: UTC, when this changes by itself; null where nobody can say.
 */
export type Wanted =
  | { records: true; because: 'always' | 'event' | 'unheard'; untilMs: number | null }
  | { records: false; cause: QuietCause; untilMs: number | null };

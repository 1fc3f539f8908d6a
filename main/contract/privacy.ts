/**
 * Privacy: recording and live pictures of all cameras are paused, for a time or until it is ended, so that nobody is
 * watched. Times are UTC milliseconds.
 */
import * as v from 'valibot';

export interface Privacy {
  sinceMs: number;
  /** When it ends by itself; null: when it is ended. */
  untilMs: number | null;
}

/** How long it is to last: so many minutes, up to the next morning, or until it is ended. */
export const privacyLasts = v.variant('is', [
  v.strictObject({
    is: v.literal('minutes'),
    minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1440)),
  }),
  v.strictObject({ is: v.literal('morning') }),
  v.strictObject({ is: v.literal('open') }),
]);
export type PrivacyLasts = v.InferOutput<typeof privacyLasts>;

/** As it is kept in the settings. `lastsMs`: how long it was to last when it began, which nothing makes longer. */
export const keptPrivacy = v.object({
  sinceMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  untilMs: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  lastsMs: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});
export type KeptPrivacy = v.InferOutput<typeof keptPrivacy>;

const morningHour = 7;
/** Before this hour the night belongs to the day before, and 'tomorrow' comes with the daylight. */
const nightEndsHour = 4;

/** Tomorrow at 7:00, by the computer's local time: of the night's small hours, the same day's. */
export function nextMorning(nowMs: number): number {
  const morning = new Date(nowMs);
  if (morning.getHours() >= nightEndsHour) morning.setDate(morning.getDate() + 1);
  morning.setHours(morningHour, 0, 0, 0);
  return morning.getTime();
}

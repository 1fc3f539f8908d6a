/**
 * How far the cameras' clocks were off, as it is remembered in the vault: a row for each camera and UTC day. Pure: the
 * form, its check, and how a measurement and the rows of some time are taken together. Kept for 90 days.
 */
import * as v from 'valibot';
import type { HealthClock } from '../../contract/health.ts';
import type { CameraId } from '../../contract/model.ts';
import { dayMs, dayOf, isCameraId, isDay } from '../../core/library/recordingName.ts';

export const clocksFile = 'clocks.json.age';

/** Of one day; each offset is the camera's clock minus this computer's. */
export interface ClockDay extends HealthClock {
  day: string;
}

export interface ClockDocument {
  cameras: Record<CameraId, ClockDay[]>;
}

const keptDays = 90;
const mostCameras = 1000;
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
/** A camera may say any year. */
const offset = v.pipe(v.number(), v.finite(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const row = v.object({
  day: v.pipe(v.string(), v.check(isDay)),
  leastMs: offset,
  mostMs: offset,
  lastMs: offset,
  uncertaintyMs: v.nullable(v.pipe(offset, v.minValue(0))),
  lastAtMs: time,
});
const form = v.object({
  cameras: v.pipe(
    v.record(v.pipe(v.string(), v.check(isCameraId)), v.pipe(v.array(row), v.maxLength(keptDays + 1))),
    v.check((cameras) => Object.keys(cameras).length <= mostCameras),
  ),
});

export const noClocks: ClockDocument = { cameras: {} };

export function readClocks(value: unknown): ClockDocument | null {
  const parsed = v.safeParse(form, value);
  return parsed.success ? parsed.output : null;
}

/** Takes a measurement up; rows that are too old by it go. */
export function withMeasurement(
  rows: readonly ClockDay[],
  { atMs, offsetMs, uncertaintyMs }: { atMs: number; offsetMs: number; uncertaintyMs: number | null },
): ClockDay[] {
  const one = { leastMs: offsetMs, mostMs: offsetMs, lastMs: offsetMs, uncertaintyMs, lastAtMs: atMs };
  return joined(rows, [{ day: dayOf(atMs), ...one }]).filter(({ day }) => day > dayOf(atMs - keptDays * dayMs));
}

/** Both, with one row a day, in order. Of the same day the later measurement is the last. */
export function joined(some: readonly ClockDay[], others: readonly ClockDay[]): ClockDay[] {
  const days = new Map<string, ClockDay>();
  for (const next of [...some, ...others]) {
    const before = days.get(next.day);
    days.set(next.day, before ? { day: next.day, ...together(before, next) } : next);
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)).slice(-keptDays);
}

/** What the rows of days that touch the span come to; null where none does. */
export function clockOver(rows: readonly ClockDay[], fromMs: number, toMs: number): HealthClock | null {
  const [first, last] = [dayOf(fromMs), dayOf(toMs)];
  return rows
    .filter(({ day }) => day >= first && day <= last)
    .reduce<HealthClock | null>((sum, { day: _, ...one }) => (sum ? together(sum, one) : one), null);
}

function together(a: HealthClock, b: HealthClock): HealthClock {
  const late = b.lastAtMs >= a.lastAtMs ? b : a;
  return {
    leastMs: Math.min(a.leastMs, b.leastMs),
    mostMs: Math.max(a.mostMs, b.mostMs),
    ...{ lastMs: late.lastMs, uncertaintyMs: late.uncertaintyMs, lastAtMs: late.lastAtMs },
  };
}

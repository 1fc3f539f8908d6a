/**
 * Days and clock times of the calendar, and the moments that they name: one almost always, none in the hour that spring
 * leaves out, two in the hour that autumn has twice. Pure; in the person's own time zone.
 */
import { dayBeside, minuteMs, type TimeSpan } from './time.ts';

/** A day of the calendar; months from 1. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

/** A clock time. */
export interface Clock {
  hours: number;
  minutes: number;
  seconds: number;
  milliseconds: number;
}

export function isDay({ year, month, day }: Day): boolean {
  if (year < 1971 || year > 9998) return false;
  const date = new Date(year, month - 1, day, 12);
  return date.getMonth() === month - 1 && date.getDate() === day;
}

/** The latest year in which that day was; this year's where there is no such day. */
export function lastYearWith(month: number, day: number, nowMs: number): number {
  const now = new Date(nowMs);
  for (let year = now.getFullYear(); year > now.getFullYear() - 9; year--) {
    if (isDay({ year, month, day }) && new Date(year, month - 1, day).getTime() <= nowMs) return year;
  }
  return now.getFullYear();
}

/** Of the years in which that day was, the one in which it lies nearest to a moment; that moment's where there is none. */
export function nearestYearWith(month: number, day: number, nearMs: number, nowMs: number): number {
  const nearYear = new Date(nearMs).getFullYear();
  let [nearest, leastMs] = [nearYear, Infinity];
  for (let year = nearYear - 8; year <= nearYear + 8; year++) {
    const startMs = new Date(year, month - 1, day).getTime();
    if (!isDay({ year, month, day }) || startMs > nowMs) continue;
    const offMs = Math.abs(startMs - nearMs);
    if (offMs < leastMs) [nearest, leastMs] = [year, offMs];
  }
  return nearest;
}

export function dayBack(nowMs: number, days: number): Day {
  const date = new Date(dayBeside(nowMs, -days).fromMs);
  return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
}

export function spanOf({ year, month, day }: Day): TimeSpan {
  return dayBeside(new Date(year, month - 1, day, 12).getTime(), 0);
}

export function dateOf({ year, month, day }: Day, { hours, minutes, seconds, milliseconds }: Clock): Date {
  return new Date(year, month - 1, day, hours, minutes, seconds, milliseconds);
}

/** The moments at which calendar and clock say this, in order: none, one or two. */
export function momentsOf(day: Day, clock: Clock): number[] {
  const near = dateOf(day, clock).getTime();
  // Clocks are set by half an hour, an hour, or two.
  const shifts = [-120, -60, -30, 0, 30, 60, 120];
  return shifts.map((minutes) => near + minutes * minuteMs).filter((ms) => says(new Date(ms), day, clock));
}

function says(date: Date, { year, month, day }: Day, { hours, minutes }: Clock): boolean {
  const isDay = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return isDay && date.getHours() === hours && date.getMinutes() === minutes;
}

/**
 * One end of a span as a field shows it and reads it back: to the millisecond, with the year where it is not this one.
 * What stands there unchanged is the moment that was shown, and of several moments with the same name the one nearest to
 * it is meant. Pure.
 */
import { type MomentWords, readMoment } from './moment.ts';
import { clockMilliseconds, dayAndMonth } from './time.ts';

export function spanFieldText(atMs: number, nowMs: number): string {
  const year = new Date(atMs).getFullYear();
  const day = year === new Date(nowMs).getFullYear() ? dayAndMonth(atMs) : `${dayAndMonth(atMs)} ${year}`;
  return `${day} ${clockMilliseconds(atMs)}`;
}

/** null for what is no moment, or one that is still to come. */
export function readSpanField(typed: string, shownMs: number, nowMs: number, words: MomentWords): number | null {
  if (typed.trim() === spanFieldText(shownMs, nowMs)) return shownMs;
  const reading = readMoment(typed, nowMs, shownMs, words, 'nearest');
  return reading.is === 'moment' ? reading.atMs : null;
}

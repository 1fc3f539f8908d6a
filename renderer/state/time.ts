/**
 * Time as people read it: local days, clock times, durations, and the marks of a ruler. Everything on disk and in the
 * contract is UTC milliseconds; local time begins and ends here. Days are asked of the calendar, never counted as
 * 24 hours, so the night with 25 hours has them, and the hour that occurs twice is shown twice. Functions only; none
 * of them throws for a finite time. Words are left to the text.
 */

export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;

/** Midnight to midnight, local, of the day that holds the moment. 23, 24 or 25 hours long. */
export function dayHolding(timeMs: number): TimeSpan {
  return dayBeside(timeMs, 0);
}

/** The day so many days after (or before) the one that holds the moment. */
export function dayBeside(timeMs: number, days: number): TimeSpan {
  const date = new Date(timeMs);
  const day = date.getDate() + days;
  return {
    fromMs: new Date(date.getFullYear(), date.getMonth(), day).getTime(),
    toMs: new Date(date.getFullYear(), date.getMonth(), day + 1).getTime(),
  };
}

/** The local month that holds the moment. */
export function monthHolding(timeMs: number): TimeSpan {
  const date = new Date(timeMs);
  return {
    fromMs: new Date(date.getFullYear(), date.getMonth(), 1).getTime(),
    toMs: new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime(),
  };
}

/** The days of that month, in order. */
export function daysOfMonth(timeMs: number): TimeSpan[] {
  const date = new Date(timeMs);
  const count = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  return Array.from({ length: count }, (_, index) =>
    dayHolding(new Date(date.getFullYear(), date.getMonth(), index + 1, 12).getTime()),
  );
}

/** The same clock time on another day; where that day lacks it (spring), the moment an hour on. */
export function sameClockOn(day: TimeSpan, timeMs: number): number {
  const clock = new Date(timeMs);
  const date = new Date(day.fromMs);
  date.setHours(clock.getHours(), clock.getMinutes(), clock.getSeconds(), clock.getMilliseconds());
  return Math.min(date.getTime(), day.toMs - 1);
}

/** 14:02 */
export function clockMinutes(timeMs: number): string {
  const date = new Date(timeMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 14:02:07 */
export function clockSeconds(timeMs: number): string {
  return `${clockMinutes(timeMs)}:${two(new Date(timeMs).getSeconds())}`;
}

/** 14:02:07.2 */
export function clockTenths(timeMs: number): string {
  return `${clockSeconds(timeMs)}.${Math.floor(new Date(timeMs).getMilliseconds() / 100)}`;
}

/** 14:02:07.250 */
export function clockMilliseconds(timeMs: number): string {
  return `${clockSeconds(timeMs)}.${String(new Date(timeMs).getMilliseconds()).padStart(3, '0')}`;
}

/**
 * '' for almost every moment. Inside the hour that occurs twice in autumn, the offset that tells the first from the
 * second: 'UTC+2', then 'UTC+1'.
 */
export function repeatedHourMark(timeMs: number): string {
  const offsetMinutes = offsetAt(timeMs);
  const beforeMinutes = offsetAt(timeMs - 3 * hourMs);
  const afterMinutes = offsetAt(timeMs + 3 * hourMs);
  if (beforeMinutes <= afterMinutes) return '';
  const lostMs = (beforeMinutes - afterMinutes) * minuteMs;
  const twin = offsetMinutes === beforeMinutes ? timeMs + lostMs : timeMs - lostMs;
  return offsetAt(twin) === offsetMinutes ? '' : offsetText(offsetMinutes);
}

/** A clock time as fine as a window of this length shows it. */
export function clockFor(lengthMs: number): (timeMs: number) => string {
  return lengthMs < 20 * secondMs ? clockTenths : lengthMs < 2 * minuteMs ? clockSeconds : clockMinutes;
}

/** 17 Nov */
export function dayAndMonth(timeMs: number): string {
  return `${new Date(timeMs).getDate()} ${shortMonth.format(calendarDay(timeMs))}`;
}

/** November */
export function monthName(timeMs: number): string {
  return longMonth.format(calendarDay(timeMs));
}

export function yearOf(timeMs: number): number {
  return new Date(timeMs).getFullYear();
}

export function dayOfMonth(timeMs: number): number {
  return new Date(timeMs).getDate();
}

/**
 * The two ends of a span as it is read: '14 Nov 06:00' and '18:00', the second date only where it is another one, the
 * first not where `withDate` is false and both are of one day. Seconds where either end has them.
 */
export function spanEnds(span: TimeSpan, withDate = true): { from: string; to: string } {
  const whole = span.fromMs % minuteMs === 0 && span.toMs % minuteMs === 0 && span.toMs - span.fromMs >= minuteMs;
  const clock = whole ? clockMinutes : clockSeconds;
  const sameDay = dayHolding(span.fromMs).fromMs === dayHolding(span.toMs).fromMs;
  return {
    from: withDate || !sameDay ? `${dayAndMonth(span.fromMs)} ${clock(span.fromMs)}` : clock(span.fromMs),
    to: sameDay ? clock(span.toMs) : `${dayAndMonth(span.toMs)} ${clock(span.toMs)}`,
  };
}

/** '5 min 20.0 s': to the tenth, for a span that is kept. */
export function durationTenths(durationMs: number): string {
  const tenths = Math.round(Math.max(0, durationMs) / 100);
  const seconds = (tenths % 600) / 10;
  const minutes = Math.floor(tenths / 600);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes % 60} min` : '', `${seconds.toFixed(1)} s`]
    .filter((part) => part !== '')
    .join(' ');
}

/**
 * Reads a clock time as typed, 'HH:MM', 'HH:MM:SS' or 'HH:MM:SS.mmm' ('.' or ',' before the milliseconds), on the day
 * that holds `nearMs`. In the hour that occurs twice, the one nearer to `nearMs`. null for what is no time, and for the
 * hour that a day in spring does not have.
 */
export function readClock(text: string, nearMs: number): number | null {
  const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?\s*$/.exec(text);
  if (!match) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? '0')];
  const milliseconds = Number((match[4] ?? '').padEnd(3, '0'));
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const near = new Date(nearMs);
  const read = new Date(near.getFullYear(), near.getMonth(), near.getDate(), hours, minutes, seconds, milliseconds);
  if (read.getHours() !== hours || read.getMinutes() !== minutes) return null;
  return nearestTwin(read.getTime(), nearMs);
}

/** '2026-11-17', for a date field. */
export function dateFieldText(timeMs: number): string {
  const date = new Date(timeMs);
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day that a date field names; null while it is empty or no date. */
export function readDateField(text: string): TimeSpan | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const noon = new Date(year, month - 1, day, 12);
  return noon.getMonth() === month - 1 && noon.getDate() === day ? dayHolding(noon.getTime()) : null;
}

export interface RulerMark {
  timeMs: number;
  /** '' for a mark without a label. */
  label: string;
}

const steps = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600].map((s) => s * secondMs),
];
/** A span longer than this is marked by its days. */
const longestByClockMs = 26 * hourMs;

/**
 * Marks of a ruler over the span: labelled ones at round local times, at most `labels` of them, with unlabelled ones
 * between. A repeated hour is marked both times, with what tells one from the other, and labelled the second time only
 * where that is as far from the first as labels are; a missing one is not marked. A span of several days has its midnights
 * labelled, by their dates.
 */
export function rulerMarks(span: TimeSpan, labels: number): RulerMark[] {
  const lengthMs = Math.max(1, span.toMs - span.fromMs);
  if (lengthMs > longestByClockMs) return dayMarks(span, labels);
  const labelMs = steps.find((step) => lengthMs / step <= labels) ?? 24 * hourMs;
  const fineMs = steps.findLast((step) => step <= labelMs / 4 && labelMs % step === 0) ?? labelMs;
  const gridMs = Math.min(fineMs, 15 * minuteMs);
  const marks: RulerMark[] = [];
  let labelledMs = -Infinity;
  for (let timeMs = Math.ceil(span.fromMs / gridMs) * gridMs; timeMs <= span.toMs; timeMs += gridMs) {
    const localMs = timeMs + offsetAt(timeMs) * minuteMs;
    const dayMs = ((localMs % (24 * hourMs)) + 24 * hourMs) % (24 * hourMs);
    if (dayMs % labelMs === 0) {
      const clock = labelMs < secondMs ? clockTenths : labelMs < minuteMs ? clockSeconds : clockMinutes;
      const twinMark = repeatedHourMark(timeMs);
      const isTooNear = twinMark !== '' && timeMs - labelledMs < labelMs;
      marks.push({ timeMs, label: isTooNear ? '' : [clock(timeMs), twinMark].join(' ').trim() });
      labelledMs = timeMs;
    } else if (dayMs % fineMs === 0) {
      marks.push({ timeMs, label: '' });
    }
  }
  return marks;
}

/** Midnights with their dates, every so many days, and between them quarters of a day where there is room. */
function dayMarks(span: TimeSpan, labels: number): RulerMark[] {
  const days = (span.toMs - span.fromMs) / (24 * hourMs);
  const everyDays = [1, 2, 5, 10].find((every) => days / every <= labels) ?? 10;
  const marks: RulerMark[] = [];
  for (let day = dayHolding(span.fromMs); day.fromMs <= span.toMs; day = dayHolding(day.toMs)) {
    const isLabelled = (dayOfMonth(day.fromMs) - 1) % everyDays === 0 && dayOfMonth(day.fromMs) < 31;
    marks.push({ timeMs: day.fromMs, label: isLabelled || everyDays === 1 ? dayAndMonth(day.fromMs) : '' });
    for (const hours of days <= 8 ? [6, 12, 18] : []) {
      const { fromMs } = day;
      const date = new Date(fromMs);
      marks.push({ timeMs: date.setHours(hours), label: '' });
    }
  }
  return marks.filter(({ timeMs }) => timeMs >= span.fromMs && timeMs <= span.toMs);
}

// Names only: the day itself is asked of Date, because a formatter keeps the time zone that it was made in.
const shortMonth = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });
const longMonth = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });

function calendarDay(timeMs: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Local time minus UTC, in minutes. */
function offsetAt(timeMs: number): number {
  return -new Date(timeMs).getTimezoneOffset();
}

function offsetText(offsetMinutes: number): string {
  const magnitude = Math.abs(offsetMinutes);
  const minutes = magnitude % 60;
  return `UTC${offsetMinutes < 0 ? '−' : '+'}${Math.floor(magnitude / 60)}${minutes > 0 ? `:${two(minutes)}` : ''}`;
}

/** Of the moments with the same clock time, the one nearest to `nearMs`. */
function nearestTwin(timeMs: number, nearMs: number): number {
  const twins = [timeMs];
  for (const shiftMinutes of [-60, -30, 30, 60]) {
    const twin = timeMs + shiftMinutes * minuteMs;
    if (offsetAt(twin) === offsetAt(timeMs) - shiftMinutes) twins.push(twin);
  }
  return twins.reduce((best, twin) => (Math.abs(twin - nearMs) < Math.abs(best - nearMs) ? twin : best));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

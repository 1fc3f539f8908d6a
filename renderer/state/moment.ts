/**
 * A moment as people type it, read against now and the day that is shown: 'yesterday 18:40', '18:40', 'Tue 7 pm', '17
 * Nov 18:40', '2026-11-17 18:40:05', '2 h ago'. Pure. Days and hours are asked of the calendar, so the hour that autumn
 * has twice is told as two moments, and the one that spring leaves out as none. Whatever is not understood is said by
 * the part that was not; nothing is guessed. The words come from the text.
 */
import type { Text } from '../../main/contract/text/en.ts';
import {
  type Clock,
  dateOf,
  type Day,
  dayBack,
  isDay,
  lastYearWith,
  momentsOf,
  nearestYearWith,
  spanOf,
} from './calendar.ts';
import { dayBeside, hourMs, minuteMs, sameClockOn, secondMs } from './time.ts';

export type MomentWords = Text['moments']['typed'];

export type Reading =
  | { is: 'empty' }
  /** `twinMs`: the other moment with the same day and clock time; null almost always. */
  | { is: 'moment'; atMs: number; twinMs: number | null }
  /** The clock was set on over it; `atMs` is as long after the leap as it was meant to be. */
  | { is: 'skipped'; atMs: number; typed: string }
  | { is: 'future'; atMs: number }
  | { is: 'wrong'; why: 'unknown' | 'noSuchDay' | 'noSuchTime' | 'twice'; part: string };

/** What is read against. */
interface Present {
  nowMs: number;
  /** Of years that are not said, and of two moments with the same name, the one nearest to it; null: the last there was. */
  nearMs: number | null;
}

interface Parts {
  day: Day | null;
  /** The day follows from the weekday alone: of today's, the time decides. */
  isWeekday: boolean;
  clock: Clock | null;
  /** How long before now, where it is said so; whole days apart from the rest, for the calendar. */
  ago: { days: number; ms: number } | null;
  isNow: boolean;
  which: 'first' | 'second' | null;
}

class Refusal extends Error {
  readonly why: Extract<Reading, { is: 'wrong' }>['why'];
  readonly part: string;

  constructor(why: Refusal['why'], part: string) {
    super(part);
    this.why = why;
    this.part = part;
  }
}

/**
 * `shownMs`: the playhead, whose day and clock time stand for what is not said. `meant`: where a name has several moments,
 * a day without a year or a clock time in the hour that autumn has twice, the last year's and the first of the two, or
 * what is nearest to `shownMs`.
 */
export function readMoment(
  typed: string,
  nowMs: number,
  shownMs: number,
  words: MomentWords,
  meant: 'last' | 'nearest' = 'last',
): Reading {
  const present = { nowMs, nearMs: meant === 'nearest' ? shownMs : null };
  const tokens = tokensOf(typed);
  if (tokens.length === 0) return { is: 'empty' };
  try {
    return placed(partsOf(tokens, present, words), present, shownMs);
  } catch (error) {
    if (error instanceof Refusal) return { is: 'wrong', why: error.why, part: error.part };
    throw error;
  }
}

const mostCharacters = 200;
const dotted = /^(\d{1,2})[./](\d{1,2})(?:[./](\d{4})?)?$/;
const tokenForm =
  /\d{4}-\d{1,2}-\d{1,2}|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4})?)?|\d+|[ap]\.m\.?|\p{L}+(?:['’]\p{L}+)?|\S/gu;

function tokensOf(typed: string): string[] {
  const text = typed
    .slice(0, mostCharacters)
    .toLowerCase()
    .replace(/,(?!\d)/g, ' ');
  return (text.match(tokenForm) ?? []).filter((token) => token !== '.');
}

function partsOf(tokens: readonly string[], present: Present, words: MomentWords): Parts {
  const parts: Parts = { day: null, isWeekday: false, clock: null, ago: null, isNow: false, which: null };
  for (let at = 0; at < tokens.length;) at += take(parts, tokens.slice(at), present, words);
  if (parts.ago && (parts.day !== null || (parts.clock && parts.ago.ms > 0)))
    throw new Refusal('twice', tokens.join(' '));
  if (parts.isNow && (parts.day ?? parts.clock ?? parts.ago)) throw new Refusal('twice', tokens.join(' '));
  return parts;
}

/** Takes what the tokens begin with, and returns how many that were. */
function take(parts: Parts, tokens: readonly string[], present: Present, words: MomentWords): number {
  for (const reader of [takeAgo, takeDate, takeNamedDay, takeClock, takeWhich]) {
    const taken = reader(parts, tokens, present, words);
    if (taken > 0) return taken;
  }
  const [token = ''] = tokens;
  if (words.fillers.includes(token)) return 1;
  throw new Refusal('unknown', token);
}

/** '2 h ago', '1 h 30 min ago', 'half an hour ago', '3 days ago'. */
function takeAgo(parts: Parts, tokens: readonly string[], _present: Present, words: MomentWords): number {
  let [days, ms, at] = [0, 0, 0];
  for (;;) {
    const amount = amountAt(tokens.slice(at), words);
    const unit = amount && unitOf(tokens[at + amount.length] ?? '', words);
    if (!amount || !unit) break;
    const wholeDays = unit === 'day' ? amount.value : unit === 'week' ? 7 * amount.value : 0;
    if (Number.isInteger(wholeDays)) days += wholeDays;
    if (unit !== 'day' && unit !== 'week') ms += amount.value * unitMs[unit];
    else if (!Number.isInteger(wholeDays)) ms += wholeDays * 24 * hourMs;
    at += amount.length + 1;
    while (words.fillers.includes(tokens[at] ?? '')) at++;
  }
  if (at === 0 || !words.ago.includes(tokens[at] ?? '')) return 0;
  const all = tokens.slice(0, at + 1).join(' ');
  if (parts.ago) throw new Refusal('twice', all);
  if (days > 100_000 || ms > 1e13) throw new Refusal('noSuchDay', all);
  parts.ago = { days, ms };
  return at + 1;
}

const unitMs = { second: secondMs, minute: minuteMs, hour: hourMs };

function unitOf(token: string, { units }: MomentWords): keyof MomentWords['units'] | null {
  const names = ['second', 'minute', 'hour', 'day', 'week'] as const;
  return names.find((name) => units[name].includes(token)) ?? null;
}

function amountAt(tokens: readonly string[], words: MomentWords): { value: number; length: number } | null {
  const [token = ''] = tokens;
  if (/^\d{1,9}$/.test(token)) return { value: Number(token), length: 1 };
  const half = lengthOf(tokens, words.half);
  if (half > 0) return { value: 0.5, length: half };
  return words.one.includes(token) ? { value: 1, length: 1 } : null;
}

/** How many tokens the longest phrase takes that they begin with; 0 for none. */
function lengthOf(tokens: readonly string[], phrases: readonly string[]): number {
  const lengths = phrases.map((phrase) => {
    const parts = phrase.split(' ');
    return parts.every((part, nth) => tokens[nth] === part) ? parts.length : 0;
  });
  return Math.max(0, ...lengths);
}

/** '2026-11-17', '17.11.2026', '17/11', '17 Nov', 'Nov 17th', '17 November 2026'. */
function takeDate(parts: Parts, tokens: readonly string[], present: Present, words: MomentWords): number {
  const [first = '', second = ''] = tokens;
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(first);
  if (iso) return keepDay(parts, { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }, first, 1);
  const short = dotted.exec(first);
  if (short) {
    const [month, day] = [Number(short[2]), Number(short[1])];
    const year = short[3] === undefined ? yearMeant(month, day, present) : Number(short[3]);
    return keepDay(parts, { year, month, day }, first, 1);
  }
  const dayFirst = /^\d{1,2}$/.test(first);
  const ordinal = words.ordinals.includes(tokens[dayFirst ? 1 : 2] ?? '') ? 1 : 0;
  const of = dayFirst && words.fillers.includes(tokens[1 + ordinal] ?? '') ? 1 : 0;
  const name = dayFirst ? tokens[1 + ordinal + of] : first;
  const month = words.months.findIndex((names) => names.includes(name ?? '')) + 1;
  if (month === 0 || !(dayFirst || /^\d{1,2}$/.test(second))) return 0;
  const day = Number(dayFirst ? first : second);
  let length = 2 + ordinal + of;
  const hasYear = /^\d{4}$/.test(tokens[length] ?? '');
  const year = hasYear ? Number(tokens[length]) : yearMeant(month, day, present);
  if (hasYear) length += 1;
  return keepDay(parts, { year, month, day }, tokens.slice(0, length).join(' '), length);
}

function yearMeant(month: number, day: number, { nowMs, nearMs }: Present): number {
  return nearMs === null ? lastYearWith(month, day, nowMs) : nearestYearWith(month, day, nearMs, nowMs);
}

function keepDay(parts: Parts, day: Day, typed: string, length: number): number {
  if (parts.day !== null && !parts.isWeekday) throw new Refusal('twice', typed);
  if (!isDay(day)) throw new Refusal('noSuchDay', typed);
  parts.day = day;
  parts.isWeekday = false;
  return length;
}

/** 'today', 'the day before yesterday', 'Tue', 'last Friday', 'now'. */
function takeNamedDay(parts: Parts, tokens: readonly string[], { nowMs }: Present, words: MomentWords): number {
  const [token = ''] = tokens;
  if (words.now.includes(token)) {
    parts.isNow = true;
    return 1;
  }
  const before = lengthOf(tokens, words.dayBefore);
  const named = tokens[before] ?? '';
  const back = daysBack(named, words);
  if (back !== null && (before === 0 || back === 1)) {
    return keepDay(
      parts,
      dayBack(nowMs, back + (before > 0 ? 1 : 0)),
      tokens.slice(0, before + 1).join(' '),
      before + 1,
    );
  }
  const isLast = words.last.includes(token);
  const lead = isLast || words.thisOne.includes(token) ? 1 : 0;
  const weekday = words.weekdays.findIndex((names) => names.includes(tokens[lead] ?? ''));
  if (weekday === -1) return 0;
  // Beside a date it says nothing new.
  if (parts.day !== null && !parts.isWeekday) return lead + 1;
  const ago = (new Date(nowMs).getDay() - weekday + 7) % 7;
  keepDay(parts, dayBack(nowMs, isLast && ago === 0 ? 7 : ago), tokens.slice(0, lead + 1).join(' '), 1);
  parts.isWeekday = true;
  return lead + 1;
}

function daysBack(token: string, { today, yesterday, tomorrow }: MomentWords): number | null {
  if (today.includes(token)) return 0;
  if (yesterday.includes(token)) return 1;
  return tomorrow.includes(token) ? -1 : null;
}

/** '18:40', '18:40:05.250', '7 pm', '7:30 pm', 'noon', 'midnight'. */
function takeClock(parts: Parts, tokens: readonly string[], _present: Present, words: MomentWords): number {
  const [token = '', next = ''] = tokens;
  if (words.noon.includes(token)) return keepClock(parts, { ...midnight, hours: 12 }, token, 1);
  if (words.midnight.includes(token)) return keepClock(parts, midnight, token, 1);
  const [afternoon, morning] = [words.afternoon.includes(next), words.morning.includes(next)];
  const match = /^(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?)?$/.exec(token);
  if (!match || (match[2] === undefined && !afternoon && !morning)) return 0;
  const typed = afternoon || morning ? `${token} ${next}` : token;
  let hours = Number(match[1]);
  if (afternoon || morning) {
    if (hours < 1 || hours > 12) throw new Refusal('noSuchTime', typed);
    hours = (hours % 12) + (afternoon ? 12 : 0);
  }
  const [minutes, seconds] = [Number(match[2] ?? '0'), Number(match[3] ?? '0')];
  const milliseconds = Number((match[4] ?? '').padEnd(3, '0'));
  return keepClock(parts, { hours, minutes, seconds, milliseconds }, typed, afternoon || morning ? 2 : 1);
}

const midnight: Clock = { hours: 0, minutes: 0, seconds: 0, milliseconds: 0 };

function keepClock(parts: Parts, clock: Clock, typed: string, length: number): number {
  if (parts.clock) throw new Refusal('twice', typed);
  if (clock.hours > 23 || clock.minutes > 59 || clock.seconds > 59) throw new Refusal('noSuchTime', typed);
  parts.clock = clock;
  return length;
}

function takeWhich(parts: Parts, [token = '']: readonly string[], _present: Present, words: MomentWords): number {
  const which = words.first.includes(token) ? 'first' : words.second.includes(token) ? 'second' : null;
  if (which === null) return 0;
  if (parts.which) throw new Refusal('twice', token);
  parts.which = which;
  return 1;
}

function placed(parts: Parts, present: Present, shownMs: number): Reading {
  const { nowMs } = present;
  if (parts.isNow) return moment(nowMs, null, nowMs);
  const { ago, clock } = parts;
  if (ago && (ago.ms > 0 || clock === null)) {
    return moment(sameClockOn(dayBeside(nowMs, -ago.days), nowMs) - ago.ms, null, nowMs);
  }
  const day = ago ? dayBack(nowMs, ago.days) : parts.day;
  if (clock === null) return day ? moment(sameClockOn(spanOf(day), shownMs), null, nowMs) : { is: 'empty' };
  if (day === null) {
    // On the day that is shown, or, where that has not come to it yet, the day before.
    const shown = at(dayBack(shownMs, 0), clock, parts.which, present);
    return shown.is === 'future' ? at(dayBack(shownMs, 1), clock, parts.which, present) : shown;
  }
  const read = at(day, clock, parts.which, present);
  if (read.is !== 'future' || !parts.isWeekday) return read;
  const noon = new Date(day.year, day.month - 1, day.day, 12).getTime();
  return at(dayBack(noon, 7), clock, parts.which, present);
}

function at(day: Day, clock: Clock, which: Parts['which'], { nowMs, nearMs }: Present): Reading {
  const [first, second] = momentsOf(day, clock);
  if (first === undefined) {
    const { hours, minutes } = clock;
    const typed = `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
    const atMs = dateOf(day, clock).getTime();
    return atMs > nowMs ? { is: 'future', atMs } : { is: 'skipped', atMs, typed };
  }
  if (second === undefined) return moment(first, null, nowMs);
  const isSecondNearer = nearMs !== null && Math.abs(second - nearMs) < Math.abs(first - nearMs);
  // Of two the one that has come, else the first.
  return (which === null ? isSecondNearer : which === 'second') && second <= nowMs
    ? moment(second, first, nowMs)
    : moment(first, second, nowMs);
}

function moment(atMs: number, twinMs: number | null, nowMs: number): Reading {
  return atMs > nowMs ? { is: 'future', atMs } : { is: 'moment', atMs: Math.round(atMs), twinMs };
}

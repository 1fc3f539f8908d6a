// A moment as people type it: what is understood, which of two is meant, and what is refused by which part.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { en } from '../../../main/contract/text/en.ts';
import { readMoment, type Reading } from '../../../renderer/state/moment.ts';

process.env['TZ'] = 'Europe/Berlin';

const words = en.moments.typed;
/** Friday, 20 November 2026, 16:52:07. */
const nowMs = local(2026, 11, 20, 16, 52, 7);
/** The playhead: Tuesday, 17 November, 17:58:41.2. */
const shownMs = local(2026, 11, 17, 17, 58, 41, 200);
const hourMs = 3_600_000;

function local(year: number, month: number, ...rest: [day: number, ...clock: number[]]): number {
  const [day, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = rest;
  return new Date(year, month - 1, day, hours, minutes, seconds, milliseconds).getTime();
}

function read(typed: string, now = nowMs, shown = shownMs): Reading {
  return readMoment(typed, now, shown, words);
}

function at(typed: string, now = nowMs, shown = shownMs): string {
  const reading = read(typed, now, shown);
  return reading.is === 'moment' ? new Date(reading.atMs).toString().slice(0, 24) : reading.is;
}

test('moments are understood as they are typed', () => {
  const understood: [typed: string, meant: string][] = [
    ['yesterday 18:40', 'Thu Nov 19 2026 18:40:00'],
    ['  Yesterday,  at 18:40 ', 'Thu Nov 19 2026 18:40:00'],
    ['18:40 yesterday', 'Thu Nov 19 2026 18:40:00'],
    ['the day before yesterday 6:05', 'Wed Nov 18 2026 06:05:00'],
    ['today 7 am', 'Fri Nov 20 2026 07:00:00'],
    ['18:40', 'Tue Nov 17 2026 18:40:00'],
    ['18:40:05', 'Tue Nov 17 2026 18:40:05'],
    ['17 Nov 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['17th of November at 7:30 pm', 'Tue Nov 17 2026 19:30:00'],
    ['Nov 17th, 2025, 12:00 am', 'Mon Nov 17 2025 00:00:00'],
    ['3 Dec noon', 'Wed Dec 03 2025 12:00:00'],
    ['29 Feb 08:00', 'Thu Feb 29 2024 08:00:00'],
    ['2026-11-17 18:40:05', 'Tue Nov 17 2026 18:40:05'],
    ['2026-11-17T18:40', 'Tue Nov 17 2026 18:40:00'],
    ['17.11.2026 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['17/11 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['Tue 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['Tuesday 17 November 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['fri 10:00', 'Fri Nov 20 2026 10:00:00'],
    ['fri 18:40', 'Fri Nov 13 2026 18:40:00'],
    ['last Friday 7 pm', 'Fri Nov 13 2026 19:00:00'],
    ['this Wednesday midnight', 'Wed Nov 18 2026 00:00:00'],
    ['2 h ago', 'Fri Nov 20 2026 14:52:07'],
    ['1 hour and 30 min ago', 'Fri Nov 20 2026 15:22:07'],
    ['half an hour ago', 'Fri Nov 20 2026 16:22:07'],
    ['a week ago', 'Fri Nov 13 2026 16:52:07'],
    ['3 days ago 18:40', 'Tue Nov 17 2026 18:40:00'],
    ['90 s ago', 'Fri Nov 20 2026 16:50:37'],
    ['now', 'Fri Nov 20 2026 16:52:07'],
    // A day alone: at the clock time that is shown.
    ['yesterday', 'Thu Nov 19 2026 17:58:41'],
  ];
  for (const [typed, meant] of understood) assert.equal(at(typed), meant, typed);
});

test('a time that the shown day has not come to yet is meant of the day before', () => {
  assert.equal(at('18:40', nowMs, nowMs), 'Thu Nov 19 2026 18:40:00');
  assert.equal(at('16:40', nowMs, nowMs), 'Fri Nov 20 2026 16:40:00');
});

test('milliseconds are read', () => {
  assert.deepEqual(read('17 Nov 18:40:05,25'), {
    is: 'moment',
    atMs: local(2026, 11, 17, 18, 40, 5, 250),
    twinMs: null,
  });
});

test('what is not understood is said by its part, and nothing is guessed', () => {
  const refused: [typed: string, why: string, part: string][] = [
    ['last night', 'unknown', 'last'],
    ['yesterday 18', 'unknown', '18'],
    ['day before tomorrow', 'unknown', 'day'],
    ['18:40 Uhr', 'unknown', 'uhr'],
    ['32 Nov', 'noSuchDay', '32 nov'],
    ['29 Feb 2025', 'noSuchDay', '29 feb 2025'],
    ['2026-13-01', 'noSuchDay', '2026-13-01'],
    ['25:00', 'noSuchTime', '25:00'],
    ['18:99', 'noSuchTime', '18:99'],
    ['13 pm', 'noSuchTime', '13 pm'],
    ['18:40 19:40', 'twice', '19:40'],
    ['17 Nov 18 Nov', 'twice', '18 nov'],
    ['2 h ago 18:40', 'twice', '2 h ago 18:40'],
    ['99999999 weeks ago', 'noSuchDay', '99999999 weeks ago'],
    ['👻', 'unknown', '👻'],
  ];
  for (const [typed, why, part] of refused) assert.deepEqual(read(typed), { is: 'wrong', why, part }, typed);
  assert.deepEqual(read('   '), { is: 'empty' });
  assert.deepEqual(read('at the'), { is: 'empty' });
  assert.equal(read('today 23:00').is, 'future');
  assert.equal(read('2030-01-01').is, 'future');
  assert.equal(read('tomorrow').is, 'future');
  assert.equal(read('tomorrow 7 am').is, 'future');
});

test('of the hour that autumn has twice both are told, and either can be chosen', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30);
  assert.deepEqual(read('25 Oct 02:30'), { is: 'moment', atMs: first, twinMs: first + hourMs });
  assert.deepEqual(read('25 Oct 02:30 first'), { is: 'moment', atMs: first, twinMs: first + hourMs });
  assert.deepEqual(read('25 Oct 02:30 second'), { is: 'moment', atMs: first + hourMs, twinMs: first });
  // In the first of the two hours the second has not come yet.
  assert.deepEqual(read('02:10 second', first, first), {
    is: 'moment',
    atMs: first - 20 * 60_000,
    twinMs: first + 40 * 60_000,
  });
  assert.deepEqual(read('25 Oct 03:30'), { is: 'moment', atMs: first + 2 * hourMs, twinMs: null });
  // An hour is an hour, whatever the clock says.
  assert.deepEqual(read('2 h ago', first + 2 * hourMs), { is: 'moment', atMs: first, twinMs: null });
});

test('a time that spring leaves out is said to be none, with the moment after the leap', () => {
  assert.deepEqual(read('29 Mar 02:30'), { is: 'skipped', atMs: Date.UTC(2026, 2, 29, 1, 30), typed: '02:30' });
  assert.equal(at('29 Mar 03:00'), 'Sun Mar 29 2026 03:00:00');
});

test('every moment that was is found again by its date and time, or is one of two', () => {
  const some = fc.integer({ min: local(2024, 1, 1) / 1000, max: Math.floor(nowMs / 1000) });
  fc.assert(
    fc.property(some, (seconds) => {
      const date = new Date(seconds * 1000);
      const two = (value: number): string => String(value).padStart(2, '0');
      const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
      const reading = read(`${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`);
      assert.ok(reading.is === 'moment');
      assert.ok([reading.atMs, reading.twinMs].includes(date.getTime()), date.toISOString());
    }),
  );
});

test('no text makes it throw, and no moment lies ahead', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'yesterday',
        'last',
        'tue',
        'ago',
        '2',
        'h',
        '18:40',
        'nov',
        '17',
        'first',
        'the',
        'pm',
        '12',
        '-1',
      ),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const reading = read(parts.join(' '));
      if (reading.is === 'moment') assert.ok(Number.isSafeInteger(reading.atMs) && reading.atMs <= nowMs);
    }),
    { numRuns: 2000 },
  );
});

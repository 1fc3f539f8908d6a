// Local time on screen, above all in the two nights of the year when the clock is put on and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clockMilliseconds,
  clockMinutes,
  clockTenths,
  dateFieldText,
  dayAndMonth,
  dayBeside,
  dayHolding,
  daysOfMonth,
  durationTenths,
  hourMs,
  monthHolding,
  monthName,
  readClock,
  readDateField,
  repeatedHourMark,
  rulerMarks,
  sameClockOn,
  spanEnds,
} from '../../../renderer/state/time.ts';

process.env['TZ'] = 'Europe/Berlin';

const autumn = Date.UTC(2026, 9, 25, 10); // the day with 25 hours
const spring = Date.UTC(2026, 2, 29, 10); // the day with 23 hours

test('a day has as many hours as the clock gives it', () => {
  const lengthHours = (timeMs: number): number => (dayHolding(timeMs).toMs - dayHolding(timeMs).fromMs) / hourMs;
  assert.equal(lengthHours(autumn), 25);
  assert.equal(lengthHours(spring), 23);
  assert.equal(lengthHours(Date.UTC(2026, 10, 17, 17)), 24);
});

test('the days of a month follow each other without a hole, whatever the clock does', () => {
  for (const timeMs of [autumn, spring, Date.UTC(2028, 1, 3)]) {
    const days = daysOfMonth(timeMs);
    const month = monthHolding(timeMs);
    assert.equal(days[0]?.fromMs, month.fromMs);
    assert.equal(days.at(-1)?.toMs, month.toMs);
    for (const [index, day] of days.entries()) {
      if (index > 0) assert.equal(day.fromMs, days[index - 1]?.toMs);
      assert.equal(clockMinutes(day.fromMs), '00:00');
    }
  }
  assert.equal(daysOfMonth(Date.UTC(2028, 1, 3)).length, 29);
});

test('the day before and the day after a changed one are whole days', () => {
  assert.equal(dayBeside(autumn, 1).fromMs, dayHolding(autumn).toMs);
  assert.equal(dayBeside(autumn, -1).toMs, dayHolding(autumn).fromMs);
  assert.equal(dayBeside(spring, 1).fromMs, dayHolding(spring).toMs);
});

test('a ruler over the autumn night shows the hour that occurs twice, twice', () => {
  const day = dayHolding(autumn);
  const labels = rulerMarks({ fromMs: day.fromMs, toMs: day.fromMs + 6 * hourMs }, 8)
    .map((mark) => mark.label)
    .filter((label) => label !== '');
  assert.deepEqual(labels, ['00:00', '01:00', '02:00 UTC+2', '02:00 UTC+1', '03:00', '04:00', '05:00']);
});

test('a ruler with a label every two hours has no room for the second of the twin hours', () => {
  const labels = rulerMarks(dayHolding(autumn), 13)
    .map((mark) => mark.label)
    .filter((label) => label !== '');
  assert.deepEqual(labels.slice(0, 4), ['00:00', '02:00 UTC+2', '04:00', '06:00']);
  assert.equal(labels.length, 13);
});

test('a ruler over the spring night leaves out the hour that does not occur', () => {
  const day = dayHolding(spring);
  const labels = rulerMarks({ fromMs: day.fromMs, toMs: day.fromMs + 4 * hourMs }, 8)
    .map((mark) => mark.label)
    .filter((label) => label.endsWith(':00'));
  assert.deepEqual(labels, ['00:00', '01:00', '03:00', '04:00', '05:00']);
});

test('a ruler over 40 minutes is labelled every five minutes, with a mark each minute', () => {
  const fromMs = Date.UTC(2026, 10, 17, 16, 40);
  const marks = rulerMarks({ fromMs, toMs: fromMs + 40 * 60_000 }, 8);
  assert.equal(marks.length, 41);
  assert.equal(marks.filter((mark) => mark.label !== '').length, 9);
  assert.equal(marks[0]?.label, '17:40');
});

test('the two hours with one name are told apart by their offset, and no other hour is marked', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30);
  const second = first + hourMs;
  assert.equal(clockMinutes(first), '02:30');
  assert.equal(clockMinutes(second), '02:30');
  assert.equal(repeatedHourMark(first), 'UTC+2');
  assert.equal(repeatedHourMark(second), 'UTC+1');
  assert.equal(repeatedHourMark(first - hourMs), '');
  assert.equal(repeatedHourMark(second + hourMs), '');
  assert.equal(repeatedHourMark(spring), '');
  assert.equal(repeatedHourMark(Date.UTC(2026, 2, 29, 0, 30)), '');
});

test('a time typed in the repeated hour means the one nearer to the playhead', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30);
  assert.equal(readClock('02:30', first - hourMs), first);
  assert.equal(readClock('02:30', first + 2 * hourMs), first + hourMs);
});

test('a time that the spring night does not have is no time', () => {
  assert.equal(readClock('02:30', spring), null);
  assert.equal(readClock('03:30', spring), Date.UTC(2026, 2, 29, 1, 30));
});

test('a typed time survives the way to the screen and back, to the millisecond', () => {
  const timeMs = Date.UTC(2026, 10, 17, 16, 58, 41, 207);
  assert.equal(clockMilliseconds(timeMs), '17:58:41.207');
  assert.equal(readClock(clockMilliseconds(timeMs), timeMs), timeMs);
  assert.equal(clockTenths(timeMs), '17:58:41.2');
  assert.equal(readClock('17:58:41,5', timeMs), Date.UTC(2026, 10, 17, 16, 58, 41, 500));
});

test('what is no time is refused', () => {
  for (const text of ['', '24:00', '12:60', '12', '12:3', 'noon', '12:00:00.0000', '-1:00', '12:00:61']) {
    assert.equal(readClock(text, autumn), null, text);
  }
});

test('the same clock time is found on a day of another length', () => {
  const noon = Date.UTC(2026, 9, 24, 10);
  assert.equal(clockMinutes(sameClockOn(dayHolding(autumn), noon)), '12:00');
  assert.equal(clockMinutes(sameClockOn(dayHolding(spring), Date.UTC(2026, 2, 28, 1, 30))), '03:30');
});

test('dates are written as on the screen', () => {
  const timeMs = Date.UTC(2026, 10, 17, 16, 58);
  assert.equal(dayAndMonth(timeMs), '17 Nov');
  assert.equal(monthName(timeMs), 'November');
  assert.equal(dateFieldText(timeMs), '2026-11-17');
  assert.deepEqual(readDateField('2026-11-17'), dayHolding(timeMs));
  assert.equal(readDateField('2026-02-30'), null);
  assert.equal(readDateField(''), null);
});

test('a span across midnight names both dates, and one inside a day names it once', () => {
  const fromMs = Date.UTC(2026, 10, 14, 5);
  assert.deepEqual(spanEnds({ fromMs, toMs: fromMs + 12 * hourMs }), { from: '14 Nov 06:00', to: '18:00' });
  assert.deepEqual(spanEnds({ fromMs, toMs: fromMs + 12 * hourMs + 500 }, false), { from: '06:00:00', to: '18:00:00' });
  assert.deepEqual(spanEnds({ fromMs, toMs: fromMs + 20 * hourMs }), { from: '14 Nov 06:00', to: '15 Nov 02:00' });
  assert.deepEqual(spanEnds({ fromMs, toMs: fromMs + 20 * hourMs }, false), {
    from: '14 Nov 06:00',
    to: '15 Nov 02:00',
  });
});

test('the length of a span to keep is told to the tenth', () => {
  assert.equal(durationTenths(320_000), '5 min 20.0 s');
  assert.equal(durationTenths(3_725_140), '1 h 2 min 5.1 s');
  assert.equal(durationTenths(900), '0.9 s');
});

test('a ruler of several days has its midnights, with their dates; of a month not every one', () => {
  const week = rulerMarks(
    { fromMs: dayHolding(autumn).fromMs - 24 * hourMs, toMs: dayHolding(autumn).toMs + 24 * hourMs },
    9,
  );
  assert.deepEqual(
    week.filter(({ label }) => label !== '').map(({ label }) => label),
    ['24 Oct', '25 Oct', '26 Oct', '27 Oct'],
  );
  // The day with 25 hours is as much wider.
  const [, first = 0, second = 0, third = 0] = week.filter(({ label }) => label !== '').map(({ timeMs }) => timeMs);
  assert.deepEqual([second - first, third - second], [25 * hourMs, 24 * hourMs]);
  const month = rulerMarks(monthHolding(autumn), 9).filter(({ label }) => label !== '');
  assert.deepEqual(
    month.map(({ label }) => label),
    ['1 Oct', '6 Oct', '11 Oct', '16 Oct', '21 Oct', '26 Oct', '1 Nov'],
  );
});

test('a ruler of a second has tenths, none twice', () => {
  const marks = rulerMarks({ fromMs: autumn, toMs: autumn + 1000 }, 9);
  const labels = marks.filter(({ label }) => label !== '').map(({ label }) => label.slice(-4));
  assert.deepEqual(labels, ['00.0', '00.2', '00.4', '00.6', '00.8', '01.0']);
  assert.ok(marks.length > labels.length && marks.length < 40);
});

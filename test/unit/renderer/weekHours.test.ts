/** Painting a week of hours, and saying it in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { everyHour, firstPlan, type Wanted } from '../../../main/contract/recordingPlan.ts';
import { plan } from '../../../main/contract/text/en/plan.ts';
import { evenWeek, isOn, moved, painted, withAllLike, withDay } from '../../../renderer/state/weekHours.ts';

test('a stroke paints the rectangle between its ends, whichever way it goes, and nothing else', () => {
  const cell = fc.record({ day: fc.integer({ min: 0, max: 6 }), hour: fc.integer({ min: 0, max: 23 }) });
  const week = fc.array(fc.integer({ min: 0, max: everyHour }), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(week, cell, cell, cell, fc.boolean(), (before, one, other, any, on) => {
      const after = painted(before, one, other, on);
      assert.deepEqual(after, painted(before, other, one, on));
      const between = (value: number, a: number, b: number): boolean =>
        value >= Math.min(a, b) && value <= Math.max(a, b);
      const inside = between(any.day, one.day, other.day) && between(any.hour, one.hour, other.hour);
      assert.equal(isOn(after, any), inside ? on : isOn(before, any));
      assert.ok(after.every((hours) => hours >= 0 && hours <= everyHour));
    }),
    { seed: 5 },
  );
});

test('keys stay inside the week', () => {
  assert.deepEqual(moved({ day: 0, hour: 0 }, 'ArrowLeft'), { day: 0, hour: 0 });
  assert.deepEqual(moved({ day: 6, hour: 23 }, 'ArrowDown'), { day: 6, hour: 23 });
  assert.deepEqual(moved({ day: 3, hour: 5 }, 'End'), { day: 3, hour: 23 });
  assert.deepEqual(moved({ day: 3, hour: 5 }, 'ArrowUp'), { day: 2, hour: 5 });
  assert.equal(moved({ day: 3, hour: 5 }, 'x'), null);
});

test('a day is filled, emptied, and copied to all', () => {
  const week = withDay(evenWeek(0), 2);
  assert.equal(week[2], everyHour);
  assert.deepEqual(withDay(week, 2), evenWeek(0));
  assert.deepEqual(withAllLike(week, 2), evenWeek(everyHour));
});

test('a plan is said in plain words', () => {
  const evening = painted(evenWeek(0), { day: 0, hour: 18 }, { day: 4, hour: 23 }, true);
  const week = withDay(withDay(evening, 5), 6);
  assert.equal(plan.hours(week), 'Mon to Fri 18:00 to 24:00; Sat and Sun all day');
  assert.equal(plan.hours(evenWeek(0)), 'at no hour');
  assert.equal(plan.hours(evenWeek(everyHour)), 'at all hours');
  const night = painted(
    painted(evenWeek(0), { day: 0, hour: 0 }, { day: 6, hour: 5 }, true),
    { day: 0, hour: 22 },
    { day: 6, hour: 23 },
    true,
  );
  assert.equal(plan.hours(night), 'daily 00:00 to 06:00 and 22:00 to 24:00');
  assert.equal(plan.summary(firstPlan), 'always');
  assert.equal(plan.summary({ ...firstPlan, mode: 'off' }), 'not at all');
  const events = plan.summary({ ...firstPlan, mode: 'events', hours: evening });
  assert.equal(
    events,
    'only events, from 10 s before to 30 s after, Mon to Fri 18:00 to 24:00; Sat and Sun not at all',
  );
});

test('what is not recorded on purpose says until when', () => {
  const noonMs = new Date(2026, 10, 20, 12).getTime();
  const sixMs = new Date(2026, 10, 20, 18).getTime();
  const not = (cause: Extract<Wanted, { records: false }>['cause'], untilMs: number | null): string | null =>
    plan.now({ records: false, cause, untilMs }, noonMs);
  assert.equal(not('schedule', sixMs), 'not recorded now, from 18:00 on');
  assert.equal(not('schedule', sixMs + 86_400_000), 'not recorded now, from Sat 21 Nov 18:00 on');
  assert.equal(not('privacy', sixMs), 'paused by you until 18:00');
  assert.equal(not('noEvent', null), 'waiting for an event');
  assert.equal(plan.now({ records: true, because: 'always', untilMs: null }, noonMs), null);
  assert.match(plan.now({ records: true, because: 'unheard', untilMs: null }, noonMs) ?? '', /not heard/);
});

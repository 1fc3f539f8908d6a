import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockWatch, systemClock } from '../../../main/core/video/clock.ts';
import { HandClock } from './handClock.ts';

test('while time passes evenly there is nothing to tell', () => {
  const clock = new HandClock();
  const watch = new ClockWatch(clock);
  for (let second = 0; second < 100; second++) {
    clock.pass(1000);
    assert.equal(watch.check(), null);
  }
  assert.equal(new ClockWatch(systemClock).check(), null);
});

test('a clock that is set by more than half a second is told once, with how far', () => {
  const clock = new HandClock();
  const watch = new ClockWatch(clock);
  for (const byMs of [600, -3_600_000, 25_000]) {
    clock.pass(1000);
    clock.set(byMs);
    assert.deepEqual(watch.check(), { what: 'clock', byMs });
    clock.pass(1000);
    assert.equal(watch.check(), null);
  }
});

test('small corrections are told when together they are more than half a second', () => {
  const clock = new HandClock();
  const watch = new ClockWatch(clock);
  const told = Array.from({ length: 6 }, () => {
    clock.pass(1000);
    clock.set(100);
    return watch.check();
  });
  assert.deepEqual(told.slice(0, 5), [null, null, null, null, null]);
  assert.deepEqual(told[5], { what: 'clock', byMs: 600 });
});

test('sleep is told once, whether or not the steady clock ran on in it', () => {
  for (const steadyToo of [true, false]) {
    const clock = new HandClock();
    const watch = new ClockWatch(clock);
    clock.pass(1000);
    assert.equal(watch.check(), null);
    const sinceMs = clock.wallMs();
    clock.sleep(60_000, steadyToo);
    assert.deepEqual(watch.check(), { what: 'asleep', sinceMs });
    clock.pass(1000);
    assert.equal(watch.check(), null);
  }
});

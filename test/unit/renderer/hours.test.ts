import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenHours } from '../../../renderer/parts/hours.ts';

const dayMs = 86_400_000;

test('a strip of 24 hours names every second hour of local time, in order and inside it', () => {
  const toMs = new Date(2026, 10, 20, 16, 52, 7).getTime();
  const hours = evenHours(toMs - dayMs, toMs);
  assert.ok(hours.length >= 11 && hours.length <= 12);
  for (const { atMs, percent } of hours) {
    assert.equal(new Date(atMs).getHours() % 2, 0);
    assert.equal(new Date(atMs).getMinutes(), 0);
    assert.ok(percent > 2 && percent < 98);
  }
  assert.deepEqual(
    hours.map((hour) => hour.atMs),
    hours.map((hour) => hour.atMs).sort((a, b) => a - b),
  );
});

test('a strip without length has no hours', () => {
  assert.deepEqual(evenHours(0, 0), []);
});

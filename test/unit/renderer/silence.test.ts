import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silence } from '../../../renderer/live/silence.ts';

/** Which of the pictures of these times have pictures missing before them, by their place. */
function missingBefore(timesMs: readonly number[]): number[] {
  const silence = new Silence();
  return timesMs.flatMap((timeMs, nth) => (silence.before(timeMs) ? [nth] : []));
}

test('a camera that falls silent and goes on has pictures missing before the first one then', () => {
  assert.deepEqual(missingBefore([0, 40, 80, 3080, 3120, 3160]), [3]);
});

test('a camera with few pictures, one that is late, and one that sends fewer while nothing moves miss none', () => {
  assert.deepEqual(missingBefore([0, 5000, 10_000, 15_000]), []);
  assert.deepEqual(missingBefore([0, 40, 80, 1900, 1940]), []);
  assert.deepEqual(missingBefore([0, 500, 1000, 4000, 7000, 7500, 8000]), []);
});

test('a camera that begins to send a picture every few seconds is believed from the second on', () => {
  assert.deepEqual(missingBefore([0, 40, 5040, 10_040, 15_040]), [2]);
});

test('a time that leaps back is none, and another stream begins anew', () => {
  assert.deepEqual(missingBefore([10_000, 10_040, 0, 40]), []);
  const silence = new Silence();
  silence.before(0);
  silence.before(40);
  silence.reset();
  assert.equal(silence.before(60_000), false);
});

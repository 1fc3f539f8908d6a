import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunClock } from '../../../main/core/recorder/runClock.ts';

/** A camera whose media second takes `realSeconds`; returns the starts of its recordings of a minute. */
function startsOf(realSeconds: number, minutes: number, lateMs: (second: number) => number): number[] {
  const clock = new RunClock(0);
  const starts: number[] = [];
  for (let second = 0; second < minutes * 60; second++) {
    const fragment = { startSeconds: second, durationSeconds: 1 };
    if (second % 60 === 0) {
      clock.settle();
      starts.push(Math.round(clock.utcOf(second)));
    }
    clock.arrived(fragment, (second + 1) * realSeconds * 1000 + lateMs(second));
  }
  return starts;
}

test('a camera with a true clock is never corrected, however late single fragments arrive', () => {
  const starts = startsOf(1, 10, (second) => 80 + (second % 7 === 0 ? 3000 : 0));
  assert.deepEqual(
    starts,
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((minute) => minute * 60_000),
  );
});

test('a camera whose clock runs slow or fast is never wrong by more than a second and a bit', () => {
  for (const realSeconds of [1.005, 0.995, 1.01, 0.99]) {
    const starts = startsOf(realSeconds, 30, () => 100);
    for (const [minute, startMs] of starts.entries()) {
      const wrongMs = Math.abs(startMs - minute * 60_000 * realSeconds);
      assert.ok(wrongMs < 1300, `${realSeconds}: minute ${minute} is wrong by ${wrongMs} ms`);
    }
  }
});

test('media time that jumps is told, and lands where it arrives', () => {
  const clock = new RunClock(1000);
  clock.arrived({ startSeconds: 0, durationSeconds: 1 }, 2100);
  assert.equal(clock.jumps({ startSeconds: 1, durationSeconds: 1 }), false);
  assert.equal(clock.jumps({ startSeconds: 1.9, durationSeconds: 1 }), false);
  const later = { startSeconds: 5000, durationSeconds: 1 };
  assert.equal(clock.jumps(later), true);
  clock.land(later, 3100);
  assert.equal(clock.utcOf(5000), 2000);
});

test('a jump that arrival confirms changes no time', () => {
  const clock = new RunClock(0);
  clock.arrived({ startSeconds: 0, durationSeconds: 1 }, 1100);
  const later = { startSeconds: 20, durationSeconds: 1 };
  assert.equal(clock.jumps(later), true);
  clock.land(later, 21_100);
  assert.equal(clock.utcOf(20), 20_000);
});

test('a start that was reckoned too late is put right with the next recording', () => {
  // The first pictures waited for 1.4 s; the fragments are there 80 ms after their end.
  const starts = startsOf(1, 4, () => 80 - 1400);
  assert.deepEqual(starts, [0, 60_000 - 1320, 120_000 - 1320, 180_000 - 1320]);
});

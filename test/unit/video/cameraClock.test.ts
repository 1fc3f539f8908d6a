/** The offset of a camera's clock, out of reports that each took another way through the network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CameraClockWatch, type CameraClock } from '../../../main/core/video/cameraClock.ts';

const startMs = Date.UTC(2026, 10, 20);

/** Reports of a camera whose clock is off by so much; each takes that long to arrive. */
function clockOf(offsetMs: number, waysMs: readonly number[], roundTripMs: number): CameraClock | null {
  const watch = new CameraClockWatch();
  let clock: CameraClock | null = null;
  for (const [nth, wayMs] of waysMs.entries()) {
    const sentMs = startMs + nth * 5000;
    const report = { cameraMs: sentMs + offsetMs, streamMs: nth * 5000, arrivalMs: sentMs + wayMs };
    clock = watch.report(report, roundTripMs);
  }
  return clock;
}

test('the true offset lies within the uncertainty, whatever the way of each report', () => {
  const ways = fc.array(fc.double({ min: 1, max: 9, noNaN: true }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(ways, fc.integer({ min: -1e7, max: 1e7 }), (waysMs, offsetMs) => {
      const clock = clockOf(offsetMs, waysMs, 18);
      assert.ok(clock);
      assert.ok(Math.abs(clock.offsetMs - offsetMs) <= clock.uncertaintyMs, JSON.stringify(clock));
    }),
    { seed: 4 },
  );
});

test('a report that waited long does not spoil what sooner ones said', () => {
  const clock = clockOf(250, [1, 900, 1, 700], 2);
  assert.ok(clock);
  assert.ok(Math.abs(clock.offsetMs - 250) <= 1, JSON.stringify(clock));
  assert.ok(clock.uncertaintyMs > 400, 'the spread is told');
});

test('a picture’s time by the camera’s clock follows from its own time', () => {
  const clock = clockOf(60_000, [1, 1, 1], 2);
  assert.ok(clock);
  assert.equal(clock.zeroMs + 10_000, startMs + 10_000 + 60_000);
});

test('a clock that was set is taken as it is now, and a camera without a time has none', () => {
  const watch = new CameraClockWatch();
  watch.report({ cameraMs: startMs + 90_000, streamMs: 0, arrivalMs: startMs }, 2);
  const after = watch.report({ cameraMs: startMs + 5000, streamMs: 5000, arrivalMs: startMs + 5000 }, 2);
  assert.ok(after && Math.abs(after.offsetMs) < 10, JSON.stringify(after));
  for (const cameraMs of [0, 3_600_000, -2_208_988_800_000, NaN]) {
    assert.equal(new CameraClockWatch().report({ cameraMs, streamMs: 0, arrivalMs: startMs }, 2), null);
  }
});

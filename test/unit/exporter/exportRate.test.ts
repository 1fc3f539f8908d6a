/** Speed and time left of an export: by the work done, whatever the clock does meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExportRate, type Rate } from '../../../main/core/exporter/exportRate.ts';

/** An export of an hour that does a hundredth a second; at the given second the clock leaps. */
function told(leapMs: number): Rate {
  let nowMs = Date.UTC(2026, 10, 20);
  const rate = new ExportRate(3_600_000, () => nowMs);
  let last: Rate | null = null;
  for (let step = 1; step <= 200; step += 1) {
    nowMs += 250;
    if (step === 100) nowMs += leapMs;
    last = rate.tell({ doneFraction: step / 400, bytesWritten: step * 1000 });
  }
  assert.ok(last);
  return last;
}

test('half of the work in 50 s leaves 50 s', () => {
  const { leftMs, timesRealTime, expectedBytes } = told(0);
  assert.deepEqual([leftMs, timesRealTime, expectedBytes], [50_000, 36, 400_000]);
});

test('a night asleep, or a clock that is set, is no work and no progress', () => {
  for (const leapMs of [8 * 3_600_000, -3_600_000, 60_000]) {
    const { leftMs } = told(leapMs);
    assert.ok(leftMs !== null && leftMs >= 49_000 && leftMs <= 56_000, String(leftMs));
  }
});

/** Sums of spans: nothing is counted twice, nothing is left out, and a gap over several stretches is one gap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GapCause, Span } from '../../../main/contract/model.ts';
import { fullnessOf, type Filling } from '../../../main/core/library/fullness.ts';
import { bytesADay, cutCells, gapTotals, knownMs, missingMs } from '../../../main/core/library/healthCells.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function recorded(fromHour: number, toHour: number): Span {
  return { kind: 'recorded', fromMs: fromHour * hourMs, toMs: toHour * hourMs };
}
function gap(fromHour: number, toHour: number, cause: GapCause): Span {
  return { kind: 'gap', fromMs: fromHour * hourMs, toMs: toHour * hourMs, cause };
}
const days = (count: number): number[] => Array.from({ length: count + 1 }, (_, at) => at * dayMs);

test('a day is taken apart into recorded time and gaps by cause, the longest first', () => {
  const spans = [recorded(0, 10), gap(10, 11, 'lost'), recorded(11, 20), gap(20, 23, 'paused'), gap(23, 24, 'lost')];
  const [day] = cutCells(spans, days(1), [500]);
  assert.ok(day);
  assert.equal(day.recordedMs, 19 * hourMs);
  assert.equal(day.sizeBytes, 500);
  assert.deepEqual(day.gaps, [
    { cause: 'paused', count: 1, durationMs: 3 * hourMs },
    { cause: 'lost', count: 2, durationMs: 2 * hourMs },
  ]);
  assert.equal(missingMs(day), 2 * hourMs, 'what the user paused was not to be recorded');
  assert.equal(knownMs(day), dayMs);
});

test('a gap over three days counts once, two of them on one day twice', () => {
  const spans = [recorded(0, 12), gap(12, 60, 'closed'), recorded(60, 72)];
  const cells = cutCells(spans, days(3), []);
  assert.deepEqual(
    cells.map(({ gaps }) => gaps.map(({ durationMs }) => durationMs / hourMs)),
    [[12], [24], [12]],
  );
  assert.deepEqual(gapTotals([{ cameraId: 'a', cells }]), [
    { cause: 'closed', count: 1, durationMs: 48 * hourMs, cameras: [{ cameraId: 'a', durationMs: 48 * hourMs }] },
  ]);
  // Not the same gap: at the edge it is another cause that holds.
  const other = cutCells(
    [gap(0, 24, 'lost'), gap(24, 30, 'asleep'), recorded(30, 40), gap(40, 48, 'lost')],
    days(2),
    [],
  );
  assert.equal(gapTotals([{ cameraId: 'a', cells: other }]).find(({ cause }) => cause === 'lost')?.count, 2);
});

test('the camera with most of a cause is named first, and an unknown stretch adds nothing', () => {
  const little = cutCells([recorded(0, 23), gap(23, 24, 'lost')], days(1), []);
  const much = cutCells([recorded(0, 4), gap(4, 24, 'lost')], days(1), []);
  const [lost] = gapTotals([
    { cameraId: 'a', cells: [null, ...little] },
    { cameraId: 'b', cells: [null, ...much] },
  ]);
  assert.deepEqual(
    lost?.cameras.map(({ cameraId }) => cameraId),
    ['b', 'a'],
  );
  assert.equal(lost.durationMs, 21 * hourMs);
});

test('whatever the spans, the stretches hold every millisecond of them once', () => {
  const kind = fc.constantFrom<GapCause | 'recorded'>('recorded', 'lost', 'closed', 'paused', 'deleted', 'privacy');
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), kind), { maxLength: 30 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 2, maxLength: 12 }),
      (start, lengths, edges) => {
        let atMs = start;
        const spans = lengths.map(([length, is]): Span => {
          const place = { fromMs: atMs, toMs: (atMs += length) };
          return is === 'recorded' ? { ...place, kind: 'recorded' } : { ...place, kind: 'gap', cause: is };
        });
        const bounds = edges.sort((a, b) => a - b);
        const [fromMs = 0, toMs = 0] = [bounds[0], bounds.at(-1)];
        const cells = cutCells(spans, bounds, []);
        const inside = Math.max(0, Math.min(atMs, toMs) - Math.max(start, fromMs));
        assert.equal(
          cells.reduce((sum, cell) => sum + knownMs(cell), 0),
          inside,
        );
        // Gaps of the same cause that touch are one to whoever looks; the spans of the library never hold two such.
        const joined = spans.filter((span, at) => {
          const before = spans[at - 1];
          return !(span.kind === 'gap' && before?.kind === 'gap' && before.cause === span.cause);
        });
        if (joined.length !== spans.length) return;
        const touching = spans.filter((span) => span.kind === 'gap' && span.toMs > fromMs && span.fromMs < toMs).length;
        const counted = gapTotals([{ cameraId: 'a', cells }]).reduce((sum, { count }) => sum + count, 0);
        assert.equal(counted, touching);
      },
    ),
  );
});

test('bytes a day are those of the time in which there was a camera', () => {
  const first = cutCells([recorded(36, 48)], days(2), [0, 120]);
  assert.equal(bytesADay([{ cells: first }]), 240);
  assert.equal(bytesADay([{ cells: [null, null] }]), null);
  assert.equal(bytesADay([{ cells: first }, { cells: cutCells([recorded(24, 48)], days(2), [0, 80]) }]), 200);
});

test('when the vault is full is told by its size, by the disk, or by the days to keep', () => {
  const filling: Filling = {
    ...{ usedBytes: 600, keepBytes: 1000, freeBytes: 10_000, floorBytes: 100, aDayBytes: 40 },
    ...{ keepDays: null, oldestAgeMs: 15 * dayMs },
  };
  assert.deepEqual(fullnessOf(filling), { state: 'in', leftMs: 10 * dayMs });
  assert.deepEqual(fullnessOf({ ...filling, freeBytes: 300 }), { state: 'in', leftMs: 5 * dayMs });
  assert.deepEqual(fullnessOf({ ...filling, aDayBytes: null }), { state: 'unknown' });
  assert.deepEqual(fullnessOf({ ...filling, usedBytes: 1000 }), { state: 'now', keepsMs: 25 * dayMs });
  assert.deepEqual(fullnessOf({ ...filling, freeBytes: 60 }), { state: 'now', keepsMs: 15 * dayMs });
  // A rule that allows far more than the disk has does not make it full.
  const allowed = { ...filling, keepBytes: 1e9, freeBytes: 300 };
  assert.deepEqual(fullnessOf(allowed), { state: 'in', leftMs: 5 * dayMs });
  assert.deepEqual(fullnessOf({ ...filling, keepDays: 20 }), { state: 'days' });
  assert.deepEqual(fullnessOf({ ...filling, keepDays: 26 }), { state: 'in', leftMs: 10 * dayMs });
});

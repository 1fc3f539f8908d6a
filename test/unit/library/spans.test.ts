import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coverSpan, type GapNote, joinRecordings, recordedMs } from '../../../main/core/library/spans.ts';

test('recordings that touch or nearly touch are one span', () => {
  const spans = coverSpan(
    [
      { startMs: 1000, endMs: 2000 },
      { startMs: 2000, endMs: 3000 },
      { startMs: 3199, endMs: 4000 },
      { startMs: 4200, endMs: 5000 },
    ],
    [],
    0,
    5000,
  );
  assert.deepEqual(spans, [
    { fromMs: 1000, toMs: 4000, kind: 'recorded' },
    { fromMs: 4000, toMs: 4200, kind: 'gap', cause: 'closed' },
    { fromMs: 4200, toMs: 5000, kind: 'recorded' },
  ]);
});

test('a gap has the cause that was noted at its start, and a new one from the next note on', () => {
  const notes: GapNote[] = [
    { atMs: 10_020, cause: 'lost' },
    { atMs: 15_000, cause: 'paused' },
  ];
  const recordings = [
    { startMs: 0, endMs: 10_000 },
    { startMs: 20_000, endMs: 21_000 },
  ];
  assert.deepEqual(coverSpan(recordings, notes, 0, 30_000), [
    { fromMs: 0, toMs: 10_000, kind: 'recorded' },
    { fromMs: 10_000, toMs: 15_000, kind: 'gap', cause: 'lost' },
    { fromMs: 15_000, toMs: 20_000, kind: 'gap', cause: 'paused' },
    { fromMs: 20_000, toMs: 21_000, kind: 'recorded' },
    { fromMs: 21_000, toMs: 30_000, kind: 'gap', cause: 'closed' },
  ]);
});

test('a note of an earlier gap says nothing about a later one', () => {
  const recordings = [
    { startMs: 0, endMs: 10_000 },
    { startMs: 10_500, endMs: 11_000 },
    { startMs: 60_000, endMs: 61_000 },
  ];
  const causes = coverSpan(recordings, [{ atMs: 10_000, cause: 'refused' }], 0, 61_000).flatMap((span) =>
    span.kind === 'gap' ? [span.cause] : [],
  );
  assert.deepEqual(causes, ['refused', 'closed']);
});

test('a note just before the end of the media belongs to the gap behind it', () => {
  const [, gap] = coverSpan([{ startMs: 0, endMs: 10_000 }], [{ atMs: 9400, cause: 'asleep' }], 0, 20_000);
  assert.deepEqual(gap, { fromMs: 10_000, toMs: 20_000, kind: 'gap', cause: 'asleep' });
});

test('two causes that are told shortly after the end of the media each have their own beginning', () => {
  const notes: GapNote[] = [
    { atMs: 10_000, cause: 'lost' },
    { atMs: 10_300, cause: 'refused' },
    { atMs: 11_800, cause: 'closed' },
  ];
  assert.deepEqual(coverSpan([{ startMs: 0, endMs: 10_000 }], notes, 0, 20_000).slice(1), [
    { fromMs: 10_000, toMs: 11_800, kind: 'gap', cause: 'refused' },
    { fromMs: 11_800, toMs: 20_000, kind: 'gap', cause: 'closed' },
  ]);
});

test('a gap after a clock was set back has the cause that was told when its time had come before', () => {
  // Recorded up to 10 s, set back by 8 s, recorded for 2 s and paused.
  const recordings = [
    { startMs: 0, endMs: 10_000 },
    { startMs: 2000, endMs: 4000 },
  ];
  const [, gap] = coverSpan(recordings, [{ atMs: 4000, cause: 'paused' }], 0, 20_000);
  assert.deepEqual(gap, { fromMs: 10_000, toMs: 20_000, kind: 'gap', cause: 'paused' });
});

test('nothing is told about the time before the first recording', () => {
  assert.deepEqual(coverSpan([{ startMs: 5000, endMs: 6000 }], [{ atMs: 100, cause: 'lost' }], 0, 6000), [
    { fromMs: 5000, toMs: 6000, kind: 'recorded' },
  ]);
  assert.deepEqual(coverSpan([], [{ atMs: 100, cause: 'lost' }], 0, 6000), []);
});

const recordings = fc.array(
  fc
    .record({ startMs: fc.integer({ min: 0, max: 5000 }), lengthMs: fc.integer({ min: -10, max: 900 }) })
    .map(({ startMs, lengthMs }) => ({ startMs, endMs: startMs + lengthMs })),
  { maxLength: 12 },
);
const notes = fc
  .array(fc.record({ atMs: fc.integer({ min: 0, max: 6000 }), cause: fc.constantFrom('lost', 'paused', 'closed') }), {
    maxLength: 8,
  })
  .map((found) => found.sort((a, b) => a.atMs - b.atMs) as GapNote[]);

test('every millisecond from the first recording on is in exactly one span, and recorded only if it was', () => {
  fc.assert(
    fc.property(recordings, notes, fc.nat(5000), fc.nat(3000), (recorded, noted, fromMs, lengthMs) => {
      const toMs = fromMs + lengthMs;
      const spans = coverSpan(recorded, noted, fromMs, toMs);
      const firstMs = joinRecordings(recorded)[0]?.startMs ?? Infinity;
      const beginMs = Math.max(fromMs, firstMs);
      if (beginMs >= toMs) {
        assert.deepEqual(spans, []);
        return;
      }
      assert.equal(spans[0]?.fromMs, beginMs);
      assert.equal(spans.at(-1)?.toMs, toMs);
      let wallMs = 0;
      for (const [index, span] of spans.entries()) {
        assert.ok(span.toMs > span.fromMs);
        if (index > 0) assert.equal(spans[index - 1]?.toMs, span.fromMs);
        wallMs += span.toMs - span.fromMs;
      }
      assert.equal(wallMs, toMs - beginMs);
      let expectedMs = 0;
      const joined = joinRecordings(recorded);
      for (let atMs = beginMs; atMs < toMs; atMs++) {
        if (joined.some(({ startMs, endMs }) => atMs >= startMs && atMs < endMs)) expectedMs++;
      }
      assert.equal(recordedMs(spans), expectedMs);
    }),
    { seed: 20261120, numRuns: 300 },
  );
});

test('adjacent gap spans differ in their cause', () => {
  fc.assert(
    fc.property(recordings, notes, (recorded, noted) => {
      const spans = coverSpan(recorded, noted, 0, 7000);
      for (const [index, span] of spans.entries()) {
        const before = spans[index - 1];
        if (span.kind === 'gap' && before?.kind === 'gap') assert.notEqual(span.cause, before.cause);
      }
    }),
    { seed: 20261121, numRuns: 300 },
  );
});

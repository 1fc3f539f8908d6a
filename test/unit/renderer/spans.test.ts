// Questions that the archive asks about recorded spans and gaps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../main/contract/model.ts';
import {
  clip,
  gapAfter,
  gapBefore,
  isRecordedAt,
  lastRecorded,
  longestGap,
  longestRecorded,
  recordedAfter,
  recordedIn,
  sameCause,
  spanAt,
  wholeGapMs,
} from '../../../renderer/state/spans.ts';

const spans: Span[] = [
  { fromMs: 0, toMs: 100, kind: 'recorded' },
  { fromMs: 100, toMs: 150, kind: 'gap', cause: 'lost' },
  { fromMs: 150, toMs: 300, kind: 'recorded' },
  { fromMs: 300, toMs: 400, kind: 'gap', cause: 'closed' },
  { fromMs: 400, toMs: 500, kind: 'gap', cause: 'paused' },
];

test('a span holds its first moment and not its last', () => {
  assert.equal(spanAt(spans, 100)?.kind, 'gap');
  assert.equal(spanAt(spans, 150)?.kind, 'recorded');
  assert.equal(isRecordedAt(spans, 99), true);
  assert.equal(spanAt(spans, 500), null);
  assert.equal(spanAt([], 0), null);
});

test('the next recording and the end of all recordings are found', () => {
  assert.equal(recordedAfter(spans, 100), 150);
  assert.equal(recordedAfter(spans, 150), null);
  assert.equal(lastRecorded(spans), 300);
  assert.equal(lastRecorded([]), null);
});

test('going over the next gap needs something recorded behind it', () => {
  assert.equal(gapAfter(spans, 10)?.toMs, 150);
  assert.equal(gapAfter(spans, 120)?.toMs, 150);
  assert.equal(gapAfter(spans, 200), null);
});

test('the longest recording is found, and the longest gap of a cause, the first of several as long', () => {
  assert.equal(longestGap(spans, 'lost')?.fromMs, 100);
  assert.equal(longestGap(spans, 'refused'), null);
  assert.equal(longestRecorded(spans)?.fromMs, 150);
  assert.equal(longestRecorded(spans.slice(3)), null);
  const lost = (fromMs: number, toMs: number): Span => ({ fromMs, toMs, kind: 'gap', cause: 'lost' });
  assert.equal(longestGap([...spans, lost(600, 700), lost(800, 900)], 'lost')?.fromMs, 600);
});

test('going over the last gap lands before the one that is behind', () => {
  assert.equal(gapBefore(spans, 200)?.fromMs, 100);
  assert.equal(gapBefore(spans, 120), null);
  assert.equal(gapBefore(spans, 450)?.fromMs, 300);
});

test('what lies inside a stretch is cut at its ends and counted', () => {
  assert.deepEqual(
    clip(spans, { fromMs: 90, toMs: 160 }).map((span) => [span.fromMs, span.toMs]),
    [
      [90, 100],
      [100, 150],
      [150, 160],
    ],
  );
  assert.equal(recordedIn(spans, { fromMs: 90, toMs: 160 }), 20);
  assert.equal(recordedIn(spans, { fromMs: 300, toMs: 900 }), 0);
});

test('a part of a gap tells how long the whole is, and none where midnight may have cut it', () => {
  const noon = new Date(2026, 5, 10, 12).getTime();
  const midnight = new Date(2026, 5, 11).getTime();
  const day: Span[] = [
    { fromMs: noon, toMs: noon + 60_000, kind: 'gap', cause: 'lost' },
    { fromMs: noon + 60_000, toMs: noon + 90_000, kind: 'recorded' },
    { fromMs: noon + 90_000, toMs: midnight, kind: 'gap', cause: 'closed' },
    { fromMs: midnight, toMs: midnight + 5000, kind: 'gap', cause: 'closed' },
  ];
  assert.equal(wholeGapMs(day, { fromMs: noon + 10_000, toMs: noon + 20_000 }), 60_000);
  assert.equal(wholeGapMs(day, { fromMs: noon + 100_000, toMs: noon + 110_000 }), null);
  assert.equal(wholeGapMs(day, { fromMs: midnight + 1000, toMs: midnight + 2000 }), null);
  assert.equal(wholeGapMs([], { fromMs: noon, toMs: noon + 7 }), 7);
});

test('where causes follow each other, the one of the moment has its own beginning and end', () => {
  const missing = { fromMs: 300, toMs: 700 };
  const day: Span[] = [...spans, { fromMs: 500, toMs: 600, kind: 'gap', cause: 'lost' }];
  assert.deepEqual(sameCause(day, 350, missing), { fromMs: 300, toMs: 400 });
  assert.deepEqual(sameCause(day, 450, missing), { fromMs: 400, toMs: 500 });
  // What is known ends with it: it may go on.
  assert.deepEqual(sameCause(day, 550, { fromMs: 300, toMs: Infinity }), { fromMs: 500, toMs: Infinity });
  // Where a day begins with the gap nobody knows here since when.
  assert.deepEqual(sameCause(day.slice(3), 350, { fromMs: -900, toMs: 700 }), { fromMs: -900, toMs: 400 });
  assert.deepEqual(sameCause(day, 200, missing), missing);
});

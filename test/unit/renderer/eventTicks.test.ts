/** Ticks on the timeline: few questions while the window moves, and every event in its place to a pixel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestPage, pageFor, readPage, ticksIn } from '../../../renderer/state/eventTicks.ts';

const window = fc
  .tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1000, max: 32 * 86_400_000 }))
  .map(([fromMs, ms]) => ({ fromMs, toMs: fromMs + ms }));

test('a page holds its window, in no more steps than may be asked, each no longer than two pixels', () => {
  fc.assert(
    fc.property(window, (span) => {
      const page = pageFor(span);
      assert.ok(page.fromMs <= span.fromMs && page.toMs >= span.toMs);
      assert.ok((page.toMs - page.fromMs) / page.stepMs <= 4000);
      assert.ok(page.stepMs <= Math.ceil((2 * (span.toMs - span.fromMs)) / 900));
      assert.ok([page.fromMs, page.toMs, page.stepMs].every(Number.isSafeInteger));
    }),
  );
});

test('a window of little more than a day that lies on three has steps of two pixels at most', () => {
  const span = { fromMs: 168_706_434_204, toMs: 168_825_600_001 };
  assert.ok(pageFor(span).stepMs <= Math.ceil((2 * (span.toMs - span.fromMs)) / 900));
});

test('a window that is moved by its length asks at most twice', () => {
  const pages = new Set<number>();
  for (let moved = 0; moved <= 100; moved += 1) {
    const fromMs = 1e12 + moved * 24_000;
    pages.add(pageFor({ fromMs, toMs: fromMs + 2_400_000 }).fromMs);
  }
  assert.ok(pages.size <= 2);
});

test('of a month only its own days are asked', () => {
  const span = { fromMs: Date.UTC(2026, 10, 1) - 3_600_000, toMs: Date.UTC(2026, 11, 1) - 3_600_000 };
  const { fromMs, toMs } = pageFor(span);
  assert.deepEqual([fromMs, toMs], [Date.UTC(2026, 9, 31), Date.UTC(2026, 11, 1)]);
});

test('of several pages the finest that holds the span is drawn, or the one that holds most of it', () => {
  const page = (fromMs: number, toMs: number, stepMs: number) => readPage({ fromMs, toMs, stepMs }, []);
  const [coarse, fine, aside] = [page(0, 100, 10), page(20, 60, 1), page(50, 90, 1)];
  assert.equal(bestPage([coarse, fine, aside], { fromMs: 30, toMs: 50 }), fine);
  assert.equal(bestPage([fine, aside], { fromMs: 40, toMs: 80 }), aside);
  assert.equal(bestPage([fine], { fromMs: 200, toMs: 300 }), null);
  assert.equal(bestPage([], { fromMs: 0, toMs: 1 }), null);
});

test('the ticks of a span are those that lie in it', () => {
  const told = [
    {
      cameraId: 'a',
      steps: [
        [0, 1],
        [3, 2],
        [9, 1],
      ] as [number, number][],
    },
  ];
  const { ticks } = readPage({ fromMs: 1000, toMs: 2000, stepMs: 100 }, told);
  const times = ticks.get('a') ?? [];
  assert.deepEqual(times, [1000, 1300, 1900]);
  assert.deepEqual(ticksIn(times, { fromMs: 1000, toMs: 1900 }), [1000, 1300]);
  assert.deepEqual(ticksIn(times, { fromMs: 1001, toMs: 1300 }), []);
});

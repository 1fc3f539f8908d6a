/** Recordings that overlap, because the clock was set back: which one a moment shows, and how they lie one after another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passesOf, recordingAt } from '../../../main/core/library/passes.ts';

function rows(...spans: [number, number][]): { startMs: number; endMs: number }[] {
  return spans.map(([startMs, endMs]) => ({ startMs: startMs * 1000, endMs: endMs * 1000 }));
}

test('a moment shows the recording that covers it, else the next, else none', () => {
  const [first, second] = rows([0, 60], [100, 160]);
  assert.ok(first && second);
  assert.equal(recordingAt([first, second], 30_000), first);
  assert.equal(recordingAt([second, first], 60_000), second);
  assert.equal(recordingAt([first, second], -5), first);
  assert.equal(recordingAt([first, second], 160_000), undefined);
  assert.equal(recordingAt(rows(), 0), undefined);
});

test('from the end of one recording on, playing stays in the pass in which it was made', () => {
  // The same three minutes twice, the second time 23 s later.
  const all = rows([0, 60], [23, 83], [60, 120], [83, 143], [120, 180], [143, 203]);
  const followed: number[] = [];
  for (let row = recordingAt(all, 0); row; row = recordingAt(all, row.endMs)) followed.push(row.startMs / 1000);
  assert.deepEqual(followed, [0, 60, 120, 143]);
});

test('what was recorded twice lies in two passes, everything else in one', () => {
  assert.equal(passesOf(rows([0, 60], [60, 120], [300, 360])).length, 1);
  assert.equal(passesOf([]).length, 0);
  const passes = passesOf(rows([0, 60], [23, 83], [60, 120], [83, 143], [200, 260]));
  assert.deepEqual(
    passes.map((pass) => pass.map(({ startMs }) => startMs / 1000)),
    [
      [0, 60],
      [23, 83, 200],
    ],
  );
});

test('every recording is in exactly one pass, and no pass overlaps itself, whatever lies on the disk', () => {
  const span = fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: 70_000 }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
      const all = spans.map(([startMs, lengthMs]) => ({ startMs, endMs: startMs + lengthMs }));
      const passes = passesOf(all);
      assert.deepEqual(new Set(passes.flat()), new Set(all));
      assert.equal(passes.flat().length, all.length);
      for (const pass of passes) {
        for (const [index, { startMs }] of pass.entries()) {
          assert.ok(startMs >= (pass[index - 1]?.endMs ?? -Infinity) - 200);
        }
      }
    }),
  );
});

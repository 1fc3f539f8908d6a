import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  dayOf,
  finishedName,
  isDay,
  openName,
  readFinishedName,
  readOpenName,
  resealName,
} from '../../../main/core/library/recordingName.ts';

test('a name says exactly the span that made it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2.5e14 }), fc.integer({ min: 1, max: 1e7 }), (startMs, lengthMs) => {
      const span = { startMs, endMs: startMs + lengthMs };
      assert.deepEqual(readFinishedName(finishedName(span)), span);
      assert.deepEqual(readOpenName(openName(startMs)), { startMs, again: false });
      assert.deepEqual(readOpenName(resealName(startMs)), { startMs, again: true });
      assert.equal(readFinishedName(openName(startMs)), null);
      assert.equal(readOpenName(finishedName(span)), null);
    }),
    { seed: 20261120 },
  );
});

test('what is not exactly a name of ours is none', () => {
  const odd = [
    '',
    '-',
    '1-2',
    '1-2.mp4',
    '2-1.mp4.age',
    '1-1.mp4.age',
    '01-2.mp4.age',
    '1-2.mp4.age.part',
    ' 1-2.mp4.age',
    '1-2.mp4.age\n',
    '../1-2.mp4.age',
    '1e3-2e3.mp4.age',
    '-1-2.mp4.age',
    '1-253402300800000.mp4.age',
    '1-9999999999999999.mp4.age',
    '1-99999999999999999999.mp4.age',
  ];
  for (const name of odd) assert.equal(readFinishedName(name), null, name);
  for (const name of [
    ...odd.filter((one) => one !== '1.mp4.age.part'),
    '01.mp4.age.part',
    '.mp4.age.part',
    'x.again.mp4.age.part',
  ]) {
    assert.equal(readOpenName(name), null, name);
  }
});

test('days are those of UTC', () => {
  assert.equal(dayOf(Date.UTC(2026, 9, 25, 23, 59, 59, 999)), '2026-10-25');
  assert.equal(dayOf(Date.UTC(2026, 9, 26)), '2026-10-26');
  assert.equal(dayOf(Infinity), '9999-12-31');
  assert.equal(dayOf(-1), '1970-01-01');
  for (const name of ['2026-02-30', '2026-13-01', '2026-1-1', '20261120', '2026-11-20 ', '']) {
    assert.equal(isDay(name), false, name);
  }
});

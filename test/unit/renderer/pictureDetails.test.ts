/** What the picture's details are made of: the codec's name, and the last minute's chart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecWords } from '../../../renderer/parts/codecWords.ts';
import { lineOf, topOf, withPoint, worstOf, type Point } from '../../../renderer/live/lastMinute.ts';

test('a codec is called as a camera’s own page calls it', () => {
  const names: [string, string][] = [
    ['avc1.64001f', 'H.264 High'],
    ['avc1.4D401E', 'H.264 Main'],
    ['avc1.42c01e', 'H.264 Baseline'],
    ['avc1.990000', 'H.264'],
    ['hvc1.1.6.L93.B0', 'H.265 Main'],
    ['hev1.2.4.L120.90', 'H.265 Main 10'],
    ['hvc1.a1.6.L93', 'H.265 Main'],
    ['mjpeg', 'MJPEG'],
    ['vp09.00.10.08', 'vp09.00.10.08'],
    ['', ''],
  ];
  for (const [codec, name] of names) assert.equal(codecWords(codec), name);
});

test('a minute of points is kept, and the worst of it is told', () => {
  let points: Point[] = [];
  assert.equal(worstOf(points), null);
  for (let second = 0; second <= 90; second += 1)
    points = withPoint(points, { atMs: second * 1000, value: second === 10 ? 900 : second });
  assert.equal(points.length, 60);
  assert.equal(points[0]?.atMs, 31_000);
  assert.equal(worstOf(points), 90, 'what is older than a minute counts no more');
});

test('a clock that was set back drops what would lie in the future', () => {
  const points = withPoint([{ atMs: 5000, value: 1 }], { atMs: 4000, value: 2 });
  assert.deepEqual(points, [{ atMs: 4000, value: 2 }]);
});

test('the chart holds its worst point, and ends now', () => {
  assert.equal(topOf(0), 100);
  assert.equal(topOf(100), 100);
  assert.equal(topOf(101), 200);
  assert.equal(topOf(25_000), 30_000);
  const points = [
    { atMs: 30_000, value: 0 },
    { atMs: 60_000, value: 50 },
    { atMs: 90_000, value: 400 },
  ];
  assert.equal(lineOf(points, 90_000, 100, { width: 200, height: 30 }), '100.0,15.0 200.0,0.0');
});

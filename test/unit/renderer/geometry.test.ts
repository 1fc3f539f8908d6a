/** Where pictures go: inside their place, in their own shape, on whole pixels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { devicePlace, fitted, isOn, shownPart } from '../../../renderer/live/geometry.ts';

const size = fc.integer({ min: 1, max: 5000 });
const css = fc.double({ min: 0, max: 2000, noNaN: true });

test('neighbours on a wall neither overlap nor leave a gap, at any density of pixels', () => {
  fc.assert(
    fc.property(css, css, css, fc.constantFrom(1, 1.1, 1.25, 1.5, 1.75, 2, 3), (x, first, second, ratio) => {
      const canvas = { x: 64, y: 40, width: 2000, height: 2000 };
      const one = devicePlace({ x, y: 40, width: first, height: 10 }, canvas, ratio);
      const next = devicePlace({ x: x + first, y: 40, width: second, height: 10 }, canvas, ratio);
      assert.equal(one.x + one.width, next.x);
      assert.ok(Number.isInteger(next.x) && Number.isInteger(next.width) && one.y === 0);
    }),
    { seed: 20261120 },
  );
});

test('a picture lies in its place, as large as its shape allows, and in the middle', () => {
  assert.deepEqual(fitted({ width: 640, height: 360 }, { x: 10, y: 20, width: 320, height: 180 }), {
    ...{ x: 10, y: 20, width: 320, height: 180 },
  });
  assert.deepEqual(fitted({ width: 704, height: 576 }, { x: 0, y: 0, width: 1600, height: 900 }), {
    ...{ x: 250, y: 0, width: 1100, height: 900 },
  });
  assert.deepEqual(fitted({ width: 100, height: 400 }, { x: 3, y: 0, width: 100, height: 100 }), {
    ...{ x: 40, y: 0, width: 25, height: 100 },
  });
  fc.assert(
    fc.property(size, size, size, size, (width, height, across, down) => {
      const box = fitted({ width, height }, { x: 5, y: 7, width: across, height: down });
      assert.ok(box.x >= 5 && box.y >= 7 && box.x + box.width <= 5 + across && box.y + box.height <= 7 + down);
      assert.ok(box.width >= 1 && box.height >= 1);
      assert.ok(box.width === across || box.height === down, 'it touches two edges');
      // Its shape, to a pixel and a half of rounding.
      const exact = Math.min(across / width, down / height);
      assert.ok(Math.abs(box.width - width * exact) < 1.5 && Math.abs(box.height - height * exact) < 1.5);
    }),
    { seed: 20261120 },
  );
});

test('whatever view is asked for, what is shown lies in the picture', () => {
  const any = fc.oneof(fc.double(), fc.constantFrom(0, 1, -1, NaN, Infinity, -Infinity));
  fc.assert(
    fc.property(any, any, any, size, size, (x, y, scale, width, height) => {
      const part = shownPart({ x, y, scale }, { width, height });
      assert.ok(part.x >= 0 && part.y >= 0 && part.width > 0 && part.height > 0);
      assert.ok(part.x + part.width <= width * 1.000001 && part.y + part.height <= height * 1.000001);
    }),
    { seed: 20261120 },
  );
  assert.deepEqual(shownPart({ x: 0.25, y: 0.5, scale: 4 }, { width: 400, height: 200 }), {
    ...{ x: 100, y: 100, width: 100, height: 50 },
  });
});

test('a place beside the canvas is not on it', () => {
  const canvas = { width: 100, height: 50 };
  assert.ok(isOn({ x: -5, y: 10, width: 6, height: 5 }, canvas));
  for (const off of [
    ...[
      { x: -5, y: 10, width: 5, height: 5 },
      { x: 100, y: 0, width: 5, height: 5 },
    ],
    ...[
      { x: 0, y: 50, width: 5, height: 5 },
      { x: 10, y: 10, width: 0, height: 5 },
    ],
  ])
    assert.ok(!isOn(off, canvas));
});

/** Digital zoom: what is seen never leaves the picture, and what lies under the pointer stays there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wholePicture, type PictureView } from '../../../renderer/live/pictureView.ts';
import {
  clampView,
  keyFactor,
  mostScale,
  panBy,
  sliderPart,
  sliderScale,
  transformOf,
  zoomTo,
} from '../../../renderer/state/zoom.ts';

const seed = 20261120;
const part = fc.double({ min: 0, max: 1, noNaN: true });
const step = fc.oneof(
  fc.record({ is: fc.constant('zoom' as const), scale: fc.double({ min: 0, max: 20, noNaN: true }), x: part, y: part }),
  fc.record({ is: fc.constant('pan' as const), x: fc.double({ min: -3, max: 3 }), y: fc.double({ min: -3, max: 3 }) }),
);

function isInside({ x, y, scale }: PictureView): boolean {
  const slack = 1e-9;
  return scale >= 1 && scale <= mostScale && [x, y].every((at) => at >= 0 && at + 1 / scale <= 1 + slack);
}

test('whatever is turned and dragged, what is seen lies inside the picture', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let view = wholePicture;
      for (const { is, ...values } of steps) {
        view =
          is === 'zoom' && 'scale' in values ? zoomTo(view, values.scale, values) : panBy(view, values.x, values.y);
        assert.ok(isInside(view), JSON.stringify(view));
      }
    }),
    { seed },
  );
  // The check sees what must not be.
  assert.equal(isInside({ x: 0.8, y: 0, scale: 2 }), false);
});

test('what lies under the pointer stays there while the picture is enlarged', () => {
  fc.assert(
    fc.property(
      part,
      part,
      fc.array(fc.double({ min: 1, max: 1.5, noNaN: true }), { maxLength: 10 }),
      (x, y, factors) => {
        let view = wholePicture;
        for (const factor of factors) view = zoomTo(view, view.scale * factor, { x, y });
        assert.ok(Math.abs(view.x + x / view.scale - x) < 1e-9);
        assert.ok(Math.abs(view.y + y / view.scale - y) < 1e-9);
      },
    ),
    { seed },
  );
});

test('on the way back the edges of the picture come before the anchor', () => {
  const corner = zoomTo(wholePicture, 4, { x: 1, y: 1 });
  assert.deepEqual(corner, { x: 0.75, y: 0.75, scale: 4 });
  assert.deepEqual(zoomTo(corner, 2, { x: 0, y: 0 }), { x: 0.5, y: 0.5, scale: 2 });
  assert.deepEqual(zoomTo(corner, 0.2), wholePicture);
});

test('a drag moves by the width that is seen, and ends at the edge', () => {
  const middle = zoomTo(wholePicture, 2);
  assert.deepEqual(panBy(middle, 0.1, -0.1), { x: 0.3, y: 0.2, scale: 2 });
  assert.deepEqual(panBy(middle, 9, -9), { x: 0.5, y: 0, scale: 2 });
  assert.deepEqual(panBy(wholePicture, 1, 1), wholePicture);
});

test('numbers that are none give the whole picture', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.ok(isInside(clampView({ x: bad, y: bad, scale: 4 })));
    assert.ok(isInside(clampView({ x: 0.5, y: 0.5, scale: bad })));
    assert.ok(isInside(panBy({ x: 0, y: 0, scale: 2 }, bad, bad)));
    assert.ok(isInside(zoomTo(wholePicture, bad, { x: 0.5, y: 0.5 })));
  }
});

test('six presses reach the largest, six the whole again, and the slider is where the picture is', () => {
  let view = wholePicture;
  for (let press = 0; press < 6; press += 1) view = zoomTo(view, view.scale * keyFactor);
  assert.ok(Math.abs(view.scale - mostScale) < 1e-9);
  for (let press = 0; press < 6; press += 1) view = zoomTo(view, view.scale / keyFactor);
  assert.deepEqual(view, wholePicture);
  assert.equal(sliderPart(1), 0);
  assert.equal(sliderPart(8), 1);
  assert.ok(Math.abs(sliderScale(sliderPart(2.83)) - 2.83) < 1e-9);
  assert.equal(sliderScale(7), 8);
});

test('an element as large as its frame shows the seen part in the whole frame', () => {
  assert.equal(transformOf(wholePicture), 'none');
  assert.equal(transformOf({ x: 0.25, y: 0.5, scale: 2 }), 'scale(2) translate(-25%, -50%)');
});

/** The wall's geometry: nothing overlaps, nothing leaves the wall, a tile keeps its camera's shape. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gridCells, type TilePlace } from '../../../main/contract/layouts.ts';
import {
  arrange,
  columnsOf,
  fitInto,
  fixedPlaces,
  inReadingOrder,
  isInside,
  moveBy,
  moveTo,
  nearestFree,
  neighbourOf,
  overlap,
  pagesOf,
  sizeBy,
  sizesOf,
  sizeTo,
  swapPlaces,
  type Changed,
  type Rectangle,
  type Shaped,
} from '../../../renderer/state/grid.ts';

const wide = 16 / 9;
const portrait = 9 / 16;

function camera(at: number, aspect = wide): Shaped {
  return { cameraId: at.toString(16).padStart(16, '0'), aspect };
}

function idOf(at: number): string {
  return camera(at).cameraId;
}

/** What must hold of any places; the sentence says what does not. */
function faultOf(places: readonly Rectangle[]): string | null {
  for (const [at, place] of places.entries()) {
    if (!isInside(place)) return `${at} leaves the wall`;
    const other = places.findIndex((one, index) => index > at && overlap(one, place));
    if (other !== -1) return `${at} overlaps ${other}`;
  }
  return null;
}

/** A picture's shape in cells is the nearest that whole cells allow. */
function keepsShape({ width, height }: Rectangle, aspect: number): boolean {
  const ratio = aspect / wide;
  return ratio >= 1 ? Math.abs(height - width / ratio) <= 1 : Math.abs(width - height * ratio) <= 1;
}

const shapes = fc.constantFrom(wide, 4 / 3, 1, portrait, 3 / 4, 21 / 9);
const someCameras = fc
  .array(shapes, { minLength: 1, maxLength: 40 })
  .map((aspects) => aspects.map((aspect, at) => camera(at, aspect)));
const cell = fc.integer({ min: 0, max: gridCells - 1 });
const somePlaces = fc.array(
  fc
    .record({ cameraId: fc.integer({ min: 0, max: 45 }).map(idOf), x: cell, y: cell, width: cell, height: cell })
    .map((place): TilePlace => ({
      ...place,
      width: Math.min(Math.max(1, place.width), gridCells - place.x),
      height: Math.min(Math.max(1, place.height), gridCells - place.y),
    })),
  { maxLength: 40 },
);

test('the check of places sees an overlap and a tile outside', () => {
  const whole = { x: 0, y: 0, width: gridCells, height: gridCells };
  assert.equal(faultOf([whole]), null);
  assert.equal(faultOf([whole, { x: 23, y: 23, width: 1, height: 1 }]), '0 overlaps 1');
  assert.equal(faultOf([{ x: 20, y: 0, width: 5, height: 5 }]), '0 leaves the wall');
  assert.equal(overlap({ x: 0, y: 0, width: 4, height: 4 }, { x: 4, y: 0, width: 4, height: 4 }), false);
});

test('every fixed layout covers the wall, each tile 16:9', () => {
  for (const kind of [1, 4, 9, 16, 'oneLarge'] as const) {
    for (const cameras of [1, 6, 7, 40]) {
      const places = fixedPlaces(kind, cameras);
      assert.equal(faultOf(places), null);
      assert.ok(places.every(({ width, height }) => width === height));
      assert.equal(
        places.reduce((sum, { width, height }) => sum + width * height, 0),
        gridCells * gridCells,
      );
    }
  }
  assert.equal(fixedPlaces('oneLarge', 6).length, 6);
  assert.equal(fixedPlaces('oneLarge', 7).length, 8);
  assert.deepEqual([columnsOf('oneLarge', 7), columnsOf(16, 3), columnsOf('free', 9)], [4, 4, 1]);
});

test('pages hold every camera once, and with one large that one on each', () => {
  const items = Array.from({ length: 16 }, (_one, at) => at);
  assert.deepEqual(pagesOf(9, items), [items.slice(0, 9), items.slice(9)]);
  assert.deepEqual(pagesOf('oneLarge', items), [items.slice(0, 8), [0, ...items.slice(8, 15)], [0, 15]]);
  assert.deepEqual(pagesOf('oneLarge', [7]), [[7]]);
  assert.deepEqual(pagesOf('free', items), [items]);
  assert.deepEqual(pagesOf(4, []), [[]]);
});

test('portrait stays portrait, and 16:9 is as many cells wide as high', () => {
  assert.ok(sizesOf(wide).every(({ width, height }) => width === height));
  assert.ok(sizesOf(portrait).every(({ width, height }) => width <= height));
  assert.deepEqual(fitInto({ x: 8, y: 0, width: 8, height: 8 }, portrait), { x: 10, y: 0, width: 3, height: 8 });
  assert.deepEqual(fitInto({ x: 8, y: 0, width: 8, height: 8 }, wide), { x: 8, y: 0, width: 8, height: 8 });
});

test('free: whatever was kept, nothing overlaps, every camera is placed or named, and shapes are kept', () => {
  fc.assert(
    fc.property(someCameras, somePlaces, (cameras, kept) => {
      const { places, without } = arrange(cameras, kept);
      assert.equal(faultOf(places), null);
      assert.deepEqual(
        [...places.map(({ cameraId }) => cameraId), ...without].sort(),
        cameras.map(({ cameraId }) => cameraId).sort(),
      );
      for (const place of places) {
        const { aspect } = cameras.find(({ cameraId }) => cameraId === place.cameraId) ?? camera(0);
        assert.ok(keepsShape(place, aspect), JSON.stringify(place));
      }
      // What it hands out is what it takes back.
      assert.deepEqual(arrange(cameras, places).places, places);
    }),
  );
});

test('free: up to 36 cameras of 16:9 all have a place from the beginning, further ones are named', () => {
  for (const count of [1, 4, 5, 9, 16, 25, 36]) {
    const cameras = Array.from({ length: count }, (_one, at) => camera(at));
    assert.deepEqual(arrange(cameras, []).without, []);
  }
  const many = Array.from({ length: 40 }, (_one, at) => camera(at));
  assert.deepEqual(arrange(many, []).without, [36, 37, 38, 39].map(idOf));
});

test('free: a camera that is new gets room beside the others, which stay', () => {
  const kept = [{ cameraId: idOf(0), x: 0, y: 0, width: 16, height: 16 }];
  const { places } = arrange([camera(0), camera(1, portrait)], kept);
  assert.deepEqual(places, [...kept, { cameraId: idOf(1), x: 16, y: 0, width: 3, height: 8 }]);
});

test('free: whatever keys are pressed, nothing overlaps and shapes are kept', () => {
  const press = fc.record({
    camera: fc.integer({ min: 0, max: 8 }),
    key: fc.constantFrom('left', 'right', 'up', 'down', 'larger', 'smaller', 'swap'),
    with: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(
      fc.array(shapes, { minLength: 9, maxLength: 9 }),
      fc.array(press, { maxLength: 60 }),
      (all, presses) => {
        const cameras = all.map((aspect, at) => camera(at, aspect));
        let { places } = arrange(cameras, []);
        for (const { camera: at, key, with: other } of presses) {
          const [one, two] = [cameras[at] ?? camera(at), cameras[other] ?? camera(other)];
          if (key === 'swap') {
            places = swapPlaces(places, one, two);
          } else {
            const changed: Changed =
              key === 'larger' || key === 'smaller'
                ? sizeBy(places, one, key === 'larger' ? 1 : -1)
                : moveBy(places, one.cameraId, key);
            if (changed.done) places = changed.places;
          }
          assert.equal(faultOf(places), null, key);
        }
        for (const { cameraId, ...place } of places)
          assert.ok(keepsShape(place, cameras.find((one) => one.cameraId === cameraId)?.aspect ?? 0));
      },
    ),
  );
});

test('free: a move that is not possible says what is in the way, or that it is the edge', () => {
  const places = [
    { cameraId: idOf(0), x: 0, y: 0, width: 8, height: 8 },
    { cameraId: idOf(1), x: 8, y: 0, width: 8, height: 8 },
  ];
  assert.deepEqual(moveBy(places, idOf(0), 'right'), { done: false, inTheWay: idOf(1) });
  assert.deepEqual(moveBy(places, idOf(0), 'left'), { done: false, inTheWay: null });
  assert.deepEqual(moveBy(places, idOf(1), 'right'), {
    done: true,
    places: [places[0], { ...places[1], x: 9 }],
  });
  assert.deepEqual(moveTo(places, idOf(0), { x: 4, y: 4, width: 8, height: 8 }), { done: false, inTheWay: idOf(1) });
});

test('free: a tile grows to where there is room, and not below its least size', () => {
  const corner = [{ cameraId: idOf(0), x: 16, y: 16, width: 8, height: 8 }];
  assert.deepEqual(sizeBy(corner, camera(0), 1), {
    done: true,
    places: [{ cameraId: idOf(0), x: 15, y: 15, width: 9, height: 9 }],
  });
  const small = [{ cameraId: idOf(0), x: 0, y: 0, width: 4, height: 4 }];
  assert.deepEqual(sizeBy(small, camera(0), -1), { done: false, inTheWay: null });
  const full = [{ cameraId: idOf(0), x: 0, y: 0, width: 24, height: 24 }];
  assert.deepEqual(sizeBy(full, camera(0), 1), { done: false, inTheWay: null });
  const beside = [small[0] ?? full[0], { cameraId: idOf(1), x: 4, y: 0, width: 20, height: 20 }].filter(
    (place) => place !== undefined,
  );
  assert.deepEqual(sizeBy(beside, camera(0), 1), { done: false, inTheWay: idOf(1) });
});

test('free: dragged by an edge the other one stays, and what is in the way is not covered', () => {
  const places = [
    { cameraId: idOf(0), x: 8, y: 8, width: 8, height: 8 },
    { cameraId: idOf(1), x: 18, y: 8, width: 6, height: 6 },
  ];
  const anchored = { right: false, bottom: false };
  assert.deepEqual(sizeTo(places, camera(0), { width: 9, height: null }, anchored), {
    x: 8,
    y: 8,
    width: 9,
    height: 9,
  });
  assert.deepEqual(sizeTo(places, camera(0), { width: 24, height: null }, anchored), {
    ...{ x: 8, y: 8, width: 10, height: 10 },
  });
  assert.deepEqual(sizeTo(places, camera(0), { width: 12, height: 12 }, { right: true, bottom: true }), {
    ...{ x: 4, y: 4, width: 12, height: 12 },
  });
  assert.deepEqual(sizeTo(places, camera(0), { width: 1, height: 1 }, anchored), { x: 8, y: 8, width: 4, height: 4 });
});

test('free: dropped near a free place a tile lands there, and far from one nowhere', () => {
  const places = [
    { cameraId: idOf(0), x: 0, y: 0, width: 8, height: 8 },
    { cameraId: idOf(1), x: 8, y: 0, width: 8, height: 8 },
  ];
  assert.deepEqual(nearestFree(places, idOf(0), { x: 14, y: 0 }, 4), { x: 16, y: 0, width: 8, height: 8 });
  assert.equal(nearestFree(places, idOf(0), { x: 10, y: 0 }, 2), null);
});

test('swapped tiles take each other’s place, each in its own shape', () => {
  const places = [
    { cameraId: idOf(0), x: 0, y: 0, width: 12, height: 12 },
    { cameraId: idOf(1), x: 12, y: 0, width: 3, height: 8 },
  ];
  assert.deepEqual(swapPlaces(places, camera(0), camera(1, portrait)), [
    { cameraId: idOf(0), x: 12, y: 2, width: 3, height: 3 },
    { cameraId: idOf(1), x: 4, y: 0, width: 4, height: 12 },
  ]);
});

test('arrows lead to the nearest tile on that side, and along the rows', () => {
  const nine = fixedPlaces(9, 9);
  assert.equal(neighbourOf(nine, 0, 'right'), 1);
  assert.equal(neighbourOf(nine, 2, 'right'), 3, 'the next row');
  assert.equal(neighbourOf(nine, 3, 'left'), 2);
  assert.equal(neighbourOf(nine, 4, 'up'), 1);
  assert.equal(neighbourOf(nine, 7, 'down'), -1);
  assert.equal(neighbourOf(nine, 0, 'left'), -1);
  const large = fixedPlaces('oneLarge', 6);
  assert.equal(neighbourOf(large, 0, 'right'), 1);
  assert.equal(neighbourOf(large, 0, 'down'), 3);
  assert.equal(neighbourOf(large, 3, 'up'), 0);
  const places = large.map((place, at) => ({ cameraId: idOf(at), ...place }));
  assert.deepEqual(
    inReadingOrder(places.toReversed()).map(({ cameraId }) => cameraId),
    places.map(({ cameraId }) => cameraId),
  );
});

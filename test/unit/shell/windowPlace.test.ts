import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOn } from '../../../main/shell/windowPlace.ts';

const left = { x: 0, y: 25, width: 1920, height: 1055 };
const right = { x: 1920, y: 0, width: 2560, height: 1440 };
const first = { x: 100, y: 100, width: 1440, height: 900 };

test('a window is where it was while that screen is there', () => {
  const was = { x: 2000, y: 10, width: 1600, height: 1000, wholeScreen: true };
  assert.deepEqual(placeOn([left, right], was, first), was);
  assert.deepEqual(placeOn([left, right], { ...was, width: 300, height: 200 }, first), {
    ...{ ...was, width: 1024, height: 640 },
  });
});

test('without its screen, or out of reach above it, a window goes to the screen that the first one is not on', () => {
  const gone = { x: 6000, y: 10, width: 1600, height: 1000, wholeScreen: true };
  const expected = { x: 2480, y: 270, width: 1440, height: 900, wholeScreen: false };
  assert.deepEqual(placeOn([left, right], gone, first), expected);
  assert.deepEqual(placeOn([left, right], { ...gone, x: 2000, y: -500 }, first), expected);
  assert.deepEqual(placeOn([left, right], null, first), expected);
});

test('on an only screen it stands a little beside the first one, and wholly on the screen', () => {
  assert.deepEqual(placeOn([left], null, first), { x: 148, y: 148, width: 1440, height: 900, wholeScreen: false });
  assert.deepEqual(placeOn([left], null, { ...first, x: 900, y: 600 }), {
    ...{ x: 480, y: 180, width: 1440, height: 900, wholeScreen: false },
  });
  const small = { x: 0, y: 0, width: 1280, height: 720 };
  assert.deepEqual(placeOn([small], null, null), { x: 0, y: 0, width: 1280, height: 720, wholeScreen: false });
});

test('it goes somewhere even where no screen is told', () => {
  assert.deepEqual(placeOn([], null, null), { x: 0, y: 0, width: 1440, height: 900, wholeScreen: false });
});

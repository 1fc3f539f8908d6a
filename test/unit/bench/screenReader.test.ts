import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ScreenReader, type Reading } from '../../bench/screenReader.ts';
import { isBlank, isDimmed, numberIn, rowsAcross, stripRowOf, type Rectangle } from '../../bench/strips.ts';
import { checkOf, strip } from '../../yard/frameNumber.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'nightjar-screen-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const widthPixels = 400;
const heightPixels = 240;
const rowBytes = widthPixels * 4;
const layout = { widthPixels, heightPixels, offsetBytes: 64, rowBytes };

/** A screen's picture with the squares of a number at a place; the rest of the place is the given grey. */
function drawn(number: number, place: Rectangle, grey = 90): Buffer {
  const bits = `10${number.toString(2).padStart(16, '0')}${checkOf(number).toString(2).padStart(4, '0')}01`;
  const screen = Buffer.alloc(heightPixels * rowBytes);
  for (let y = Math.round(place.y); y < Math.round(place.y + place.heightPixels); y++) {
    for (let x = Math.round(place.x); x < Math.round(place.x + place.widthPixels); x++) {
      const square = Math.floor((x + 0.5 - place.x) / (place.widthPixels * strip.squareWidthShare));
      const inStrip = y + 0.5 - place.y < place.heightPixels * strip.squareHeightShare && square < strip.squares;
      screen.fill(inStrip ? (bits[square] === '1' ? 230 : 20) : grey, y * rowBytes + x * 4, y * rowBytes + x * 4 + 4);
    }
  }
  return screen;
}

function rowOf(screen: Buffer, place: Rectangle): Buffer {
  const row = stripRowOf(place);
  return screen.subarray(row.row * rowBytes + row.fromX * 4, row.row * rowBytes + (row.fromX + row.widthPixels) * 4);
}

test('one row of the screen tells the number of a picture of any size, also between two pixels', () => {
  for (const place of [
    { x: 0, y: 0, widthPixels: 320, heightPixels: 180 },
    { x: 8.5, y: 20.5, widthPixels: 342.5, heightPixels: 192.656 },
    { x: 3, y: 5, widthPixels: 214, heightPixels: 120 },
  ]) {
    for (const number of [0, 1, 21_845, 65_535])
      assert.equal(numberIn(rowOf(drawn(number, place), place), stripRowOf(place)), number);
  }
});

test('a picture that is dimmed is told from one that is not', () => {
  const place = { x: 8.5, y: 20.5, widthPixels: 342.5, heightPixels: 192.656 };
  const whole = rowOf(drawn(77, place), place);
  const dim = Buffer.from(whole.map((level) => Math.round(level * 0.58 + 4)));
  assert.equal(isDimmed(whole, stripRowOf(place)), false);
  assert.equal(isDimmed(dim, stripRowOf(place)), true);
  assert.equal(numberIn(dim, stripRowOf(place)), 77);
});

test('a row that is painted only in part tells no number, and never a wrong one', () => {
  const place = { x: 0, y: 0, widthPixels: 320, heightPixels: 180 };
  const before = rowOf(drawn(1234, place), place);
  const next = rowOf(drawn(1235, place), place);
  for (let cut = 0; cut <= before.length; cut += 4) {
    const half = Buffer.concat([next.subarray(0, cut), before.subarray(cut)]);
    assert.ok([1234, 1235, null].includes(numberIn(half, stripRowOf(place))));
  }
});

test('a part of the screen shows nothing when it is black or all of one ground, and shows something with a picture', () => {
  const place = { x: 0, y: 0, widthPixels: 320, heightPixels: 180 };
  const rowsIn = (screen: Buffer): Buffer[] =>
    rowsAcross(place).map((row) => screen.subarray(row * rowBytes, row * rowBytes + place.widthPixels * 4));
  assert.equal(isBlank(rowsIn(Buffer.alloc(heightPixels * rowBytes))), true);
  assert.equal(isBlank(rowsIn(Buffer.alloc(heightPixels * rowBytes, 24))), true);
  assert.equal(isBlank(rowsIn(drawn(7, place))), false);
});

test(
  'the reader tells every number that appears, in order, and when a part shows nothing',
  { timeout: 60_000 },
  async () => {
    const place = { x: 40.5, y: 20, widthPixels: 320, heightPixels: 180 };
    const file = path.join(folder, 'screen');
    const head = Buffer.alloc(layout.offsetBytes);
    const shots = [drawn(500, place), drawn(501, place), Buffer.alloc(heightPixels * rowBytes), drawn(502, place)];
    writeFileSync(file, Buffer.concat([head, shots[0] ?? head]));
    const descriptor = openSync(file, 'r+');
    const readings: Reading[] = [];
    try {
      // Each reader sees the screen as it is when it starts, and as it is when it stops.
      for (const next of shots.slice(1)) {
        const reader = await ScreenReader.start({ file, layout }, { pictures: [place], parts: [place] });
        writeSync(descriptor, next, 0, next.length, layout.offsetBytes);
        const reading = await reader.stop();
        readings.push(reading);
        assert.ok(reading.samples > 0);
      }
    } finally {
      closeSync(descriptor);
    }
    const numbers = readings.flatMap(({ numbers: [changes = []] }) => changes.map(([number]) => number));
    const told = numbers.filter((number, at) => number !== numbers[at - 1]);
    assert.deepEqual(
      told.filter((number) => number !== null),
      [500, 501, 502],
    );
    assert.ok(readings.some(({ blankSamples: [count = 0] }) => count > 0));
    for (const { beganMs, endedMs, numbers: all } of readings)
      for (const [, atMs] of all.flat()) assert.ok(atMs >= beganMs && atMs <= endedMs);
  },
);

/** The wall's scaler in WebAssembly against the plain one: never more than two levels apart, whatever the sizes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileScaler } from '../../../build/scaler.ts';
import type { Box } from '../../../renderer/live/geometry.ts';
import { coloursOf } from '../../../renderer/live/scale/colours.ts';
import { Scaler, type Colours, type PlaneFormat } from '../../../renderer/live/scale/scaler.ts';
import { scalePlainly, type PlainPicture, type PlainPlane } from './plainScaler.ts';

const compiled = await compileScaler();
const scaler = new Scaler(compiled);
const bt601: Colours = { matrix: 'bt601', fullRange: false };
const mostApart = 2;

type Fill = (x: number, y: number, plane: number) => number;

function pictureOf(width: number, height: number, fill: Fill): PlainPicture {
  const plane = (planeWidth: number, planeHeight: number, number: number): PlainPlane => ({
    width: planeWidth,
    height: planeHeight,
    values: Uint8Array.from({ length: planeWidth * planeHeight }, (_, at) =>
      fill(at % planeWidth, Math.floor(at / planeWidth), number),
    ),
  });
  const half = [Math.ceil(width / 2), Math.ceil(height / 2)] as const;
  return { luma: plane(width, height, 0), u: plane(...half, 1), v: plane(...half, 2) };
}

/** Numbers without a pattern, the same at every run. */
function noise(seed: number): Fill {
  return (x, y, plane) => {
    const mixed = Math.imul(x * 73_856_093 ** 1 + y * 19_349_663 + plane * 83_492_791 + seed, 2_654_435_761);
    return (mixed ^ (mixed >>> 15)) & 255;
  };
}

function copyIn({ luma, u, v }: PlainPicture, format: PlaneFormat, into: Scaler): void {
  const room = into.room(format, luma.width, luma.height);
  assert.ok(room);
  // What is between the rows must not matter.
  room.bytes.fill(0xa5);
  const put = (plane: PlainPlane, to: number, every = 1, shift = 0): void => {
    const { offset, stride } = room.layout[to] ?? { offset: 0, stride: 0 };
    plane.values.forEach((value, at) => {
      const [x, y] = [at % plane.width, Math.floor(at / plane.width)];
      room.bytes[offset + y * stride + x * every + shift] = value;
    });
  };
  put(luma, 0);
  put(u, 1, format === 'NV12' ? 2 : 1);
  if (format === 'NV12') put(v, 1, 2, 1);
  else put(v, 2);
}

interface Case {
  picture: PlainPicture;
  format?: PlaneFormat;
  colours?: Colours;
  part?: Box;
  width: number;
  height: number;
}

function whole({ luma }: PlainPicture): Box {
  return { x: 0, y: 0, width: luma.width, height: luma.height };
}

/** The greatest difference of any value between the two. */
function apart({ picture, format = 'I420', colours = bt601, part = whole(picture), width, height }: Case): number {
  copyIn(picture, format, scaler);
  const fast = scaler.paint(colours, part, width, height);
  assert.ok(fast);
  const plain = scalePlainly(picture, colours, part, width, height);
  assert.equal(fast.length, plain.length);
  let most = 0;
  for (let at = 0; at < plain.length; at++) most = Math.max(most, Math.abs((fast[at] ?? 999) - (plain[at] ?? 0)));
  return most;
}

test('sizes that cameras and walls have come out as the plain scaler makes them', () => {
  const sources = [
    ...[[640, 360, 344, 194] as const, [640, 360, 640, 360] as const, [640, 360, 1376, 774] as const],
    ...[[704, 576, 343, 281] as const, [1280, 720, 344, 193] as const, [352, 288, 1001, 819] as const],
  ];
  for (const [from, high, width, height] of sources)
    assert.ok(
      apart({ picture: pictureOf(from, high, noise(from)), width, height }) <= mostApart,
      `${from} to ${width}`,
    );
});

test('any size, any part, either format and every colour space come out as the plain scaler makes them', () => {
  const size = fc.integer({ min: 1, max: 70 });
  const colours = fc.record({
    matrix: fc.constantFrom('bt601' as const, 'bt709' as const, 'bt2020' as const),
    fullRange: fc.boolean(),
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      ...([size, size, size, size, fc.constantFrom('I420' as const, 'NV12' as const), colours] as const),
      ...([fc.nat(), share, share, fc.double({ min: 0.05, max: 1, noNaN: true })] as const),
      (wide, high, width, height, format, colour, seed, left, top, scale) => {
        const picture = pictureOf(wide, high, noise(seed));
        const part = { width: wide * scale, height: high * scale };
        const [x, y] = [(wide - part.width) * left, (high - part.height) * top];
        const most = apart({ picture, format, colours: colour, part: { x, y, ...part }, width, height });
        assert.ok(most <= mostApart, `${most} apart`);
      },
    ),
    { seed: 20261120, numRuns: 400 },
  );
});

test('a fine pattern made much smaller becomes its mean, and no pattern of its own', () => {
  const stripes = pictureOf(1280, 720, (x, _y, plane) => (plane === 0 ? (x % 2 === 0 ? 16 : 235) : 128));
  copyIn(stripes, 'I420', scaler);
  const small = scaler.paint(bt601, whole(stripes), 200, 112);
  assert.ok(small);
  for (let at = 0; at < small.length; at += 4) assert.ok(Math.abs((small[at] ?? 0) - 128) <= mostApart);
});

test('black, white and the primaries are what the standard says', () => {
  const colourOf = (y: number, u: number, v: number, colours: Colours): number[] => {
    copyIn(
      pictureOf(16, 16, (_x, _y, plane) => [y, u, v][plane] ?? 0),
      'I420',
      scaler,
    );
    return [...(scaler.paint(colours, { x: 0, y: 0, width: 16, height: 16 }, 5, 5)?.subarray(0, 4) ?? [])];
  };
  const near = (got: number[], wanted: number[]): void =>
    wanted.forEach((value, at) => assert.ok(Math.abs((got[at] ?? -9) - value) <= mostApart, `${got.join()} ${at}`));
  near(colourOf(16, 128, 128, bt601), [0, 0, 0, 255]);
  near(colourOf(235, 128, 128, bt601), [255, 255, 255, 255]);
  near(colourOf(255, 128, 128, { matrix: 'bt709', fullRange: true }), [255, 255, 255, 255]);
  // Red by BT.601 and by BT.709 (ITU-R BT.709-6, 3.2 to 3.5), limited range.
  near(colourOf(81, 90, 240, bt601), [254, 0, 0, 255]);
  near(colourOf(63, 102, 240, { matrix: 'bt709', fullRange: false }), [255, 0, 0, 255]);
});

test('a picture is taken for what it says of its colours, and as the browser takes it where it says nothing', () => {
  const said = (matrix: string | null, fullRange: boolean | null, codedHeight = 360): Colours =>
    coloursOf({ codedHeight, colorSpace: { matrix, fullRange } });
  assert.deepEqual(said('bt709', false), { matrix: 'bt709', fullRange: false });
  assert.deepEqual(said('smpte170m', true, 1080), { matrix: 'bt601', fullRange: true });
  assert.deepEqual(said('bt470bg', null, 1080), { matrix: 'bt601', fullRange: false });
  assert.deepEqual(said('bt2020-ncl', false), { matrix: 'bt2020', fullRange: false });
  assert.deepEqual(said(null, null), { matrix: 'bt601', fullRange: false });
  assert.deepEqual(said(null, null, 720), { matrix: 'bt709', fullRange: false });
});

test('memory grows with the largest picture, is used again, and has an end', () => {
  const own = new Scaler(compiled);
  const room = own.room('I420', 1920, 1080);
  assert.ok(room);
  const held = room.bytes.buffer.byteLength;
  assert.ok(held < 8_000_000);
  for (let again = 0; again < 50; again++)
    assert.ok(own.room('NV12', 640, 360) && own.paint(bt601, whole(pictureOf(640, 360, noise(1))), 344, 194));
  assert.ok((own.room('I420', 640, 360)?.bytes.buffer.byteLength ?? Infinity) <= held);
  assert.equal(own.room('I420', 40_000, 40_000), null);
  assert.ok(own.room('I420', 64, 36));
  assert.equal(own.paint(bt601, { x: 0, y: 0, width: 64, height: 36 }, 20_000, 20_000), null);
  assert.equal(own.paint(bt601, { x: 0, y: 0, width: 64, height: 36 }, 64, 36), null, 'the planes are gone with it');
});

test('the comparison sees a wrong matrix, a shift by half a pixel, and one that does not mix', () => {
  const picture = pictureOf(64, 36, noise(5));
  const part = whole(picture);
  copyIn(picture, 'I420', scaler);
  const right = Uint8ClampedArray.from(scaler.paint(bt601, part, 50, 30) ?? []);
  const others = [
    scalePlainly(picture, { matrix: 'bt709', fullRange: false }, part, 50, 30),
    scalePlainly(picture, bt601, { ...part, x: 0.5 }, 50, 30),
    scalePlainly(picture, bt601, part, 50, 30).map((_, at, all) => all[at - (at % 8)] ?? 0),
  ];
  for (const other of others) assert.ok(other.some((value, at) => Math.abs(value - (right[at] ?? 0)) > mostApart));
});

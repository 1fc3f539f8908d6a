import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipFrames, ffmpeg, videoClip } from '../../yard/clips.ts';
import { checkOf, clipMarkOf, frameNumberOf, positionOf, readFrameNumber, strip } from '../../yard/frameNumber.ts';
import { smallPlan } from './smallCamera.ts';

const { signal } = new AbortController();

async function decoded(widthPixels: number, heightPixels: number, filter: string): Promise<Buffer[]> {
  const { video, profile, framesPerSecond, keyframeEvery } = smallPlan().main;
  const size = { widthPixels: 640, heightPixels: 360, bitsPerSecond: 200_000 };
  const recipe = { video, profile, framesPerSecond, keyframeEvery, ...size, scene: 0, clipMark: 33 };
  const file = await videoClip(recipe, signal);
  const output = ['-vf', filter, '-pix_fmt', 'rgba', '-f', 'rawvideo', 'pipe:1'];
  const bytes = await ffmpeg(['-i', file, ...output], signal);
  const frameBytes = widthPixels * heightPixels * 4;
  return Array.from({ length: bytes.length / frameBytes }, (_, index) =>
    bytes.subarray(index * frameBytes, (index + 1) * frameBytes),
  );
}

for (const [width, height] of [
  [320, 180],
  [214, 120],
] as const) {
  test(`every frame of a real clip at a low bit rate tells its number when shown at ${width} x ${height}`, async () => {
    const frames = await decoded(width, height, `scale=${width}:${height}`);
    assert.equal(frames.length, clipFrames);
    frames.forEach((pixels, index) => assert.equal(readFrameNumber(pixels, width, height), frameNumberOf(33, index)));
  });
}

test('a picture without squares, or with covered ones, has no number', async () => {
  const [upsideDown] = await decoded(320, 180, 'scale=320:180,vflip');
  assert.ok(upsideDown);
  assert.equal(readFrameNumber(upsideDown, 320, 180), null);
  const [covered] = await decoded(320, 180, 'scale=320:180,drawbox=x=40:y=0:w=20:h=12:color=gray:t=fill');
  assert.ok(covered);
  assert.equal(readFrameNumber(covered, 320, 180), null);
});

function drawn(number: number, check: number, width: number, height: number): Uint8ClampedArray {
  const bits = `10${number.toString(2).padStart(16, '0')}${check.toString(2).padStart(4, '0')}01`;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height * strip.squareHeightShare; y++) {
    for (let square = 0; square < strip.squares; square++) {
      const from = Math.round(square * width * strip.squareWidthShare);
      const to = Math.round((square + 1) * width * strip.squareWidthShare);
      pixels.fill(bits[square] === '1' ? 230 : 20, (y * width + from) * 4, (y * width + to) * 4);
    }
  }
  return pixels;
}

test('every number of 16 bits is read as it was drawn, and none with a wrong check', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 1, max: 15 }), (number, wrong) => {
      assert.equal(readFrameNumber(drawn(number, checkOf(number), 160, 90), 160, 90), number);
      assert.equal(readFrameNumber(drawn(number, checkOf(number) ^ wrong, 160, 90), 160, 90), null);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('the picture may lie anywhere in a screenshot, and end below its squares', () => {
  const picture = drawn(4711, checkOf(4711), 160, 90);
  const screen = new Uint8ClampedArray(400 * 60 * 4);
  for (let row = 0; row < 10; row++)
    screen.set(picture.subarray(row * 640, row * 640 + 640), ((row + 40) * 400 + 100) * 4);
  const place = { x: 100, y: 40, widthPixels: 160, heightPixels: 90 };
  assert.equal(readFrameNumber(screen, 400, 60, place), 4711);
  assert.equal(readFrameNumber(screen, 400, 60, { ...place, x: 350 }), null);
  assert.equal(readFrameNumber(new Uint8ClampedArray(0), 160, 90), null);
});

test('a number is a clip mark and a position', () => {
  assert.equal(clipMarkOf(frameNumberOf(63, 499)), 63);
  assert.equal(positionOf(frameNumberOf(63, 499)), 499);
});

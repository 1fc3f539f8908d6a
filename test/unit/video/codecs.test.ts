import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aacFormat, avcCodec, avcSize, hevcCodec, hevcSize } from '../../../main/core/video/codecs.ts';
import { MediaError } from '../../../main/core/video/mediaError.ts';
import { fragmented, make, offsetOf } from './makeMedia.ts';

/** The record inside the first box of this type. */
function record(bytes: Uint8Array, box: string): Uint8Array {
  const start = offsetOf(bytes, box) + 4;
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start - 8);
  return bytes.subarray(start, start - 8 + sizeBytes);
}

function h264(size: string, ...more: string[]): Promise<Uint8Array> {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=5:duration=0.4`];
  return make(...source, '-c:v', 'libx264', '-preset', 'ultrafast', ...more, ...fragmented);
}

function hevc(size: string, ...more: string[]): Promise<Uint8Array> {
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=5:duration=0.4`];
  const coder = ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1'];
  const quiet = ['-x265-params', 'log-level=none'];
  return make(...source, ...coder, ...quiet, ...more, ...fragmented);
}

test('the size of H.264 is the cropped one, whatever the chroma format, profile and interlacing', async () => {
  const table: [string, string[]][] = [
    ['160x120', ['-pix_fmt', 'yuv420p', '-profile:v', 'baseline']],
    ['1920x1080', ['-pix_fmt', 'yuv420p']],
    ['130x94', ['-pix_fmt', 'yuv420p', '-preset', 'medium']],
    ['130x94', ['-pix_fmt', 'yuv422p']],
    ['131x97', ['-pix_fmt', 'yuv444p']],
    ['720x576', ['-pix_fmt', 'yuv420p', '-x264-params', 'tff=1']],
    ['352x288', ['-pix_fmt', 'yuv420p', '-x264-params', 'cqm=jvt']],
  ];
  for (const [size, options] of table) {
    const avcC = record(await h264(size, ...options), 'avcC');
    const { widthPixels, heightPixels } = avcSize(avcC);
    assert.equal(`${widthPixels}x${heightPixels}`, size, options.join(' '));
    assert.match(avcCodec(avcC), /^avc1\.[0-9a-f]{6}$/);
  }
});

test('the size and the name of H.265 are read, also in 10 bits', async () => {
  const main = record(await hevc('130x98', '-pix_fmt', 'yuv420p'), 'hvcC');
  assert.deepEqual(hevcSize(main), { widthPixels: 130, heightPixels: 98 });
  assert.match(hevcCodec(main), /^hvc1\.1\.6\.L\d+\.90$/);
  const main10 = record(await hevc('128x96', '-pix_fmt', 'yuv420p10le'), 'hvcC');
  assert.deepEqual(hevcSize(main10), { widthPixels: 128, heightPixels: 96 });
  assert.match(hevcCodec(main10), /^hvc1\.2\.4\.L\d+\.90$/);
});

test('AAC is named with its rate and channels', () => {
  assert.deepEqual(aacFormat(Uint8Array.from([0x12, 0x10])), { codec: 'mp4a.40.2', sampleRate: 44100, channels: 2 });
  assert.deepEqual(aacFormat(Uint8Array.from([0x15, 0x88])), { codec: 'mp4a.40.2', sampleRate: 8000, channels: 1 });
  assert.deepEqual(aacFormat(Uint8Array.from([0x2b, 0x11, 0x88])).codec, 'mp4a.40.5');
});

test('a record cut off is refused, or its size is unknown', async () => {
  const avcC = record(await h264('160x120', '-pix_fmt', 'yuv420p'), 'avcC');
  const hvcC = record(await hevc('128x96', '-pix_fmt', 'yuv420p'), 'hvcC');
  for (let length = 0; length < 7; length++) assert.throws(() => avcCodec(avcC.subarray(0, length)), MediaError);
  for (let length = 0; length < 23; length++) assert.throws(() => hevcCodec(hvcC.subarray(0, length)), MediaError);
  for (const length of [0, 6, 8, 12]) {
    assert.deepEqual(avcSize(avcC.subarray(0, length)), { widthPixels: 0, heightPixels: 0 });
    assert.deepEqual(hevcSize(hvcC.subarray(0, length)), { widthPixels: 0, heightPixels: 0 });
  }
  for (const bytes of [[], [0x12], [0], [0x17, 0xff]]) {
    assert.throws(() => aacFormat(Uint8Array.from(bytes)), MediaError);
  }
});

test('whatever the parameter sets say, a size is a possible one or unknown', async () => {
  const records = [
    [record(await h264('160x120', '-pix_fmt', 'yuv420p'), 'avcC'), avcSize],
    [record(await hevc('128x96', '-pix_fmt', 'yuv420p'), 'hvcC'), hevcSize],
  ] as const;
  for (const [good, sizeOf] of records) {
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [offset, value] of changes) bytes[offset] = value;
        const { widthPixels, heightPixels } = sizeOf(bytes);
        for (const side of [widthPixels, heightPixels])
          assert.ok(Number.isInteger(side) && side >= 0 && side <= 16_384);
      }),
      { numRuns: 1500, seed: 20_261_120 },
    );
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AudioConfig, VideoConfig } from '../../../main/contract/stream.ts';
import { FlvReader, type MediaFrame } from '../../../main/core/video/flv.ts';
import { MediaError } from '../../../main/core/video/mediaError.ts';
import { flv, h264, make, picture, tone, withBytes } from './makeMedia.ts';

interface Read {
  video: VideoConfig[];
  audio: AudioConfig[];
  frames: MediaFrame[];
}

function listener(): { read: Read; reader: FlvReader } {
  const read: Read = { video: [], audio: [], frames: [] };
  const reader = new FlvReader({
    video: (config) => read.video.push(config),
    audio: (config) => read.audio.push(config),
    frame: (frame) => read.frames.push(frame),
  });
  return { read, reader };
}

function readAll(bytes: Uint8Array, pieceBytes = bytes.length): Read {
  const { read, reader } = listener();
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    reader.push(bytes.slice(offset, offset + pieceBytes));
  }
  return read;
}

const withSound = await make(...picture, ...tone, ...h264, '-g', '25', '-c:a', 'aac', ...flv);
const fileHead = withSound.slice(0, 13);

/** A tag with its trailer, behind a file header. */
function tagged(type: number, timeMs: number, body: readonly number[], sizeBytes = body.length): Uint8Array {
  const size = [sizeBytes >> 16, (sizeBytes >> 8) & 255, sizeBytes & 255];
  const time = [(timeMs >> 16) & 255, (timeMs >> 8) & 255, timeMs & 255, (timeMs >>> 24) & 255];
  return Uint8Array.from([...fileHead, type, ...size, ...time, 0, 0, 0, ...body, 0, 0, 0, 0]);
}

test('reads the configurations and every frame of H.264 with AAC', () => {
  const { video, audio, frames } = readAll(withSound);
  assert.equal(video.length, 1);
  assert.match(video[0]?.codec ?? '', /^avc1\.42[0-9a-f]{4}$/);
  assert.deepEqual([video[0]?.widthPixels, video[0]?.heightPixels], [160, 120]);
  assert.equal(video[0]?.description[0], 1);
  assert.equal(audio.length, 1);
  assert.deepEqual(
    { ...audio[0], description: audio[0]?.description.length },
    { codec: 'mp4a.40.2', sampleRate: 16000, channels: 1, description: audio[0]?.description.length },
  );
  const pictures = frames.filter((frame) => frame.track === 'video');
  assert.equal(pictures.length, 50);
  assert.deepEqual(
    pictures.flatMap((frame, index) => (frame.keyframe ? [index] : [])),
    [0, 25],
  );
  assert.ok(frames.some((frame) => frame.track === 'audio'));
});

test('hands on each frame in a buffer of its own, so that it is safe to keep', () => {
  const bytes = withSound.slice();
  const { read, reader } = listener();
  reader.push(bytes);
  const before = read.frames.map((frame) => Buffer.from(frame.data).toString('hex'));
  bytes.fill(0);
  assert.deepEqual(
    read.frames.map((frame) => Buffer.from(frame.data).toString('hex')),
    before,
  );
  const buffers = new Set(read.frames.map((frame) => frame.data.buffer));
  assert.equal(buffers.size, read.frames.length);
});

test('byte by byte it reads the same as at once', () => {
  assert.deepEqual(readAll(withSound, 1), readAll(withSound));
  assert.deepEqual(readAll(withSound, 4093), readAll(withSound));
});

test('cut off anywhere it reads what came before the cut, and nothing else', () => {
  const whole = readAll(withSound).frames;
  for (let length = 0; length < withSound.length; length += length < 2000 ? 1 : 997) {
    const { frames } = readAll(withSound.subarray(0, length));
    assert.deepEqual(frames, whole.slice(0, frames.length));
  }
});

test('a frame is there with its last byte, without waiting for the next', () => {
  const { read, reader } = listener();
  const tag = tagged(9, 40, [0x17, 1, 0, 0, 0, 1, 2, 3]);
  reader.push(tag.subarray(0, -1));
  assert.equal(read.frames.length, 0);
  reader.push(tag.subarray(-1));
  assert.equal(read.frames.length, 1);
});

test('B-frames come in decoding order with their times of presentation', async () => {
  const bytes = await make(...picture, '-c:v', 'libx264', '-bf', '2', '-g', '25', '-pix_fmt', 'yuv420p', ...flv);
  const times = readAll(bytes).frames.map((frame) => frame.timeMs);
  const sorted = times.toSorted((one, other) => one - other);
  assert.notDeepEqual(times, sorted);
  const steps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
  assert.ok(steps.every((step) => step === 40));
});

test('a composition offset below zero is subtracted', () => {
  const { frames } = readAll(tagged(9, 100, [0x27, 1, 0xff, 0xff, 0xd8, 9]));
  assert.equal(frames[0]?.timeMs, 60);
});

test('times go on where 31 bits of milliseconds begin anew', () => {
  const { read, reader } = listener();
  reader.push(tagged(9, 2 ** 31 - 20, [0x17, 1, 0, 0, 0, 1]));
  reader.push(tagged(9, 20, [0x27, 1, 0, 0, 0, 1]).subarray(13));
  reader.push(tagged(9, 60, [0x27, 1, 0, 0, 0, 1]).subarray(13));
  assert.deepEqual(
    read.frames.map((frame) => frame.timeMs),
    [2 ** 31 - 20, 2 ** 31 + 20, 2 ** 31 + 60],
  );
});

test('a time that steps back a little is not taken for a new beginning', () => {
  const { read, reader } = listener();
  reader.push(tagged(8, 5000, [0xaf, 1, 1]));
  reader.push(tagged(8, 4990, [0xaf, 1, 1]).subarray(13));
  assert.deepEqual(
    read.frames.map((frame) => frame.timeMs),
    [5000, 4990],
  );
});

test('H.265 in the FourCC form is read, with and without a composition offset', () => {
  const hvcC = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0];
  const four = [...Buffer.from('hvc1')];
  const { read, reader } = listener();
  reader.push(tagged(9, 0, [0x90, ...four, ...hvcC]));
  reader.push(tagged(9, 40, [0x91, ...four, 0, 0, 40, 7, 7]).subarray(13));
  reader.push(tagged(9, 80, [0xa3, ...four, 8, 8]).subarray(13));
  assert.equal(read.video[0]?.codec, 'hvc1.1.6.L93.90');
  assert.deepEqual(
    read.frames.map(({ keyframe, timeMs, data }) => [keyframe, timeMs, [...data]]),
    [
      [true, 80, [7, 7]],
      [false, 80, [8, 8]],
    ],
  );
});

test('G.711 tells its configuration once, before its first frame', async () => {
  const bytes = await make(...tone, '-ar', '8000', '-c:a', 'pcm_alaw', ...flv);
  const { audio, frames } = readAll(bytes);
  assert.deepEqual(audio, [{ codec: 'alaw', sampleRate: 8000, channels: 1, description: new Uint8Array(0) }]);
  assert.ok(frames.length > 1);
});

test('tags of other codecs, scripts and empty tags are passed over', () => {
  const bodies: [number, number[]][] = [
    [9, [0x12, 1, 2, 3]],
    [9, []],
    [9, [0x57, 0]],
    [9, [0x17, 2, 0, 0, 0]],
    [9, [0x90, 0x61, 0x76, 0x30, 0x31, 1]],
    [8, []],
    [8, [0x2f, 1]],
    [8, [0xaf, 0]],
    [18, [1, 2, 3]],
  ];
  for (const [type, body] of bodies) assert.deepEqual(readAll(tagged(type, 0, body)).frames, []);
});

test('what is not FLV is refused', () => {
  const hostile: Record<string, Uint8Array> = {
    'another signature': withBytes(withSound, 0, [0x47]),
    'another version': withBytes(withSound, 3, [2]),
    'a header of another size': withBytes(withSound, 8, [200]),
    'an unknown tag type': withBytes(withSound, 13, [0x48]),
    'another stream': withBytes(withSound, 13 + 10, [1]),
    'an AVC tag without its head': tagged(9, 0, [0x17, 1]),
    'an empty avcC': tagged(9, 0, [0x17, 0, 0, 0, 0]),
    'an avcC of version 0': tagged(9, 0, [0x17, 0, 0, 0, 0, 0, 66, 0, 30, 255, 225, 0, 0]),
    'a FourCC cut off': tagged(9, 0, [0x90, 0x68]),
    'an offset cut off': tagged(9, 0, [0x91, ...Buffer.from('hvc1'), 0]),
    'AAC without its packet type': tagged(8, 0, [0xaf]),
    'an AAC configuration cut off': tagged(8, 0, [0xaf, 0, 0x12]),
  };
  for (const [what, bytes] of Object.entries(hostile)) {
    assert.throws(() => readAll(bytes), MediaError, what);
  }
});

test('whatever the bytes, it reads or refuses, and never breaks', () => {
  const small = withSound.slice(0, 3000);
  const change = fc.tuple(fc.nat(small.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const bytes = small.slice();
      for (const [offset, value] of changes) bytes[offset] = value;
      try {
        readAll(bytes, 512);
      } catch (error) {
        assert.ok(error instanceof MediaError, String(error));
      }
    }),
    { numRuns: 1500, seed: 20_261_120 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxes, viewOf } from '../../../main/core/video/boxes.ts';
import {
  delayPicture,
  type Fragment,
  Fmp4Reader,
  type Init,
  largestFragmentBytes,
  moveFragment,
  readFragmentHead,
  readInit,
} from '../../../main/core/video/fmp4.ts';
import { MediaError } from '../../../main/core/video/mediaError.ts';
import { fragmented, h264, make, offsetOf, picture, tone, withBytes } from './makeMedia.ts';

interface Read {
  inits: Init[];
  fragments: Fragment[];
}

function readAll(bytes: Uint8Array, pieceBytes = bytes.length): Read {
  const read: Read = { inits: [], fragments: [] };
  const reader = new Fmp4Reader({
    init: (init) => read.inits.push(init),
    fragment: (fragment) => read.fragments.push(fragment),
  });
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    reader.push(bytes.slice(offset, offset + pieceBytes));
  }
  return read;
}

const withSound = await make(...picture, ...tone, ...h264, '-g', '25', '-c:a', 'aac', '-shortest', ...positive());
const alone = await make(...picture, ...h264, '-g', '25', ...fragmented);

/** AAC's first packet lies before 0; an intake leaves it out. */
function positive(): string[] {
  return ['-bsf:a', 'noise=drop=lt(pts\\,0)', ...fragmented];
}

function only<Item>(items: Item[]): Item {
  assert.equal(items.length, 1);
  const [item] = items;
  assert.ok(item);
  return item;
}

function first(fragments: Fragment[]): Fragment {
  const [fragment] = fragments;
  assert.ok(fragment);
  return fragment;
}

test('cuts a stream into its init and fragments, and loses no byte but the index at its end', () => {
  const { inits, fragments } = readAll(withSound);
  const parts = [only(inits).bytes, ...fragments.map((fragment) => fragment.bytes)];
  const joined = Buffer.concat(parts);
  assert.deepEqual(joined, Buffer.from(withSound.subarray(0, joined.length)));
  const rest = boxes(viewOf(withSound), joined.length, withSound.length);
  assert.deepEqual(
    rest.map((box) => box.type),
    ['mfra'],
  );
});

test('names the codecs, tracks and the size', () => {
  const init = only(readAll(withSound).inits);
  assert.match(init.mime, /^video\/mp4; codecs="avc1\.42[0-9a-f]{4},mp4a\.40\.2"$/);
  assert.equal(init.mime, `video/mp4; codecs="${init.codecs}"`);
  assert.deepEqual([init.widthPixels, init.heightPixels], [160, 120]);
  assert.deepEqual(
    init.tracks.map(({ kind, timescale }) => [kind, timescale]),
    [
      ['video', 12800],
      ['audio', 16000],
    ],
  );
});

test('each fragment says when it begins, how long it is, and whether it begins at a keyframe', () => {
  const { fragments } = readAll(alone);
  assert.deepEqual(
    fragments.map(({ startSeconds, durationSeconds, keyframe }) => [startSeconds, durationSeconds, keyframe]),
    [
      [0, 1, true],
      [1, 1, true],
    ],
  );
});

test('with a keyframe every 10 s a fragment still ends after 1 s, and only the first begins at a keyframe', async () => {
  const long = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=5'];
  const { fragments } = readAll(await make(...long, ...h264, '-g', '250', ...fragmented));
  assert.deepEqual(
    fragments.map(({ startSeconds, keyframe }) => [startSeconds, keyframe]),
    [
      [0, true],
      [1, false],
      [2, false],
      [3, false],
      [4, false],
    ],
  );
});

test('sound may begin before the picture: both keep their places', async () => {
  const late = [
    '-itsoffset',
    '0.6',
    ...picture,
    ...tone,
    '-fps_mode',
    'passthrough',
    ...h264,
    '-g',
    '25',
    '-c:a',
    'aac',
    ...positive(),
  ];
  const fragment = first(readAll(await make(...late)).fragments);
  assert.equal(fragment.startSeconds, 0);
  assert.ok(Math.abs((fragment.pictureStartSeconds ?? 0) - 0.6) < 0.001);
});

test('a fragment of sound alone has no picture and is no keyframe', async () => {
  const { fragments, inits } = readAll(await make(...tone, '-c:a', 'aac', ...positive()));
  assert.equal(only(inits).widthPixels, 0);
  assert.ok(fragments.length > 0);
  assert.ok(fragments.every(({ keyframe, pictureStartSeconds }) => !keyframe && pictureStartSeconds === null));
});

test('H.265 and MJPEG are named as players want them', async () => {
  const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'];
  const small = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=5:duration=1'];
  const init = only(readAll(await make(...small, ...hevc, '-pix_fmt', 'yuv420p', ...fragmented)).inits);
  assert.match(init.codecs, /^hvc1\.1\.6\.L\d+\.90$/);
  const jpeg = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-strict', '-1'];
  assert.equal(only(readAll(await make(...small, ...jpeg, ...fragmented)).inits).codecs, 'mp4v.6c');
});

test('byte by byte it reads the same as at once', () => {
  assert.deepEqual(readAll(withSound, 1), readAll(withSound));
  assert.deepEqual(readAll(withSound, 4093), readAll(withSound));
});

test('cut off anywhere it reads the whole fragments before the cut', () => {
  const whole = readAll(alone);
  for (let length = 0; length < alone.length; length += length < 2500 ? 1 : 1499) {
    const { inits, fragments } = readAll(alone.subarray(0, length));
    assert.deepEqual(inits, whole.inits.slice(0, inits.length));
    assert.deepEqual(fragments, whole.fragments.slice(0, fragments.length));
  }
});

test('what it hands on does not change with the bytes that were pushed', () => {
  const bytes = alone.slice();
  const read: Fragment[] = [];
  new Fmp4Reader({ init: () => undefined, fragment: (fragment) => read.push(fragment) }).push(bytes);
  bytes.fill(0);
  assert.deepEqual(
    read.map((fragment) => fragment.bytes),
    readAll(alone).fragments.map((fragment) => fragment.bytes),
  );
});

test('a moved fragment begins so much later in every track, and is otherwise the same', () => {
  const { tracks } = only(readAll(withSound).inits);
  const fragment = readAll(withSound).fragments[1];
  assert.ok(fragment);
  const moved = moveFragment(fragment.bytes, tracks, 3600);
  const head = readFragmentHead(moved, tracks);
  assert.ok(Math.abs(head.startSeconds - fragment.startSeconds - 3600) < 1e-4);
  assert.ok(Math.abs(head.durationSeconds - fragment.durationSeconds) < 1e-4);
  assert.equal(head.sizeBytes, fragment.bytes.length);
  const back = moveFragment(moved, tracks, -3600);
  assert.deepEqual(Buffer.from(back), Buffer.from(fragment.bytes));
});

test('moved to its own beginning a fragment begins at 0 exactly, and never before', () => {
  const { tracks } = only(readAll(withSound).inits);
  for (const { bytes, startSeconds } of readAll(withSound).fragments) {
    assert.equal(readFragmentHead(moveFragment(bytes, tracks, -startSeconds), tracks).startSeconds, 0);
    assert.equal(readFragmentHead(moveFragment(bytes, tracks, -1e6), tracks).startSeconds, 0);
  }
});

test('a decode time of 32 bits is read and moved, and not beyond what it holds', () => {
  const { tracks } = only(readAll(alone).inits);
  const { bytes } = first(readAll(alone).fragments);
  const tfdt = offsetOf(bytes, 'tfdt');
  // The same box in version 0: the second half of its time becomes a field that nobody reads.
  const old = withBytes(bytes, tfdt + 4, [0, 0, 0, 0, 0, 0, 0x32, 0, 0, 0, 0, 0]);
  assert.equal(readFragmentHead(old, tracks).startSeconds, 1);
  assert.equal(readFragmentHead(moveFragment(old, tracks, 1.5), tracks).startSeconds, 2.5);
  assert.throws(() => moveFragment(old, tracks, 1e6), MediaError);
});

test('a fragment of one picture can begin later and end when it did; one of several is left as it is', async () => {
  // Without B-frames nothing but the picture's own time says when it is shown.
  const single = await make(...picture, ...h264, '-bf', '0', '-g', '1', ...fragmented);
  const { inits, fragments } = readAll(single);
  const { tracks } = only(inits);
  const given = first(fragments);
  const endSeconds = given.startSeconds + given.durationSeconds;
  const bySeconds = given.durationSeconds / 2;
  const delayed = delayPicture(given, tracks, bySeconds) ?? assert.fail();
  assert.ok(Math.abs(delayed.startSeconds - given.startSeconds - bySeconds) < 1e-3);
  assert.equal(delayed.pictureStartSeconds, delayed.startSeconds);
  assert.ok(Math.abs(delayed.startSeconds + delayed.durationSeconds - endSeconds) < 1e-9);
  assert.ok(delayed.keyframe);
  assert.equal(delayed.bytes.length, given.bytes.length);
  assert.deepEqual(
    readFragmentHead(given.bytes, tracks).startSeconds,
    given.startSeconds,
    'the given one is as it was',
  );
  assert.equal(delayPicture(given, tracks, given.durationSeconds), null, 'nothing would be left of it');
  const several = readAll(alone);
  assert.equal(delayPicture(first(several.fragments), only(several.inits).tracks, 0.01), null);
});

test('the head of a fragment can be read without its mdat', () => {
  const { tracks } = only(readAll(alone).inits);
  const fragment = first(readAll(alone).fragments);
  const moofBytes = viewOf(fragment.bytes).getUint32(0);
  const head = readFragmentHead(fragment.bytes.subarray(0, moofBytes + 8), tracks);
  assert.equal(head.sizeBytes, fragment.bytes.length);
  assert.throws(() => readFragmentHead(fragment.bytes.subarray(0, moofBytes + 7), tracks), MediaError);
});

test('boxes that it does not know are passed over, wherever they lie', () => {
  const unknown = Uint8Array.from([0, 0, 0, 12, ...Buffer.from('free'), 1, 2, 3, 4]);
  const { inits, fragments } = readAll(alone);
  const parts = [unknown, only(inits).bytes, unknown, ...fragments.flatMap(({ bytes }) => [bytes, unknown])];
  assert.deepEqual(readAll(Buffer.concat(parts), 100).fragments, fragments);
});

test('what is no such stream is refused', () => {
  const init = only(readAll(withSound).inits).bytes;
  const fragment = first(readAll(withSound).fragments).bytes;
  const at = (mark: string, offset: number, replacement: number[], bytes = fragment): Uint8Array =>
    Buffer.concat([init, withBytes(bytes, offsetOf(bytes, mark) + offset, replacement)]);
  const inInit = (mark: string, offset: number, replacement: number[]): Uint8Array =>
    withBytes(init, offsetOf(init, mark) + offset, replacement);
  const most = [255, 255, 255, 255];
  const hostile: Record<string, Uint8Array> = {
    'a box of 4 bytes': Uint8Array.from([0, 0, 0, 4, ...Buffer.from('free')]),
    'a box up to the end of the file': Uint8Array.from([0, 0, 0, 0, ...Buffer.from('moov')]),
    'a box of 64 bits of size': Uint8Array.from([0, 0, 0, 1, ...Buffer.from('mdat')]),
    'a huge moov': inInit('moov', -4, [0x7f, 0xff, 0xff, 0xff]),
    'a huge moof': at('moof', -4, [0x7f, 0xff, 0xff, 0xff]),
    'a huge mdat': at('mdat', -4, [0x7f, 0xff, 0xff, 0xff]),
    'an mdat beyond the largest fragment': at('mdat', -4, [...be32(largestFragmentBytes)]),
    'a fragment before the init': fragment,
    'a second init': Buffer.concat([init, init]),
    'a moof without mdat': Buffer.concat([init, fragment.subarray(0, viewOf(fragment).getUint32(0)), init]),
    'a moov without tracks': inInit('trak', 0, [...Buffer.from('skip')]).map((byte) => byte),
    'a track larger than its moov': inInit('trak', -4, most),
    'a track without media': inInit('mdia', 0, [...Buffer.from('skip')]),
    'a timescale of 0': inInit('mdhd', 16, [0, 0, 0, 0]),
    'no sample entry': inInit('stsd', -4, [0, 0, 0, 16]),
    'an avcC of version 9': inInit('avcC', 4, [9]),
    'a descriptor that does not fit': inInit('esds', 8, [3, 0xff, 0xff, 0xff, 0x7f]),
    'a traf larger than its moof': at('traf', -4, most),
    'a fragment without tracks': at('traf', 0, [...Buffer.from('skip')], readAll(alone).fragments[0]?.bytes),
    'an unknown track': at('tfhd', 8, [0, 0, 0, 77]),
    'offsets from the start of the file': at('tfhd', 4, [0, 0, 0, 1]),
    'a tfhd with fields it has no room for': at('tfhd', 4, [0, 2, 0, 0x3a]),
    'a decode time beyond reason': at('tfdt', 8, [255, 255, 255, 255, 255, 255, 255, 255]),
    'a table of four thousand million samples': at('trun', 8, most),
    'a table of a million samples that are not there': at('trun', 8, [0, 15, 0x42, 0x40]),
    'four thousand million samples without a table': at('trun', 4, [0, 0, 0, 1, ...most]),
  };
  // The first track is renamed above; so must the second be.
  hostile['a moov without tracks'] = renamed(hostile['a moov without tracks'] ?? init, 'trak');
  for (const [what, bytes] of Object.entries(hostile)) {
    assert.throws(() => readAll(bytes, 1000), MediaError, what);
  }
});

function be32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function renamed(bytes: Uint8Array, mark: string): Uint8Array {
  return withBytes(bytes, offsetOf(bytes, mark), [...Buffer.from('skip')]);
}

test('an untouched init and fragment pass the checks that refuse the hostile ones', () => {
  const init = only(readAll(withSound).inits).bytes;
  const fragment = first(readAll(withSound).fragments).bytes;
  assert.equal(readAll(Buffer.concat([init, fragment]), 1000).fragments.length, 1);
  assert.deepEqual(readInit(init).tracks, only(readAll(withSound).inits).tracks);
});

test('whatever the bytes, it reads or refuses, and never breaks', () => {
  const { inits, fragments } = readAll(withSound);
  const init = only(inits);
  const fragment = first(fragments);
  const moofBytes = viewOf(fragment.bytes).getUint32(0);
  const heads = Buffer.concat([init.bytes, fragment.bytes.subarray(0, moofBytes + 8)]);
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255));
  const change = fc.tuple(fc.nat(heads.length - 1), value);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const bytes = Uint8Array.from(heads);
      for (const [offset, replacement] of changes) bytes[offset] = replacement;
      for (const read of [
        () => readAll(bytes, 700),
        () => readInit(bytes.subarray(0, init.bytes.length)),
        () => readFragmentHead(bytes.subarray(init.bytes.length), init.tracks),
        () => moveFragment(bytes.subarray(init.bytes.length), init.tracks, 60),
      ]) {
        try {
          read();
        } catch (error) {
          assert.ok(error instanceof MediaError, String(error));
        }
      }
    }),
    { numRuns: 2000, seed: 20_261_120 },
  );
});

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { bad, good } from '../../../main/contract/problems.ts';
import { readRecordingTable, type SealedBytes } from '../../../main/core/library/recordingTable.ts';
import { type Footage, makeFootage, tenMs } from '../recorder/footage.ts';

let footage: Footage;
let whole: Buffer;
before(() => {
  footage = makeFootage({ seconds: 12, sound: true });
  whole = Buffer.concat([footage.init.bytes, ...footage.fragments.map(({ bytes }) => bytes)]);
});

/** Counts what is asked for. */
function fileOf(bytes: Uint8Array): SealedBytes & { askedBytes: number } {
  const file = {
    sizeBytes: bytes.length,
    askedBytes: 0,
    read(offset: number, length: number) {
      assert.ok(Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0);
      const found = bytes.slice(offset, offset + length);
      file.askedBytes += found.length;
      return Promise.resolve(good(found));
    },
  };
  return file;
}

test('the table says where each fragment lies and when it is', async () => {
  const read = await readRecordingTable(fileOf(whole), tenMs);
  assert.ok(read.ok && read.value);
  const { fragments, init, wholeBytes, damaged } = read.value;
  assert.equal(init.mime, footage.init.mime);
  assert.equal(wholeBytes, whole.length);
  assert.equal(damaged, false);
  assert.deepEqual(
    fragments.map(({ startMs, keyframe }) => [startMs, keyframe]),
    footage.fragments.map(({ startSeconds, keyframe }) => [tenMs + startSeconds * 1000, keyframe]),
  );
  for (const [index, { offset, length }] of fragments.entries()) {
    assert.ok(whole.subarray(offset, offset + length).equals(footage.fragments[index]?.bytes ?? Buffer.alloc(0)));
  }
});

test('pictures are not read for it', async () => {
  const large = makeFootage({ seconds: 8, size: '640x360', keyframeEvery: 2 });
  const bytes = Buffer.concat([large.init.bytes, ...large.fragments.map((fragment) => fragment.bytes)]);
  const file = fileOf(bytes);
  await readRecordingTable(file, tenMs);
  assert.ok(file.askedBytes < 4096 * (large.fragments.length + 2) && file.askedBytes < bytes.length / 4);
});

test('wherever it is cut off, whole fragments count and no half one', async () => {
  for (let cut = 0; cut < whole.length; cut += 997) {
    const read = await readRecordingTable(fileOf(whole.subarray(0, cut)), tenMs);
    assert.ok(read.ok);
    if (cut < footage.init.bytes.length) {
      assert.equal(read.value, null);
      continue;
    }
    const { fragments = [], wholeBytes = 0 } = read.value ?? {};
    assert.ok(wholeBytes <= cut);
    const last = fragments.at(-1);
    assert.equal(wholeBytes, last ? last.offset + last.length : footage.init.bytes.length);
    const next = footage.fragments[fragments.length];
    assert.ok(next && wholeBytes + next.bytes.length > cut, 'nothing whole was left out');
  }
});

function box(type: string, sizeBytes: number, content = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(sizeBytes);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

test('what is no recording is none, and ends at once', async () => {
  const init = Buffer.from(footage.init.bytes);
  const hostile: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100_000)],
    ['ones', Buffer.alloc(100_000, 0xff)],
    ['a box of size 0', box('ftyp', 0)],
    ['a box smaller than its head', box('ftyp', 7, Buffer.alloc(100))],
    ['an init that never ends', box('free', 0xffffffff, Buffer.alloc(100))],
    ['a large init', Buffer.concat([box('free', 3 * 2 ** 20, Buffer.alloc(3 * 2 ** 20)), init])],
    ['many small boxes', Buffer.concat(Array.from({ length: 5000 }, () => box('free', 8)))],
    ['fragments without an init', whole.subarray(init.length)],
    ['an mdat first', Buffer.concat([box('mdat', 8), whole])],
    ['an empty moov', box('moov', 8)],
    ['a text', Buffer.from('this is not a recording, but it is long enough to be read as one')],
  ];
  for (const [what, bytes] of hostile) {
    assert.deepEqual(await readRecordingTable(fileOf(bytes), tenMs), good(null), what);
  }
  const broken: [string, Buffer][] = [
    ['a moof of size 0', Buffer.concat([init, box('moof', 0, Buffer.alloc(100))])],
    ['an mdat in place of a moof', Buffer.concat([init, box('mdat', 100, Buffer.alloc(92)), box('mdat', 8)])],
    ['an empty moof', Buffer.concat([init, box('moof', 8), box('mdat', 8)])],
  ];
  for (const [what, bytes] of broken) {
    assert.deepEqual(await readRecordingTable(fileOf(bytes), tenMs), good(null), what);
  }
  const large = await readRecordingTable(fileOf(Buffer.concat([init, box('moof', 2 ** 31, Buffer.alloc(50))])), tenMs);
  assert.deepEqual(large, good(null));
});

test('what does not open is told: nothing without its beginning, and damage behind it', async () => {
  const closed = { sizeBytes: 5000, read: () => Promise.resolve(bad({ code: 'vaultDamaged', file: 'x' })) };
  assert.deepEqual(await readRecordingTable(closed, tenMs), bad({ code: 'vaultDamaged', file: 'x' }));
  const file = fileOf(whole);
  const third = footage.init.bytes.length + (footage.fragments[0]?.bytes.length ?? 0);
  const read = await readRecordingTable(
    {
      sizeBytes: whole.length,
      read: (offset, length) =>
        offset >= third ? Promise.resolve(bad({ code: 'vaultDamaged', file: 'x' })) : file.read(offset, length),
    },
    tenMs,
  );
  assert.ok(read.ok && read.value);
  assert.deepEqual([read.value.fragments.length, read.value.damaged, read.value.wholeBytes], [1, true, third]);
});

test('altered bytes never throw, and never place a fragment outside the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(), to: fc.nat(255) }), { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (changes, inHead) => {
        const bytes = Buffer.from(whole);
        for (const { at, to } of changes) bytes[at % (inHead ? footage.init.bytes.length + 300 : bytes.length)] = to;
        const read = await readRecordingTable(fileOf(bytes), tenMs);
        assert.ok(read.ok);
        for (const { offset, length, startMs, durationMs } of read.value?.fragments ?? []) {
          assert.ok(offset + length <= bytes.length && length > 0);
          assert.ok(Number.isFinite(startMs) && durationMs >= 0);
        }
      },
    ),
    { seed: 20261120, numRuns: 300 },
  );
});

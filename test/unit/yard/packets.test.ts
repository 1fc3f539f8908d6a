import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitAccessUnits, splitNals } from '../../yard/annexB.ts';
import {
  aacPayload,
  addressed,
  frameOfPayloads,
  payloadBytesAtMost,
  splitAdts,
  videoPayloads,
} from '../../yard/packets.ts';

/** RFC 6184 and RFC 7798 read backwards. */
function nalsOf(codec: 'H.264' | 'H.265', payloads: Uint8Array[]): Buffer[] {
  const nals: Buffer[] = [];
  let parts: Uint8Array[] = [];
  for (const payload of payloads) {
    const bytes = Buffer.from(payload);
    const type = codec === 'H.264' ? bytes.readUInt8(0) & 31 : (bytes.readUInt8(0) >> 1) & 63;
    if (codec === 'H.264' && type === 24) {
      for (let offset = 1; offset < bytes.length;) {
        const size = bytes.readUInt16BE(offset);
        nals.push(bytes.subarray(offset + 2, offset + 2 + size));
        offset += 2 + size;
      }
    } else if (type === (codec === 'H.264' ? 28 : 49)) {
      const headBytes = codec === 'H.264' ? 1 : 2;
      const fragment = bytes.readUInt8(headBytes);
      if (fragment & 0x80) {
        const first =
          codec === 'H.264'
            ? [(bytes.readUInt8(0) & 0xe0) | (fragment & 31)]
            : [(bytes.readUInt8(0) & 0x81) | ((fragment & 63) << 1), bytes.readUInt8(1)];
        parts = [Buffer.from(first)];
      }
      parts.push(bytes.subarray(headBytes + 1));
      if (fragment & 0x40) nals.push(Buffer.concat(parts));
    } else {
      nals.push(bytes);
    }
  }
  return nals;
}

function nalOf(codec: 'H.264' | 'H.265', sizeBytes: number): Uint8Array {
  const bytes = Uint8Array.from({ length: sizeBytes }, (_, index) => index & 255);
  bytes.set(codec === 'H.264' ? [0x65] : [0x26, 1]);
  return bytes;
}

for (const codec of ['H.264', 'H.265'] as const) {
  test(`${codec} of every size arrives as it was sent, in packets of at most ${payloadBytesAtMost} bytes`, () => {
    const check = (sizes: number[]): void => {
      const unit = { nals: sizes.map((size) => nalOf(codec, size)), keyframe: true };
      for (const together of [false, true]) {
        const payloads = videoPayloads(codec, unit, together);
        assert.ok(payloads.every((payload) => payload.length <= payloadBytesAtMost));
        assert.deepEqual(
          nalsOf(codec, payloads).map(String),
          unit.nals.map((nal) => String(Buffer.from(nal))),
        );
      }
    };
    for (const size of [3, 1399, 1400, 1401, 1402, 2797, 2798, 2799, 2800]) check([size]);
    fc.assert(fc.property(fc.array(fc.integer({ min: 3, max: 5000 }), { minLength: 1, maxLength: 6 }), check), {
      seed: 1,
    });
  });
}

test('the marker bit is on the last packet of a frame alone, and sequence numbers count on over 65535', () => {
  const frame = frameOfPayloads([nalOf('H.264', 1400), nalOf('H.264', 1400), nalOf('H.264', 10)], 96, true);
  const address = { channel: 4, sequence: 65534, source: 0xdeadbeef };
  const bytes = addressed(frame, address, 2 ** 32 + 7);
  const packets = frame.packetStarts.map((start) => bytes.subarray(start, start + 16));
  assert.deepEqual(
    packets.map((packet) => packet[5]),
    [96, 96, 0x80 | 96],
  );
  assert.deepEqual(
    packets.map((packet) => packet.readUInt16BE(6)),
    [65534, 65535, 0],
  );
  assert.deepEqual(
    packets.map((packet) => packet.readUInt32BE(8)),
    [7, 7, 7],
  );
  assert.deepEqual(packets.map((packet) => [packet[0], packet[1], packet.readUInt32BE(12)])[2], [0x24, 4, 0xdeadbeef]);
  assert.deepEqual(
    packets.map((packet) => packet.readUInt16BE(2)),
    [1412, 1412, 22],
  );
  assert.equal(address.sequence, 1);
  assert.equal(frame.bytes[1], 0, 'the shared frame stays as it was');
});

test('an AAC frame carries its size in an AU header', () => {
  assert.deepEqual([...aacPayload(Uint8Array.of(9, 8, 7))], [0, 16, 0, 24, 9, 8, 7]);
});

test('an Annex B stream is cut at delimiters, with start codes of three and four bytes', () => {
  const stream = Uint8Array.of(
    0,
    0,
    0,
    1,
    9,
    16,
    0,
    0,
    1,
    0x67,
    5,
    0,
    0,
    0,
    1,
    0x65,
    1,
    0,
    0,
    1,
    9,
    48,
    0,
    0,
    1,
    0x41,
    2,
  );
  const units = splitAccessUnits('H.264', stream);
  assert.deepEqual(
    units.map(({ nals, keyframe }) => [nals.map((nal) => [...nal]), keyframe]),
    [
      [
        [
          [0x67, 5],
          [0x65, 1],
        ],
        true,
      ],
      [[[0x41, 2]], false],
    ],
  );
  assert.deepEqual(
    splitAccessUnits('H.264', Uint8Array.of(0, 0, 1, 0x65, 1)),
    [],
    'without a delimiter there is no unit',
  );
});

test('cut-off and random bytes never make the readers of clips throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      splitNals(bytes);
      splitAccessUnits('H.265', bytes);
      assert.ok(splitAdts(bytes).frames.length <= 25);
    }),
    { seed: 1, numRuns: 500 },
  );
});

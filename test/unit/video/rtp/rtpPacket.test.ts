/** RTP and RTCP heads, cut off at every byte, and clocks that wrap and jump. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RtpClock } from '../../../../main/core/video/rtp/rtpClock.ts';
import { readRtpPacket, readSenderReport } from '../../../../main/core/video/rtp/rtpPacket.ts';
import { SequenceWatch } from '../../../../main/core/video/rtp/track.ts';

/** Version 2, one contributing source, an extension of one word, padding of 2. */
const packet = Uint8Array.from([
  ...[0x80 | 0x20 | 0x10 | 1, 0x80 | 96, 0x12, 0x34, 0, 1, 0, 0, 9, 9, 9, 9],
  ...[7, 7, 7, 7],
  ...[0xbe, 0xde, 0, 1, 5, 5, 5, 5],
  ...[65, 66, 67, 0, 2],
]);

test('a packet is read behind its sources and extension, without its padding', () => {
  assert.deepEqual(readRtpPacket(packet), {
    ...{ payloadType: 96, marker: true, sequence: 0x1234, timestamp: 65_536 },
    payload: Uint8Array.of(65, 66, 67),
  });
});

test('a packet cut off in its head, of another version, or all padding is none', () => {
  for (let length = 0; length < 24; length++)
    assert.equal(readRtpPacket(packet.subarray(0, length)), null, `${length}`);
  assert.equal(readRtpPacket(packet.with(0, 0x41)), null);
  assert.equal(readRtpPacket(packet.with(packet.length - 1, 200)), null);
});

test('no bytes make the heads throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      readRtpPacket(bytes);
      readSenderReport(bytes);
    }),
    { seed: 2, numRuns: 5000 },
  );
});

test('a sender’s report is found in a compound packet, and tells the camera’s clock', () => {
  const report = new Uint8Array(8 + 28);
  const view = new DataView(report.buffer);
  // An empty receiver's report first.
  view.setUint32(0, 0x80c90001);
  view.setUint32(8, 0x80c80006);
  view.setUint32(16, 2_208_988_800 + 1_700_000_000);
  view.setUint32(20, 2 ** 31);
  view.setUint32(24, 90_000);
  assert.deepEqual(readSenderReport(report), { wallMs: 1_700_000_000_500, timestamp: 90_000 });
  assert.equal(readSenderReport(report.subarray(0, 20)), null);
});

test('time runs on across the wrap of the timestamps, and across a clock that jumps', () => {
  const clock = new RtpClock(90_000);
  assert.equal(clock.timeMs(2 ** 32 - 1800, 0), 0);
  assert.equal(clock.timeMs(1800, 40), 40);
  // A B-frame is shown before the picture that was sent before it.
  assert.equal(clock.timeMs(0, 60), 20);
  assert.equal(clock.timeMs(5400, 80), 80);
  // The camera was given another time.
  assert.equal(clock.timeMs(2_000_000_000, 120), 120);
  assert.equal(clock.timeMs(2_000_003_600, 160), 160);
});

test('missing packets are counted, across the wrap, and one that comes again is none', () => {
  const watch = new SequenceWatch();
  assert.deepEqual(
    [65_534, 65_535, 0, 3, 3, 4].map((sequence) => watch.missing(sequence)),
    [0, 0, 0, 2, 0, 0],
  );
});

/** Packets keep what they carry, own their bytes, and hostile bytes are no packet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import {
  decodePacket,
  encodePacket,
  packetHeadBytes,
  pageMessage,
  streamRequest,
} from '../../../main/contract/stream.ts';

test('a packet comes out as it went in', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('video' as const, 'audio' as const),
      fc.boolean(),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: 0, max: 8.64e15 }),
      fc.integer({ min: 0, max: 8.64e15 }),
      fc.uint8Array({ maxLength: 300 }),
      (kind, keyframe, ticket, durationMs, timeMs, arrivedMs, data) => {
        const packet = { kind, keyframe, ticket, durationMs, timeMs, arrivedMs, data };
        const read = decodePacket(encodePacket(packet));
        assert.ok(read);
        assert.deepEqual({ ...read, data: [...read.data] }, { ...packet, data: [...data] });
      },
    ),
    { seed: 20261120 },
  );
});

test('a packet made from a slice of a shared buffer owns a buffer with nothing else in it', () => {
  const shared = Buffer.alloc(65536, 7);
  const bytes = encodePacket({
    kind: 'video',
    keyframe: true,
    ticket: 0,
    durationMs: 0,
    timeMs: 1,
    arrivedMs: 2,
    data: shared.subarray(100, 110),
  });
  assert.equal(bytes.buffer.byteLength, packetHeadBytes + 10);
});

test('bytes that are no packet are refused', () => {
  for (let length = 0; length < packetHeadBytes; length++) assert.equal(decodePacket(new Uint8Array(length)), null);
  for (const kind of [0, 3, 255]) assert.equal(decodePacket(new Uint8Array(packetHeadBytes).fill(kind, 0, 1)), null);
});

test('requests and messages of the page are taken only in their own form', () => {
  const cameraId = '0123456789abcdef';
  assert.ok(v.safeParse(streamRequest, { kind: 'live', cameraId, role: 'sub', converted: false }).success);
  assert.ok(!v.safeParse(streamRequest, { kind: 'live', cameraId: '../x', role: 'sub', converted: false }).success);
  assert.ok(!v.safeParse(streamRequest, { kind: 'live', cameraId, role: 'third', converted: false }).success);
  assert.ok(!v.safeParse(streamRequest, { kind: 'file', path: '/' }).success);
  assert.ok(v.safeParse(pageMessage, { is: 'credit', messages: 60 }).success);
  for (const messages of [0, -1, 1e9, 1.5, '5'])
    assert.ok(!v.safeParse(pageMessage, { is: 'credit', messages }).success);
  const ask = { is: 'ask', atMs: 5, ticket: 1, want: 'group', have: 0 };
  assert.ok(v.safeParse(pageMessage, ask).success);
  assert.ok(v.safeParse(pageMessage, { is: 'forget' }).success);
  for (const wrong of [
    { atMs: Infinity },
    { atMs: -1 },
    { atMs: 1e300 },
    { atMs: '5' },
    { ticket: 0 },
    { ticket: 70_000 },
    { ticket: 1.5 },
    { want: 'everything' },
    { have: -1 },
    { have: 1e9 },
    { more: true },
  ])
    assert.ok(!v.safeParse(pageMessage, { ...ask, ...wrong }).success, JSON.stringify(wrong));
});

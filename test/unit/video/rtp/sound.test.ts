/** Sound out of RTP: AAC one and several to a packet, in parts, and hostile; G.711 and Opus as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AudioConfig } from '../../../../main/contract/stream.ts';
import { MediaError } from '../../../../main/core/video/mediaError.ts';
import { AacReader, PlainSoundReader } from '../../../../main/core/video/rtp/sound.ts';
import type { Unit } from '../../../../main/core/video/rtp/track.ts';
import { aacPayload, splitAdts } from '../../../yard/packets.ts';
import { make, tone } from '../makeMedia.ts';

const sound = splitAdts(await make(...tone, '-c:a', 'aac', '-f', 'adts', 'pipe:1'));
const form = {
  ...{ sizeLength: 13, indexLength: 3, indexDeltaLength: 3 },
  config: Uint8Array.from(sound.description),
};

function aac(payloads: readonly Uint8Array[], timestamps = payloads.map((_, at) => at * 1024)): Unit[] {
  const units: Unit[] = [];
  const configs: AudioConfig[] = [];
  const reader = new AacReader(form, { config: (config) => configs.push(config), unit: (unit) => units.push(unit) });
  for (const [at, payload] of payloads.entries()) {
    const timestamp = timestamps[at] ?? 0;
    reader.push({ ...{ payloadType: 97, marker: true, sequence: at, timestamp }, payload });
  }
  assert.ok(payloads.length === 0 || configs.length === 1);
  return units;
}

/** Several to a packet: the headers first, then all the data. */
function together(frames: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(2 + 2 * frames.length);
  head.writeUInt16BE(16 * frames.length, 0);
  for (const [at, frame] of frames.entries()) head.writeUInt16BE(frame.length << 3, 2 + 2 * at);
  return Buffer.concat([head, ...frames]);
}

test('AAC comes out as it went in, one or several to a packet', () => {
  assert.ok(sound.frames.length > 10);
  const one = aac(sound.frames.map(aacPayload));
  assert.deepEqual(
    one.map(({ data }) => Buffer.from(data)),
    sound.frames.map((frame) => Buffer.from(frame)),
  );
  const several = aac([together(sound.frames.slice(0, 4)), together(sound.frames.slice(4, 6))], [0, 4096]);
  assert.deepEqual(
    several.map(({ data, timestamp }) => [timestamp, Buffer.from(data)]),
    sound.frames.slice(0, 6).map((frame, at) => [at * 1024, Buffer.from(frame)]),
  );
});

test('AAC that is larger than a packet is put together from its parts', () => {
  const frame = sound.frames.find(({ length }) => length > 60);
  assert.ok(frame);
  const head = aacPayload(frame).subarray(0, 4);
  const parts = [frame.subarray(0, 20), frame.subarray(20, 40), frame.subarray(40)].map((part) =>
    Buffer.concat([head, part]),
  );
  const units = aac(parts, [7, 7, 7]);
  assert.deepEqual(
    units.map(({ data }) => Buffer.from(data)),
    [Buffer.from(frame)],
  );
});

test('no bytes make the AAC reader throw anything but a MediaError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (payloads) => {
      try {
        aac(payloads);
      } catch (error) {
        assert.ok(error instanceof MediaError, String(error));
      }
    }),
    { seed: 8, numRuns: 3000 },
  );
});

test('G.711 and Opus are handed on as they are, behind what they are', () => {
  const told: (AudioConfig | Unit)[] = [];
  const config = { codec: 'alaw', sampleRate: 8000, channels: 1, description: new Uint8Array(0) };
  const reader = new PlainSoundReader(config, {
    config: (each) => told.push(each),
    unit: (unit) => told.push(unit),
  });
  const payload = Uint8Array.of(1, 2, 3);
  reader.push({ ...{ payloadType: 8, marker: false, sequence: 0, timestamp: 160 }, payload });
  assert.deepEqual(told, [config, { keyframe: true, timestamp: 160, data: payload }]);
});

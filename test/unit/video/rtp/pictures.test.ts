/**
 * Pictures of a real encoder, put into packets by the yard and read back: whole, in every form that cameras send, with
 * losses, and hostile.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { VideoConfig } from '../../../../main/contract/stream.ts';
import { FlvReader } from '../../../../main/core/video/flv.ts';
import { MediaError } from '../../../../main/core/video/mediaError.ts';
import { avcFormat } from '../../../../main/core/video/rtp/avc.ts';
import { hevcFormat } from '../../../../main/core/video/rtp/hevc.ts';
import { NalReader } from '../../../../main/core/video/rtp/nalReader.ts';
import { withLengths } from '../../../../main/core/video/rtp/nalUnits.ts';
import type { RtpPacket } from '../../../../main/core/video/rtp/rtpPacket.ts';
import type { Unit } from '../../../../main/core/video/rtp/track.ts';
import { isParameterSet, splitAccessUnits, type Codec } from '../../../yard/annexB.ts';
import { videoPayloads } from '../../../yard/packets.ts';
import { flv, h264, make } from '../makeMedia.ts';
import { ReadBuffers } from './readBuffers.ts';

const film = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=2'];
const h265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:bframes=0:aud=1:keyint=25'];
const encoded = {
  'H.264': splitAccessUnits('H.264', await make(...film, ...h264, '-g', '25', '-aud', '1', '-f', 'h264', 'pipe:1')),
  'H.265': splitAccessUnits('H.265', await make(...film, ...h265, '-f', 'hevc', 'pipe:1')),
};

interface Form {
  /** Small NAL units travel together. */
  together?: boolean;
  /** marker bit: as it should be, on every packet, or on none. */
  marker?: 'last' | 'every' | 'none';
}

function packetsOf(codec: Codec, { together = false, marker = 'last' }: Form = {}): RtpPacket[] {
  const packets: RtpPacket[] = [];
  for (const [nth, unit] of encoded[codec].entries()) {
    const payloads = videoPayloads(codec, unit, together);
    for (const [at, payload] of payloads.entries()) {
      packets.push({
        payloadType: 96,
        marker: marker === 'every' || (marker === 'last' && at === payloads.length - 1),
        // Begins near the wrap of both.
        sequence: (65_500 + packets.length) & 0xffff,
        timestamp: (2 ** 32 - 9000 + nth * 3600) >>> 0,
        payload,
      });
    }
  }
  return packets;
}

interface Read {
  configs: VideoConfig[];
  units: Unit[];
  lost: number;
}

function read(codec: Codec, packets: readonly RtpPacket[], sets: readonly Uint8Array[] = []): Read {
  const told: Read = { configs: [], units: [], lost: 0 };
  const reader = new NalReader(codec === 'H.264' ? avcFormat() : hevcFormat(), sets, {
    config: (config) => told.configs.push(config),
    unit: (unit) => told.units.push(unit),
    lost: (count) => (told.lost += count),
  });
  for (const packet of packets) reader.push(packet);
  return told;
}

/** A picture in few words, so that a difference can be read. */
function said({ keyframe, data }: { keyframe: boolean; data: Uint8Array }): string {
  return `${keyframe ? 'keyframe' : 'picture'} ${data.length} ${createHash('sha256').update(data).digest('hex')}`;
}

/** What the encoder made, as it should come out. */
function expectedOf(codec: Codec): string[] {
  return encoded[codec].map(({ nals, keyframe }) =>
    said({ keyframe, data: withLengths(nals.filter((nal) => !isParameterSet(codec, nal))) }),
  );
}

for (const codec of ['H.264', 'H.265'] as const) {
  test(`${codec}: every picture comes out as it went in, at its own marker`, () => {
    for (const together of [false, true]) {
      const { configs, units, lost } = read(codec, packetsOf(codec, { together }));
      assert.equal(configs.length, 1);
      assert.deepEqual([configs[0]?.widthPixels, configs[0]?.heightPixels], [320, 240]);
      assert.deepEqual(units.map(said), expectedOf(codec));
      assert.equal(lost, 0);
      assert.equal(new Set(units.map(({ timestamp }) => timestamp)).size, units.length);
    }
  });

  test(`${codec}: a picture is handed on with its last packet, not with the first of the next`, () => {
    const packets = packetsOf(codec);
    const firstEnd = packets.findIndex(({ marker }) => marker);
    assert.equal(read(codec, packets.slice(0, firstEnd)).units.length, 0);
    assert.equal(read(codec, packets.slice(0, firstEnd + 1)).units.length, 1);
  });

  test(`${codec}: without any marker a picture ends where the next begins`, () => {
    const { units } = read(codec, packetsOf(codec, { marker: 'none' }));
    assert.deepEqual(units.map(said), expectedOf(codec).slice(0, -1));
  });

  test(`${codec}: parameter sets of the description are enough, and nothing is handed on without any`, () => {
    const sets = (encoded[codec][0]?.nals ?? []).filter((nal) => isParameterSet(codec, nal));
    const bare = packetsOf(codec).filter(({ payload }) => !isParameterSet(codec, payload));
    const renumbered = bare.map((packet, at) => ({ ...packet, sequence: at & 0xffff }));
    assert.equal(read(codec, renumbered, sets).units.length, encoded[codec].length);
    const { configs, units } = read(codec, renumbered);
    assert.deepEqual([configs.length, units.length], [0, 0]);
  });

  test(`${codec}: after a lost packet nothing is handed on up to the next picture that stands alone`, () => {
    const packets = packetsOf(codec);
    const second = packets.findIndex(({ timestamp }) => timestamp !== packets[0]?.timestamp);
    const { units, lost } = read(codec, packets.toSpliced(second, 1));
    assert.equal(lost, 1);
    const keyframes = encoded[codec].flatMap((unit, at) => (unit.keyframe ? [at] : []));
    const expected = expectedOf(codec);
    const shown = [...expected.slice(0, 1), ...expected.slice(keyframes[1] ?? NaN)];
    assert.deepEqual(units.map(said), shown);
  });

  test(`${codec}: no bytes make the reader throw anything but a MediaError, or grow without bound`, () => {
    const good = packetsOf(codec, { together: true }).slice(0, 40);
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 0, max: 255 }))
        .map(([packet, at, byte]) => packet.payload.with(at % packet.payload.length, byte)),
    );
    const packets = fc.array(fc.tuple(payload, fc.boolean(), fc.nat({ max: 3 }), fc.nat({ max: 65_535 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(packets, (list) => {
        try {
          read(
            codec,
            list.map(([bytes, marker, time, sequence]) => ({
              ...{ payloadType: 96, marker, sequence, timestamp: time * 3600, payload: bytes },
            })),
          );
        } catch (error) {
          assert.ok(error instanceof MediaError, String(error));
        }
      }),
      { seed: 4, numRuns: 3000 },
    );
  });
}

test('H.264: the configuration says what ffmpeg’s own says', async () => {
  const theirs: VideoConfig[] = [];
  const reader = new FlvReader({
    video: (config) => theirs.push(config),
    audio: () => undefined,
    frame: () => undefined,
  });
  reader.push(await make(...film, ...h264, '-g', '25', ...flv));
  const [ours] = read('H.264', packetsOf('H.264')).configs;
  assert.deepEqual(
    { codec: ours?.codec, size: [ours?.widthPixels, ours?.heightPixels] },
    { codec: theirs[0]?.codec, size: [theirs[0]?.widthPixels, theirs[0]?.heightPixels] },
  );
  // The record itself, as far as both write it: version, profile, levels, the sets.
  assert.deepEqual(ours?.description, theirs[0]?.description);
});

test('H.264: a marker on every slice is found out, and pictures then end where the next begins', () => {
  const sets = (encoded['H.264'][0]?.nals ?? []).filter((nal) => isParameterSet('H.264', nal));
  const slice = (keyframe: boolean, filling: number): Uint8Array => Uint8Array.of(keyframe ? 0x65 : 0x41, filling, 1);
  const packets = Array.from({ length: 6 }, (_, picture) =>
    [0, 1, 2].map((nth) => ({
      ...{ payloadType: 96, marker: true, sequence: picture * 3 + nth, timestamp: picture * 3600 },
      payload: slice(picture === 0, nth),
    })),
  ).flat();
  const { units } = read('H.264', packets, sets);
  // The first picture comes apart before it is known; from the second on each is whole.
  const whole = units.filter(({ data }) => data.length === 3 * 7);
  assert.ok(whole.length >= 4, `${whole.length} whole pictures`);
});

test('a picture larger than any camera’s ends the reading', () => {
  const part = (first: boolean): Uint8Array => {
    const payload = new Uint8Array(60_000);
    payload.set([0x7c, first ? 0x85 : 0x05]);
    return payload;
  };
  const packets = Array.from({ length: 400 }, (_, at) => ({
    ...{ payloadType: 96, marker: false, sequence: at, timestamp: 0 },
    payload: part(at === 0),
  }));
  assert.throws(() => read('H.264', packets), MediaError);
});

const hostile: Record<string, { first: number[]; others: number[]; last: number[] }> = {
  'fragments without data': { first: [0x7c, 0x85], others: [0x7c, 0x05], last: [0x7c, 0x45] },
  'fragments of a byte': { first: [0x7c, 0x85, 1], others: [0x7c, 0x05, 1], last: [0x7c, 0x45, 1] },
  'small NAL units': { first: [0x06, 1, 2], others: [0x06, 1, 2], last: [0x65, 1, 2] },
};
for (const [what, { first, others, last }] of Object.entries(hostile)) {
  test(`${what} do not keep the buffers that they were read into`, async () => {
    const buffers = new ReadBuffers();
    const reader = new NalReader(avcFormat(), [], { config: () => undefined, unit: () => undefined });
    const push = (payload: number[], sequence: number): void =>
      reader.push({ payloadType: 96, marker: false, sequence, timestamp: 0, payload: buffers.read(payload) });
    for (let at = 0; at < 500; at++) push(at === 0 ? first : others, at);
    assert.ok((await buffers.held()) < 5);
    push(last, 500);
  });
}

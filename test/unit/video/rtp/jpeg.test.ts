/**
 * JPEG out of RTP, as ffmpeg's own packetiser sends it: the same pictures come out, pixel for pixel. Then what is cut
 * off, lost, out of order or hostile.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { isTooLarge, jpegSizeOf, type PictureSize } from '../../../../main/contract/pictureSize.ts';
import type { VideoConfig } from '../../../../main/contract/stream.ts';
import { MediaError } from '../../../../main/core/video/mediaError.ts';
import { JpegReader } from '../../../../main/core/video/rtp/jpeg.ts';
import { quantizationTables } from '../../../../main/core/video/rtp/jpegTables.ts';
import { readRtpPacket, type RtpPacket } from '../../../../main/core/video/rtp/rtpPacket.ts';
import type { Unit } from '../../../../main/core/video/rtp/track.ts';
import { runFfmpeg } from '../../../../main/core/video/ffmpeg.ts';
import { ReadBuffers } from './readBuffers.ts';
import { ffmpeg, make } from '../makeMedia.ts';

const pictures = 5;
const film = ['-f', 'lavfi', '-i', `testsrc2=size=320x176:rate=25:duration=${pictures / 25}`];

/** ffmpeg's RTP packets, and the framehash of the same pictures decoded. */
async function sent(): Promise<{ packets: RtpPacket[]; hashes: string }> {
  const jpeg = ['-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '8', '-pix_fmt', 'yuvj420p'];
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const packets: RtpPacket[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (bytes) => {
      const packet = readRtpPacket(Uint8Array.from(bytes));
      if (packet?.payloadType === 26) packets.push(packet);
      if (packets.filter(({ marker }) => marker).length === pictures) resolve();
    });
  });
  const to = `rtp://127.0.0.1:${socket.address().port}?pkt_size=700`;
  await make('-re', ...film, ...jpeg, '-f', 'rtp', to);
  await all;
  socket.close();
  const file = await make(...film, ...jpeg, '-f', 'mjpeg', 'pipe:1');
  return { packets, hashes: await hashesOf(file) };
}

/** A hash of each picture's pixels. */
async function hashesOf(file: Uint8Array): Promise<string> {
  const args = ['-v', 'error', '-f', 'mjpeg', '-i', 'pipe:0', '-f', 'framehash', 'pipe:1'];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield file;
  }
  const ran = await runFfmpeg(ffmpeg, { args, input: input(), signal: AbortSignal.timeout(30_000) });
  assert.ok(ran.ok);
  const lines = new TextDecoder().decode(ran.value.stdout).split('\n');
  return lines
    .filter((line) => line.startsWith('0,'))
    .map((line) => line.split(',').at(-1)?.trim())
    .join('\n');
}

function read(
  packets: readonly RtpPacket[],
  described: PictureSize | null = null,
): { configs: VideoConfig[]; units: Unit[]; lost: number } {
  const told = { configs: [] as VideoConfig[], units: [] as Unit[], lost: 0 };
  const reader = new JpegReader(described, {
    config: (config) => told.configs.push(config),
    unit: (unit) => told.units.push(unit),
    lost: (count) => (told.lost += count),
  });
  for (const packet of packets) reader.push(packet);
  return told;
}

let packets: RtpPacket[] = [];
let hashes = '';
before(async () => ({ packets, hashes } = await sent()));

test('pictures come out as they went in, each a whole JPEG file', async () => {
  assert.ok(packets.length > 2 * pictures, 'each picture takes several packets');
  const { configs, units } = read(packets);
  assert.deepEqual(
    configs.map(({ codec, widthPixels, heightPixels }) => [codec, widthPixels, heightPixels]),
    [['jpeg', 320, 176]],
  );
  assert.equal(units.length, pictures);
  assert.ok(units.every(({ keyframe }) => keyframe));
  assert.equal(await hashesOf(Buffer.concat(units.map(({ data }) => data))), hashes);
});

test('a picture of which a packet is missing is left out, and the next one comes', () => {
  const second = packets.findIndex(({ timestamp }) => timestamp !== packets[0]?.timestamp);
  for (const missing of [second, second + 1]) {
    const { units, lost } = read(packets.toSpliced(missing, 1));
    assert.equal(units.length, pictures - 1);
    assert.equal(lost, 1);
  }
});

test('a size that the packets cannot say is taken from the description, and without one it is an error', () => {
  const sizeless = packets.map((packet) => ({ ...packet, payload: packet.payload.with(6, 0).with(7, 0) }));
  const { configs } = read(sizeless, { widthPixels: 2560, heightPixels: 1440 });
  assert.deepEqual([configs[0]?.widthPixels, configs[0]?.heightPixels], [2560, 1440]);
  assert.throws(() => read(sizeless), MediaError);
  for (const [widthPixels, heightPixels] of [
    [16_385, 16],
    [16, 65_535],
    [9000, 8000],
  ] as const)
    assert.throws(() => read(sizeless, { widthPixels, heightPixels }), MediaError, `${widthPixels}x${heightPixels}`);
});

test('the size of a JPEG picture is read before it is decoded, and one beyond any camera’s is told', () => {
  const [picture] = read(packets).units;
  assert.ok(picture);
  const { data } = picture;
  assert.deepEqual(jpegSizeOf(data), { widthPixels: 320, heightPixels: 176 });
  const frame = data.findIndex((byte, at) => byte === 0xff && data[at + 1] === 0xc0);
  const huge = jpegSizeOf(data.with(frame + 5, 0xff).with(frame + 6, 0xff));
  assert.deepEqual(huge, { widthPixels: 320, heightPixels: 65_535 });
  assert.ok(isTooLarge({ widthPixels: 320, heightPixels: 65_535 }));
  assert.ok(isTooLarge({ widthPixels: 8193, heightPixels: 8192 }));
  assert.ok(!isTooLarge({ widthPixels: 8192, heightPixels: 8192 }));
  assert.ok(!isTooLarge({ widthPixels: 16_384, heightPixels: 4096 }));
  for (let length = 0; length < frame + 9; length += 1) assert.equal(jpegSizeOf(data.subarray(0, length)), null);
  assert.equal(jpegSizeOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 0, 0xff, 0xc0)), null, 'a part of no length');
});

test('any bytes have a size or none', () => {
  const head = fc.constant([0xff, 0xd8]);
  const rest = fc.array(fc.oneof(fc.constantFrom(0xff, 0xc0, 0xc4, 0xda, 0), fc.nat({ max: 255 })), { maxLength: 60 });
  fc.assert(
    fc.property(head, rest, (start, more) => {
      const size = jpegSizeOf(Uint8Array.from([...start, ...more]));
      assert.ok(size === null || (size.widthPixels <= 65_535 && size.heightPixels <= 65_535));
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test('tables for a quality are those of the specification’s annex at 50, and kept within 1 and 255', () => {
  assert.deepEqual([...quantizationTables(50).subarray(0, 4)], [16, 11, 12, 14]);
  for (const quality of [1, 25, 75, 99]) {
    const tables = quantizationTables(quality);
    assert.equal(tables.length, 128);
    assert.ok(tables.every((value) => value >= 1));
  }
});

test('a picture without tables waits for those of its quality, and no packet cut short reads beyond its end', () => {
  const [first] = packets;
  assert.ok(first);
  const bare = Uint8Array.from([...first.payload.subarray(0, 4), 1, 200, 40, 22, 0, 0, 0, 0, 1, 2, 3]);
  assert.equal(read([{ ...first, marker: true, payload: bare }]).units.length, 0);
  for (let length = 0; length < 140; length++) {
    const payload = first.payload.subarray(0, length);
    try {
      read([{ ...first, marker: true, payload }]);
    } catch (error) {
      assert.ok(error instanceof MediaError, String(error));
    }
  }
});

test('no bytes make the reader throw anything but a MediaError', () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(fc.nat(), fc.nat({ max: 20 }), fc.integer({ min: 0, max: 255 }))
      .map(([which, at, byte]) => (packets[which % packets.length]?.payload ?? new Uint8Array(21)).with(at, byte)),
  );
  const list = fc.array(fc.tuple(payload, fc.boolean(), fc.nat({ max: 3 }), fc.nat({ max: 65_535 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(list, (given) => {
      try {
        read(
          given.map(([bytes, marker, time, sequence]) => ({
            ...{ payloadType: 26, marker, sequence, timestamp: time * 3600, payload: bytes },
          })),
        );
      } catch (error) {
        assert.ok(error instanceof MediaError, String(error));
      }
    }),
    { seed: 4, numRuns: 3000 },
  );
});

test('packets without data do not keep the buffers that they were read into, and the picture goes on', async () => {
  const [first, ...others] = packets.filter(({ timestamp }) => timestamp === packets[0]?.timestamp);
  assert.ok(first && others[0]);
  // Begins where the first one's data ends.
  const empty = others[0].payload.slice(0, 8);
  const buffers = new ReadBuffers();
  let units = 0;
  const reader = new JpegReader(null, { config: () => undefined, unit: () => (units += 1) });
  let sequence = 0;
  const push = (payload: Uint8Array, marker: boolean): void =>
    reader.push({ ...first, marker, sequence: sequence++, payload: buffers.read(payload) });
  push(first.payload, false);
  for (let nth = 0; nth < 500; nth++) push(empty, false);
  assert.ok((await buffers.held()) < 5);
  for (const { payload, marker } of others) push(payload, marker);
  assert.equal(units, 1);
});

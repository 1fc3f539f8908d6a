import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import type { YardCamera } from '../../yard/camera.ts';
import { splitAccessUnits } from '../../yard/annexB.ts';
import { ffmpeg } from '../../yard/clips.ts';
import { clipMarkOf, positionOf, readFrameNumber } from '../../yard/frameNumber.ts';
import type { CameraPlan } from '../../yard/plans.ts';
import { annexBOf } from '../../yard/snapshot.ts';
import { startYard, type Yard } from '../../yard/yard.ts';
import { RtspClient } from './rtspClient.ts';
import { hardPassword, smallPlan } from './smallCamera.ts';

const { signal } = new AbortController();
const running: { stop(): Promise<void> }[] = [];
after(async () => {
  for (const one of running) await one.stop();
});

async function cameraOf(plan: CameraPlan): Promise<YardCamera> {
  const yard: Yard = await startYard({ cameras: [plan], discovery: false, firstAddress: 41 });
  running.push(yard);
  const [camera] = yard.cameras;
  assert.ok(camera);
  return camera;
}

function clientOf(camera: YardCamera, password = camera.password): RtspClient {
  const client = new RtspClient(camera.host, camera.rtspPort, { user: camera.user, password });
  running.push({ stop: () => client.close() });
  return client;
}

const video = (client: RtspClient): Buffer[] =>
  client.packets.filter((one) => one.channel === 0).map((one) => one.bytes);
const frames = (client: RtspClient): number => video(client).filter((bytes) => (bytes[1] ?? 0) & 0x80).length;

/** Only single NAL units and FU-A, with a delimiter before each access unit. */
function streamOf(packets: Buffer[]): Buffer {
  const parts: Uint8Array[] = [];
  let begins = true;
  for (const packet of packets) {
    const payload = packet.subarray(12);
    if (begins) parts.push(Buffer.from([0, 0, 0, 1, 9, 0x30]));
    const fragment = (payload.readUInt8(0) & 31) === 28;
    if (!fragment) parts.push(Buffer.from([0, 0, 0, 1]), payload);
    else {
      if (payload.readUInt8(1) & 0x80) {
        parts.push(Buffer.from([0, 0, 0, 1, (payload.readUInt8(0) & 0xe0) | (payload.readUInt8(1) & 31)]));
      }
      parts.push(payload.subarray(2));
    }
    begins = ((packet[1] ?? 0) & 0x80) !== 0;
  }
  return Buffer.concat(parts);
}

for (const [auth, qop] of [
  ['md5', false],
  ['md5', true],
  ['sha256', true],
  ['sha256', false],
  ['md5AndSha256', true],
  ['basic', false],
  ['none', false],
] as const) {
  test(`a viewer with the right password sees a camera that demands ${auth}${qop ? ' with qop' : ''}`, async () => {
    const camera = await cameraOf(smallPlan({ password: hardPassword, rtsp: { auth, qop } }));
    const client = clientOf(camera);
    await client.play(camera.streamUrl('main'));
    assert.ok(await client.until(() => frames(client) >= 2));
    if (auth === 'none') return;
    const wrong = clientOf(camera, 'wrong');
    const refused = await wrong.ask('DESCRIBE', camera.streamUrl('main'));
    assert.equal(refused.status, 401);
    assert.match(refused.head, auth === 'basic' ? /^WWW-Authenticate: Basic/m : /^WWW-Authenticate: Digest/m);
  });
}

test('what arrives is decodable from the first packet, numbered without a hole, 90 kHz apart, and its push times are known', async () => {
  const camera = await cameraOf(smallPlan());
  const client = clientOf(camera);
  const startMs = performance.timeOrigin + performance.now();
  await client.play(camera.streamUrl('main'));
  assert.ok(await client.until(() => frames(client) >= 12));
  const packets = video(client);
  packets.forEach((packet, index) => {
    const before = packets[index - 1];
    if (!before) return;
    assert.equal((packet.readUInt16BE(2) - before.readUInt16BE(2)) & 0xffff, 1);
    const elapsed = (packet.readUInt32BE(4) - before.readUInt32BE(4)) >>> 0;
    assert.equal(elapsed, (before[1] ?? 0) & 0x80 ? 3600 : 0);
  });
  const units = splitAccessUnits('H.264', streamOf(packets)).slice(0, 12);
  assert.equal(units[0]?.keyframe, true);
  const output = ['-pix_fmt', 'rgba', '-f', 'rawvideo', 'pipe:1'];
  const pixels = await ffmpeg(['-f', 'h264', '-i', 'pipe:0', ...output], signal, annexBOf(units));
  const numbers = units.map((_, index) => readFrameNumber(pixels.subarray(index * 320 * 180 * 4), 320, 180));
  const first = numbers[0] ?? null;
  assert.ok(first !== null);
  assert.equal(clipMarkOf(first), 0);
  assert.equal(positionOf(first) % 50, 0);
  assert.deepEqual(
    numbers,
    units.map((_, index) => first + index),
  );
  const times = numbers.map((number) => camera.pushedAt(number));
  times.forEach((timeMs, index) => assert.ok(timeMs !== null && timeMs >= (times[index - 1] ?? startMs)));
  assert.equal(camera.pushedAt(first + 400), null);
  assert.deepEqual(
    camera
      .pushedFrames(startMs)[0]
      ?.pushes.slice(0, 12)
      .map(([number]) => number),
    numbers,
  );
});

test('sender reports come before the first frame, with the time of the camera’s own clock', async () => {
  const camera = await cameraOf(smallPlan({ main: { sound: 'PCMA' } }));
  await camera.fault({ clockOffMs: -86_400_000 });
  const client = clientOf(camera);
  const description = await client.play(camera.streamUrl('main'));
  assert.match(description, /a=rtpmap:8 PCMA\/8000/);
  assert.ok(await client.until(() => client.packets.some((packet) => packet.channel === 2)));
  const [report] = client.packets;
  assert.ok(report);
  assert.deepEqual([report.channel, report.bytes[1], report.bytes.length], [1, 200, 44]);
  const yesterday = Date.now() / 1000 + 2_208_988_800 - 86_400;
  assert.ok(Math.abs(report.bytes.readUInt32BE(8) - yesterday) < 60);
});

test('requests outside of a session, of unknown streams and over UDP are refused, and unknown methods too', async () => {
  const camera = await cameraOf(smallPlan({ rtsp: { viewersAtMost: 1 } }));
  const url = camera.streamUrl('main');
  const client = clientOf(camera);
  assert.equal((await client.ask('OPTIONS', url)).status, 200);
  assert.equal((await client.ask('PLAY', url)).status, 454);
  assert.equal((await client.ask('DESCRIBE', `${url}/other`)).status, 404);
  assert.equal((await client.ask('SETUP', `${url}/trackID=7`)).status, 404);
  assert.equal((await client.ask('SETUP', url, { Transport: 'RTP/AVP;unicast;client_port=4000-4001' })).status, 461);
  assert.equal((await client.ask('GET_PARAMETER', url)).status, 200);
  await client.play(url);
  assert.equal((await client.ask('RECORD', url)).status, 501);
  assert.equal((await client.ask('GET_PARAMETER', url)).status, 200);
  const second = clientOf(camera);
  await assert.rejects(second.play(url), /453/);
  assert.equal((await client.ask('TEARDOWN', url)).status, 200);
  assert.equal(camera.viewers, 0);
});

test('a session ends when nothing is heard of its viewer', async () => {
  const camera = await cameraOf(smallPlan({ rtsp: { sessionTimeoutS: 1 } }));
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  assert.equal(await client.until(() => false), false);
});

test('two streams run side by side, and parameter sets may be left out of the description', async () => {
  const camera = await cameraOf(smallPlan({ sub: {}, rtsp: { parameterSets: 'streamOnly' } }));
  const [main, sub] = [clientOf(camera), clientOf(camera)];
  const described = await main.play(camera.streamUrl('main'));
  await sub.play(camera.streamUrl('sub'));
  assert.ok(!described.includes('sprop'));
  assert.ok((await main.until(() => frames(main) > 3)) && (await sub.until(() => frames(sub) > 3)));
  assert.equal(camera.viewers, 2);
});

test('a frozen camera keeps the connection, answers, and sends no more frames', async () => {
  const camera = await cameraOf(smallPlan());
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  assert.ok(await client.until(() => frames(client) > 0));
  await camera.fault({ freeze: true });
  assert.equal((await client.ask('GET_PARAMETER', camera.streamUrl('main'))).status, 200);
  const count = client.packets.length;
  assert.equal((await client.ask('OPTIONS', camera.streamUrl('main'))).status, 200);
  assert.equal(client.packets.length, count);
  await camera.fault(null);
  assert.ok(await client.until(() => client.packets.length > count));
});

test('a camera that drops closes its connections, refuses new ones, and comes back on the same port', async () => {
  const camera = await cameraOf(smallPlan());
  const port = camera.rtspPort;
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  await camera.fault({ drop: true });
  assert.equal(await client.until(() => client.closed), true);
  await assert.rejects(clientOf(camera).ask('OPTIONS', camera.streamUrl('main')), /closed/);
  await camera.fault(null);
  assert.equal(camera.rtspPort, port);
  await clientOf(camera).play(camera.streamUrl('main'));
});

test('a rebooted camera has forgotten its sessions and keeps its port', async () => {
  const camera = await cameraOf(smallPlan());
  const port = camera.rtspPort;
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  await camera.reboot(10);
  assert.equal(await client.until(() => client.closed), true);
  assert.equal(camera.rtspPort, port);
  assert.equal(camera.viewers, 0);
});

test('a changed password ends connections and refuses the old one', async () => {
  const camera = await cameraOf(smallPlan());
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  await camera.fault({ password: 'another' });
  assert.equal(await client.until(() => client.closed), true);
  assert.equal((await clientOf(camera, camera.plan.password).ask('DESCRIBE', camera.streamUrl('main'))).status, 401);
  assert.equal((await clientOf(camera).ask('DESCRIBE', camera.streamUrl('main'))).status, 200);
});

test('without keyframes there is no IDR picture, and garbage is no H.264', async () => {
  const camera = await cameraOf(smallPlan());
  await camera.fault({ noKeyframes: true });
  const client = clientOf(camera);
  await client.play(camera.streamUrl('main'));
  assert.ok(await client.until(() => frames(client) > 5));
  assert.ok(splitAccessUnits('H.264', streamOf(video(client))).every((unit) => !unit.keyframe));
  await camera.fault({ garbage: 'rtsp' });
  const received = new Promise<Buffer>((resolve) => {
    const socket = connect(camera.rtspPort, camera.host, () => socket.write('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'));
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes);
    });
  });
  assert.ok(!(await received).toString('latin1').startsWith('RTSP/1.0'));
});

test('hostile bytes cost one connection at most', async () => {
  const camera = await cameraOf(smallPlan());
  const url = camera.streamUrl('main');
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from('DESCRIBE\r\n\r\n'),
    Buffer.from(`DESCRIBE ${url} RTSP/1.0\r\nContent-Length: -5\r\n\r\n`),
    Buffer.from(`DESCRIBE ${url} RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n`),
    Buffer.from(`DESCRIBE ${url} RTSP/1.0\r\nno colon\r\n\r\n`),
    Buffer.alloc(40_000, 'A'),
    Buffer.concat([Buffer.from([1]), randomBytes(40_000)]),
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(camera.rtspPort, camera.host, () => socket.end(bytes));
      socket.resume().on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  }
  assert.equal((await clientOf(camera).ask('OPTIONS', url)).status, 200);
});

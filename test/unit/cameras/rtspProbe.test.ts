/** RTSP DESCRIBE against the yard, and against servers that answer as they should not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { probeRtsp } from '../../../main/core/cameras/rtspProbe.ts';
import { gstreamerMissing, startGstServer } from '../../yard/gstreamer.ts';
import { defaultPlans, startYard, type CameraPlan, type Yard } from '../../yard/yard.ts';

const hardPassword = `p@ss:w/rd?#%&"'<>é ü\\`;
const auths = ['md5', 'sha256', 'md5AndSha256', 'basic', 'none'] as const;

let yard: Yard;
before(async () => {
  const [plan] = defaultPlans(1);
  assert.ok(plan);
  const plans: CameraPlan[] = auths.flatMap((auth) =>
    [false, true].map((qop) => ({ ...plan, password: hardPassword, rtsp: { ...plan.rtsp, auth, qop } })),
  );
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 101 });
});
after(() => yard.stop());

const never = new AbortController().signal;

test('every way of signing in works with every character in the password, and tells the stream', async () => {
  for (const camera of yard.cameras) {
    const credentials = { user: camera.user, password: hardPassword };
    const allowsClearPassword = camera.plan.rtsp.auth === 'basic';
    const outcome = await probeRtsp({ url: camera.streamUrl('main'), credentials, allowsClearPassword }, never);
    assert.ok(outcome.ok, `${camera.plan.rtsp.auth}: ${JSON.stringify(outcome)}`);
    assert.deepEqual(
      [outcome.value.stream.video, outcome.value.stream.widthPixels, outcome.value.stream.audio],
      ['H.264', 1280, 'AAC'],
    );
    assert.equal(camera.viewers, 0);
  }
});

test(
  "a server that nobody here wrote, GStreamer's, is asked and signed in to",
  { skip: gstreamerMissing() ?? false },
  async () => {
    const credentials = { user: "o'neil", password: hardPassword };
    const plan = { host: '127.0.0.119', credentials, sound: null, picture: 'test' } as const;
    const server = await startGstServer(plan, AbortSignal.timeout(20_000));
    try {
      const outcome = await probeRtsp({ url: server.url, credentials }, never);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.equal(outcome.value.stream.video, 'H.264');
      assert.ok(outcome.value.stream.widthPixels > 0);
      const wrong = await probeRtsp({ url: server.url, credentials: { ...credentials, password: 'x' } }, never);
      assert.deepEqual(wrong, { ok: false, problem: { code: 'passwordRefused' } });
    } finally {
      await server.close();
    }
  },
);

test('a wrong password and a missing one are refused in words', async () => {
  for (const camera of yard.cameras.filter((one) => one.plan.rtsp.auth !== 'none')) {
    for (const credentials of [null, { user: camera.user, password: 'wrong' }, { user: 'x\r\ny', password: '' }]) {
      const question = { url: camera.streamUrl('sub'), credentials, allowsClearPassword: true };
      assert.deepEqual(await probeRtsp(question, never), { ok: false, problem: { code: 'passwordRefused' } });
    }
  }
});

test('a path that the camera does not have, and a port where nothing is, are told apart', async () => {
  const camera = yard.cameras.find((one) => one.plan.rtsp.auth === 'none');
  assert.ok(camera);
  const place = `rtsp://${camera.host}:${camera.rtspPort}`;
  assert.deepEqual(await probeRtsp({ url: `${place}/absent`, credentials: null }, never), {
    ok: false,
    problem: { code: 'noStreams' },
  });
  await camera.fault({ drop: true });
  const { host, rtspPort: port } = camera;
  const noAnswer = { ok: false, problem: { code: 'noAnswer', host, port } };
  assert.deepEqual(await probeRtsp({ url: camera.streamUrl('main'), credentials: null }, never), noAnswer);
  await camera.fault({ notAnswering: true });
  const soon = AbortSignal.timeout(200);
  assert.deepEqual(await probeRtsp({ url: camera.streamUrl('main'), credentials: null }, soon), noAnswer);
  const cancelled = new AbortController();
  const asked = probeRtsp({ url: camera.streamUrl('main'), credentials: null }, cancelled.signal);
  cancelled.abort();
  assert.deepEqual(await asked, { ok: false, problem: { code: 'cancelled' } });
  await camera.fault({ garbage: 'rtsp' });
  const garbage = await probeRtsp({ url: camera.streamUrl('main'), credentials: null }, soon);
  assert.ok(!garbage.ok);
  await camera.fault(null);
});

test('an address that is none is not asked', async () => {
  for (const url of [
    '',
    'rtsp://h',
    'http://127.0.0.1:1/',
    'rtsp://u:p@127.0.0.1:1/',
    'rtsp://127.0.0.1:1/a b',
    'file:///x',
  ]) {
    const outcome = await probeRtsp({ url, credentials: null }, never);
    assert.deepEqual(outcome, { ok: false, problem: { code: 'badAddress', part: 'form' } });
  }
});

/** A server that answers each request on a connection with the next of these, and closes after the last. */
async function serverSaying(...replies: string[]): Promise<{ server: Server; port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard.push(bytes.toString('utf8'));
      const reply = replies[heard.length - 1];
      if (reply === undefined) socket.destroy();
      else socket.write(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address with a port.
  return { server, heard, port: (server.address() as AddressInfo).port };
}

async function probeSaying(
  replies: string | string[],
  allowsClearPassword = false,
): Promise<{ outcome: unknown; heard: string[]; port: number }> {
  const { server, heard, port } = await serverSaying(...[replies].flat());
  const credentials = { user: 'me', password: 'secret' };
  const outcome = await probeRtsp({ url: `rtsp://127.0.0.1:${port}/live`, credentials, allowsClearPassword }, never);
  server.close();
  return { outcome, heard, port };
}

test('Basic is used only when the camera asks for it and the user allows it, and no password goes out before', async () => {
  const challenge = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n';
  const refused = await probeSaying([challenge, challenge], false);
  assert.deepEqual(refused.outcome, { ok: false, problem: { code: 'passwordInClear' } });
  assert.ok(refused.heard.length === 1 && !refused.heard.join('').includes('Authorization'));
  const { heard } = await probeSaying([challenge, 'RTSP/1.0 401 Unauthorized\r\n\r\n'], true);
  const basic = Buffer.from('me:secret').toString('base64');
  assert.equal(heard.length, 2);
  assert.ok(!heard[0]?.includes('Authorization') && heard[1]?.includes(`Authorization: Basic ${basic}\r\n`));
  const digest = challenge.replace(
    'Basic realm="x"',
    'Digest realm="x", nonce="n"\r\nWWW-Authenticate: Basic realm="x"',
  );
  const both = await probeSaying([digest, 'RTSP/1.0 401 Unauthorized\r\n\r\n'], true);
  assert.ok(!both.heard.join('').includes(basic));
});

test('redirects are not followed', async () => {
  const { outcome, heard } = await probeSaying('RTSP/1.0 302 Moved\r\nLocation: rtsp://a:b@evil.example:554/x\r\n\r\n');
  assert.deepEqual(outcome, { ok: false, problem: { code: 'foreignStream', host: 'evil.example' } });
  assert.equal(heard.length, 1);
});

test('what is no RTSP is no camera, and too much of it is not read', async () => {
  const rubbish = [
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '\u0000\u0001\u0002',
    'RTSP/1.0 2000 OK\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n',
    `RTSP/1.0 200 OK\r\nX: ${'x'.repeat(20_000)}`,
  ];
  for (const reply of rubbish) {
    const { outcome, port } = await probeSaying(reply);
    const expected = { ok: false, problem: { code: 'notACamera', host: '127.0.0.1', port } };
    assert.deepEqual(outcome, expected, reply.slice(0, 40));
  }
});

test('a description without video, and a camera that is overfull, are told as such', async () => {
  const empty = await probeSaying('RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n');
  assert.deepEqual(empty.outcome, { ok: false, problem: { code: 'noStreams' } });
  for (const status of ['453 Not Enough Bandwidth', '503 Service Unavailable']) {
    const { outcome, port } = await probeSaying(`RTSP/1.0 ${status}\r\n\r\n`);
    assert.deepEqual(outcome, { ok: false, problem: { code: 'noAnswer', host: '127.0.0.1', port } });
  }
});

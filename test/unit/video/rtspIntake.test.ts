/**
 * Our own RTSP against the yard, against GStreamer's server, and against servers that answer as they should not: every
 * way of signing in, what is told of a picture, and what ends it.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { AudioConfig, VideoConfig } from '../../../main/contract/stream.ts';
import { systemClock } from '../../../main/core/video/clock.ts';
import type { MediaFrame } from '../../../main/core/video/flv.ts';
import type { IntakeEnd } from '../../../main/core/video/intakeEnd.ts';
import type { StreamSource } from '../../../main/core/video/intakeScript.ts';
import { RtspIntake } from '../../../main/core/video/rtspIntake.ts';
import { SignInMemory } from '../../../main/core/wire/signInMemory.ts';
import { gstreamerMissing, startGstServer } from '../../yard/gstreamer.ts';
import { startYard, type CameraPlan, type Yard, type YardCamera } from '../../yard/yard.ts';
import { planOf } from './watchedFeed.ts';

const hardPassword = `p@ss:w/rd?#%&"'<>é ü\\`;
const auths = ['md5', 'sha256', 'md5AndSha256', 'basic', 'none'] as const;

let yard: Yard;
before(async () => {
  const plans: CameraPlan[] = [
    ...auths.map((auth) => planOf({ password: hardPassword, rtsp: { auth, qop: auth !== 'md5' } })),
    planOf({ main: { video: 'H.265', sound: 'AAC' } }),
    planOf({ main: { sound: 'PCMA' }, rtsp: { parameterSets: 'streamOnly', startsWithKeyframe: false } }),
    planOf({ rtsp: { sessionTimeoutS: 2, aggregates: true } }),
  ];
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 141 });
});
after(() => yard.stop());

interface Watched {
  intake: RtspIntake;
  configs: (VideoConfig | AudioConfig)[];
  frames: MediaFrame[];
  /** How often it told of the camera's clock. */
  clocks: () => number;
  /** Waits until so many pictures have come; fails when it ends before. */
  pictures(count: number): Promise<void>;
}

function watch(source: StreamSource, sound = false, signInMemory?: SignInMemory): Watched {
  const configs: Watched['configs'] = [];
  const frames: MediaFrame[] = [];
  let tell: () => void = () => undefined;
  let clocks = 0;
  const intake = new RtspIntake(
    { source, sound, clock: systemClock, signInMemory },
    {
      answered: () => undefined,
      video: (config) => configs.push(config),
      audio: (config) => configs.push(config),
      frame: (frame) => {
        frames.push(frame);
        tell();
      },
      init: () => assert.fail('it does not record'),
      fragment: () => assert.fail('it does not record'),
      unreadable: () => undefined,
      cameraClock: () => (clocks += 1),
    },
  );
  const count = (): number => frames.filter(({ track }) => track === 'video').length;
  return {
    ...{ intake, configs, frames, clocks: () => clocks },
    async pictures(wanted) {
      const came = new Promise<void>((resolve) => {
        tell = () => count() >= wanted && resolve();
        tell();
      });
      const early = intake.ended.then((end) => assert.fail(`it ended: ${JSON.stringify(end)}`));
      await Promise.race([came, early]);
    },
  };
}

async function using(watched: Watched, work: () => Promise<void>): Promise<IntakeEnd> {
  try {
    await work();
  } finally {
    await watched.intake.close();
  }
  return await watched.intake.ended;
}

function sourceOf(camera: YardCamera, password = camera.password): StreamSource {
  const credentials = { user: camera.user, password };
  const allowsClearPassword = camera.plan.rtsp.auth === 'basic';
  return { url: camera.streamUrl('main'), credentials, allowsClearPassword, video: 'H.264', audio: null };
}

function camera(at: number): YardCamera {
  const found = yard.cameras[at];
  assert.ok(found);
  return found;
}

test('pictures come with every way of signing in, the first a keyframe, at the camera’s own pace', async () => {
  for (const [at, auth] of auths.entries()) {
    const watched = watch(sourceOf(camera(at)));
    await using(watched, async () => {
      await watched.pictures(12);
      const [config] = watched.configs;
      assert.ok(config && 'widthPixels' in config && config.widthPixels > 0, auth);
      assert.equal(watched.frames[0]?.keyframe, true, auth);
      const steps = watched.frames.slice(1).map((frame, nth) => frame.timeMs - (watched.frames[nth]?.timeMs ?? 0));
      const paceMs = 1000 / camera(at).plan.main.framesPerSecond;
      assert.ok(
        steps.every((step) => Math.abs(step - paceMs) < 1),
        steps.join(),
      );
    });
  }
});

test('H.265 with AAC, and G.711 beside a stream that begins in the middle, are taken in', async () => {
  const cases = [
    { at: 5, video: /^hvc1\./, audio: 'mp4a.40.2' },
    { at: 6, video: /^avc1\./, audio: 'alaw' },
  ];
  for (const { at, video, audio } of cases) {
    const watched = watch(sourceOf(camera(at)), true);
    await using(watched, async () => {
      await watched.pictures(30);
      const codecs = watched.configs.map(({ codec }) => codec);
      assert.ok(codecs.some((codec) => video.test(codec)) && codecs.includes(audio), codecs.join());
      const first = watched.frames.find(({ track }) => track === 'video');
      assert.equal(first?.keyframe, true);
      assert.ok(watched.frames.some(({ track }) => track === 'audio'));
    });
  }
});

test('a session that ends without a word from the viewer is kept', async () => {
  const watched = watch(sourceOf(camera(7)));
  const { framesPerSecond } = camera(7).plan.main;
  await using(watched, () => watched.pictures(framesPerSecond * 6));
});

test('a wrong password is asked once, and refused', async () => {
  for (const at of [0, 1, 3]) {
    const watched = watch(sourceOf(camera(at), 'wrong'));
    assert.equal((await watched.intake.ended).cause, 'refused');
    assert.equal(watched.frames.length, 0);
  }
});

test('a camera that goes ends it, and a port where nothing is is no answer', async () => {
  const gone = watch(sourceOf(camera(4)));
  await gone.pictures(3);
  await camera(4).fault({ drop: true });
  assert.equal((await gone.intake.ended).cause, 'closed');
  assert.equal((await watch(sourceOf(camera(4))).intake.ended).cause, 'noAnswer');
  await camera(4).fault(null);
});

test('bytes that are no RTSP, and packets that are no pictures, end it and nothing else', async () => {
  await camera(4).fault({ garbage: 'rtsp' });
  const { cause, elsewhere } = await watch(sourceOf(camera(4))).intake.ended;
  assert.deepEqual([cause, elsewhere], ['garbage', true]);
  await camera(4).fault({ garbage: 'rtp' });
  // Random bytes can look like a picture; the next ones do not.
  assert.equal((await watch(sourceOf(camera(4))).intake.ended).cause, 'garbage');
  await camera(4).fault(null);
});

/** A server that answers each request with the next of these. */
async function serverSaying(...replies: string[]): Promise<{ url: string; heard: string[]; close: () => void }> {
  const heard: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString('utf8'));
      const reply = replies.shift();
      if (reply === undefined) socket.end();
      else socket.write(reply, 'latin1');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Safe: it listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo;
  return { url: `rtsp://127.0.0.1:${port}/live`, heard, close: () => server.close() };
}

async function endSaying(
  replies: string | string[],
  memory?: SignInMemory,
): Promise<{ end: IntakeEnd; heard: string[] }> {
  const { url, heard, close } = await serverSaying(...[replies].flat());
  const credentials = { user: 'me', password: 'a secret' };
  const watched = watch({ url, credentials, video: 'H.264', audio: null }, false, memory);
  const end = await watched.intake.ended;
  close();
  return { end, heard };
}

test('a camera that asks for the password in the clear is not told it, unless the user allows it', async () => {
  const source = { ...sourceOf(camera(3)), allowsClearPassword: false };
  const { cause, inClear } = await watch(source).intake.ended;
  assert.deepEqual([cause, inClear], ['refused', true]);
  const challenge = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n';
  const { end, heard } = await endSaying([challenge, challenge]);
  assert.deepEqual([end.cause, end.inClear, heard.length], ['refused', true, 1]);
  assert.ok(!heard.join('').includes('Authorization'));
});

test('a second connection answers the challenge of the first at once; a camera that minds is let ask', async () => {
  const memory = new SignInMemory();
  for (const questions of [2, 1, 1]) {
    const before = camera(1).refusals;
    const watched = watch(sourceOf(camera(1)), false, memory);
    await using(watched, () => watched.pictures(2));
    assert.equal(camera(1).refusals - before, questions - 1);
  }
  const challenge = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="x", nonce="new"\r\n\r\n';
  const minded = await endSaying([challenge, 'RTSP/1.0 404 Not Found\r\n\r\n'], memory);
  assert.deepEqual(
    minded.heard.map((request) => /nonce="new"/.test(request)),
    [false, true],
  );
  assert.match(minded.heard[0] ?? '', /Authorization: Digest/);
  const after = await endSaying([challenge, 'RTSP/1.0 404 Not Found\r\n\r\n'], memory);
  assert.ok(!after.heard[0]?.includes('Authorization'), 'it is not tried again');
});

test('a redirect is not followed, and nobody is told the password for it', async () => {
  const { end, heard } = await endSaying('RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.2/x\r\n\r\n');
  assert.deepEqual([end.cause, end.elsewhere ?? false, heard.length], ['failed', false, 1]);
  assert.ok(!heard.join('').includes('Authorization'));
});

test('a description without a track that is spoken here sends it elsewhere', async () => {
  const describe = (sdp: string): string => `RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  for (const sdp of ['', 'm=video 0 RTP/AVP 31\r\n', 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/0\r\n']) {
    const { end } = await endSaying(describe(sdp));
    assert.deepEqual([end.cause, end.elsewhere], ['codec', true], sdp);
  }
  const hostile = `m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 sprop-parameter-sets=Z0I=,aA==\r\na=control:x\r\n`;
  const { heard } = await endSaying([describe(hostile), 'RTSP/1.0 454 Session Not Found\r\n\r\n']);
  assert.ok(heard.length <= 2);
});

test('sound that the camera does not grant, or that cannot be read, costs the sound and not the pictures', async () => {
  const reply = (body = ''): string =>
    `RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const aac = 'a=fmtp:97 mode=AAC-hbr;config=1408;sizelength=13;indexlength=3;indexdeltalength=3';
  const sdp = (format: string): string =>
    [
      'm=video 0 RTP/AVP 26',
      'a=control:v',
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 MPEG4-GENERIC/16000',
      format,
      'a=control:a',
      '',
    ].join('\r\n');
  const packet = (channel: number, type: number, ...payload: number[]): string => {
    const bytes = [0x80, 0x80 | type, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, ...payload];
    return Buffer.from([0x24, channel, 0, bytes.length, ...bytes]).toString('latin1');
  };
  // Its headers are said to be longer than the packet is.
  const garbage = packet(2, 97, 0xff, 0xff);
  const played = reply() + garbage + garbage + packet(0, 26, 0, 0, 0, 0, 1, 50, 2, 2, 1, 2, 3);
  const cases = [
    { format: aac, replies: [reply(), 'RTSP/1.0 500 No\r\nCSeq: 3\r\n\r\n', played], setUps: 2 },
    { format: aac, replies: [reply(), reply(), played], setUps: 2 },
    { format: aac.replace('13', '99'), replies: [reply(), played], setUps: 1 },
  ];
  for (const { format, replies, setUps } of cases) {
    const { url, heard, close } = await serverSaying(reply(sdp(format)), ...replies);
    const watched = watch({ url, credentials: null, video: 'MJPEG', audio: 'AAC' }, true);
    await watched.pictures(1);
    assert.equal(heard.filter((request) => request.startsWith('SETUP')).length, setUps);
    await watched.intake.close();
    close();
  }
});

/** A camera that streams MJPEG and answers everything but what keeps the session alive, which ends after 2 s. */
async function muteCamera(media: () => string): Promise<{ url: string; kept: () => number; close: () => void }> {
  let kept = 0;
  const sdp = 'm=video 0 RTP/AVP 26\r\na=control:v\r\n';
  const server = createServer((socket: Socket) => {
    let playing = false;
    const pictures = setInterval(() => playing && socket.write(media(), 'latin1'), 40);
    socket.on('error', () => undefined);
    socket.on('close', () => clearInterval(pictures));
    socket.on('data', (bytes: Buffer) => {
      const request = bytes.toString('latin1');
      const sequence = /CSeq: (\d+)/.exec(request)?.[1] ?? '';
      if (/^(GET_PARAMETER|OPTIONS)/.test(request)) kept += 1;
      else if (request.startsWith('$')) return;
      else {
        const body = request.startsWith('DESCRIBE') ? sdp : '';
        const head = `RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\nSession: 1;timeout=2\r\n`;
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
        playing ||= request.startsWith('PLAY');
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Safe: it listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo;
  return { url: `rtsp://127.0.0.1:${port}/live`, kept: () => kept, close: () => server.close() };
}

function framed(channel: number, bytes: number[]): string {
  return Buffer.from([0x24, channel, 0, bytes.length, ...bytes]).toString('latin1');
}

/** A picture of one packet at 25 a second, and as many sender reports as are wanted. */
function pictureAndReports(reports: number): () => string {
  let at = 0;
  return () => {
    at += 1;
    const timestamp = [24, 16, 8, 0].map((bits) => ((at * 3600) >> bits) & 0xff);
    const packet = [0x80, 0x80 | 26, at >> 8, at & 0xff, ...timestamp, 0, 0, 0, 1, 0, 0, 0, 0, 1, 50, 2, 2, 1, 2, 3];
    const ntp = Math.floor(Date.now() / 1000) + 2_208_988_800;
    const ntpBytes = [24, 16, 8, 0].map((bits) => (ntp >>> bits) & 0xff);
    const report = [0x80, 200, 0, 6, 0, 0, 0, 1, ...ntpBytes, 0, 0, 0, 0, ...timestamp, 0, 0, 0, at & 0xff, 0, 0, 0, 9];
    return framed(0, packet) + framed(1, report).repeat(reports);
  };
}

test('a camera that never answers what keeps its session is asked again and again, and goes on', async () => {
  const { url, kept, close } = await muteCamera(pictureAndReports(0));
  const watched = watch({ url, credentials: null, video: 'MJPEG', audio: null });
  const end = await using(watched, () => watched.pictures(100));
  close();
  assert.equal(end.cause, 'closed');
  assert.equal(end.text, '', 'it was ended here');
  assert.ok(kept() >= 2, `${kept()} questions`);
});

test('a camera that tells its clock with every packet is heard once a second', async () => {
  const { url, close } = await muteCamera(pictureAndReports(50));
  const watched = watch({ url, credentials: null, video: 'MJPEG', audio: null });
  const sinceMs = performance.now();
  await using(watched, () => watched.pictures(60));
  close();
  const mostClocks = Math.ceil((performance.now() - sinceMs) / 1000) + 1;
  assert.ok(watched.clocks() >= 1 && watched.clocks() <= mostClocks, `${watched.clocks()} of at most ${mostClocks}`);
});

test('an address in a track’s control changes nothing of where it is sent, and writes no second line', async () => {
  const sdp = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:rtsp://127.0.0.3:1/elsewhere', ''].join(
    '\r\n',
  );
  const reply = `RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Base: rtsp://x/\u0001\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  const { heard } = await endSaying([reply, 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: a b\r\n\r\n']);
  assert.equal(heard.length, 3);
  for (const request of heard) assert.match(request, /^[A-Z_]+ rtsp:\/\/[\x21-\x7e]+ RTSP\/1\.0\r\nCSeq: \d+\r\n/);
});

test(
  'GStreamer’s server, which nobody here wrote, is signed in to and shown',
  { skip: gstreamerMissing() ?? false },
  async () => {
    const credentials = { user: "o'neil", password: hardPassword };
    const plan = { host: '127.0.0.159', credentials, sound: 'AAC', picture: 'clip' } as const;
    const server = await startGstServer(plan, AbortSignal.timeout(60_000));
    try {
      const watched = watch({ url: server.url, credentials, video: 'H.264', audio: 'AAC' }, true);
      await using(watched, async () => {
        await watched.pictures(25);
        assert.ok(watched.frames.some(({ track }) => track === 'audio'));
      });
    } finally {
      await server.close();
    }
  },
);

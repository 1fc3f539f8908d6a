/** ONVIF against the yard, and against servers that lie. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { OnvifCamera, speaksOnvif, type OnvifPlace } from '../../../main/core/cameras/onvif.ts';
import { reachOnvif, readStreams } from '../../../main/core/cameras/reach.ts';
import { defaultPlans, startYard, type CameraPlan, type Yard, type YardCamera } from '../../yard/yard.ts';

const hardPassword = `p@ss:w/rd?#%&"'<>é ü\\`;
const hardUser = `o'n<e>&"\\`;
const never = new AbortController().signal;
const dayMs = 86_400_000;

let yard: Yard;
const plans = new Map<string, CameraPlan>();
before(async () => {
  const [plan] = defaultPlans(1);
  assert.ok(plan?.onvif);
  const { onvif } = plan;
  const hard = { ...plan, user: hardUser, password: hardPassword };
  plans.set('token', { ...hard, user: `${hardUser}ü`, onvif: { ...onvif, auth: 'wsSecurity' } });
  plans.set('digest', { ...hard, onvif: { ...onvif, auth: 'httpDigest' } });
  plans.set('either', { ...hard, onvif: { ...onvif, auth: 'either', media2: false, ptz: null, events: false } });
  plans.set('open', { ...plan, onvif: { ...onvif, auth: 'none' } });
  plans.set('odd tokens', {
    ...plan,
    main: { ...plan.main, token: '1.50' },
    sub: plan.sub && { ...plan.sub, token: `<&"'>é` },
  });
  const main: CameraPlan['main'] = {
    ...plan.main,
    video: 'H.265',
    widthPixels: 320,
    heightPixels: 180,
    bitsPerSecond: 100_000,
  };
  const sub = plan.sub && { ...plan.sub, widthPixels: 160, heightPixels: 90, bitsPerSecond: 100_000 };
  plans.set('H.265', { ...plan, main, sub });
  plans.set('H.265 untold', { ...plan, main, sub, onvif: { ...onvif, media2: false } });
  yard = await startYard({ cameras: [...plans.values()], discovery: false, firstAddress: 121 });
});
after(() => yard.stop());

function cameraNamed(name: string): YardCamera {
  const camera = yard.cameras[[...plans.keys()].indexOf(name)];
  assert.ok(camera);
  return camera;
}

function placeOf(camera: YardCamera): OnvifPlace {
  return { scheme: 'http', host: camera.host, port: camera.onvifPort, path: '/onvif/device_service' };
}

async function opened(camera: YardCamera): Promise<OnvifCamera> {
  const { user, password } = camera;
  const outcome = await OnvifCamera.open(placeOf(camera), { user, password }, never);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

test('a camera is signed in to by token and by digest, with any character in user name and password', async () => {
  for (const name of ['token', 'digest', 'either', 'open']) {
    const camera = await opened(cameraNamed(name));
    const streams = await readStreams(camera, never);
    assert.ok(streams.ok, name);
    assert.deepEqual(
      streams.value.streams.map(({ info, url }) => [info.role, info.video, info.widthPixels, url]),
      [
        ['main', 'H.264', 1280, cameraNamed(name).streamUrl('main')],
        ['sub', 'H.264', 640, cameraNamed(name).streamUrl('sub')],
      ],
    );
  }
});

test('serial number and firmware keep their zeros', async () => {
  const { device } = await opened(cameraNamed('token'));
  assert.deepEqual(device, { maker: 'Yard', model: 'Y-4110', firmware: '5.40', serial: '0012345678' });
});

test('profile tokens come back to the camera as it wrote them', async () => {
  const streams = await readStreams(await opened(cameraNamed('odd tokens')), never);
  assert.ok(streams.ok, JSON.stringify(streams));
  assert.equal(streams.value.streams.length, 2);
});

test('an H.265 main stream is told by Media2; of a camera without it the H.264 stream is taken', async () => {
  const expected = { 'H.265': ['main H.265 main', 'sub H.264 sub'], 'H.265 untold': ['main H.264 sub'] };
  for (const [name, streams] of Object.entries(expected)) {
    const camera = cameraNamed(name);
    const { user, password } = camera;
    const reached = await reachOnvif(placeOf(camera), false, { credentials: { user, password } }, never);
    assert.ok(reached.ok, JSON.stringify(reached));
    const found = reached.value.streams.map(({ info, url }) => {
      return `${info.role} ${info.video} ${url === camera.streamUrl('main') ? 'main' : 'sub'}`;
    });
    assert.deepEqual(found, streams);
  }
});

test('what else a camera can do is told', async () => {
  const full = await opened(cameraNamed('token'));
  const bare = await opened(cameraNamed('either'));
  assert.deepEqual([full.has('ptz'), full.has('events'), full.has('media2')], [true, true, true]);
  assert.deepEqual([bare.has('ptz'), bare.has('events'), bare.has('media2')], [false, false, false]);
  assert.equal(await full.name(never), 'Front door');
});

test('a snapshot is fetched from the camera that named it', async () => {
  for (const name of ['digest', 'either']) {
    const camera = await opened(cameraNamed(name));
    const profiles = await camera.profiles(never);
    const main = profiles.ok ? profiles.value[0] : undefined;
    assert.ok(main);
    const picture = await camera.snapshot(main, never);
    assert.deepEqual([...(picture?.subarray(0, 2) ?? [])], [0xff, 0xd8]);
    assert.equal(picture?.byteLength, picture?.buffer.byteLength);
  }
});

test('a wrong password, a wrong user and none at all are refused in words', async () => {
  for (const name of ['token', 'digest', 'either']) {
    const wrong = [null, { user: hardUser, password: 'wrong' }, { user: 'wrong', password: hardPassword }];
    for (const credentials of wrong) {
      const outcome = await OnvifCamera.open(placeOf(cameraNamed(name)), credentials, never);
      assert.deepEqual(outcome, { ok: false, problem: { code: 'passwordRefused' } }, name);
    }
  }
});

test('a clock that is off by a day is measured and signed in with', async () => {
  const camera = cameraNamed('token');
  for (const clockOffMs of [dayMs, -dayMs, -400 * dayMs]) {
    await camera.fault({ clockOffMs });
    const { clockOffsetMs } = await opened(camera);
    assert.ok(clockOffsetMs !== null && Math.abs(clockOffsetMs - clockOffMs) < 1500, String(clockOffsetMs));
  }
  await camera.fault(null);
});

test('a clock that is set while signed in is measured again', async () => {
  const camera = cameraNamed('token');
  const session = await opened(camera);
  await camera.fault({ clockOffMs: dayMs });
  const profiles = await session.profiles(never);
  assert.ok(profiles.ok, JSON.stringify(profiles));
  assert.ok(Math.abs((session.clockOffsetMs ?? 0) - dayMs) < 1500);
  await camera.fault({ clockOffMs: dayMs, password: 'another' });
  assert.deepEqual(await session.profiles(never), { ok: false, problem: { code: 'passwordRefused' } });
  await camera.fault(null);
});

test('a slow camera is waited for, one that never answers is not', async () => {
  const camera = cameraNamed('token');
  await camera.fault({ slowMs: 300 });
  const { user, password } = camera;
  assert.ok((await OnvifCamera.open(placeOf(camera), { user, password }, never)).ok);
  await camera.fault({ notAnswering: true });
  const { host, onvifPort: port } = camera;
  const soon = AbortSignal.timeout(300);
  const silent = await OnvifCamera.open(placeOf(camera), { user, password }, soon);
  assert.deepEqual(silent, { ok: false, problem: { code: 'noAnswer', host, port } });
  const cancelled = new AbortController();
  const asked = OnvifCamera.open(placeOf(camera), { user, password }, cancelled.signal);
  cancelled.abort();
  assert.deepEqual(await asked, { ok: false, problem: { code: 'cancelled' } });
  await camera.fault({ drop: true });
  assert.deepEqual(await OnvifCamera.open(placeOf(camera), { user, password }, never), silent);
  await camera.fault({ garbage: 'onvif' });
  const garbage = await OnvifCamera.open(placeOf(camera), { user, password }, never);
  assert.deepEqual(garbage, { ok: false, problem: { code: 'notACamera', host, port } });
  await camera.fault(null);
});

test('a name that does not resolve is told as such', async () => {
  const place: OnvifPlace = { scheme: 'http', host: 'camera.invalid', port: 80, path: '/' };
  assert.deepEqual(await speaksOnvif(place, never), {
    ok: false,
    problem: { code: 'noSuchHost', host: 'camera.invalid' },
  });
});

type Handler = (action: string, request: IncomingMessage, response: ServerResponse) => void;

/** Runs `use` against a server that answers each ONVIF action with what `handle` writes. */
async function against(handle: Handler, use: (place: OnvifPlace) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => handle(/<s:Body[^>]*><(\w+)/.exec(body)?.[1] ?? '', request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  try {
    await use({ scheme: 'http', host: '127.0.0.1', port, path: '/onvif/device_service' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const soap = (body: string) =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${body}</s:Body></s:Envelope>`;
const fault = (code: string, reason: string) =>
  soap(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text>${reason}</s:Text></s:Reason></s:Fault>`,
  );
const me = { user: 'me', password: 'secret' };

test('what is no camera is told as such, redirects are not followed, and nothing without end is read', async () => {
  const handlers: Handler[] = [
    (_action, _request, response) => response.end('<!DOCTYPE html><html><body>Welcome</body></html>'),
    (_action, _request, response) => response.writeHead(404).end(),
    (_action, _request, response) =>
      response.writeHead(302, { Location: 'http://203.0.113.7/onvif/device_service' }).end(),
    (_action, _request, response) => response.end(soap('<SomethingElse/>')),
    (_action, _request, response) => response.end(soap('')),
    (_action, _request, response) => response.end('<a>'.repeat(100_000)),
    (_action, _request, response) => response.end('x'.repeat(2 << 20)),
    (_action, request) => request.socket.end('RTSP/1.0 400 Bad Request\r\n\r\n'),
  ];
  for (const [index, handle] of handlers.entries()) {
    await against(handle, async (place) => {
      const { host, port } = place;
      const outcome = await OnvifCamera.open(place, me, never);
      assert.deepEqual(outcome, { ok: false, problem: { code: 'notACamera', host, port } }, String(index));
    });
  }
});

test('a refusal is understood by its code, its words or its status', async () => {
  const refusals: [status: number, body: string][] = [
    [400, fault('ter:NotAuthorized', 'Sender not Authorized')],
    [500, fault('wsse:FailedAuthentication', '')],
    [200, fault('ter:Action', 'The sender is not authorized')],
    [401, '<!DOCTYPE html><html>Access Error: 401 -- Unauthorized</html>'],
    [403, ''],
  ];
  for (const [status, body] of refusals) {
    await against(
      (_action, _request, response) => response.writeHead(status).end(body),
      async (place) => {
        const outcome = await OnvifCamera.open(place, me, never);
        assert.deepEqual(outcome, { ok: false, problem: { code: 'passwordRefused' } }, body);
      },
    );
  }
});

const time =
  '<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime><Time><Hour>1</Hour><Minute>2</Minute><Second>3</Second></Time>' +
  '<Date><Year>2001</Year><Month>2</Month><Day>3</Day></Date></UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse>';

test('a camera that lists nothing, lies about addresses and refuses what it need not know is still used', async () => {
  const asked: string[] = [];
  await against(
    (action, request, response) => {
      asked.push(`${action} ${request.url ?? ''}`);
      if (action === 'GetSystemDateAndTime') response.end(soap(time));
      else if (action === 'GetDeviceInformation') response.end(fault('ter:ActionNotSupported', 'no such thing'));
      else if (action === 'GetServices') response.end(soap('<GetServicesResponse></GetServicesResponse>'));
      else if (action === 'GetCapabilities') {
        const capabilities =
          '<Media><XAddr>http://203.0.113.7:99999/onvif/media?x=1</XAddr></Media><Events><XAddr>nonsense</XAddr></Events>' +
          '<Extension><Replay><XAddr>http://203.0.113.7/replay</XAddr></Replay></Extension>';
        response.end(
          soap(`<GetCapabilitiesResponse><Capabilities>${capabilities}</Capabilities></GetCapabilitiesResponse>`),
        );
      } else if (action === 'GetProfiles') {
        response.end(soap('<GetProfilesResponse><Profiles token="a"/></GetProfilesResponse>'));
      } else
        response.end(
          soap('<GetStreamUriResponse><MediaUri><Uri>rtsp://203.0.113.7/x</Uri></MediaUri></GetStreamUriResponse>'),
        );
    },
    async (place) => {
      const outcome = await OnvifCamera.open(place, me, never);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.deepEqual(outcome.value.device, { maker: '', model: '', firmware: '', serial: '' });
      assert.equal(outcome.value.has('events'), false);
      const streams = await readStreams(outcome.value, never);
      assert.deepEqual(streams, { ok: false, problem: { code: 'foreignStream', host: '203.0.113.7' } });
      assert.ok(asked.includes('GetProfiles /onvif/media?x=1'));
    },
  );
});

test('absurd dates, services and profiles are problems, never exceptions', async () => {
  const absurd = [
    '',
    '<A/>',
    time.replace('2001', '99999'),
    time.replace('<Hour>1</Hour>', '<Hour>NaN</Hour>'),
    '<GetServicesResponse><Service/><Service><Namespace>x</Namespace><XAddr>http://[::</XAddr></Service></GetServicesResponse>',
    '<GetServicesResponse><Service><Namespace><A/></Namespace><XAddr a="b"><B/></XAddr></Service><Service>1</Service></GetServicesResponse>',
    '<GetCapabilitiesResponse><Capabilities>true</Capabilities></GetCapabilitiesResponse>',
    '<GetProfilesResponse><Profiles token="a"><Configurations>1</Configurations></Profiles></GetProfilesResponse>',
    '<GetStreamUriResponse><Uri></Uri></GetStreamUriResponse>',
    '<s:Fault/>',
    '<constructor><prototype/></constructor>',
  ];
  for (const inside of absurd) {
    await against(
      (action, _request, response) =>
        response.end(soap(action === 'GetSystemDateAndTime' && inside !== '' ? time : inside)),
      async (place) => {
        const outcome = await OnvifCamera.open(place, me, never);
        if (outcome.ok) assert.ok(!(await readStreams(outcome.value, never)).ok, inside);
      },
    );
  }
});

test('the password itself is never sent', async () => {
  const heard: string[] = [];
  const challenge = ['Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth,auth-int", algorithm=MD5-sess'];
  const server = createServer((request, response) => {
    heard.push(JSON.stringify(request.rawHeaders));
    request.on('data', (part: Buffer) => heard.push(part.toString('utf8')));
    request.on('end', () => response.writeHead(401, { 'WWW-Authenticate': challenge }).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  const outcome = await OnvifCamera.open({ scheme: 'http', host: '127.0.0.1', port, path: '/x' }, me, never);
  server.closeAllConnections();
  server.close();
  assert.deepEqual(outcome, { ok: false, problem: { code: 'passwordRefused' } });
  const all = heard.join('\n');
  assert.match(all, /algorithm=MD5-sess/);
  for (const secret of ['secret', Buffer.from('me:secret').toString('base64')]) assert.ok(!all.includes(secret));
});

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { CameraPlan } from '../../yard/plans.ts';
import { find, textOf, type Element } from '../../yard/xml.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { ask, digestAnswer, post, type SoapReply } from './onvifClient.ts';
import { hardPassword, smallPlan } from './smallCamera.ts';

const running: Yard[] = [];
after(async () => {
  for (const yard of running) await yard.stop();
});

async function cameraOf(plan: CameraPlan): Promise<YardCamera> {
  const yard = await startYard({ cameras: [plan], discovery: false, firstAddress: 61 });
  running.push(yard);
  const [camera] = yard.cameras;
  assert.ok(camera);
  return camera;
}

function named(element: Element | null, name: string): Element[] {
  if (!element) return [];
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...named(child, name)]);
}

test('time and capabilities are told to anyone; the rest needs a password, with any characters in it', async () => {
  const camera = await cameraOf(smallPlan({ user: 'me & <you>', password: hardPassword }));
  for (const open of ['GetSystemDateAndTime', 'GetServices', 'GetCapabilities', 'GetHostname']) {
    assert.equal((await ask(camera, `<tds:${open}/>`, 'none')).status, 200, open);
  }
  const refused = await ask(camera, '<tds:GetDeviceInformation/>', 'none');
  assert.deepEqual([refused.status, refused.fault], [400, 'NotAuthorized']);
  assert.equal((await ask(camera, '<tds:GetDeviceInformation/>', { password: 'wrong' })).fault, 'NotAuthorized');
  const { status, body } = await ask(camera, '<tds:GetDeviceInformation/>');
  assert.equal(status, 200);
  assert.deepEqual(
    ['Manufacturer', 'Model', 'FirmwareVersion', 'SerialNumber'].map((name) => textOf(body, name)),
    ['Yard', 'Y-4110', '5.40', '0012345678'],
  );
});

test('a camera whose clock is a day off refuses tokens of this computer’s time, and takes those of its own', async () => {
  const camera = await cameraOf(smallPlan());
  await camera.fault({ clockOffMs: -86_400_000 });
  assert.equal((await ask(camera, '<tds:GetScopes/>')).fault, 'NotAuthorized');
  const { body } = await ask(camera, '<tds:GetSystemDateAndTime/>', 'none');
  const [utc] = named(body, 'UTCDateTime');
  const part = (...names: string[]): number => Number(textOf(utc ?? null, ...names));
  const cameraMs = Date.UTC(
    part('Date', 'Year'),
    part('Date', 'Month') - 1,
    part('Date', 'Day'),
    part('Time', 'Hour'),
    part('Time', 'Minute'),
    part('Time', 'Second'),
  );
  assert.ok(Math.abs(Date.now() - 86_400_000 - cameraMs) < 60_000);
  assert.equal((await ask(camera, '<tds:GetScopes/>', { createdMs: cameraMs })).status, 200);
});

test('a camera’s clock can be set', async () => {
  const camera = await cameraOf(smallPlan());
  const time = '<tt:Time><tt:Hour>1</tt:Hour><tt:Minute>2</tt:Minute><tt:Second>3</tt:Second></tt:Time>';
  const date = '<tt:Date><tt:Year>2020</tt:Year><tt:Month>5</tt:Month><tt:Day>4</tt:Day></tt:Date>';
  const request = `<tds:SetSystemDateAndTime><tds:UTCDateTime>${time}${date}</tds:UTCDateTime></tds:SetSystemDateAndTime>`;
  assert.equal((await ask(camera, request)).status, 200);
  assert.equal(
    textOf(named((await ask(camera, '<tds:GetSystemDateAndTime/>', 'none')).body, 'Date')[0] ?? null, 'Year'),
    '2020',
  );
  const broken = request.replace('<tt:Year>2020', '<tt:Year>soon');
  assert.equal((await ask(camera, broken, { createdMs: Date.UTC(2020, 4, 4, 1, 2, 3) })).fault, 'InvalidArgVal');
});

test('HTTP digest is an alternative, by SHA-256 and by MD5, where the plan says so', async () => {
  const camera = await cameraOf(smallPlan({ password: hardPassword, onvif: { auth: 'httpDigest' } }));
  const refused = await ask(camera, '<tds:GetScopes/>');
  assert.equal(refused.status, 401);
  assert.equal(refused.challenges.length, 2);
  const path = '/onvif/device_service';
  const url = `http://${camera.host}:${camera.onvifPort}${path}`;
  const envelope = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetScopes xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`;
  for (const challenge of refused.challenges) {
    const Authorization = digestAnswer(challenge, camera, 'POST', path);
    assert.equal((await post(url, envelope, { Authorization })).status, 200);
    assert.equal((await post(url, envelope, { Authorization })).status, 401, 'the same count again');
  }
  const either = await cameraOf(smallPlan({ onvif: { auth: 'either' } }));
  assert.equal((await ask(either, '<tds:GetScopes/>')).status, 200);
  assert.equal((await ask(either, '<tds:GetScopes/>', 'none')).status, 401);
});

test('profiles tell both streams in full, and lead to their addresses', async () => {
  const camera = await cameraOf(smallPlan({ main: { sound: 'AAC', path: '/a?b=1&c=2' }, sub: { token: '001' } }));
  const { body } = await ask(camera, '<trt:GetProfiles/>', 'token', '/onvif/media_service');
  const profiles = named(body, 'Profiles');
  assert.deepEqual(
    profiles.map((profile) => profile.attributes.get('token')),
    ['Profile_1', '001'],
  );
  const [main = null] = profiles;
  assert.equal(textOf(main, 'VideoEncoderConfiguration', 'Encoding'), 'H264');
  assert.equal(textOf(main, 'VideoEncoderConfiguration', 'Resolution', 'Width'), '320');
  assert.equal(textOf(main, 'VideoEncoderConfiguration', 'RateControl', 'FrameRateLimit'), '25');
  assert.equal(textOf(main, 'AudioEncoderConfiguration', 'Encoding'), 'AAC');
  const uriOf = async (token: string, action: string): Promise<SoapReply> =>
    await ask(
      camera,
      `<trt:${action}><trt:ProfileToken>${token}</trt:ProfileToken></trt:${action}>`,
      'token',
      '/onvif/media_service',
    );
  assert.equal(textOf((await uriOf('Profile_1', 'GetStreamUri')).body, 'MediaUri', 'Uri'), camera.streamUrl('main'));
  assert.equal(textOf((await uriOf('001', 'GetStreamUri')).body, 'MediaUri', 'Uri'), camera.streamUrl('sub'));
  assert.equal((await uriOf('1', 'GetStreamUri')).fault, 'NoEntity', 'a token is a text, not a number');
  const snapshot = textOf((await uriOf('001', 'GetSnapshotUri')).body, 'MediaUri', 'Uri');

  const refused = await fetch(snapshot);
  assert.equal(refused.status, 401);
  const challenge = (refused.headers.get('www-authenticate') ?? '').split(/,\s*(?=Digest )/)[1] ?? '';
  const Authorization = digestAnswer(challenge, camera, 'GET', new URL(snapshot).pathname);
  const picture = await fetch(snapshot, { headers: { Authorization } });
  assert.equal(picture.headers.get('content-type'), 'image/jpeg');
  const bytes = new Uint8Array(await picture.arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 2), ...bytes.slice(-2)], [0xff, 0xd8, 0xff, 0xd9]);
});

test('H.265 is told by media2 alone', async () => {
  const camera = await cameraOf(smallPlan({ main: { video: 'H.265' }, sub: {} }));
  const first = await ask(camera, '<trt:GetProfiles/>', 'token', '/onvif/media_service');
  assert.equal(named(first.body, 'Profiles').length, 1);
  const second = await ask(camera, '<tr2:GetProfiles/>', 'token', '/onvif/media2_service');
  assert.deepEqual(
    named(second.body, 'Encoding').map((one) => one.text),
    ['H265', 'H264'],
  );
  const request =
    '<tr2:GetStreamUri><tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>Profile_1</tr2:ProfileToken></tr2:GetStreamUri>';
  assert.equal(
    textOf((await ask(camera, request, 'token', '/onvif/media2_service')).body, 'Uri'),
    camera.streamUrl('main'),
  );
  const without = await cameraOf(smallPlan({ onvif: { media2: false, ptz: null } }));
  const services = await ask(without, '<tds:GetServices/>', 'none');
  assert.deepEqual(
    named(services.body, 'Namespace').map((one) => one.text.split('/').slice(-3, -1).join('/')),
    ['ver10/device', 'ver10/media', 'ver10/events'],
  );
  assert.equal((await ask(without, '<tptz:GetNodes/>', 'token', '/onvif/ptz_service')).fault, 'ActionNotSupported');
});

test('the head moves, stops at its bounds, keeps presets with numeric tokens, and forgets all at a reboot', async () => {
  const camera = await cameraOf(smallPlan());
  const ptz = async (action: string, inside = ''): Promise<SoapReply> =>
    await ask(
      camera,
      `<tptz:${action}><tptz:ProfileToken>Profile_1</tptz:ProfileToken>${inside}</tptz:${action}>`,
      'token',
      '/onvif/ptz_service',
    );
  await ptz(
    'ContinuousMove',
    '<tptz:Velocity><tt:PanTilt x="1" y="-0.5"/></tptz:Velocity><tptz:Timeout>PT10S</tptz:Timeout>',
  );
  assert.equal(named((await ptz('GetStatus')).body, 'MoveStatus')[0]?.children[0]?.text, 'MOVING');
  await ptz('Stop');
  const { pan, tilt } = camera.headPosition;
  assert.ok(pan > 0 && tilt < 0);
  assert.deepEqual(camera.headPosition, { pan, tilt, zoom: 0 });
  const set = await ptz('SetPreset', '<tptz:PresetName>Here &amp; now</tptz:PresetName>');
  assert.equal(textOf(set.body, 'PresetToken'), '03');
  await ptz('AbsoluteMove', '<tptz:Position><tt:PanTilt x="7" y="-7"/><tt:Zoom x="0.5"/></tptz:Position>');
  assert.deepEqual(camera.headPosition, { pan: 1, tilt: -1, zoom: 0.5 });
  await ptz('RelativeMove', '<tptz:Translation><tt:PanTilt x="-0.25" y="0"/></tptz:Translation>');
  assert.equal(camera.headPosition.pan, 0.75);
  await ptz('GotoPreset', '<tptz:PresetToken>03</tptz:PresetToken>');
  assert.deepEqual(camera.headPosition, { pan, tilt, zoom: 0 });
  assert.equal((await ptz('GotoPreset', '<tptz:PresetToken>3</tptz:PresetToken>')).fault, 'NoEntity');
  assert.deepEqual(
    named((await ptz('GetPresets')).body, 'Name').map((name) => name.text),
    ['Gate', 'Drive & door', 'Here & now'],
  );
  assert.equal((await ptz('RemovePreset', '<tptz:PresetToken>03</tptz:PresetToken>')).status, 200);
  await ptz('GotoHomePosition');
  assert.deepEqual(camera.headPosition, { pan: 0, tilt: 0, zoom: 0 });
  await ptz('AbsoluteMove', '<tptz:Position><tt:PanTilt x="1" y="1"/></tptz:Position>');
  await camera.reboot(1);
  assert.deepEqual(camera.headPosition, { pan: 0, tilt: 0, zoom: 0 });
});

test('a waiting pull answers as soon as something moves; renewed, unsubscribed and rebooted subscriptions behave so', async () => {
  const camera = await cameraOf(smallPlan());
  const create = await ask(camera, '<tev:CreatePullPointSubscription/>', 'token', '/onvif/event_service');
  const address = new URL(textOf(create.body, 'SubscriptionReference', 'Address'));
  assert.equal(address.host, `${camera.host}:${camera.onvifPort}`);
  const pull = (timeout: string, limit = 10): Promise<SoapReply> =>
    ask(
      camera,
      `<tev:PullMessages><tev:Timeout>${timeout}</tev:Timeout><tev:MessageLimit>${limit}</tev:MessageLimit></tev:PullMessages>`,
      'token',
      address.pathname,
    );
  const states = (reply: SoapReply): (string | undefined)[] =>
    named(reply.body, 'Data').map((data) => find(data, 'SimpleItem')?.attributes.get('Value'));
  assert.deepEqual(states(await pull('PT10S')), ['false', 'false'], 'the states at the beginning');
  assert.deepEqual(states(await pull('PT0S')), []);
  const waiting = pull('PT50S');
  while (
    !(await Promise.race([waiting.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]))
  ) {
    camera.fireMotion(true);
  }
  assert.equal(states(await waiting)[0], 'true');
  assert.equal(
    (
      await ask(
        camera,
        '<wsnt:Renew><wsnt:TerminationTime>PT60S</wsnt:TerminationTime></wsnt:Renew>',
        'token',
        address.pathname,
      )
    ).status,
    200,
  );
  assert.equal((await ask(camera, '<wsnt:Unsubscribe/>', 'token', address.pathname)).status, 200);
  assert.equal((await pull('PT0S')).fault, 'NoEntity');
  assert.equal(camera.subscribers, 0);
  await ask(camera, '<tev:CreatePullPointSubscription/>', 'token', '/onvif/event_service');
  assert.equal(camera.subscribers, 1);
  await camera.reboot(1);
  assert.equal(camera.subscribers, 0);
});

test('garbage, silence, slowness and dropping work on ONVIF as well', async () => {
  const camera = await cameraOf(smallPlan());
  await camera.fault({ garbage: 'onvif' });
  assert.equal((await ask(camera, '<tds:GetSystemDateAndTime/>', 'none')).body, null);
  await camera.fault({ notAnswering: true });
  const socket = connect(camera.onvifPort, camera.host, () =>
    socket.write('POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
  );
  let heard = 0;
  socket.on('data', (bytes: Buffer) => (heard += bytes.length)).on('error', () => undefined);
  await camera.fault({ slowMs: 30 });
  assert.equal((await ask(camera, '<tds:GetSystemDateAndTime/>', 'none')).status, 200);
  await camera.fault({ drop: true });
  await assert.rejects(ask(camera, '<tds:GetSystemDateAndTime/>', 'none'));
  await camera.fault(null);
  assert.equal((await ask(camera, '<tds:GetSystemDateAndTime/>', 'none')).status, 200);
  assert.ok(heard === 0 || socket.destroyed);
  socket.destroy();
});

test('hostile requests are answered by a fault or an error, and the camera goes on', async () => {
  const camera = await cameraOf(smallPlan());
  const base = `http://${camera.host}:${camera.onvifPort}`;
  const status = async (body: string, path = '/onvif/device_service'): Promise<number> =>
    (await post(base + path, body, {})).status;
  assert.equal(await status(''), 400);
  assert.equal(await status('<a/>'), 400);
  assert.equal(await status('<a>'.repeat(100_000)), 413);
  assert.equal(await status('', '/etc/passwd'), 404);
  assert.equal((await fetch(`${base}/snapshot/../../x.jpg`)).status, 404);
  assert.equal((await fetch(`${base}/onvif/device_service`)).status, 405);
  for (const action of ['<tds:constructor/>', '<tds:__proto__/>', '<tds:toString/>', '<trt:GetServices/>']) {
    const { fault } = await ask(camera, action);
    assert.equal(fault, 'ActionNotSupported', action);
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
      assert.equal(
        await status(
          `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${text}</s:Body></s:Envelope>`,
        ),
        400,
      );
    }),
    { seed: 1, numRuns: 50 },
  );
  assert.equal((await ask(camera, '<tds:GetScopes/>')).status, 200);
});

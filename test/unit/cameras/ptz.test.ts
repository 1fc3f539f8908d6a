/** Moving simulated cameras: held, let go, refused, out of reach; presets and the home position. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Moves } from '../../../main/contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../../main/contract/problems.ts';
import { Ptz } from '../../../main/core/cameras/ptz.ts';
import { PtzHold } from '../../../main/core/cameras/ptzHold.ts';
import { wholePtz, type PtzPlan } from '../../yard/plans.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { smallPlan } from '../yard/smallCamera.ts';

const plans: Record<string, PtzPlan | null> = {
  whole: wholePtz,
  zoomOnly: { ...wholePtz, panTilt: false, presets: 0, home: 'none' },
  turnsOnly: { ...wholePtz, zoom: false, home: 'fixed' },
  steps: { ...wholePtz, continuous: false },
  fixed: null,
};
const whole: Moves = { panTilt: true, zoom: true, presets: 64, home: true, storesHome: true };
const right = { pan: 1, tilt: 0, zoom: 0 };

let yard: Yard;
before(async () => {
  const cameras = Object.values(plans).map((ptz) => smallPlan({ onvif: { ptz } }));
  yard = await startYard({ cameras, discovery: false, firstAddress: 181 });
});
after(() => yard.stop());

const opened: Ptz[] = [];
const defects: unknown[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ptz) => ptz.close()));
  for (const camera of yard.cameras) {
    await camera.fault(null);
    // A new head, with nothing that it was told.
    await camera.reboot(0);
  }
});

function cameraOf(name: string): YardCamera {
  const camera = yard.cameras[Object.keys(plans).indexOf(name)];
  assert.ok(camera);
  return camera;
}

/** Cameras are called by the names of their plans. */
function start(learned: (name: string, moves: Moves | null) => void = () => undefined): Ptz {
  const ptz = new Ptz({
    async wayTo(name) {
      const camera = cameraOf(name);
      const place = {
        scheme: 'http' as const,
        host: camera.host,
        port: camera.onvifPort,
        path: '/onvif/device_service',
      };
      return good({ place, credentials: { user: camera.user, password: camera.plan.password } });
    },
    learned: async (name, moves) => learned(name, moves),
    defect: (error) => String(defects.push(error)),
  });
  opened.push(ptz);
  return ptz;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isSo()) {
    assert.ok(performance.now() < deadline, `never: ${what}`);
    await wait(10);
  }
}

/** Renews a hold, as the page does, until something is so or it fails. */
async function holdUntil(
  ptz: Ptz,
  name: string,
  speed: { pan: number; tilt: number; zoom: number },
  isSo: () => boolean,
): Promise<Outcome<null>> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const held = await ptz.move(name, speed);
    if (!held.ok || isSo()) return held;
    await wait(100);
  }
  return assert.fail('held for too long');
}

function actions(camera: YardCamera): string[] {
  return camera.headOrders.map(({ action }) => action);
}

function problemOf(outcome: Outcome<unknown>): Problem | null {
  return outcome.ok ? null : outcome.problem;
}

test('a head moves for as long as it is held, longer than one order lasts, and stops when it is let go', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  // More than a second's way at full speed.
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headPosition.pan > 0.4)).ok);
  assert.ok((await ptz.stop('whole')).ok);
  assert.equal(camera.headMoving, false);
  assert.equal(actions(camera).at(-1), 'Stop');
  assert.ok(camera.headOrders.filter(({ action }) => action === 'ContinuousMove').length > 2, 'it was renewed');
  assert.equal(camera.headPosition.tilt, 0);
});

test('another direction takes the place of the one before, also of another axis', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headMoving)).ok);
  const zoomIn = { pan: 0, tilt: 0, zoom: 0.5 };
  assert.ok((await holdUntil(ptz, 'whole', zoomIn, () => camera.headPosition.zoom > 0)).ok);
  const { pan } = camera.headPosition;
  assert.ok((await holdUntil(ptz, 'whole', zoomIn, () => camera.headPosition.zoom > 0.1)).ok);
  assert.equal(camera.headPosition.pan, pan, 'it turns no more');
  assert.ok((await ptz.stop('whole')).ok);
});

test('a hold that nobody renews ends by itself, and the camera is told to stop', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await ptz.move('whole', right)).ok);
  await until('told to stop', () => actions(camera).includes('Stop'));
  assert.equal(camera.headMoving, false);
});

test('a camera that cannot be reached any more stops by itself, and that is said', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headPosition.pan > 0.05)).ok);
  await camera.fault({ drop: true });
  await until('stopped', () => !camera.headMoving);
  assert.ok(!actions(camera).includes('Stop'));
  const held = await holdUntil(ptz, 'whole', right, () => false);
  assert.equal(problemOf(held)?.code, 'noAnswer');
  assert.equal(problemOf(await ptz.stop('whole'))?.code, 'noAnswer');
});

test('a stop that is not answered is told, with the time after which the camera stops by itself, and asked again', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headMoving)).ok);
  await camera.fault({ ptzSilent: true });
  const stopped = ptz.stop('whole');
  await until('stopped by its timeout', () => !camera.headMoving);
  assert.deepEqual(problemOf(await stopped), { code: 'notStopped', withinMs: 1000 });
  assert.ok(!actions(camera).includes('Stop'));
  await camera.fault(null);
  await until('told to stop once it answers', () => actions(camera).includes('Stop'));
});

test('many presses at a slow camera do not queue up: it gets few orders, the last of them last', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await ptz.presets('whole')).ok);
  await camera.fault({ slowMs: 250 });
  const presses = 60;
  for (let press = 1; press <= presses; press += 1) {
    assert.ok((await ptz.move('whole', { pan: press % 2 === 0 ? 1 : -1, tilt: press / presses, zoom: 0 })).ok);
    await wait(10);
  }
  await until('the last press is obeyed', () => camera.headOrders.at(-1)?.tilt === 1);
  const orders = camera.headOrders.length;
  assert.ok(orders < presses / 2, `${orders} orders`);
  assert.ok((await ptz.stop('whole')).ok);
  assert.equal(camera.headMoving, false);
});

test('an order that is obeyed after it was given up is followed by another stop', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await ptz.presets('whole')).ok);
  await camera.fault({ slowMs: 400 });
  assert.ok((await ptz.move('whole', right)).ok);
  // The order is under way, and is not answered in the time that it is given.
  assert.ok((await ptz.stop('whole')).ok);
  await until('stopped twice', () => actions(camera).filter((action) => action === 'Stop').length === 2);
  assert.deepEqual(actions(camera).at(-1), 'Stop');
  assert.equal(camera.headMoving, false);
});

test('a camera that refuses is not told to stop, and its own words are passed on', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  await camera.fault({ ptzRefuses: 'Parked & locked' });
  // It opens by what the profile says.
  const refused = { code: 'moveRefused', reason: 'Parked & locked' };
  assert.deepEqual(problemOf(await holdUntil(ptz, 'whole', right, () => false)), refused);
  assert.deepEqual(problemOf(await ptz.stop('whole')), refused);
  assert.deepEqual(actions(camera), []);
  await camera.fault(null);
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headMoving)).ok, 'the next hold begins anew');
  assert.ok((await ptz.stop('whole')).ok);
});

test('of a press that ends before its order is answered the refusal is told too', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await ptz.presets('whole')).ok);
  await camera.fault({ ptzRefuses: 'no' });
  assert.ok((await ptz.move('whole', right)).ok);
  assert.deepEqual(problemOf(await ptz.stop('whole')), { code: 'moveRefused', reason: 'no' });
});

test('closing stops every head', async () => {
  const ptz = start();
  const names = ['whole', 'turnsOnly'];
  for (const name of names) assert.ok((await holdUntil(ptz, name, right, () => cameraOf(name).headMoving)).ok);
  await ptz.close();
  for (const name of names) {
    assert.equal(cameraOf(name).headMoving, false);
    assert.equal(actions(cameraOf(name)).at(-1), 'Stop');
  }
  assert.equal(problemOf(await ptz.move('whole', right))?.code, 'gone');
});

test('a camera that is forgotten stops, and is moved by a new way afterwards', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headMoving)).ok);
  ptz.forget('whole');
  await until('stopped', () => !camera.headMoving && actions(camera).at(-1) === 'Stop');
  assert.ok((await ptz.presets('whole')).ok);
});

test('what of each camera can be moved is learned, once in a while', async () => {
  const told = new Map<string, Moves | null>();
  let times = 0;
  const ptz = start((name, moves) => {
    told.set(name, moves);
    times += 1;
  });
  for (const name of [...Object.keys(plans), 'whole']) ptz.learn(name);
  await until('all are told', () => told.size === Object.keys(plans).length);
  assert.deepEqual(told.get('whole'), whole);
  assert.deepEqual(told.get('zoomOnly'), { panTilt: false, zoom: true, presets: 0, home: false, storesHome: false });
  assert.deepEqual(told.get('turnsOnly'), { panTilt: true, zoom: false, presets: 64, home: true, storesHome: false });
  assert.deepEqual(told.get('steps'), whole);
  assert.equal(told.get('fixed'), null);
  assert.equal(times, Object.keys(plans).length);
});

test('a camera that does not answer when it is asked is asked again', async () => {
  const told: (Moves | null)[] = [];
  const ptz = start((_name, moves) => told.push(moves));
  const camera = cameraOf('whole');
  await camera.fault({ drop: true });
  ptz.learn('whole');
  ptz.learn('fixed');
  await until('the one after it was asked', () => told.length === 1);
  assert.deepEqual(told, [null]);
  await camera.fault(null);
  ptz.learn('whole');
  await until('told', () => told.length === 2);
  assert.deepEqual(told[1], whole);
});

test('what goes wrong while one camera is asked keeps neither the next one nor the end waiting', async () => {
  const told: string[] = [];
  const broken = new Error('the list could not be kept');
  const ptz = start((name) => {
    told.push(name);
    if (name === 'whole') throw broken;
  });
  ptz.learn('whole');
  ptz.learn('fixed');
  await until('the one after it was asked', () => told.length === 2);
  await ptz.close();
  assert.deepEqual(defects.splice(0), [broken]);
});

test('an order that ends in a defect is followed by a stop, and the next hold begins anew', async () => {
  const orders: string[] = [];
  const broken = new Error('not composed');
  const hold = new PtzHold(
    {
      stopsAfterMs: 1000,
      async move() {
        orders.push('move');
        if (orders.length === 1) throw broken;
        return good(null);
      },
      async stop() {
        orders.push('stop');
        return good(null);
      },
    },
    (error) => String(defects.push(error)),
  );
  assert.ok(hold.hold(right).ok);
  await until('stopped', () => orders.includes('stop'));
  await hold.release();
  assert.ok(hold.hold(right).ok);
  await until('moved again', () => orders.filter((order) => order === 'move').length === 2);
  await hold.close();
  assert.deepEqual(defects.splice(0), [broken]);
});

test('a head of which one axis is refused is stopped, because the other one moves', async () => {
  let stops = 0;
  const refused = bad({ code: 'moveRefused', reason: 'no zoom' } as const);
  const hold = new PtzHold(
    {
      stopsAfterMs: 1000,
      async move(_speed, _running, _signal, accepted) {
        accepted();
        return refused;
      },
      async stop() {
        stops += 1;
        return good(null);
      },
    },
    (error) => String(defects.push(error)),
  );
  assert.ok(hold.hold({ pan: 1, tilt: 0, zoom: 1 }).ok);
  await until('stopped', () => stops === 1);
  assert.deepEqual(await hold.release(), refused);
  await hold.close();
});

test('a camera is moved along what it has, and told from what it has not', async () => {
  const ptz = start();
  const zooms = cameraOf('zoomOnly');
  assert.ok((await holdUntil(ptz, 'zoomOnly', { pan: 0, tilt: 0, zoom: 1 }, () => zooms.headPosition.zoom > 0)).ok);
  assert.ok((await ptz.stop('zoomOnly')).ok);
  assert.equal(problemOf(await holdUntil(ptz, 'zoomOnly', right, () => false))?.code, 'cannotMove');
  assert.equal(problemOf(await ptz.stop('zoomOnly'))?.code, 'cannotMove');
  for (const outcome of [await ptz.move('fixed', right), await ptz.presets('fixed'), await ptz.home('fixed')])
    assert.equal(problemOf(outcome)?.code, 'cannotMove');
});

test('a camera without continuous moves goes step by step, and no further when it is let go', async () => {
  const ptz = start();
  const camera = cameraOf('steps');
  assert.ok((await holdUntil(ptz, 'steps', right, () => camera.headPosition.pan > 0.1)).ok);
  assert.ok((await ptz.stop('steps')).ok);
  const { pan } = camera.headPosition;
  assert.ok(actions(camera).includes('RelativeMove') && !actions(camera).includes('ContinuousMove'));
  assert.equal(actions(camera).at(-1), 'Stop');
  assert.equal(camera.headPosition.pan, pan);
});

test('presets are stored, gone to, stored again and removed; their tokens stay as the camera wrote them', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  const names = async (): Promise<string[]> => {
    const presets = await ptz.presets('whole');
    assert.ok(presets.ok);
    return presets.value.map(({ token, name }) => `${token} ${name}`);
  };
  assert.deepEqual(await names(), ['01 Gate', '02 Drive & door']);
  assert.ok((await ptz.goTo('whole', '01')).ok);
  assert.deepEqual(camera.headPosition, { pan: -0.4, tilt: 0.1, zoom: 0.2 });
  const stored = await ptz.store('whole', null, `<Übergang> & "2"`);
  assert.deepEqual(stored.ok && stored.value.at(-1), { token: '03', name: `<Übergang> & "2"` });
  assert.ok((await holdUntil(ptz, 'whole', right, () => camera.headPosition.pan > 0)).ok);
  // Storing ends the hold first: the view stands still.
  assert.ok((await ptz.store('whole', '02', 'Path')).ok);
  assert.equal(camera.headMoving, false);
  const { pan } = camera.headPosition;
  assert.deepEqual(await names(), ['01 Gate', '02 Path', '03 <Übergang> & "2"']);
  assert.ok((await ptz.goTo('whole', '03')).ok);
  assert.equal(camera.headPosition.pan, -0.4);
  assert.ok((await ptz.goTo('whole', '02')).ok);
  assert.equal(camera.headPosition.pan, pan);
  assert.ok((await ptz.remove('whole', '03')).ok);
  assert.deepEqual(await names(), ['01 Gate', '02 Path']);
  assert.equal(problemOf(await ptz.goTo('whole', '3'))?.code, 'gone');
  assert.equal(problemOf(await ptz.remove('whole', '03'))?.code, 'gone');
});

test('the home position is gone to and stored, where the camera has one that can be', async () => {
  const ptz = start();
  const camera = cameraOf('whole');
  assert.ok((await ptz.goTo('whole', '01')).ok);
  assert.ok((await ptz.home('whole')).ok);
  assert.deepEqual(camera.headPosition, { pan: 0, tilt: 0, zoom: 0 });
  assert.ok((await ptz.goTo('whole', '01')).ok);
  assert.ok((await ptz.storeHome('whole')).ok);
  assert.ok((await ptz.goTo('whole', '02')).ok);
  assert.ok((await ptz.home('whole')).ok);
  assert.equal(camera.headPosition.pan, -0.4);
  assert.equal(problemOf(await ptz.storeHome('turnsOnly'))?.code, 'moveRefused');
});

test('a user whom the camera does not let move it is told so, and nothing is tried again', async (t) => {
  let moves = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      if (/ContinuousMove|Stop/.test(body)) moves += 1;
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const answer = answerOf(body, address);
      response.end(
        `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${answer}</s:Body></s:Envelope>`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  // A server on a TCP port has an address of that kind.
  const { port } = server.address() as AddressInfo;
  const ptz = new Ptz({
    wayTo: async () =>
      good({
        place: { scheme: 'http', host: '127.0.0.1', port, path: '/' },
        credentials: { user: 'viewer', password: 'only looks' },
      }),
    learned: async () => undefined,
    defect: (error) => String(defects.push(error)),
  });
  opened.push(ptz);
  const held = await holdUntil(ptz, 'any', right, () => false);
  assert.deepEqual(held, bad({ code: 'moveNotAllowed' }));
  assert.deepEqual(await ptz.stop('any'), bad({ code: 'moveNotAllowed' }));
  assert.equal(moves, 1);
});

/** Of a camera that lets this user look, and nothing else. */
function answerOf(body: string, address: string): string {
  if (body.includes('GetServices')) {
    const service = (namespace: string): string =>
      `<Service><Namespace>${namespace}</Namespace><XAddr>${address}/service</XAddr><Version><Major>2</Major><Minor>4</Minor></Version></Service>`;
    const names = ['http://www.onvif.org/ver10/media/wsdl', 'http://www.onvif.org/ver20/ptz/wsdl'];
    return `<GetServicesResponse>${names.map(service).join('')}</GetServicesResponse>`;
  }
  if (body.includes('GetProfiles')) {
    return (
      '<GetProfilesResponse><Profiles token="1"><VideoEncoderConfiguration><Encoding>H264</Encoding></VideoEncoderConfiguration>' +
      '<PTZConfiguration><NodeToken>1</NodeToken></PTZConfiguration></Profiles></GetProfilesResponse>'
    );
  }
  if (body.includes('GetNodes')) {
    return (
      '<GetNodesResponse><PTZNode token="1"><SupportedPTZSpaces><ContinuousPanTiltVelocitySpace/></SupportedPTZSpaces>' +
      '</PTZNode></GetNodesResponse>'
    );
  }
  if (/GetSystemDateAndTime|GetDeviceInformation/.test(body)) {
    return /GetSystemDateAndTime/.test(body) ? '<GetSystemDateAndTimeResponse/>' : '<GetDeviceInformationResponse/>';
  }
  return '<Fault><Code><Value>Sender</Value><Subcode><Value>ter:NotAuthorized</Value></Subcode></Code></Fault>';
}

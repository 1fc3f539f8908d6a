/** Hearing what simulated cameras see: every event once, also over lost subscriptions, connections and reboots. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EventPull, type EventsState } from '../../../main/core/cameras/events.ts';
import { OnvifCamera } from '../../../main/core/cameras/onvif.ts';
import { CameraProxy } from '../../yard/cameraProxy.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { smallPlan } from '../yard/smallCamera.ts';

let yard: Yard;
before(async () => {
  const cameras = [smallPlan(), smallPlan({ onvif: { events: false } }), smallPlan({ onvif: { auth: 'httpDigest' } })];
  yard = await startYard({ cameras, discovery: false, firstAddress: 191 });
});
after(() => yard.stop());

const pulls: EventPull[] = [];
afterEach(async () => {
  await Promise.all(pulls.splice(0).map((pull) => pull.close()));
  for (const camera of yard.cameras) {
    await camera.fault(null);
    await camera.reboot(0);
  }
});

class Heard {
  readonly camera: YardCamera;
  readonly events: string[] = [];
  /** When each was. */
  readonly timesMs: number[] = [];
  readonly defects: unknown[] = [];
  /** Its listener throws. */
  breaks = false;
  state: EventsState = { state: 'connecting' };
  readonly pull: EventPull;

  constructor(at: number, way: { host?: string; port?: number } = {}) {
    const camera = yard.cameras[at];
    assert.ok(camera);
    this.camera = camera;
    const { host, onvifPort: port } = camera;
    const place = { ...{ scheme: 'http' as const, host, port, path: '/onvif/device_service' }, ...way };
    const credentials = { user: camera.user, password: camera.plan.password };
    this.pull = new EventPull({
      open: (signal) => OnvifCamera.open(place, credentials, signal),
      on: {
        event: ({ kind, is }, atMs) => {
          this.events.push(`${kind} ${is}`);
          this.timesMs.push(atMs);
          if (this.breaks) throw new Error('not heard');
        },
        state: (state) => (this.state = state),
        defect: (error) => String(this.defects.push(error)),
      },
      pausesMs: [50, 100],
      refusedPausesMs: [100],
    });
    pulls.push(this.pull);
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!isSo()) {
      assert.ok(performance.now() < deadline, `never: ${what}; ${JSON.stringify([this.events, this.state])}`);
      await wait(10);
    }
  }

  heard(): Promise<void> {
    return this.until('subscribed', () => this.state.state === 'heard' && this.camera.subscribers > 0);
  }
}

test('motion and inputs are heard, each once, by token and by digest', async () => {
  for (const at of [0, 2]) {
    const one = new Heard(at);
    await one.heard();
    one.camera.fireMotion(true);
    one.camera.fireMotion(true);
    one.camera.fireInput(true);
    one.camera.fireMotion(false);
    await one.until('all', () => one.events.length >= 3);
    one.camera.fireInput(false);
    await one.until('the last', () => one.events.length >= 4);
    assert.deepEqual(one.events, ['motion begins', 'input begins', 'motion ends', 'input ends']);
  }
});

test('what holds already when it is subscribed to is told', async () => {
  yard.cameras[0]?.fireMotion(true);
  const one = new Heard(0);
  await one.until('motion', () => one.events.includes('motion begins'));
});

test('a subscription that the camera forgot is made anew, and what goes on is not told again', async () => {
  const one = new Heard(0);
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion', () => one.events.length === 1);
  one.camera.forgetSubscriptions();
  one.camera.fireInput(true);
  await one.until('the input', () => one.events.includes('input begins'));
  assert.deepEqual(one.events, ['motion begins', 'input begins']);
  assert.equal(one.camera.subscribers, 1);
});

test('what ended while the camera rebooted has ended, and what begins afterwards is heard', async () => {
  const one = new Heard(0);
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion', () => one.events.length === 1);
  await one.camera.reboot(300);
  await one.until('its end', () => one.events.includes('motion over'));
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion again', () => one.events.length === 3);
  assert.deepEqual(one.events, ['motion begins', 'motion over', 'motion begins']);
});

test('a connection that is lost in the middle of an event does not make two of it', async () => {
  const one = new Heard(0);
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion', () => one.events.length === 1);
  await one.camera.fault({ drop: true });
  await one.until('lost', () => one.state.state === 'lost');
  await one.camera.fault(null);
  await one.heard();
  one.camera.fireMotion(false);
  await one.until('its end', () => one.events.length === 2);
  assert.deepEqual(one.events, ['motion begins', 'motion ends']);
});

test('a refused password, a camera that does not answer, and one without events are told', async () => {
  const without = new Heard(1);
  await without.until('none', () => without.state.state === 'none');
  const one = new Heard(0);
  await one.heard();
  await one.camera.fault({ password: 'another one' });
  one.camera.fireMotion(true);
  await one.until('refused', () => {
    const { state } = one;
    return state.state === 'lost' && state.problem.code === 'passwordRefused';
  });
  await one.camera.fault({ garbage: 'onvif' });
  await one.until('garbage', () => {
    const { state } = one;
    return state.state === 'lost' && state.problem.code === 'notACamera';
  });
  await one.camera.fault(null);
  await one.heard();
});

test('closing ends the subscription at the camera, and what was active', async () => {
  const one = new Heard(0);
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion', () => one.events.length === 1);
  await one.pull.close();
  await one.pull.close();
  assert.equal(one.camera.subscribers, 0);
  assert.deepEqual(one.events, ['motion begins', 'motion over']);
});

test('a listener that throws ends neither the hearing nor the closing', async () => {
  const one = new Heard(0);
  await one.heard();
  one.breaks = true;
  one.camera.fireMotion(true);
  await one.until('a defect', () => one.defects.length === 1);
  one.breaks = false;
  await one.heard();
  one.camera.fireInput(true);
  await one.until('the next event', () => one.events.includes('input begins'));
  await one.pull.close();
});

test('what was on its way when the hearing was begun anew is heard', async () => {
  const one = new Heard(0);
  await one.heard();
  await wait(100);
  one.camera.fireMotion(true);
  one.camera.fireMotion(false);
  one.pull.tryNow();
  await one.until('motion and its end', () => one.events.length === 2);
  assert.deepEqual(one.events, ['motion begins', 'motion ends']);
});

test('a camera that may have been rebooted is subscribed to anew at once, and nothing is told twice', async () => {
  const one = new Heard(0);
  await one.heard();
  one.camera.fireMotion(true);
  await one.until('motion', () => one.events.length === 1);
  one.camera.forgetSubscriptions();
  one.pull.tryNow();
  await one.heard();
  one.camera.fireMotion(false);
  await one.until('its end', () => one.events.length === 2);
  assert.deepEqual(one.events, ['motion begins', 'motion ends']);
  assert.equal(one.camera.subscribers, 1);
});

test('what happened while an answer waited to be read was when the camera says', async () => {
  const [camera] = yard.cameras;
  assert.ok(camera);
  const proxy = await CameraProxy.start(camera.host, camera.onvifPort);
  const one = new Heard(0, { host: '127.0.0.1', port: proxy.port });
  try {
    await one.heard();
    one.camera.fireMotion(true);
    await one.until('motion', () => one.events.length === 1);
    // The next question, which the camera answers as soon as something moves.
    await wait(1000);
    proxy.hold(true);
    one.camera.fireMotion(false);
    await wait(1500);
    one.camera.fireMotion(true);
    const firedMs = Date.now();
    await wait(3500);
    proxy.hold(false);
    await one.until('the second motion', () => one.events.length === 3);
    assert.deepEqual(one.events, ['motion begins', 'motion ends', 'motion begins']);
    const [, , atMs = 0] = one.timesMs;
    assert.ok(Math.abs(atMs - firedMs) < 2000, `told ${atMs - firedMs} ms beside it`);
  } finally {
    await one.pull.close();
    await proxy.close();
  }
});

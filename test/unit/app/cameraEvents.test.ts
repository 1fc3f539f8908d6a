/** Hearing every camera's events, on simulated ones: kept once, through reboots, pauses, the lock and wrong clocks. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import { CameraEvents } from '../../../main/app/cameraEvents.ts';
import type { CameraEvent } from '../../../main/contract/cameraEvents.ts';
import type { Camera, CameraStatus, StreamState } from '../../../main/contract/model.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { bad, good } from '../../../main/contract/problems.ts';
import { EventStore } from '../../../main/core/library/eventStore.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { makeVault, until } from '../recorder/footage.ts';
import { smallPlan } from '../yard/smallCamera.ts';

let yard: Yard;
before(async () => {
  const cameras = [smallPlan(), smallPlan(), smallPlan({ onvif: { events: false } })];
  yard = await startYard({ cameras, discovery: false, firstAddress: 231 });
});
after(() => yard.stop());
afterEach(async () => {
  for (const camera of yard.cameras) {
    await camera.fault(null);
    await camera.reboot(0);
  }
});

const camera = (at: number): Camera => ({
  ...{ id: `00112233445566a${at}`, name: 'Front door', kind: 'onvif', host: '127.0.0.1', port: 80, path: '' },
  ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0 },
  ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, plan: firstPlan, paused: false },
});
const front = camera(0);

const statusOf = (cameraId: string, stream: StreamState): CameraStatus => ({
  ...{ cameraId, stream, recording: { recording: true, sinceMs: 0 }, bitsPerSecond: null },
  ...{ clockOffsetMs: null, clockUncertaintyMs: null },
  wanted: { records: true, because: 'always', untilMs: null },
});

interface Heard {
  events: CameraEvents;
  store: EventStore;
  /** As the list would show them. */
  kept: () => Promise<CameraEvent[]>;
  asked: { times: number };
  changed: string[];
  goesLive: (cameraId: string) => void;
}

function yardCamera(at: number): YardCamera {
  const one = yard.cameras[at];
  assert.ok(one);
  return one;
}

async function hear(t: TestContext): Promise<Heard> {
  const { vault, remove } = await makeVault();
  const defect = (error: unknown): never => assert.fail(error instanceof Error ? error : String(error));
  const store = new EventStore({ vault, on: { lost: defect, defect } });
  const [asked, changed]: [{ times: number }, string[]] = [{ times: 0 }, []];
  const events = new CameraEvents({
    async wayTo(cameraId) {
      asked.times += 1;
      const one = yard.cameras[Number(cameraId.at(-1))];
      if (!one) return bad({ code: 'gone' });
      const place = { scheme: 'http', host: one.host, port: one.onvifPort, path: '/onvif/device_service' } as const;
      return good({ place, credentials: { user: one.user, password: one.plan.password } });
    },
    store,
    on: { changed: (cameraId) => void changed.push(cameraId), note: () => undefined, defect },
  });
  t.after(async () => {
    await events.close();
    await store.close();
    remove();
  });
  return {
    ...{ events, store, asked, changed },
    async kept() {
      const list = await store.list({ cameraIds: null, kinds: null, fromMs: 0, toMs: Date.now() + 60_000, most: 100 });
      assert.ok(list.ok);
      return list.value.events;
    },
    goesLive: (cameraId) => events.status(statusOf(cameraId, { state: 'live', sinceMs: 0 })),
  };
}

const heard = (events: CameraEvents, at = 0): Promise<void> =>
  until('it is heard', () => events.heard(camera(at).id) === 'heard' && yardCamera(at).subscribers > 0);

/** As `hear`, and the front door is heard already. */
async function hearFront(t: TestContext): Promise<Heard> {
  const all = await hear(t);
  all.events.follow(front);
  all.goesLive(front.id);
  await heard(all.events);
  return all;
}

async function motionBegins(events: CameraEvents): Promise<void> {
  yardCamera(0).fireMotion(true);
  await until('motion', () => events.active(front.id));
}

test('motion and an input are kept once each, watched, and active while they go on', async (t) => {
  const { events, kept, goesLive, changed } = await hear(t);
  const watched: string[] = [];
  events.watch(({ kind, toMs }) => watched.push(`${kind} ${toMs === null ? 'begins' : 'ends'}`));
  events.follow(front);
  assert.equal(events.heard(front.id), 'connecting');
  goesLive(front.id);
  await heard(events);
  const fromMs = Date.now();
  yardCamera(0).fireMotion(true);
  await until('it is active', () => events.active(front.id));
  yardCamera(0).fireInput(true);
  await until('the input', () => watched.length === 2);
  assert.ok(!events.active(front.id, ['person']) && events.active(front.id, ['input']));
  yardCamera(0).fireMotion(false);
  yardCamera(0).fireMotion(false);
  await until('it is over', () => !events.active(front.id));
  assert.deepEqual(watched, ['motion begins', 'input begins', 'motion ends']);
  const [motion, input, ...more] = await kept();
  assert.ok(motion && input && more.length === 0 && changed.length === 3);
  assert.deepEqual([motion.kind, input.kind, input.source], ['motion', 'input', 'InputToken=DI_00']);
  assert.ok(motion.fromMs >= fromMs && (motion.toMs ?? 0) > motion.fromMs && input.toMs === null);
});

test('a reboot loses no event and doubles none', async (t) => {
  const { events, kept, goesLive } = await hearFront(t);
  await motionBegins(events);
  await yardCamera(0).reboot(300);
  events.status(statusOf(front.id, { state: 'lost', sinceMs: 0, cause: 'closed', nextTryMs: 0 }));
  goesLive(front.id);
  await until('it is over', () => !events.active(front.id));
  await heard(events);
  yardCamera(0).fireMotion(true);
  yardCamera(0).fireInput(true);
  await until('both again', () => events.active(front.id) && events.active(front.id, ['input']));
  const list = await kept();
  assert.deepEqual(
    // The last two may have come in the same millisecond.
    list
      .map(({ kind, toMs, endUnknown }) => `${kind} ${toMs === null ? 'goes on' : ''}${endUnknown ? '?' : ''}`)
      .sort(),
    ['input goes on', 'motion ?', 'motion goes on'],
  );
});

test('a camera whose clock is an hour wrong tells when it was all the same', async (t) => {
  await yardCamera(0).fault({ clockOffMs: 3_600_000 });
  const { events, kept } = await hearFront(t);
  const fromMs = Date.now();
  await motionBegins(events);
  const [motion] = await kept();
  assert.ok(motion && motion.fromMs >= fromMs && motion.fromMs <= Date.now());
});

test('a camera that is paused is not listened to, and what went on ends', async (t) => {
  const { events, kept } = await hearFront(t);
  await motionBegins(events);
  events.follow({ ...front, paused: true });
  await events.quiet();
  assert.equal(yardCamera(0).subscribers, 0);
  yardCamera(0).fireMotion(false);
  yardCamera(0).fireMotion(true);
  assert.deepEqual(
    (await kept()).map(({ endUnknown, toMs }) => [endUnknown, toMs === null]),
    [[true, false]],
  );
  assert.ok(!events.active(front.id) && events.heard(front.id) === 'none');
});

test('while a camera is private it is not listened to, and afterwards it is', async (t) => {
  const { events, goesLive } = await hearFront(t);
  const live = { state: 'live', sinceMs: 0 } as const;
  const wanted = { records: false, cause: 'privacy', untilMs: null } as const;
  events.status({ ...statusOf(front.id, live), wanted });
  await events.quiet();
  assert.deepEqual([yardCamera(0).subscribers, events.heard(front.id)], [0, 'none']);
  goesLive(front.id);
  await heard(events);
});

test('a camera without events is left in peace, and one by address alone is not asked', async (t) => {
  const { events, goesLive, asked } = await hear(t);
  const without = camera(2);
  events.follow(without);
  events.follow({ ...front, kind: 'rtsp' });
  goesLive(without.id);
  goesLive(front.id);
  await until('it has none', () => events.heard(without.id) === 'none' && asked.times === 1);
});

test('before its stream is there, and while that is refused, a camera is sent no password', async (t) => {
  const { events, asked, goesLive } = await hear(t);
  events.follow(front);
  events.status(statusOf(front.id, { state: 'connecting', sinceMs: 0, answered: false }));
  const refused = { state: 'refused', sinceMs: 0, nextTryMs: 0, code: 'passwordRefused' } as const;
  events.status(statusOf(front.id, refused));
  await until('it waits', () => events.heard(front.id) === 'lost');
  events.tryNow();
  assert.deepEqual(asked, { times: 0 });
  goesLive(front.id);
  await heard(events);
  assert.deepEqual(asked, { times: 1 });
});

test('one listener that throws keeps nobody else from hearing', async (t) => {
  const { events, goesLive, kept } = await hear(t);
  const heardBy: string[] = [];
  events.watch(({ kind }) => heardBy.push(kind))();
  events.watch(({ kind }) => heardBy.push(kind));
  events.follow(front);
  goesLive(front.id);
  await heard(events);
  yardCamera(0).fireMotion(true);
  await until('motion', () => heardBy.length > 0);
  assert.deepEqual([heardBy, (await kept()).length], [['motion'], 1]);
});

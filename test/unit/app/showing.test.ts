/**
 * A stream that is recorded and shown: over a connection of its own where the camera grants one, over the recorded one
 * where it does not, and always without harm to the recording. With real ffmpeg, on simulated cameras that grant one
 * connection, grant two, and end the older one when another comes.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Onlooker } from '../../../main/app/showing.ts';
import { Watching } from '../../../main/app/watching.ts';
import type { Camera, StreamRole } from '../../../main/contract/model.ts';
import { good } from '../../../main/contract/problems.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { Library } from '../../../main/core/library/library.ts';
import { startYard, type CameraPlan, type YardCamera } from '../../yard/yard.ts';
import { makeVault } from '../recorder/footage.ts';
import { ffmpeg } from '../video/makeMedia.ts';
import { planOf } from '../video/watchedFeed.ts';

const cameraId = '00112233445566aa';

interface Household {
  watching: Watching;
  camera: Camera;
  yardCamera: YardCamera;
  /** How often the recording began. */
  runs: () => number;
  notes: string[];
}

async function household(
  t: TestContext,
  rtsp: Partial<CameraPlan['rtsp']>,
  { firstAddress, withSub = false }: { firstAddress: number; withSub?: boolean },
): Promise<Household> {
  const plan = planOf({ rtsp, main: { keyframeEvery: 12 } });
  const sub = withSub ? { ...plan.main, path: '/live/sub', token: '1', widthPixels: 320, heightPixels: 180 } : null;
  const yard = await startYard({ cameras: [{ ...plan, sub }], discovery: false, firstAddress });
  const [yardCamera] = yard.cameras;
  assert.ok(yardCamera);
  const { vault, remove } = await makeVault();
  const stream = { widthPixels: 0, heightPixels: 0, framesPerSecond: null, bitsPerSecond: null, audio: null };
  const roles: StreamRole[] = withSub ? ['main', 'sub'] : ['main'];
  const camera: Camera = {
    ...{ id: cameraId, name: 'Front door', kind: 'rtsp', host: yardCamera.host, port: yardCamera.rtspPort, path: '/' },
    ...{ maker: '', model: '', firmware: '', serial: '', addedMs: 0 },
    ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, plan: firstPlan, paused: false },
    streams: roles.map((role) => ({ role, video: 'H.264', ...stream })),
  };
  const notes: string[] = [];
  let wasRecording = false;
  let runs = 0;
  const watching = new Watching({
    ffmpeg,
    vault,
    library: new Library({ vault }),
    sourceOf: (_id, role) => () => {
      const credentials = { user: yardCamera.user, password: yardCamera.password };
      return Promise.resolve(good({ url: yardCamera.streamUrl(role), credentials, video: 'H.264', audio: null }));
    },
    clockOffsetMs: () => null,
    on: {
      status: ({ recording }) => {
        if (recording.recording && !wasRecording) runs += 1;
        wasRecording = recording.recording;
      },
      finished: () => undefined,
      trouble: () => undefined,
      note: (what) => notes.push(what),
      defect: (error) => assert.fail(error instanceof Error ? error : String(error)),
    },
  });
  t.after(async () => {
    await watching.close();
    await yard.stop();
    remove();
  });
  return { watching, camera, yardCamera, runs: () => runs, notes };
}

/** A viewer that writes down where its pictures came from, each change once, and whether each began with a keyframe. */
class Witness implements Onlooker {
  readonly origins: string[] = [];
  readonly states: string[] = [];
  pictures = 0;
  #awaitsKeyframe = false;
  #look: () => void = () => undefined;

  config: Onlooker['config'] = (_video, _audio, { role, intake }) => {
    this.origins.push(`${role} ${intake}`);
    this.#awaitsKeyframe = true;
    this.#look();
  };
  frame: Onlooker['frame'] = ({ track, keyframe }) => {
    if (track !== 'video') return;
    assert.ok(keyframe || !this.#awaitsKeyframe, 'what comes after a change begins with a keyframe');
    this.#awaitsKeyframe = false;
    this.pictures += 1;
    this.#look();
  };
  state: Onlooker['state'] = (state) => {
    this.states.push(state.state === 'lost' ? `lost ${state.cause}` : state.state);
    this.#look();
  };
  notCarried(): void {
    assert.fail('H.264 is carried');
  }

  /** Resolves when this holds, looking whenever something is told. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<null>();
    const timer = setTimeout(() => reject(new Error(`${what} did not come: ${this.origins.join(', ')}`)), 20_000);
    this.#look = () => holds() && resolve(null);
    this.#look();
    await promise.finally(() => clearTimeout(timer));
    this.#look = () => undefined;
  }

  morePictures(count: number): Promise<void> {
    const wanted = this.pictures + count;
    return this.until(`${count} pictures`, () => this.pictures >= wanted);
  }
}

test('a recorded stream is shown by our own RTSP where the camera grants a second connection', async (t) => {
  const { watching, camera, yardCamera, runs } = await household(t, { viewersAtMost: 2 }, { firstAddress: 171 });
  await watching.watch(camera);
  const witness = new Witness();
  const stop = watching.show(cameraId, 'main', false, witness);
  await witness.until('our own RTSP', () => witness.origins.at(-1) === 'main rtsp');
  await witness.morePictures(30);
  assert.equal(yardCamera.viewers, 2);
  stop?.();
  await watching.forget(cameraId);
  assert.equal(runs(), 1);
});

test('a camera that grants one connection is shown by the one that is recorded, and is asked no more', async (t) => {
  const { watching, camera, runs, notes } = await household(t, { viewersAtMost: 1 }, { firstAddress: 172 });
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'main', false, witness);
  await witness.until('the recorded connection', () => witness.origins.at(-1) === 'main ffmpeg');
  await witness.until('the refusal', () => notes.some((note) => note.includes('grants no connection')));
  const refusals = notes.length;
  await witness.morePictures(50);
  const other = new Witness();
  watching.show(cameraId, 'main', false, other);
  await other.morePictures(5);
  assert.deepEqual([...witness.origins, ...other.origins], ['main ffmpeg', 'main ffmpeg']);
  assert.equal(notes.length, refusals);
  await watching.forget(cameraId);
  assert.equal(runs(), 1);
});

test('a sub stream that is refused beside the recording gives way to the main stream', async (t) => {
  const where = { firstAddress: 173, withSub: true };
  const { watching, camera, runs } = await household(t, { viewersAtMost: 1 }, where);
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'sub', false, witness);
  await witness.until('the recorded connection', () => witness.origins.at(-1) === 'main ffmpeg');
  await witness.morePictures(25);
  await watching.forget(cameraId);
  assert.equal(runs(), 1);
});

test('a sub stream that is granted is shown from the beginning', async (t) => {
  const where = { firstAddress: 174, withSub: true };
  const { watching, camera } = await household(t, { viewersAtMost: 2 }, where);
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'sub', false, witness);
  await witness.morePictures(25);
  assert.deepEqual(witness.origins, ['sub rtsp']);
});

test('a converted picture takes no connection from the recording either, and says why it does not come', async (t) => {
  const { watching, camera, runs } = await household(t, { viewersAtMost: 1 }, { firstAddress: 179 });
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'main', true, witness);
  await witness.until('the reason', () => witness.states.at(-1) === 'lost oneConnection');
  const other = new Witness();
  watching.show(cameraId, 'main', false, other);
  await other.morePictures(25);
  assert.equal(witness.pictures, 0);
  await watching.forget(cameraId);
  assert.equal(runs(), 1);
});

test('a camera that ends its recording for another connection keeps the recording, and shows it', async (t) => {
  const rtsp = { viewersAtMost: 1, whenFull: 'endsOldest' } as const;
  const { watching, camera, yardCamera, notes } = await household(t, rtsp, { firstAddress: 175 });
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'main', false, witness);
  await witness.until('the loss', () => notes.some((note) => note.includes('lost soon after')));
  await witness.until('the recorded connection again', () => witness.origins.at(-1) === 'main ffmpeg');
  await witness.morePictures(75);
  assert.equal(yardCamera.viewers, 1);
  assert.equal(witness.origins.at(-1), 'main ffmpeg');
  assert.equal(notes.filter((note) => note.includes('lost soon after')).length, 1);
});

test('viewers of a lost own connection see the recorded one, and the own one when it is back', async (t) => {
  const { watching, camera, yardCamera } = await household(t, { viewersAtMost: 2 }, { firstAddress: 176 });
  await watching.watch(camera);
  const witness = new Witness();
  watching.show(cameraId, 'main', false, witness);
  await witness.until('our own RTSP', () => witness.origins.at(-1) === 'main rtsp');
  await yardCamera.reboot(200);
  const before = witness.origins.length;
  await witness.until('pictures over both again', () => {
    const since = witness.origins.slice(before);
    return since.at(-1) === 'main rtsp';
  });
  await witness.morePictures(10);
});

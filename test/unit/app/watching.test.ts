/** Beginning, pausing and ending recordings in quick succession, on a camera that never tells its address. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Watching } from '../../../main/app/watching.ts';
import type { Camera } from '../../../main/contract/model.ts';
import type { Outcome } from '../../../main/contract/problems.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { Library } from '../../../main/core/library/library.ts';
import type { StreamSource } from '../../../main/core/video/ffmpeg.ts';
import { makeVault } from '../recorder/footage.ts';

const camera: Camera = {
  ...{ id: '00112233445566aa', name: 'Front door', kind: 'rtsp', host: '127.0.0.1', port: 554, path: '/live' },
  ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0 },
  ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, plan: firstPlan, paused: false },
};

async function watchingOf(t: TestContext): Promise<{ watching: Watching; asked: { times: number } }> {
  const { vault, remove } = await makeVault();
  const asked = { times: 0 };
  const watching = new Watching({
    ffmpeg: { path: 'ffmpeg', version: '', major: 5, minor: 1 },
    vault,
    library: new Library({ vault }),
    sourceOf: () => () => {
      asked.times++;
      return new Promise<Outcome<StreamSource>>(() => undefined);
    },
    clockOffsetMs: () => null,
    on: {
      status: () => undefined,
      finished: () => undefined,
      trouble: () => undefined,
      note: () => undefined,
      defect: (error) => assert.fail(error instanceof Error ? error : String(error)),
    },
  });
  t.after(async () => {
    await watching.close();
    remove();
  });
  return { watching, asked };
}

test('a camera that is paused and taken up again at once is recorded', async (t) => {
  const { watching } = await watchingOf(t);
  await watching.watch(camera);
  await Promise.all([watching.watch({ ...camera, paused: true }), watching.watch(camera)]);
  assert.equal(watching.statuses()[0]?.stream.state, 'connecting');
});

test('a camera that is taken up and paused again at once stays paused', async (t) => {
  const { watching } = await watchingOf(t);
  const paused = { ...camera, paused: true };
  await watching.watch(paused);
  await Promise.all([watching.watch(camera), watching.watch(paused)]);
  assert.equal(watching.statuses()[0]?.stream.state, 'off');
});

test('a camera that is taken off the list while its recording begins anew is connected to no more', async (t) => {
  const { watching, asked } = await watchingOf(t);
  await watching.watch(camera);
  await Promise.all([watching.watch({ ...camera, recordsSound: true }), watching.forget(camera.id)]);
  await new Promise(setImmediate);
  assert.equal(asked.times, 1);
  assert.deepEqual(watching.statuses(), []);
});

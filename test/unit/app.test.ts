/** The composed app, without a window: what it goes on for when its window is closed. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { createApp } from '../../main/app.ts';
import { whereVault } from '../../main/app/whereVault.ts';
import { emptyCameraDocument, parseCameraDocument } from '../../main/core/cameras/cameraDocument.ts';
import { openLog } from '../../main/core/log.ts';
import { createVault } from '../../main/core/vault/folder.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import { openStore } from '../../main/core/vault/sealedStore.ts';
import { makeVault } from './recorder/footage.ts';
import { firstPlan } from '../../main/contract/recordingPlan.ts';

// No keychain of the person who runs this, and none at all: every call of it is refused.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent';

test('a camera that is lost at the moment is one to go on for, a paused one is not', async (t) => {
  const place = await makeVault();
  const folder = path.join(place.folder, 'app');
  const words = makeWords();
  const made = await createVault(path.join(place.folder, 'other'), words);
  assert.ok(made.ok);
  const cameras = await openStore({
    ...{ path: made.value.path('cameras.json.age'), vault: made.value, version: 1 },
    ...{ initial: emptyCameraDocument, parse: parseCameraDocument },
  });
  assert.ok(cameras.ok);
  // Nothing listens at port 1.
  const camera = {
    ...({
      id: '00112233445566aa',
      name: 'Front door',
      kind: 'rtsp',
      host: '127.0.0.1',
      port: 1,
      path: '/live',
    } as const),
    ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0, paused: false },
    ...({
      moves: null,
      allowsClearPassword: false,
      recordsSound: false,
      keepDays: null,
      plan: firstPlan,
      scheme: 'rtsp',
      servicePath: '/live',
      knownStreams: [],
    } as const),
  };
  assert.ok((await cameras.value.update((value) => ({ ...value, cameras: [{ ...camera, knownStreams: [] }] }))).ok);
  assert.ok((await whereVault(folder).write(made.value.folder)).ok);

  const app = await createApp({
    ...{ folder, videosFolder: place.folder, portable: true, about: { version: '', runtime: '' }, log: openLog() },
    desk: {
      chooseFolder: () => Promise.resolve(null),
      chooseSaveFile: () => Promise.resolve(null),
      showFile: () => undefined,
    },
    tell: () => undefined,
  });
  t.after(async () => {
    await app.close();
    place.remove();
  });
  await app.start();
  assert.equal(app.recordsCameras(), false);
  assert.ok((await app.handlers['vault.openWithWords']({ words })).ok);
  assert.equal(app.recordingCameras(), 0);
  assert.equal(app.recordsCameras(), true);
  assert.ok((await app.handlers['cameras.setPaused']({ cameraId: camera.id, paused: true })).ok);
  assert.equal(app.recordsCameras(), false);
});

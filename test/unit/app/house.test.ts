/** What lives while a vault is open: its room, its warnings, and a camera that goes. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { House } from '../../../main/app/house.ts';
import { openLog } from '../../../main/core/log.ts';
import { makeVault, type Place, tenMs, until } from '../recorder/footage.ts';
import { bareHouse } from './bareHouse.ts';
import { keepCameras, storedCamera } from '../cameras/storedCamera.ts';

// No keychain of the person who runs this, and none at all: every call of it is refused.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent';

const pausedCamera = storedCamera();

async function enter(t: TestContext, place: Place, log = openLog()): Promise<House> {
  const house = await bareHouse(place.vault, { log });
  t.after(async () => {
    await house.close();
    place.remove();
  });
  return house;
}

test('the room that Nightjar decides on again counts what is recorded as free', async (t) => {
  const house = await enter(t, await makeVault());
  // A row alone; nothing reads its recording here.
  await house.library.add({ cameraId: pausedCamera.id, startMs: tenMs, endMs: tenMs + 1000, sizeBytes: 1e12 });
  await house.settings.update((value) => ({ ...value, keepBytes: null }));
  house.keeping.apply();
  assert.equal((await house.status()).keepBytes, 500e9);
});

test('a list of cameras that had to be restored is told as a warning', async (t) => {
  const place = await makeVault();
  const path = await keepCameras(place.vault, [pausedCamera], []);
  writeFileSync(path, 'not an age file');
  const house = await enter(t, place);
  assert.deepEqual((await house.status()).warning, { code: 'vaultRestored', file: 'cameras.json.age' });
  assert.equal(house.cameras.list().length, 1);
});

test('settings and a list of cameras that are lost for good keep no vault closed', async (t) => {
  const place = await makeVault();
  const path = await keepCameras(place.vault, [pausedCamera], []);
  for (const file of [path, `${path}.previous`, place.vault.path('settings.json.age')]) writeFileSync(file, 'torn');
  const house = await enter(t, place);
  assert.deepEqual((await house.status()).warning, { code: 'camerasLost' });
  assert.equal(house.cameras.list().length, 0);
  assert.deepEqual(house.settings.warning, { code: 'settingsLost' });
  // A row alone; nothing reads its recording here.
  await house.library.add({ cameraId: pausedCamera.id, startMs: tenMs, endMs: tenMs + 1000, sizeBytes: 2e12 });
  await house.settings.update((value) => ({ ...value, keepBytes: null }));
  house.keeping.apply();
  await until('the room is decided on', () => house.settings.value.keepBytes !== null);
  assert.ok((house.settings.value.keepBytes ?? 0) > 2e12, 'nothing that is there goes because a figure was lost');
});

test('a camera that leaves the list is recorded no more, also when the keychain keeps its password', async (t) => {
  const place = await makeVault();
  await keepCameras(place.vault, [pausedCamera]);
  const house = await enter(t, place);
  const row = { cameraId: pausedCamera.id, startMs: tenMs, endMs: tenMs + 1000, sizeBytes: 1 };
  await house.library.add(row);
  const folder = place.vault.path('recordings', pausedCamera.id);
  assert.ok(existsSync(folder));
  assert.ok((await house.removeCamera(pausedCamera, 'delete', 'keep')).ok);
  assert.deepEqual(house.watching.statuses(), []);
  assert.ok(!existsSync(folder));
  assert.deepEqual((await house.status()).warning, { code: 'entryStays', entries: 1 });
});

test('what a killed trial or replacement left in the vault is gone after the next start', async (t) => {
  const place = await makeVault();
  const left = ['.nightjar-try.0123abcd.new', 'log.txt.age.4567cdef.new'].map((name) => place.vault.path(name));
  for (const file of left) writeFileSync(file, 'unfinished');
  await enter(t, place);
  assert.deepEqual(
    left.filter((file) => existsSync(file)),
    [],
  );
});

test('a part that cannot be closed keeps neither the others nor the vault from it', async (t) => {
  const place = await makeVault();
  const log = openLog();
  const house = await enter(t, place, log);
  let watchingEnded = false;
  const endWatching = house.watching.close.bind(house.watching);
  house.exporter.close = () => Promise.reject(new Error('stuck'));
  house.watching.close = () => {
    watchingEnded = true;
    return endWatching();
  };
  await house.close();
  assert.ok(watchingEnded, 'the recordings are finished');
  assert.equal(place.vault.identity, null);
  assert.match(log.lines().join('\n'), /defect .* in closing the vault: .*stuck/);
});

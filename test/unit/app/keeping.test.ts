/**
 * The rules of keeping put together: whose days count, what a preview of typed rules says, clips, and that of a camera
 * whose recordings were deleted nothing is left, in any file of the vault, opened with its identity.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import type { House } from '../../../main/app/house.ts';
import type { Events } from '../../../main/contract/events.ts';
import { firstLayout } from '../../../main/contract/layouts.ts';
import {
  cameraDocumentSteps,
  parseCameraDocument,
  type StoredCamera,
} from '../../../main/core/cameras/cameraDocument.ts';
import { dayOf, finishedName, openName } from '../../../main/core/library/recordingName.ts';
import { openLog, type Log } from '../../../main/core/log.ts';
import { openFile, sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { keepCameras, storedCamera } from '../cameras/storedCamera.ts';
import { makeVault, type Place, until } from '../recorder/footage.ts';
import { bareHouse } from './bareHouse.ts';

// No keychain of the person who runs this, and none at all: every call of it is refused.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const gone = camera('00112233445566aa', 'Canary door 71c3');
const stays = camera('00112233445566bb', 'Garden');

function camera(id: string, name: string): StoredCamera {
  return storedCamera({ id, name, host: `${id}.lan` });
}

type Told = Events['recordings.removed'][];

async function enter(t: TestContext): Promise<{ place: Place; house: House; log: Log; removed: Told }> {
  const place = await makeVault();
  await keepCameras(place.vault, [gone, stays]);
  const log = openLog();
  const removed: Told = [];
  const house = await bareHouse(place.vault, {
    log,
    tell: (name, value) => {
      if (name === 'recordings.removed') removed.push(value as Events['recordings.removed']); // that name's value
    },
  });
  t.after(async () => {
    await house.close();
    place.remove();
  });
  return { place, house, log, removed };
}

/** A sealed file under a recording's name, `daysAgo` days old. */
async function addRecording({ place, house }: { place: Place; house: House }, cameraId: string, daysAgo: number) {
  const startMs = Date.now() - daysAgo * dayMs - minuteMs;
  const span = { startMs, endMs: startMs + minuteMs };
  const folder = place.vault.path('recordings', cameraId, dayOf(startMs));
  mkdirSync(folder, { recursive: true });
  await sealToFile(path.join(folder, finishedName(span)), place.vault.recipients, Buffer.alloc(1000));
  await house.library.add({ cameraId, ...span, sizeBytes: 1000 });
  return span;
}

/** Files whose name or whose plain text holds one of the words. */
async function filesWith(place: Place, words: readonly string[]): Promise<string[]> {
  const { identity, folder } = place.vault;
  assert.ok(identity);
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const opened = entry.isFile() ? await openFile(file, identity) : null;
    const raw = entry.isFile() ? readFileSync(file) : Buffer.of();
    const plain = (opened?.ok ? Buffer.from(opened.value) : raw).toString('latin1');
    if (words.some((word) => file.includes(word) || plain.includes(word))) found.push(path.relative(folder, file));
  }
  return found;
}

test('a camera keeps its own days, or as the rule for all says, or as long as there is room', async (t) => {
  const home = await enter(t);
  const { house, removed } = home;
  const spans: { startMs: number; endMs: number }[] = [];
  for (const daysAgo of [1, 4, 9]) {
    spans.push(await addRecording(home, gone.id, daysAgo));
    await addRecording(home, stays.id, daysAgo);
  }
  const asked = async (keepDays: number | null, own: number | 'room' | null): Promise<number[]> => {
    const said = await house.keeping.preview({ keepDays, camera: { cameraId: gone.id, keepDays: own } });
    assert.ok(said.ok);
    return [gone, stays].map(({ id }) => said.value.cameras.find(({ cameraId }) => cameraId === id)?.recordings ?? 0);
  };
  assert.deepEqual(await asked(null, null), [0, 0]);
  assert.deepEqual(await asked(3, null), [2, 2]);
  assert.deepEqual(await asked(3, 'room'), [0, 2]);
  assert.deepEqual(await asked(3, 7), [1, 2]);
  assert.deepEqual(await asked(null, 7), [1, 0]);

  await house.settings.update((value) => ({ ...value, keepDays: 3 }));
  house.keeping.apply();
  await house.keeping.retention.checkAnew();
  assert.equal((await house.keeping.holdings(gone.id)).all.recordings, 1);
  const went = spans.slice(1).map(({ startMs, endMs }) => ({ cameraId: gone.id, fromMs: startMs, toMs: endMs }));
  const told = removed.filter(({ cameraId }) => cameraId === gone.id).sort((a, b) => b.fromMs - a.fromMs);
  assert.deepEqual(told, went, 'whoever shows some of it is told');
});

test('of a camera on neither list nothing goes for its age: how long it was to be kept is not known', async (t) => {
  const home = await enter(t);
  const { house } = home;
  const nobody = '00112233445566cc';
  for (const id of [nobody, stays.id]) await addRecording(home, id, 9);
  await house.settings.update((value) => ({ ...value, keepDays: 3 }));
  house.keeping.apply();
  await house.keeping.retention.checkAnew();
  assert.equal((await house.keeping.holdings(stays.id)).all.recordings, 0);
  assert.equal((await house.keeping.holdings(nobody)).all.recordings, 1);
});

test('a version 1 list of cameras keeps what it kept', () => {
  const old = {
    cameras: [
      { ...gone, keepDays: null },
      { ...stays, keepDays: 7 },
    ],
    removed: [],
  };
  const now = cameraDocumentSteps.reduce<unknown>((document, step) => step(document), old);
  assert.deepEqual(
    parseCameraDocument(now)?.cameras.map(({ keepDays }) => keepDays),
    [null, 7],
  );
  assert.equal(parseCameraDocument(old), null);
});

test('protected clips are counted once, and said when nothing else is left to delete', async (t) => {
  const home = await enter(t);
  const { house } = home;
  const first = await addRecording(home, gone.id, 2);
  await addRecording(home, gone.id, 1);
  const span = { fromMs: first.startMs, toMs: first.endMs };
  assert.deepEqual(await house.keeping.protect([stays.id], span, ''), { ok: false, problem: { code: 'notRecorded' } });
  assert.ok((await house.keeping.protect([gone.id, stays.id], span, 'Parcel left')).ok);
  assert.ok((await house.keeping.protect([gone.id], { ...span, toMs: span.toMs + 5 }, '')).ok);
  const list = await house.keeping.clipList();
  assert.ok(list.ok);
  assert.deepEqual(
    list.value.clips.map(({ cameraId, sizeBytes }) => [cameraId, sizeBytes]),
    [
      [gone.id, 1000],
      [gone.id, 1000],
    ],
  );
  assert.equal(list.value.sizeBytes, 1000);

  await house.settings.update((value) => ({ ...value, keepBytes: 500 }));
  house.keeping.apply();
  await house.keeping.retention.checkAnew();
  await house.keeping.retention.checkAnew();
  assert.equal((await house.keeping.holdings(gone.id)).all.recordings, 1);
  assert.deepEqual(house.keeping.warning, { code: 'protectedFull', protectedBytes: 1000, keepBytes: 500 });
});

for (const how of [
  'removed with its recordings',
  'removed first, its recordings later',
  'thinned out by age',
] as const) {
  test(`nothing in the vault names a camera that was ${how}`, async (t) => {
    const home = await enter(t);
    const { house, place, log } = home;
    const words = [gone.id, gone.name, gone.host, 'Parcel 71c3'];
    const { startMs, endMs } = await addRecording(home, gone.id, 9);
    await addRecording(home, stays.id, 9);
    assert.ok((await house.keeping.protect([gone.id], { fromMs: startMs, toMs: endMs }, 'Parcel 71c3')).ok);
    const places = [{ cameraId: gone.id, x: 0, y: 0, width: 8, height: 8 }];
    const pinned = [{ cameraId: gone.id, role: 'main' as const }];
    const layout = { ...firstLayout, cameraIds: [gone.id, stays.id], leftOut: [gone.id], places, pinned };
    assert.ok((await house.settings.update((value) => ({ ...value, layouts: [layout] }))).ok);
    log.note('recording stopped', { camera: gone.id, code: 'diskFull' });
    await log.keepIn(async (text) =>
      sealToFile(place.vault.path('log.txt.age'), place.vault.recipients, Buffer.from(text)),
    );
    house.exporter.start({
      ...{ cameras: [{ id: gone.id, name: gone.name }], fromMs: startMs, toMs: endMs, folder: place.folder },
      ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
    });
    // It waits, so that nothing is written while the vault is searched.
    await house.exporter.pause();
    // A recording that was cut off, and a list that was put aside because it did not open wholly.
    const today = place.vault.path('recordings', gone.id, dayOf(startMs));
    writeFileSync(path.join(today, openName(startMs + minuteMs)), 'cut off');
    await sealToFile(place.vault.path('cameras.json.age.damaged'), place.vault.recipients, Buffer.from(gone.name));
    // A check that tells of the cut-off recording, and an export of everything that could not go on.
    assert.ok(house.checking.start(false).ok);
    await until('the check is done', async () => (await house.checking.state()).state === 'done');
    const cameras = [gone, stays].map(({ id, name }) => ({ id, name }));
    assert.ok((await house.leaving.start({ folder: path.join(place.folder, 'out'), cameras, everything: true })).ok);
    await house.leaving.stop();
    const clock = { clockOffsetMs: 40, clockUncertaintyMs: 8, bitsPerSecond: null };
    const recording = { recording: true, sinceMs: startMs } as const;
    const stream = { state: 'live', sinceMs: startMs } as const;
    const wanted = { records: true, because: 'always', untilMs: null } as const;
    house.health.clocks.note([gone, stays].map(({ id }) => ({ cameraId: id, stream, recording, wanted, ...clock })));
    await house.health.clocks.write();
    const named = await filesWith(place, words);
    assert.ok(named.length > 5, 'the search finds what is there');
    for (const name of ['check.json.age', 'leaving.json.age', 'clocks.json.age']) assert.ok(named.includes(name), name);

    if (how === 'removed with its recordings') {
      assert.ok((await house.removeCamera(gone, 'delete', 'release')).ok);
    } else {
      assert.ok((await house.removeCamera(gone, 'keep', 'keep')).ok);
      assert.deepEqual(house.cameras.removed(), [{ id: gone.id, name: gone.name }]);
      assert.ok(existsSync(today));
    }
    if (how === 'removed first, its recordings later') {
      const went = await house.keeping.deleteRecordings(gone.id, 'keep');
      assert.ok(went.ok && went.value.recordings === 0);
      assert.deepEqual(house.cameras.removed().length, 1, 'its protected clip keeps it known');
      assert.ok((await house.keeping.deleteRecordings(gone.id, 'release')).ok);
    } else if (how === 'thinned out by age') {
      const [clip] = house.keeping.clips.list();
      assert.ok(clip && (await house.keeping.release(clip.id)).ok);
      // Recovery ends it at the next start; here it is in the way of the folder's going.
      rmSync(path.join(today, openName(startMs + minuteMs)));
      await house.settings.update((value) => ({ ...value, keepDays: 3 }));
      house.keeping.apply();
      await house.keeping.retention.checkAnew();
      await house.keeping.forgetGone();
    }
    // The keychain, which is not there, is asked again at the next start: until then the entry's account stays known.
    await house.cameras.removeLeftEntries();
    const entries = await filesWith(place, words);
    assert.deepEqual(entries.sort(), ['cameras.json.age', 'cameras.json.age.previous']);
    assert.deepEqual(await filesWith(place, words.slice(1)), []);
    assert.deepEqual(
      house.cameras.list().map(({ id }) => id),
      [stays.id],
    );
    assert.equal((await house.keeping.holdings(stays.id)).all.recordings, how === 'thinned out by age' ? 0 : 1);
  });
}

/** Removed, with its last recording gone: only its names are left. */
async function leaveNames(home: Awaited<ReturnType<typeof enter>>): Promise<void> {
  const { house } = home;
  await addRecording(home, gone.id, 9);
  house.exporter.start({
    ...{ cameras: [{ id: gone.id, name: gone.name }], fromMs: 0, toMs: 1000, folder: home.place.folder },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
  });
  await house.exporter.pause();
  assert.ok((await house.removeCamera(gone, 'keep', 'keep')).ok);
  await house.library.removal.removeRecordings(gone.id);
}

test('who asks that names be forgotten while that is being done waits until no version names the camera', async (t) => {
  const home = await enter(t);
  const { house, place } = home;
  await leaveNames(home);
  const first = house.keeping.forgetGone();
  // Halfway: the list names it no more, the version before it does.
  while (house.cameras.removed().length > 0) await setImmediate();
  assert.ok((await house.keeping.forgetGone()).ok);
  assert.deepEqual(await filesWith(place, [gone.name, gone.host]), []);
  assert.ok((await first).ok);
});

test('of a camera whose last recording goes while the vault is locked the names go after unlocking', async (t) => {
  const home = await enter(t);
  const { house, place } = home;
  await leaveNames(home);
  const { identity } = place.vault;
  assert.ok(identity);
  const again = identity.copy();
  place.vault.lock();
  await house.lock();
  assert.ok((await house.keeping.forgetGone()).ok);
  assert.deepEqual(house.cameras.removed(), [{ id: gone.id, name: gone.name }], 'it is not forgotten halfway');
  assert.ok(place.vault.unlock(again));
  await house.unlock(null);
  await until('the list names it no more', () => house.cameras.removed().length === 0);
  assert.ok((await house.keeping.forgetGone()).ok);
  await house.exporter.pause();
  assert.deepEqual(await filesWith(place, [gone.name, gone.host]), []);
});

test('what is remembered of exports, leaving, the check and clips is given up with the lock, and then read again', async (t) => {
  const home = await enter(t);
  const { house, place } = home;
  const { startMs, endMs } = await addRecording(home, gone.id, 1);
  assert.ok((await house.keeping.protect([gone.id], { fromMs: startMs, toMs: endMs }, 'Parcel 71c3')).ok);
  house.exporter.start({
    ...{ cameras: [{ id: gone.id, name: gone.name }], fromMs: startMs, toMs: endMs, folder: place.folder },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
  });
  await house.exporter.pause();
  const out = path.join(place.folder, 'out');
  assert.ok((await house.leaving.start({ folder: out, cameras: [], everything: true })).ok);
  await house.leaving.stop();
  assert.ok(house.checking.start(false).ok);
  await until('the check is done', async () => (await house.checking.state()).state === 'done');
  const known = async (): Promise<unknown[]> => {
    const [check, clips] = [await house.checking.state(), await house.keeping.clipList()];
    const names = clips.ok ? clips.value.clips.map(({ name }) => name) : [clips.problem.code];
    return [house.exporter.jobs().length, house.leaving.state.state !== 'never', check.state, ...names];
  };
  assert.deepEqual(await known(), [1, true, 'done', 'Parcel 71c3']);
  const again = place.vault.identity?.copy();
  assert.ok(again);
  place.vault.lock();
  await house.lock();
  assert.deepEqual(await known(), [0, false, 'never', 'keyMissing']);
  assert.ok(house.keeping.clips.protects(gone.id, { startMs, endMs }), 'what is protected stays protected');
  assert.ok(place.vault.unlock(again));
  await house.unlock(null);
  await until('it is known again', async () => (await known()).join() === [1, true, 'done', 'Parcel 71c3'].join());
});

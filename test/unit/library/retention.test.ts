import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ClockTrust } from '../../../main/core/library/clockTrust.ts';
import { Library } from '../../../main/core/library/library.ts';
import { dayOf, finishedName } from '../../../main/core/library/recordingName.ts';
import {
  defaultKeepBytes,
  type Deleted,
  floorOf,
  keepWithin,
  Retention,
  ruleOf,
} from '../../../main/core/library/retention.ts';
import type { DiskRoom, KeepRule } from '../../../main/core/library/whatGoes.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { makeFootage, makeVault, type Place, record, tenMs } from '../recorder/footage.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const enough = { freeBytes: 1e12, totalBytes: 2e12 };
const one = '1111111111111111';
const two = '2222222222222222';

let place: Place;
let library: Library;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

/** `count` recordings of 1000 bytes, one a minute. */
async function fill(cameraId: string, startMs: number, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const row = {
      cameraId,
      startMs: startMs + index * minuteMs,
      endMs: startMs + (index + 1) * minuteMs,
      sizeBytes: 1000,
    };
    mkdirSync(place.vault.path('recordings', cameraId, dayOf(row.startMs)), { recursive: true });
    writeFileSync(
      place.vault.path('recordings', cameraId, dayOf(row.startMs), finishedName(row)),
      new Uint8Array(1000),
    );
    await library.add(row);
  }
}

type Wish = { keepBytes: number; room: DiskRoom; nowMs: number } & Partial<KeepRule>;

async function keep(wish: Wish): Promise<Pick<Deleted, 'recordings' | 'sizeBytes'>> {
  const { room, nowMs, keepDays = () => null, isProtected = () => false } = wish;
  const rule = ruleOf({ keepBytes: wish.keepBytes, keepDays, isProtected }, room, nowMs);
  const { recordings, sizeBytes } = await keepWithin(library, rule, new AbortController().signal);
  return { recordings, sizeBytes };
}

async function startsOf(cameraId: string): Promise<number[]> {
  const rows = await library.covering(cameraId, { fromMs: 0, toMs: Infinity });
  return rows.map(({ startMs }) => (startMs - tenMs) / minuteMs);
}

async function begin(): Promise<void> {
  library = new Library({ vault: place.vault, now: () => tenMs + 10 * dayMs });
  for (const cameraId of await library.cameras()) await library.removal.removeCamera(cameraId);
  library = new Library({ vault: place.vault, now: () => tenMs + 10 * dayMs });
}

test('the oldest recordings go first, over all cameras, and no more than needed', async () => {
  await begin();
  await fill(one, tenMs, 5);
  await fill(two, tenMs + 2 * minuteMs, 5);
  const deleted = await keep({ keepBytes: 6000, room: enough, nowMs: tenMs + dayMs });
  assert.deepEqual(deleted, { recordings: 4, sizeBytes: 4000 });
  assert.deepEqual(await startsOf(one), [3, 4]);
  assert.deepEqual(await startsOf(two), [3, 4, 5, 6]);
  assert.equal(await library.usedBytes(), 6000);
});

test('while there is room nothing is deleted', async () => {
  await begin();
  await fill(one, tenMs, 3);
  assert.deepEqual(await keep({ keepBytes: 3000, room: enough, nowMs: tenMs + dayMs }), {
    recordings: 0,
    sizeBytes: 0,
  });
});

test('a day that holds no recording any more loses its folder', async () => {
  await begin();
  await fill(one, tenMs, 2);
  await fill(one, tenMs + dayMs, 2);
  await keep({ keepBytes: 1000, room: enough, nowMs: tenMs + 2 * dayMs });
  assert.equal(existsSync(place.vault.path('recordings', one, '2026-11-20')), false);
  assert.deepEqual(await startsOf(one), [dayMs / minuteMs + 1]);
  const again = new Library({ vault: place.vault, now: () => tenMs + 10 * dayMs });
  assert.equal(await again.oldestMs(), tenMs + dayMs + minuteMs);
});

test('older days of one camera go before newer ones of another', async () => {
  await begin();
  await fill(one, tenMs, 1);
  await fill(one, tenMs + dayMs, 2);
  await fill(two, tenMs + 2 * dayMs, 2);
  await keep({ keepBytes: 2000, room: enough, nowMs: tenMs + 3 * dayMs });
  assert.deepEqual(await startsOf(one), []);
  assert.equal((await startsOf(two)).length, 2);
});

test('a camera keeps its days and no more', async () => {
  await begin();
  await fill(one, tenMs, 3);
  await fill(two, tenMs, 3);
  const nowMs = tenMs + 7 * dayMs + 2 * minuteMs;
  const keepDays = (cameraId: string): number | null => (cameraId === one ? 7 : null);
  await keep({ keepBytes: 1e9, room: enough, keepDays, nowMs });
  assert.deepEqual(await startsOf(one), [2]);
  assert.deepEqual(await startsOf(two), [0, 1, 2]);
});

test('recordings make room when the disk runs full', async () => {
  await begin();
  await fill(one, tenMs, 5);
  const totalBytes = 100e9;
  const room = { freeBytes: floorOf(totalBytes) - 1500, totalBytes };
  assert.deepEqual(await keep({ keepBytes: 1e9, room, nowMs: tenMs + dayMs }), {
    recordings: 2,
    sizeBytes: 2000,
  });
});

test('the open recording is never deleted, however little room there is', async () => {
  await begin();
  await fill(one, tenMs - dayMs, 2);
  const footage = makeFootage({ seconds: 12 });
  const recorder = new Recorder({ cameraId: one, vault: place.vault, library, on: { state: () => undefined } });
  record(recorder, footage, tenMs);
  while (!library.openRecording(one)) await new Promise((resolve) => setImmediate(resolve));
  await keep({ keepBytes: 0, room: { freeBytes: 0, totalBytes: 1e12 }, nowMs: tenMs + minuteMs });
  assert.deepEqual(await startsOf(one), []);
  const names = readdirSync(place.vault.path('recordings', one, '2026-11-20'));
  assert.ok(names.includes(`${tenMs}.mp4.age.part`));
  await recorder.close();
  assert.equal((await startsOf(one)).length, 1);
});

test('by default 80 % of the free space is kept, at most 500 GB, and some always stays free', () => {
  assert.equal(defaultKeepBytes(100e9), 80e9);
  assert.equal(defaultKeepBytes(4e12), 500e9);
  assert.equal(defaultKeepBytes(50e9, 50e9), 80e9);
  assert.equal(defaultKeepBytes(0), 0);
  assert.equal(floorOf(10e9), 1e9);
  assert.equal(floorOf(1e12), 20e9);
  assert.equal(floorOf(4e9), 0.4e9);
});

test('a check that is asked for while one runs is that one, and none comes after closing', async () => {
  await begin();
  await fill(one, tenMs, 4);
  const deleted: number[] = [];
  const retention = new Retention({
    library,
    folder: place.vault.folder,
    wishes: () => ({ keepBytes: 2000, keepDays: () => null, isProtected: () => false }),
    now: () => tenMs + dayMs,
    on: { checked: ({ recordings }) => void deleted.push(recordings) },
  });
  await Promise.all([retention.check(), retention.check()]);
  assert.equal(deleted.reduce((sum, count) => sum + count, 0) >= 2, true);
  assert.equal(deleted.length, 1);
  await retention.close();
  await retention.close();
  await retention.check();
  assert.equal(deleted.length, 1);
});

test('a clock that leaps ahead deletes nothing for its age while it is doubted, and what is too old goes after', async () => {
  await begin();
  await fill(one, tenMs, 3);
  let [nowMs, steadyMs] = [tenMs + 3 * minuteMs, 0];
  const leapMs = 400 * dayMs;
  const open = (): Retention =>
    new Retention({
      library,
      folder: place.vault.folder,
      wishes: () => ({ keepBytes: 1e9, keepDays: () => 7, isProtected: () => false }),
      now: () => nowMs,
      clock: new ClockTrust(() => steadyMs),
    });
  const pass = (ms: number): void => {
    nowMs += ms;
    steadyMs += ms;
  };

  // While it runs, and put right after some minutes.
  let retention = open();
  await retention.check();
  nowMs += leapMs;
  await retention.check();
  pass(5 * minuteMs);
  await retention.check();
  nowMs -= leapMs;
  await retention.check();
  pass(20 * minuteMs);
  await retention.check();
  assert.deepEqual(await startsOf(one), [0, 1, 2]);
  await retention.close();

  // From the start of the program.
  nowMs += leapMs;
  retention = open();
  await retention.check();
  pass(14 * minuteMs);
  await retention.check();
  assert.deepEqual(await startsOf(one), [0, 1, 2]);
  // It stays like that: it was no leap, the program was closed for long.
  pass(2 * minuteMs);
  await retention.check();
  assert.deepEqual(await startsOf(one), []);
  await retention.close();
});

test('rules that the user has just changed hold by the clock that they were shown by', async () => {
  await begin();
  await fill(one, tenMs, 3);
  let nowMs = tenMs + 3 * minuteMs;
  const retention = new Retention({
    library,
    folder: place.vault.folder,
    wishes: () => ({ keepBytes: 1e9, keepDays: () => 7, isProtected: () => false }),
    now: () => nowMs,
  });
  await retention.check();
  nowMs += 10 * dayMs;
  await retention.checkAnew();
  assert.deepEqual(await startsOf(one), []);
  await retention.close();
});

test('a vault whose drive is gone is no defect', async () => {
  const defects: unknown[] = [];
  const retention = new Retention({
    library,
    folder: `${place.folder}/nowhere`,
    wishes: () => ({ keepBytes: 0, keepDays: () => null, isProtected: () => false }),
    on: { defect: (error) => defects.push(error) },
  });
  await retention.check();
  await retention.close();
  assert.deepEqual(defects, []);
});

test('a check by new rules ends the one that runs by the old ones', async () => {
  await begin();
  for (let day = 0; day < 4; day++) await fill(one, tenMs + day * dayMs, 1);
  let keepBytes = 0;
  const retention = new Retention({
    library,
    folder: place.vault.folder,
    wishes: () => ({ keepBytes, keepDays: () => null, isProtected: () => false }),
    now: () => tenMs + 5 * dayMs,
  });
  const old = retention.check();
  keepBytes = 1e9;
  await Promise.all([retention.checkAnew(), retention.checkAnew()]);
  await old;
  assert.ok((await startsOf(one)).length > 0);
  await retention.close();
});

test('a newer preview ends the one before it', async () => {
  await begin();
  await fill(one, tenMs, 3);
  const retention = new Retention({
    library,
    folder: place.vault.folder,
    wishes: () => ({ keepBytes: 1e9, keepDays: () => null, isProtected: () => false }),
    now: () => tenMs + dayMs,
  });
  const wishes = { keepBytes: 1000, keepDays: () => null, isProtected: () => false };
  const [first, second] = await Promise.all([retention.preview(wishes), retention.preview(wishes)]);
  assert.deepEqual(first, { ok: false, problem: { code: 'cancelled' } });
  assert.ok(second.ok);
  assert.deepEqual(second.value.total.recordings, 2);
  assert.deepEqual(await startsOf(one), [0, 1, 2]);
  await retention.close();
});

test('where deleting makes no room, the disk’s floor takes no more than its shortage and then small probes', async (t) => {
  const totalBytes = 100_000;
  const shortBytes = 2000;
  const freeBytes = floorOf(totalBytes) - shortBytes;
  /** Deletes at each of these minutes, on a disk that shows this share of what was deleted; what is left after each. */
  const run = async (minutes: readonly number[], share: number): Promise<number[]> => {
    await begin();
    await fill(one, tenMs, 20);
    const usedBytes = await library.usedBytes();
    let steadyMs = 0;
    const retention = new Retention({
      ...{ library, folder: place.vault.folder, now: () => tenMs + dayMs, steadyMs: () => steadyMs },
      wishes: () => ({ keepBytes: 1e9, keepDays: () => null, isProtected: () => false }),
      room: async () => ({ totalBytes, freeBytes: freeBytes + share * (usedBytes - (await library.usedBytes())) }),
    });
    t.after(() => retention.close());
    const left: number[] = [];
    for (const minute of minutes) {
      steadyMs = minute * minuteMs;
      await retention.check();
      left.push((await startsOf(one)).length);
    }
    return left;
  };
  // At once, within the minute, after it, in the rest of five minutes, and the probe behind it.
  assert.deepEqual(await run([0, 0.5, 0.9, 1.1, 3, 7], 0), [18, 18, 18, 18, 18, 16]);
  assert.deepEqual(await run([0, 0.5, 0.9, 1.1, 3, 7], 1), [18, 18, 18, 18, 18, 18]);
  // Another fills the disk again: as before.
  assert.deepEqual(await run([0, 0.1], 0.6), [18, 17]);
});

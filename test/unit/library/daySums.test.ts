/** What settled days came to: that it is believed only while it is true, and that a start needs nothing more. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { readDaySums } from '../../../main/core/library/daySums.ts';
import { Library } from '../../../main/core/library/library.ts';
import { dayMs, dayOf, finishedName } from '../../../main/core/library/recordingName.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { cameraId, makeVault, type Place, tenMs } from '../recorder/footage.ts';

const minuteMs = 60_000;
const midnightMs = Date.UTC(2026, 10, 20);

async function makePlace(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(() => place.remove());
  return place;
}

function newLibrary({ vault }: Place, nowMs = tenMs): Library {
  return new Library({ vault, now: () => nowMs });
}

/** The library asks nothing of a recording but its name and size. */
async function add(place: Place, library: Library, startMs: number, endMs: number, sizeBytes = 10): Promise<string> {
  const folder = place.vault.path('recordings', cameraId, dayOf(startMs));
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, finishedName({ startMs, endMs }));
  writeFileSync(file, new Uint8Array(sizeBytes));
  assert.ok((await library.add({ cameraId, startMs, endMs, sizeBytes })).ok);
  return file;
}

/** As if it had all been done a while ago: what changed a moment ago is not settled. */
function age(place: Place, ...days: string[]): void {
  const then = new Date(Date.now() - 3_600_000);
  for (const day of days) utimesSync(place.vault.path('recordings', cameraId, day), then, then);
}

/** Looks at everything and keeps it, as LookAround does. */
async function settle(place: Place): Promise<void> {
  const library = newLibrary(place);
  await recover(place.vault, library);
  await library.survey.keep();
  await library.close();
}

/** Three days: two that are over, and today. */
async function threeDays(place: Place): Promise<void> {
  const library = newLibrary(place);
  await add(place, library, midnightMs - 2 * dayMs + minuteMs, midnightMs - 2 * dayMs + 2 * minuteMs, 1000);
  await add(place, library, midnightMs - 2 * minuteMs, midnightMs - minuteMs, 100);
  await add(place, library, midnightMs - minuteMs, midnightMs + 5000, 10);
  await library.note(cameraId, { atMs: midnightMs + 5000, cause: 'lost' });
  await add(place, library, midnightMs + minuteMs, midnightMs + 2 * minuteMs, 1);
  await library.close();
  age(place, '2026-11-18', '2026-11-19', '2026-11-20');
  await settle(place);
}

test('after a look at every day only today is unsettled, and sizes and the oldest moment are known', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  const library = newLibrary(place);
  assert.deepEqual(await library.survey.unsettledDays(cameraId), ['2026-11-20']);
  assert.equal(await library.knownBytes(), 1110);
  assert.equal(await library.usedBytes(), 1111);
  assert.equal(await library.oldestMs(), midnightMs - 2 * dayMs + minuteMs);
});

test('a day is drawn the same with what is known of the day before and without', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  const moments = [
    midnightMs,
    midnightMs + 2000,
    midnightMs + 5000,
    midnightMs + 90_000,
    midnightMs - 1,
    midnightMs - dayMs,
  ];
  const drawn = async (): Promise<unknown> => {
    const library = newLibrary(place);
    return await Promise.all(moments.map((fromMs) => library.spans(cameraId, fromMs, tenMs)));
  };
  const known = await drawn();
  rmSync(place.vault.path('days.json'));
  assert.deepEqual(await drawn(), known);
});

test('a recording that went or came behind our back is noticed by the folder, and counted anew', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  const folder = place.vault.path('recordings', cameraId, '2026-11-18');
  rmSync(
    path.join(
      folder,
      finishedName({ startMs: midnightMs - 2 * dayMs + minuteMs, endMs: midnightMs - 2 * dayMs + 2 * minuteMs }),
    ),
  );
  const library = newLibrary(place);
  assert.equal(await library.usedBytes(), 111);
  assert.equal(await library.survey.isSettled(cameraId, '2026-11-18'), false);
  assert.equal(await library.survey.isSettled(cameraId, '2026-11-19'), true);
});

test('a folder that is gone takes what was known of it along', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  rmSync(place.vault.path('recordings', cameraId, '2026-11-19'), { recursive: true });
  assert.equal(await newLibrary(place).usedBytes(), 1001);
  // A drive that is not connected is another matter: then nothing is there at all.
  const away = newLibrary(place);
  await away.knownBytes();
  rmSync(place.vault.path('vault.json'));
  await away.survey.keep();
  assert.equal(await away.knownBytes(), 1110);
});

test('a day that is about to be written into is settled no more, on the disk too', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  const release = await newLibrary(place).survey.hold(cameraId, midnightMs - dayMs + minuteMs);
  assert.deepEqual(await newLibrary(place).survey.unsettledDays(cameraId), ['2026-11-19', '2026-11-20']);
  release();
});

test('a day is settled neither while something is written there, nor when it changed a moment ago', async (t) => {
  const place = await makePlace(t);
  const library = newLibrary(place, Date.now());
  const startMs = Date.now() - 3 * dayMs;
  await add(place, library, startMs, startMs + 1);
  const day = dayOf(startMs);
  const isSettled = async (): Promise<boolean> => {
    await library.survey.settle(cameraId, day, await library.survey.look(cameraId, day, false));
    return await library.survey.isSettled(cameraId, day);
  };
  assert.equal(await isSettled(), false);
  age(place, day);
  const release = await library.survey.hold(cameraId, startMs + 5);
  assert.equal(await isSettled(), false);
  release();
  assert.equal(await isSettled(), true);
});

test('without the file, or with a damaged one, everything is measured again', async (t) => {
  const place = await makePlace(t);
  await threeDays(place);
  const file = place.vault.path('days.json');
  const text = readFileSync(file, 'utf8');
  for (const damaged of [
    null,
    '',
    '{',
    '[]',
    text.slice(0, -9),
    text.replaceAll('1000', '-1'),
    text.replace('1000', '9000'),
  ]) {
    if (damaged === null) rmSync(file);
    else writeFileSync(file, damaged);
    assert.equal(await newLibrary(place).usedBytes(), 1111, String(damaged));
  }
  await settle(place);
  assert.ok(existsSync(file));
});

test('whatever stands in the file, only sums of days come out of it', () => {
  const entry = ['2026-11-20', 1, 2, 3, 4, 5.5];
  const text = (days: unknown): string => JSON.stringify({ version: 1, cameras: { [cameraId]: days } });
  const sums = (days: unknown): unknown[] => [...(readDaySums(text(days)).get(cameraId) ?? [])];
  assert.deepEqual(sums([entry]), [
    ['2026-11-20', { sizeBytes: 1, firstMs: 2, lastStartMs: 3, lastEndMs: 4, changedMs: 5.5 }],
  ]);
  for (const bad of [null, 1, [null], [[]], [['2026-11-20', 1, 2, 3, 4]], [[20261120, 1, 2, 3, 4, 5]]]) {
    assert.deepEqual(sums(bad), [], JSON.stringify(bad));
  }
  for (const bad of [-1, 1e300, '1', null]) assert.deepEqual(sums([['2026-11-20', bad, 2, 3, 4, 5]]), []);
  assert.deepEqual(readDaySums(JSON.stringify({ version: 2, cameras: { [cameraId]: [entry] } })), new Map());
  assert.deepEqual(readDaySums(JSON.stringify({ version: 1, cameras: { '../../etc': [entry] } })), new Map());
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (any) => {
      assert.ok(readDaySums(any) instanceof Map);
    }),
  );
});

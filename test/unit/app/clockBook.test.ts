/** How far the cameras' clocks were off: kept over a restart, over a lock, and of nobody else's making. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ClockBook } from '../../../main/app/health/clockBook.ts';
import { clocksFile, joined, noClocks, readClocks, withMeasurement } from '../../../main/app/health/clockDocument.ts';
import { LateStore } from '../../../main/app/lateStore.ts';
import type { CameraStatus } from '../../../main/contract/model.ts';
import { makeVault, type Place, tenMs } from '../recorder/footage.ts';

const dayMs = 86_400_000;
const cameraId = 'aaaaaaaaaaaaaaaa';

async function placeOf(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(place.remove);
  return place;
}

function bookOf({ vault }: Place, now: () => number): ClockBook {
  return new ClockBook(
    new LateStore(vault, { file: clocksFile, initial: noClocks, parse: readClocks }),
    (error) => assert.fail(String(error)),
    now,
  );
}

function status(clockOffsetMs: number | null, live = true): CameraStatus {
  return {
    ...{ cameraId, clockOffsetMs, clockUncertaintyMs: clockOffsetMs === null ? null : 8, bitsPerSecond: null },
    stream: live ? { state: 'live', sinceMs: 0 } : { state: 'lost', sinceMs: 0, cause: 'noAnswer', nextTryMs: 0 },
    recording: { recording: true, sinceMs: 0 },
    wanted: { records: true, because: 'always', untilMs: null },
  };
}

test('the least, the most and the last offset are known after a restart', async (t) => {
  const place = await placeOf(t);
  let nowMs = tenMs;
  const book = bookOf(place, () => nowMs);
  for (const [later, offset] of [
    [0, 100],
    [60_000, -40],
    [dayMs, 70],
  ] as const) {
    nowMs = tenMs + later;
    book.note([status(offset)]);
  }
  // One that does not answer repeats what it told last, and one that tells nothing adds nothing.
  book.note([status(90_000, false)]);
  book.note([status(null)]);
  await book.write();
  const again = bookOf(place, () => nowMs);
  assert.deepEqual(await again.over(cameraId, tenMs, nowMs), {
    ...{ leastMs: -40, mostMs: 100, lastMs: 70, uncertaintyMs: 8, lastAtMs: tenMs + dayMs },
  });
  assert.equal((await again.over(cameraId, nowMs, nowMs))?.mostMs, 70);
  assert.equal(await again.over(cameraId, tenMs + 2 * dayMs, tenMs + 3 * dayMs), null);
  await again.forgetCamera(cameraId);
  assert.equal(await again.over(cameraId, tenMs, nowMs), null);
});

test('what is measured while the vault is locked is written when it is open again', async (t) => {
  const place = await placeOf(t);
  const identity = place.vault.identity?.copy();
  assert.ok(identity);
  place.vault.lock();
  const book = bookOf(place, () => tenMs);
  book.note([status(-300)]);
  await book.write();
  assert.ok(place.vault.unlock(identity));
  assert.equal(await bookOf(place, () => tenMs).over(cameraId, tenMs, tenMs), null);
  await book.write();
  assert.equal((await bookOf(place, () => tenMs).over(cameraId, tenMs, tenMs))?.lastMs, -300);
});

test('what the disk refuses is written the next time, though nothing new was measured', async (t) => {
  const place = await placeOf(t);
  let refuses = true;
  place.vault.holdBack(() => (refuses ? { code: 'diskReadOnly', folder: place.folder } : null));
  const book = bookOf(place, () => tenMs);
  book.note([status(-300)]);
  await book.write();
  refuses = false;
  assert.equal(await bookOf(place, () => tenMs).over(cameraId, tenMs, tenMs), null);
  await book.write();
  assert.equal((await bookOf(place, () => tenMs).over(cameraId, tenMs, tenMs))?.lastMs, -300);
});

test('a lock writes what is new and keeps nothing in memory', async (t) => {
  const place = await placeOf(t);
  const identity = place.vault.identity?.copy();
  assert.ok(identity);
  const book = bookOf(place, () => tenMs);
  book.note([status(-300)]);
  assert.equal((await book.over(cameraId, tenMs, tenMs))?.lastMs, -300);
  place.vault.lock();
  await book.lock();
  assert.equal(await book.over(cameraId, tenMs, tenMs), null);
  assert.ok(place.vault.unlock(identity));
  assert.equal((await book.over(cameraId, tenMs, tenMs))?.lastMs, -300);
});

test('rows go after 90 days, and a clock of any year is taken', () => {
  let rows = withMeasurement([], { atMs: tenMs, offsetMs: -8.6e12, uncertaintyMs: null });
  for (let day = 1; day <= 100; day++) {
    rows = withMeasurement(rows, { atMs: tenMs + day * dayMs, offsetMs: day, uncertaintyMs: 1 });
  }
  assert.equal(rows.length, 90);
  assert.ok(readClocks({ cameras: { [cameraId]: rows } }));
  assert.equal(joined(rows, rows).length, 90);
});

test('what is no such document is refused', () => {
  const good = withMeasurement([], { atMs: tenMs, offsetMs: 1, uncertaintyMs: 1 });
  for (const bad of [
    null,
    {},
    { cameras: { '../x': good } },
    { cameras: { [cameraId]: [{ ...good[0], day: '2026-02-31' }] } },
    { cameras: { [cameraId]: [{ ...good[0], leastMs: Number.NaN }] } },
    { cameras: { [cameraId]: [{ ...good[0], lastAtMs: -1 }] } },
    { cameras: { [cameraId]: Array.from({ length: 200 }, () => good[0]) } },
  ]) {
    assert.equal(readClocks(bad), null, JSON.stringify(bad));
  }
});

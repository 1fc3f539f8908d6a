import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Span } from '../../../main/contract/model.ts';
import { Library } from '../../../main/core/library/library.ts';
import { dayOf, finishedName } from '../../../main/core/library/recordingName.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { makeVault, type Place, tenMs } from '../recorder/footage.ts';

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
let cameras = 0;
function newCamera(): string {
  return (++cameras).toString(16).padStart(16, 'a');
}

/** The library asks nothing of a recording but its name and size. */
function putFile(cameraId: string, startMs: number, endMs: number, sizeBytes = 10): string {
  const folder = place.vault.path('recordings', cameraId, dayOf(startMs));
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, finishedName({ startMs, endMs }));
  writeFileSync(file, new Uint8Array(sizeBytes));
  return file;
}

async function add(library: Library, cameraId: string, startMs: number, endMs: number, sizeBytes = 10): Promise<void> {
  putFile(cameraId, startMs, endMs, sizeBytes);
  const added = await library.add({ cameraId, startMs, endMs, sizeBytes });
  assert.ok(added.ok);
}

function newLibrary(nowMs = tenMs + 10 * 24 * hourMs): Library {
  return new Library({ vault: place.vault, now: () => nowMs });
}

function short(spans: Span[]): [number, number, string][] {
  return spans.map((span) => [span.fromMs - tenMs, span.toMs - tenMs, span.kind === 'gap' ? span.cause : 'recorded']);
}

test('what was added and noted is there again for a library that opens the same vault', async () => {
  const cameraId = newCamera();
  const first = newLibrary();
  await add(first, cameraId, tenMs, tenMs + minuteMs);
  await first.note(cameraId, { atMs: tenMs + minuteMs, cause: 'lost' });
  await add(first, cameraId, tenMs + 5 * minuteMs, tenMs + 6 * minuteMs);
  await first.close();
  const expected = [
    [0, minuteMs, 'recorded'],
    [minuteMs, 5 * minuteMs, 'lost'],
    [5 * minuteMs, 6 * minuteMs, 'recorded'],
    [6 * minuteMs, 7 * minuteMs, 'closed'],
  ];
  for (const library of [first, newLibrary()]) {
    assert.deepEqual(short(await library.spans(cameraId, tenMs, tenMs + 7 * minuteMs)), expected);
  }
});

test('a gap that begins at the time of a picture, which is finer than a millisecond, is kept', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + 3 * minuteMs + 0.4, cause: 'lost' });
  await library.close();
  const again = newLibrary();
  assert.deepEqual(short(await again.spans(cameraId, tenMs + 3 * minuteMs, tenMs + 4 * minuteMs)), [
    [3 * minuteMs, 4 * minuteMs, 'lost'],
  ]);
});

test('nothing in a day of recordings can be read without the key', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'refused' });
  const folder = place.vault.path('recordings', cameraId, '2026-11-20');
  for (const name of readdirSync(folder).filter((one) => one.startsWith('index'))) {
    assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
  }
  assert.equal(statSync(folder).isDirectory(), true);
});

test('an index that is missing or damaged is rebuilt from the folder; only the causes are unknown then', async () => {
  for (const damage of ['missing', 'damaged', 'alien'] as const) {
    const cameraId = newCamera();
    const library = newLibrary();
    await add(library, cameraId, tenMs, tenMs + minuteMs);
    await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'lost' });
    await add(library, cameraId, tenMs + 2 * minuteMs, tenMs + 3 * minuteMs, 77);
    const folder = place.vault.path('recordings', cameraId, '2026-11-20');
    for (const name of ['index.json.age', 'index.json.age.previous']) {
      const file = path.join(folder, name);
      if (damage === 'missing') rmSync(file, { force: true });
      else writeFileSync(file, damage === 'damaged' ? 'age-encryption.org/v1\nrubbish' : new Uint8Array(300));
    }
    const again = newLibrary();
    assert.deepEqual(short(await again.spans(cameraId, tenMs, tenMs + 3 * minuteMs)), [
      [0, minuteMs, 'recorded'],
      [minuteMs, 2 * minuteMs, 'unknown'],
      [2 * minuteMs, 3 * minuteMs, 'recorded'],
    ]);
    const rows = await again.covering(cameraId, { fromMs: tenMs, toMs: tenMs + hourMs });
    assert.deepEqual(
      rows.map(({ sizeBytes }) => sizeBytes),
      [10, 77],
    );
    assert.ok(existsSync(path.join(folder, 'index.json.age')));
  }
});

test('an index from before there were plans keeps its causes, and takes the new ones', async () => {
  const cameraId = newCamera();
  putFile(cameraId, tenMs, tenMs + minuteMs);
  const of = `${cameraId}/${dayOf(tenMs)}`;
  const value = {
    rows: [{ startMs: tenMs, endMs: tenMs + minuteMs, sizeBytes: 10 }],
    notes: [{ atMs: tenMs + minuteMs, cause: 'lost' }],
  };
  const text = JSON.stringify({ version: 1, of, serial: 1, value });
  const file = place.vault.path('recordings', of, 'index.json.age');
  await sealToFile(file, place.vault.recipients, Buffer.from(text));
  const library = newLibrary(tenMs + 10 * minuteMs);
  const changesMs = tenMs + 5 * minuteMs;
  await library.note(cameraId, { atMs: changesMs, cause: 'noEvent' });
  await library.close();
  const expected = [
    [0, minuteMs, 'recorded'],
    [minuteMs, 5 * minuteMs, 'lost'],
    [5 * minuteMs, 10 * minuteMs, 'noEvent'],
  ];
  const again = newLibrary(tenMs + 10 * minuteMs);
  assert.deepEqual(short(await again.spans(cameraId, tenMs, tenMs + hourMs)), expected);
});

test('an index that a newer Nightjar wrote is neither believed nor overwritten', async () => {
  const cameraId = newCamera();
  putFile(cameraId, tenMs, tenMs + minuteMs);
  const of = `${cameraId}/${dayOf(tenMs)}`;
  const file = place.vault.path('recordings', of, 'index.json.age');
  const text = JSON.stringify({ version: 99, of, serial: 1, value: { notes: 'of another form' } });
  await sealToFile(file, place.vault.recipients, Buffer.from(text));
  const before = readFileSync(file);
  const library = newLibrary(tenMs + minuteMs);
  assert.deepEqual(short(await library.spans(cameraId, tenMs, tenMs + minuteMs)), [[0, minuteMs, 'recorded']]);
  await library.close();
  assert.deepEqual(readFileSync(file), before);
});

test('files that were put there or taken away are noticed', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await add(library, cameraId, tenMs + minuteMs, tenMs + 2 * minuteMs);
  rmSync(
    place.vault.path('recordings', cameraId, '2026-11-20', finishedName({ startMs: tenMs, endMs: tenMs + minuteMs })),
  );
  putFile(cameraId, tenMs + 5 * minuteMs, tenMs + 6 * minuteMs);
  assert.deepEqual(await library.rebuildDay(cameraId, '2026-11-20'), { added: 1, removed: 1 });
  assert.deepEqual(short(await library.spans(cameraId, 0, tenMs + 6 * minuteMs)), [
    [minuteMs, 2 * minuteMs, 'recorded'],
    [2 * minuteMs, 5 * minuteMs, 'closed'],
    [5 * minuteMs, 6 * minuteMs, 'recorded'],
  ]);
});

test('a recording that crosses midnight is found from both days', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  const midnightMs = Date.UTC(2026, 10, 21);
  await add(library, cameraId, midnightMs - 20_000, midnightMs + 40_000);
  await add(library, cameraId, midnightMs + 40_000, midnightMs + 100_000);
  assert.deepEqual(await library.spans(cameraId, midnightMs, midnightMs + 50_000), [
    { fromMs: midnightMs, toMs: midnightMs + 50_000, kind: 'recorded' },
  ]);
  assert.equal((await library.at(cameraId, midnightMs + 10_000))?.startMs, midnightMs - 20_000);
  assert.equal((await library.covering(cameraId, { fromMs: midnightMs, toMs: midnightMs + 1 })).length, 1);
});

test('a gap over days without a folder keeps the cause it began with', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'paused' });
  const laterMs = tenMs + 5 * 24 * hourMs;
  await add(library, cameraId, laterMs, laterMs + minuteMs);
  assert.deepEqual(short(await library.spans(cameraId, laterMs - hourMs, laterMs + minuteMs)), [
    [laterMs - hourMs - tenMs, laterMs - tenMs, 'paused'],
    [laterMs - tenMs, laterMs + minuteMs - tenMs, 'recorded'],
  ]);
  assert.equal((await library.at(cameraId, tenMs + 2 * hourMs))?.startMs, laterMs);
});

test('a cause on a day without a recording counts from its moment on', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'lost' });
  await library.note(cameraId, { atMs: tenMs + 24 * hourMs, cause: 'refused' });
  for (const asked of [library, newLibrary()]) {
    assert.deepEqual(short(await asked.spans(cameraId, tenMs, tenMs + 25 * hourMs)), [
      [0, minuteMs, 'recorded'],
      [minuteMs, 24 * hourMs, 'lost'],
      [24 * hourMs, 25 * hourMs, 'refused'],
    ]);
  }
});

test('spans never reach beyond now, and begin with the first recording', async () => {
  const cameraId = newCamera();
  const library = newLibrary(tenMs + 2 * minuteMs);
  assert.deepEqual(await library.spans(cameraId, 0, tenMs + hourMs), []);
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  assert.deepEqual(short(await library.spans(cameraId, 0, tenMs + hourMs)), [
    [0, minuteMs, 'recorded'],
    [minuteMs, 2 * minuteMs, 'closed'],
  ]);
  assert.deepEqual(await library.spans(cameraId, tenMs + minuteMs, tenMs), []);
  assert.deepEqual(await library.spans(cameraId, Number.NaN, tenMs), []);
});

test('a deleted recording leaves a gap that says so, and the gaps around it keep their causes', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'lost' });
  await add(library, cameraId, tenMs + 2 * minuteMs, tenMs + 3 * minuteMs);
  await library.note(cameraId, { atMs: tenMs + 3 * minuteMs, cause: 'refused' });
  await add(library, cameraId, tenMs + 4 * minuteMs, tenMs + 5 * minuteMs);
  const rows = await library.covering(cameraId, { fromMs: tenMs + 2 * minuteMs, toMs: tenMs + 3 * minuteMs });
  assert.equal(rows.length, 1);
  await library.removal.remove(rows);
  assert.equal(existsSync(rows[0]?.path ?? ''), false);
  for (const asked of [library, newLibrary()]) {
    assert.deepEqual(short(await asked.spans(cameraId, tenMs, tenMs + 5 * minuteMs)), [
      [0, minuteMs, 'recorded'],
      [minuteMs, 2 * minuteMs, 'lost'],
      [2 * minuteMs, 3 * minuteMs, 'deleted'],
      [3 * minuteMs, 4 * minuteMs, 'refused'],
      [4 * minuteMs, 5 * minuteMs, 'recorded'],
    ]);
  }
});

test('the causes of a day without a recording stay as long as something older is recorded, and go with it', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  const dayMs = 24 * hourMs;
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs, cause: 'closed' });
  for (const nth of [1, 2]) {
    await add(library, cameraId, tenMs + nth * dayMs, tenMs + nth * dayMs + minuteMs);
    await library.note(cameraId, { atMs: tenMs + nth * dayMs + minuteMs, cause: 'paused' });
  }
  const deleteDay = async (day: string): Promise<void> => {
    await library.removal.remove(await library.rowsOf(cameraId, day));
    await library.removal.removeEmptyDay(cameraId, day);
  };
  // The first is a clip that is protected.
  await deleteDay('2026-11-21');
  await deleteDay('2026-11-22');
  assert.deepEqual(short(await library.spans(cameraId, tenMs, tenMs + 3 * dayMs)), [
    [0, minuteMs, 'recorded'],
    [minuteMs, dayMs, 'closed'],
    [dayMs, dayMs + minuteMs, 'deleted'],
    [dayMs + minuteMs, 2 * dayMs, 'paused'],
    [2 * dayMs, 2 * dayMs + minuteMs, 'deleted'],
    [2 * dayMs + minuteMs, 3 * dayMs, 'paused'],
  ]);
  await deleteDay('2026-11-20');
  assert.deepEqual(readdirSync(place.vault.path('recordings', cameraId)), []);
  assert.deepEqual(await library.days(cameraId), []);
});

test('a time with a fraction is noted to the millisecond, and the day can be read again', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await library.note(cameraId, { atMs: tenMs + minuteMs + 0.4, cause: 'lost' });
  await library.close();
  assert.deepEqual(short(await newLibrary().spans(cameraId, tenMs, tenMs + 2 * minuteMs)), [
    [0, minuteMs, 'recorded'],
    [minuteMs, 2 * minuteMs, 'lost'],
  ]);
});

test('the bytes of all recordings are known after a start, and kept up to date', async () => {
  const own = await makeVault();
  try {
    const library = new Library({ vault: own.vault });
    const cameraId = newCamera();
    for (const startMs of [tenMs, tenMs + 24 * hourMs]) {
      mkdirSync(own.vault.path('recordings', cameraId, dayOf(startMs)), { recursive: true });
      const row = { cameraId, startMs, endMs: startMs + minuteMs, sizeBytes: 500 };
      writeFileSync(own.vault.path('recordings', cameraId, dayOf(startMs), finishedName(row)), new Uint8Array(500));
      await library.add(row);
    }
    const again = new Library({ vault: own.vault });
    assert.equal(await again.usedBytes(), 1000);
    assert.equal(await again.oldestMs(), tenMs);
    await again.removal.remove(await again.oldest(cameraId));
    assert.equal(await again.usedBytes(), 500);
    assert.equal(await again.oldestMs(), tenMs + 24 * hourMs);
  } finally {
    own.remove();
  }
});

test('removing a camera removes all its recordings, and leaves what is not ours', async () => {
  const cameraId = newCamera();
  const library = newLibrary();
  await add(library, cameraId, tenMs, tenMs + minuteMs);
  await add(library, cameraId, tenMs + 24 * hourMs, tenMs + 24 * hourMs + minuteMs);
  const strange = place.vault.path('recordings', cameraId, '2026-11-20', 'letter.txt');
  writeFileSync(strange, 'dear diary');
  await library.removal.removeCamera(cameraId);
  assert.deepEqual(await library.spans(cameraId, 0, tenMs + 48 * hourMs), []);
  assert.ok(existsSync(strange));
  assert.equal(existsSync(place.vault.path('recordings', cameraId, '2026-11-21')), false);
});

test('a month of sixteen cameras reads only the days that are asked for', async () => {
  const cameraId = newCamera();
  for (let day = 0; day < 30; day++) {
    const startMs = tenMs - day * 24 * hourMs;
    putFile(cameraId, startMs, startMs + minuteMs);
  }
  const library = newLibrary(tenMs + hourMs);
  const spans = await library.spans(cameraId, tenMs, tenMs + hourMs);
  assert.equal(spans.length, 2);
  const indexed = readdirSync(place.vault.path('recordings', cameraId)).filter((day) =>
    existsSync(place.vault.path('recordings', cameraId, day, 'index.json.age')),
  );
  // An index is rebuilt when its day is read: these days were read.
  assert.deepEqual(indexed.sort(), ['2026-11-19', '2026-11-20']);
});

test('a file with a name that promises what it cannot keep does no harm', async () => {
  const cameraId = newCamera();
  const folder = place.vault.path('recordings', cameraId, '2026-11-20');
  mkdirSync(folder, { recursive: true });
  for (const name of ['1-2.mp4.age', `${tenMs}-${tenMs}.mp4.age`, `${tenMs}-8640000000000001.mp4.age`, '-.mp4.age']) {
    writeFileSync(path.join(folder, name), 'x');
  }
  mkdirSync(path.join(folder, finishedName({ startMs: tenMs, endMs: tenMs + 5 })));
  putFile(cameraId, tenMs + 1000, tenMs + 2000);
  utimesSync(folder, 0, 0);
  const library = newLibrary();
  assert.deepEqual(short(await library.spans(cameraId, tenMs, tenMs + 2000)), [[1000, 2000, 'recorded']]);
});

test('while the vault is locked recordings are known and causes wait for the key', async () => {
  const own = await makeVault();
  try {
    const cameraId = newCamera();
    const { vault } = own;
    const secret = vault.identity?.toSecretString() ?? '';
    const library = new Library({ vault, now: () => tenMs + hourMs });
    const row = { cameraId, startMs: tenMs, endMs: tenMs + minuteMs, sizeBytes: 3 };
    mkdirSync(vault.path('recordings', cameraId, '2026-11-20'), { recursive: true });
    writeFileSync(vault.path('recordings', cameraId, '2026-11-20', finishedName(row)), 'abc');
    await library.add(row);
    vault.lock();
    const stranger = new Library({ vault, now: () => tenMs + hourMs });
    await stranger.note(cameraId, { atMs: tenMs + 30 * minuteMs, cause: 'lost' });
    assert.equal((await stranger.covering(cameraId, { fromMs: tenMs, toMs: tenMs + 1 })).length, 1);
    const identity = identityFromSecret(secret);
    assert.ok(identity && vault.unlock(identity));
    await stranger.spans(cameraId, tenMs, tenMs + hourMs);
    const fresh = new Library({ vault, now: () => tenMs + hourMs });
    assert.deepEqual(short(await fresh.spans(cameraId, tenMs, tenMs + hourMs)), [
      [0, minuteMs, 'recorded'],
      [minuteMs, 30 * minuteMs, 'closed'],
      [30 * minuteMs, hourMs, 'lost'],
    ]);
  } finally {
    own.remove();
  }
});

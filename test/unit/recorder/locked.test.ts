/** What becomes of a vault that is locked while everything in it goes on, on a real vault with a real recorder. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Library } from '../../../main/core/library/library.ts';
import { openFinished } from '../../../main/core/library/recordingSource.ts';
import { keepWithin, ruleOf } from '../../../main/core/library/retention.ts';
import { checkVault } from '../../../main/core/recorder/checkVault.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { readVaultFile, Vault } from '../../../main/core/vault/folder.ts';
import { type Identity, identityFromSecret } from '../../../main/core/vault/keys.ts';
import { cameraId, makeFootage, makeVault, record, tenMs, until, written } from './footage.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** 2026-11-20T23:59:50Z */
const lateMs = Date.UTC(2026, 10, 20, 23, 59, 50);
const room = { freeBytes: 1e12, totalBytes: 2e12 };

/** A vault, and its key for whoever unlocks it. */
class Locker {
  readonly folder: string;
  readonly vault: Vault;
  readonly #secret: string;

  private constructor(folder: string, vault: Vault, secret: string) {
    this.folder = folder;
    this.vault = vault;
    this.#secret = secret;
  }

  static async make(t: TestContext): Promise<Locker> {
    const place = await makeVault();
    t.after(() => place.remove());
    assert.ok(place.vault.identity);
    return new Locker(place.folder, place.vault, place.vault.identity.toSecretString());
  }

  get identity(): Identity {
    const identity = identityFromSecret(this.#secret);
    assert.ok(identity);
    return identity;
  }

  unlock(): void {
    assert.ok(this.vault.unlock(this.identity));
  }

  /** As another start of the program sees the folder, or a copy of it. */
  async start(locked: boolean, folder = this.vault.folder): Promise<Locker> {
    const file = await readVaultFile(folder);
    assert.ok(file.ok);
    return new Locker(this.folder, new Vault(folder, file.value, locked ? null : this.identity), this.#secret);
  }

  /** The folder as a `kill -9` leaves it now. */
  copy(name: string): string {
    const folder = path.join(this.folder, name);
    cpSync(this.vault.folder, folder, { recursive: true });
    return folder;
  }

  names(day = '2026-11-20'): string[] {
    const folder = this.vault.path('recordings', cameraId, day);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  async unexplained(): Promise<string[]> {
    const checked = await checkVault(this.vault.folder, this.identity, { documents: {} });
    assert.ok(checked.ok);
    return checked.value.findings.map(({ kind, file }) => `${kind} ${file}`);
  }
}

function recorderOf({ vault }: Locker, library: Library, nowMs: number): Recorder {
  return new Recorder({
    ...{ cameraId, vault, library, now: () => nowMs },
    limits: { queueMs: Infinity, recordingMs: 4000 },
    on: { state: () => undefined },
  });
}

async function spansOf(library: Library, fromMs: number, toMs: number): Promise<[number, number, string][]> {
  const spans = await library.spans(cameraId, fromMs, toMs);
  return spans.map((span) => [span.fromMs - fromMs, span.toMs - fromMs, span.kind === 'gap' ? span.cause : 'recorded']);
}

/** The day as a program that starts with the key finds it. */
async function afterwards(locker: Locker, fromMs: number, toMs: number): Promise<[number, number, string][]> {
  const { vault } = await locker.start(false);
  const library = new Library({ vault, now: () => toMs });
  return await spansOf(library, fromMs, toMs);
}

const footage = makeFootage({ seconds: 12 });

test('locked in the middle of a recording, it is finished, and its row and cause are in the index on the disk', async (t) => {
  const locker = await Locker.make(t);
  const library = new Library({ vault: locker.vault, now: () => tenMs + 20_000 });
  const recorder = recorderOf(locker, library, tenMs + 30_000);
  record(recorder, footage, tenMs);
  await until('the first is finished', () => library.openRecording(cameraId)?.startMs === tenMs + 4000);
  locker.vault.lock();
  recorder.runEnd('lost');
  await recorder.close();
  await library.close();
  assert.deepEqual(await afterwards(locker, tenMs, tenMs + 20_000), [
    [0, 12_000, 'recorded'],
    [12_000, 20_000, 'lost'],
  ]);
  assert.ok(!locker.names().some((name) => name.endsWith('.later')));
  assert.deepEqual(await locker.unexplained(), []);
});

test('midnight passes while the vault is locked: the new day begins with an index of its own', async (t) => {
  const locker = await Locker.make(t);
  const library = new Library({ vault: locker.vault, now: () => lateMs + 30_000 });
  const recorder = recorderOf(locker, library, lateMs + 40_000);
  locker.vault.lock();
  record(recorder, makeFootage({ seconds: 20 }), lateMs);
  recorder.runEnd('refused');
  await recorder.close();
  await library.close();
  assert.ok(locker.names('2026-11-21').includes('index.json.age'));
  assert.deepEqual(await afterwards(locker, lateMs, lateMs + 30_000), [
    [0, 20_000, 'recorded'],
    [20_000, 30_000, 'refused'],
  ]);
  assert.deepEqual(await locker.unexplained(), []);
});

/** Two minutes with a gap between them, of which the cause was noted; and the program ended. */
async function recordedBefore(locker: Locker): Promise<void> {
  const library = new Library({ vault: locker.vault, now: () => tenMs });
  for (const startMs of [tenMs, tenMs + 60_000]) {
    const recorder = recorderOf(locker, library, startMs + 60_000);
    record(recorder, footage, startMs);
    recorder.runEnd('asleep');
    await recorder.close();
  }
  await library.close();
}

const before: [number, number, string][] = [
  [0, 12_000, 'recorded'],
  [12_000, 60_000, 'asleep'],
  [60_000, 72_000, 'recorded'],
];

test('a day on the disk that was not loaded when the vault was locked: nothing of it is overwritten', async (t) => {
  const locker = await Locker.make(t);
  await recordedBefore(locker);
  const { vault } = locker;
  vault.lock();
  const index = vault.path('recordings', cameraId, '2026-11-20', 'index.json.age');
  const bytes = readFileSync(index);
  const library = new Library({ vault, now: () => tenMs + hourMs });
  const recorder = recorderOf(locker, library, tenMs + 150_000);
  record(recorder, footage, tenMs + 120_000);
  recorder.runEnd('lost');
  await recorder.close();
  assert.deepEqual(readFileSync(index), bytes);
  const times = await spansOf(library, tenMs, tenMs + 140_000);
  assert.equal(times.filter(([, , kind]) => kind === 'recorded').length, 3);
  const causesOfAll: [number, number, string][] = [
    ...before,
    [72_000, 120_000, 'asleep'],
    [120_000, 132_000, 'recorded'],
    [132_000, 140_000, 'lost'],
  ];
  // Quitting now, or a crash, loses nothing either.
  const crashed = await locker.start(true, locker.copy('crashed'));
  assert.deepEqual(await afterwards(crashed, tenMs, tenMs + 140_000), causesOfAll);

  locker.unlock();
  await library.unlocked();
  assert.deepEqual(await spansOf(library, tenMs, tenMs + 140_000), causesOfAll);
  assert.notDeepEqual(readFileSync(index), bytes);
  assert.ok(!locker.names().some((name) => name.endsWith('.later')));
  assert.deepEqual(await afterwards(locker, tenMs, tenMs + 140_000), causesOfAll);
});

test('the program starts locked: it records beside what was cut off, and finishes that when it is unlocked', async (t) => {
  const locker = await Locker.make(t);
  await recordedBefore(locker);
  const first = new Library({ vault: locker.vault, now: () => tenMs + 140_000 });
  const cutOff = recorderOf(locker, first, tenMs + 132_000);
  record(cutOff, footage, tenMs + 120_000);
  await written(first, footage, tenMs + 120_000);
  const started = await locker.start(true, locker.copy('killed'));
  await cutOff.close();

  const library = new Library({ vault: started.vault, now: () => tenMs + 200_000 });
  const waiting = { finished: 0, indexed: 0, waiting: 1, unexplained: [] };
  assert.deepEqual(await recover(started.vault, library), waiting);
  const recorder = recorderOf(started, library, tenMs + 220_000);
  record(recorder, footage, tenMs + 180_000);
  await written(library, footage, tenMs + 180_000);
  // A second time, with a recording under way, which is nobody's to touch.
  assert.deepEqual(await recover(started.vault, library), waiting);
  assert.deepEqual(await started.unexplained(), [
    ...started.names().flatMap((name) => (/^\d+\.mp4\.age\.part$/.test(name) ? [`unfinished ${inDay(name)}`] : [])),
    ...started.names().flatMap((name) => (/^17\d+-\d+\.mp4\.age$/.test(name) ? unindexed(name) : [])),
  ]);

  started.unlock();
  await library.unlocked();
  assert.deepEqual(await recover(started.vault, library), { finished: 1, indexed: 0, waiting: 0, unexplained: [] });
  assert.ok(library.openRecording(cameraId));
  recorder.runEnd('lost');
  await recorder.close();
  await library.close();
  const whole = await afterwards(started, tenMs, tenMs + 200_000);
  assert.deepEqual(whole.slice(0, 4), [...before, [72_000, 120_000, 'asleep']]);
  assert.deepEqual(
    whole.slice(-3).map(([, toMs, kind]) => [toMs, kind]),
    [
      [180_000, 'closed'],
      [192_000, 'recorded'],
      [200_000, 'lost'],
    ],
  );
  assert.deepEqual(await started.unexplained(), []);
});

function inDay(name: string): string {
  return path.join('recordings', cameraId, '2026-11-20', name);
}

/** Recorded while the index could not be opened. */
function unindexed(name: string): string[] {
  return Number(name.slice(0, 13)) >= tenMs + 180_000 ? [`unindexed ${inDay(name)}`] : [];
}

test('retention works on a locked vault: what it deleted is told as deleted, by whoever opens the day later', async (t) => {
  const locker = await Locker.make(t);
  await recordedBefore(locker);
  const { vault } = await locker.start(true);
  const library = new Library({ vault, now: () => tenMs + hourMs });
  // What it cannot explain, and what was cut off, is not retention's.
  const others = [inDay(`${tenMs + 90_000}.mp4.age.part`), inDay('letter.txt')];
  for (const file of others) writeFileSync(vault.path(file), 'x');
  const keepBytes = (await library.usedBytes()) - 1;
  const rule = ruleOf({ keepBytes, keepDays: () => null, isProtected: () => false }, room, tenMs + hourMs);
  assert.equal((await keepWithin(library, rule, new AbortController().signal)).recordings, 1);
  assert.equal(locker.names().filter((name) => name.endsWith('.mp4.age')).length, 5);
  for (const file of others) assert.equal(readFileSync(vault.path(file), 'utf8'), 'x');
  for (const file of others) rmSync(vault.path(file));
  // It quits before anybody unlocks it: the index still has the row, and no check takes it for a loss.
  await library.close();
  assert.deepEqual(await locker.unexplained(), []);
  const expected: [number, number, string][] = [
    [0, 8000, 'recorded'],
    [8000, 56_000, 'asleep'],
    [56_000, 68_000, 'recorded'],
  ];
  assert.deepEqual(await afterwards(locker, tenMs + 4000, tenMs + 72_000), expected);
  assert.deepEqual(await afterwards(locker, tenMs + 4000, tenMs + 72_000), expected);
});

test('a locked vault is asked for times and pictures, and nothing throws', async (t) => {
  const locker = await Locker.make(t);
  await recordedBefore(locker);
  const { vault } = await locker.start(true);
  const library = new Library({ vault, now: () => tenMs + hourMs });
  const [row] = await library.covering(cameraId, { fromMs: tenMs, toMs: tenMs + 1000 });
  assert.ok(row);
  const opened = await openFinished(vault, row);
  assert.deepEqual(opened, { ok: false, problem: { code: 'keyMissing' } });
  assert.equal((await library.spans(cameraId, tenMs, tenMs + dayMs)).at(0)?.kind, 'recorded');
  assert.equal(await library.newestMs(cameraId), tenMs + 72_000);
  assert.equal(await library.oldestMs(), tenMs);
});

test('locked while an index is being opened, the day is as if it had been locked before', async (t) => {
  const locker = await Locker.make(t);
  await recordedBefore(locker);
  const { vault } = await locker.start(false);
  const library = new Library({ vault, now: () => tenMs + hourMs });
  // At every step of opening: the turn of the loop in which it is locked differs.
  for (let turns = 0; turns < 40; turns++) {
    const days = library.rebuildDay(cameraId, '2026-11-20');
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    vault.lock();
    await days;
    assert.ok((await library.note(cameraId, { atMs: tenMs + 72_000, cause: 'asleep' })).ok);
    assert.ok(vault.unlock(locker.identity));
    await library.unlocked();
  }
  assert.deepEqual(await afterwards(locker, tenMs, tenMs + 72_000), before);
});

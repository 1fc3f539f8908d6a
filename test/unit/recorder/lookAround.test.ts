/** Where a start looks, and what is found afterwards, beside the recording. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Library } from '../../../main/core/library/library.ts';
import { dayMs, dayOf, openName } from '../../../main/core/library/recordingName.ts';
import { checkVault } from '../../../main/core/recorder/checkVault.ts';
import { LookAround } from '../../../main/core/recorder/lookAround.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { recoverRecent, type RecoveryReport } from '../../../main/core/recorder/recovery.ts';
import { readVaultFile, Vault } from '../../../main/core/vault/folder.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { cameraId, makeFootage, makeVault, mediaMs, type Place, record, tenMs, until } from './footage.ts';

const footage = makeFootage({ seconds: 6 });
/** A clock that was wrong for a while. */
const wrongMs = tenMs - 400 * dayMs;

async function makePlace(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(() => place.remove());
  return place;
}

function recorderOf(vault: Vault, library: Library): Recorder {
  return new Recorder({
    ...{ cameraId, vault, library, now: () => tenMs + 60_000 },
    limits: { queueMs: Infinity },
    on: { state: () => undefined },
  });
}

/** The vault as a `kill -9` leaves it while a recording is under way that began at that moment. */
async function killed({ vault, folder }: Place, startMs: number): Promise<Vault> {
  const library = new Library({ vault });
  const recorder = recorderOf(vault, library);
  record(recorder, footage, startMs);
  await until(
    'it is written',
    () => (library.openRecording(cameraId)?.fragments.length ?? 0) >= footage.fragments.length,
  );
  const copy = path.join(folder, 'killed');
  cpSync(vault.folder, copy, { recursive: true, preserveTimestamps: true });
  await recorder.close();
  const file = await readVaultFile(copy);
  assert.ok(file.ok && vault.identity);
  return new Vault(copy, file.value, identityFromSecret(vault.identity.toSecretString()));
}

function looking(t: TestContext, vault: Vault, library: Library): { look: LookAround; reports: RecoveryReport[] } {
  const reports: RecoveryReport[] = [];
  const look = new LookAround({
    ...{ vault, library, afterMs: 0 },
    on: {
      looked: (report) => reports.push(report),
      defect: (error) => assert.fail(String(error)),
    },
  });
  t.after(() => look.close());
  return { look, reports };
}

/** Days that nothing is known of. */
function makeDays(vault: Vault, count: number): void {
  for (let day = 1; day <= count; day++) makeDay(vault, tenMs - day * dayMs);
}

/** An empty folder, made a while ago. */
function makeDay(vault: Vault, atMs: number): void {
  const folder = vault.path('recordings', cameraId, dayOf(atMs));
  mkdirSync(folder, { recursive: true });
  const then = new Date(Date.now() - 3_600_000);
  utimesSync(folder, then, then);
}

test('a recording that a wrong clock put into a day long past is finished by the next start', async (t) => {
  const place = await makePlace(t);
  makeDays(place.vault, 30);
  makeDay(place.vault, wrongMs);
  const before = new Library({ vault: place.vault });
  const { look, reports } = looking(t, place.vault, before);
  await until('every day was looked at', () => reports.length > 0);
  await look.close();
  const vault = await killed(place, wrongMs);
  const report = await recoverRecent(vault, new Library({ vault }));
  assert.deepEqual(report, { finished: 1, indexed: 0, waiting: 0, unexplained: [] });
});

test('of a vault of which nothing is known yet it is found afterwards', async (t) => {
  const place = await makePlace(t);
  const vault = await killed(place, wrongMs);
  makeDays(vault, 30);
  const library = new Library({ vault });
  assert.equal((await recoverRecent(vault, library)).finished, 0);
  const { reports } = looking(t, vault, library);
  const usedBytes = await library.usedBytes();
  assert.ok(usedBytes > 10_000);
  await until('it is told', () => reports.length > 0);
  assert.deepEqual(reports, [{ finished: 1, indexed: 0, waiting: 0, unexplained: [] }]);
  const [row] = await library.oldest(cameraId);
  assert.equal(row?.startMs, wrongMs);
  // All but what waited for its chunk to be full.
  assert.ok(row.endMs > wrongMs + mediaMs(footage) - 2000);
});

test('it looks beside the recording, and leaves alone what is being written', async (t) => {
  const { vault } = await makePlace(t);
  const library = new Library({ vault, now: () => tenMs + 60_000 });
  const recorder = recorderOf(vault, library);
  record(recorder, footage, tenMs);
  const written = (): boolean => (library.openRecording(cameraId)?.fragments.length ?? 0) >= footage.fragments.length;
  await until('it is written', written);
  const { look, reports } = looking(t, vault, library);
  for (let round = 1; round <= 3; round++) {
    await until('every day was looked at', () => reports.length === round);
    look.again();
  }
  await recorder.close();
  const rows = await library.covering(cameraId, { fromMs: 0, toMs: Infinity });
  assert.deepEqual(
    rows.map(({ startMs, endMs }) => [startMs, endMs]),
    [[tenMs, tenMs + mediaMs(footage)]],
  );
  assert.ok(reports.every(({ finished, unexplained }) => finished === 0 && unexplained.length === 0));
});

test('what was cut off waits while the vault is locked, and is finished by the look after unlocking', async (t) => {
  const place = await makePlace(t);
  const vault = await killed(place, tenMs);
  const secret = vault.identity?.toSecretString() ?? '';
  vault.lock();
  const library = new Library({ vault });
  assert.equal((await recoverRecent(vault, library)).waiting, 1);
  const { look, reports } = looking(t, vault, library);
  await until('every day was looked at', () => reports.length === 1);
  const identity = identityFromSecret(secret);
  assert.ok(identity && vault.unlock(identity));
  await library.unlocked();
  look.again();
  await until('again', () => reports.length === 2);
  assert.deepEqual(
    reports.map(({ finished, waiting }) => [finished, waiting]),
    [
      [0, 1],
      [1, 0],
    ],
  );
  const again = identityFromSecret(secret);
  assert.ok(again);
  const checked = await checkVault(vault.folder, again, { documents: {} });
  assert.ok(checked.ok);
  assert.deepEqual(
    checked.value.findings.filter(({ file }) => file.startsWith('recordings') || file === 'days.json'),
    [],
  );
});

test('what nobody can explain is named at every look, and its day is never settled', async (t) => {
  const { vault } = await makePlace(t);
  makeDays(vault, 3);
  const day = dayOf(tenMs - dayMs);
  const names = ['letter.txt', openName(tenMs)];
  for (const name of names) writeFileSync(vault.path('recordings', cameraId, day, name), 'x');
  const library = new Library({ vault });
  const { look, reports } = looking(t, vault, library);
  await until('every day was looked at', () => reports.length === 1);
  look.again();
  await until('again', () => reports.length === 2);
  const files = names.map((name) => path.join('recordings', cameraId, day, name));
  for (const { unexplained } of reports) assert.deepEqual(unexplained.sort(), files.sort());
  assert.equal(await library.survey.isSettled(cameraId, day), false);
  assert.deepEqual(readdirSync(vault.path('recordings', cameraId, day)).sort(), names.sort());
});

test('closing ends it at once, and does not hold up who waits for the size', async (t) => {
  const { vault } = await makePlace(t);
  makeDays(vault, 300);
  const library = new Library({ vault });
  const { look } = looking(t, vault, library);
  const size = library.usedBytes();
  await Promise.all([look.close(), look.close()]);
  assert.equal(await size, 0);
  // A vault that is not there is no reason to fail.
  renameSync(vault.path('vault.json'), vault.path('vault.away'));
  const other = looking(t, vault, new Library({ vault }));
  other.look.again();
  await other.look.close();
  assert.deepEqual(other.reports, []);
});

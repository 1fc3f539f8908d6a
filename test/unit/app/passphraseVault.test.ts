/** A vault on a system without any keychain: made, opened and kept by its passphrase alone. */
import assert from 'node:assert/strict';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findKey } from '../../../main/app/keyPlace.ts';
import { vaultDocuments } from '../../../main/app/vaultDocuments.ts';
import { CredentialStore } from '../../../main/core/cameras/credentialStore.ts';
import { checkVault } from '../../../main/core/recorder/checkVault.ts';
import { openWithWords } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { credentialsName, parseEntries, SealedKeychain } from '../../../main/core/vault/sealedKeychain.ts';
import { camera, Household, passphrase } from './lockedHousehold.ts';

// No keychain of the person who runs this, and none at all: every call of it is refused.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent';

const done = { ok: true, value: null };

/** Native modules that were loaded. */
function loaded(name: string): boolean {
  const report: unknown = process.report.getReport();
  assert.ok(typeof report === 'object' && report && 'sharedObjects' in report && Array.isArray(report.sharedObjects));
  return report.sharedObjects.some((file) => path.basename(String(file)).includes(name));
}

test('it needs no keychain, not even the module: made, locked, opened, its passphrase changed', async (t) => {
  const home = new Household(t);
  assert.equal((await home.start()).phase, 'firstRun');
  const placeId = await home.choose();
  const tooShort = await home.handlers['vault.create']({
    placeId,
    passphrase: new TextEncoder().encode('eleven char'),
  });
  assert.deepEqual(tooShort, { ok: false, problem: { code: 'passphraseShort', leastCharacters: 12 } });
  await home.make(passphrase);
  assert.equal((await home.state()).phase, 'open');
  const status = await home.handlers['vault.status'](undefined);
  assert.ok(status.ok && status.value.passphrase === 'vault' && status.value.warning === null);
  assert.deepEqual(await home.handlers['vault.lock'](undefined), done);
  const state = { phase: 'locked', folder: home.folder, nextTryMs: null };
  assert.deepEqual(await home.state(), { ...state, recording: { cameras: 0, of: 0, quiet: 0, privacy: null } });
  assert.deepEqual(await home.unlock(passphrase), done);
  assert.deepEqual(await home.setPassphrase(passphrase, 'another passphrase'), done);
  assert.deepEqual(await home.setPassphrase('another passphrase', null), {
    ok: false,
    problem: { code: 'keychainMissing' },
  });
  await home.addCamera();
  assert.deepEqual(
    await home.start(),
    { ...state, recording: null },
    'nothing is recorded before the passphrase is given',
  );
  assert.ok(!(await home.unlock(passphrase)).ok);
  assert.deepEqual(await home.unlock('another passphrase'), done);
  assert.deepEqual(home.app.recordsCameras(), true);
  assert.ok(!loaded('keytar'), 'keytar was never loaded');
  assert.ok(loaded('sodium'), 'the control: what is loaded is seen');
});

test("the cameras' passwords lie sealed in it, survive a start, and go with the camera", async (t) => {
  const home = new Household(t);
  await home.start();
  await home.make(passphrase);
  await home.addCamera();
  const opened = await openWithWords(home.folder, home.words);
  assert.ok(opened.ok);
  const secret = { credentials: { user: 'viewer', password: 'p/w ö" \\' }, path: '/live?token=abc' };
  const first = await SealedKeychain.open(opened.value);
  assert.ok(first.ok);
  assert.ok((await new CredentialStore(first.value).write(camera.id, camera.host, secret)).ok);
  const second = await SealedKeychain.open(opened.value);
  assert.ok(second.ok);
  const store = new CredentialStore(second.value);
  assert.deepEqual(await store.read(camera.id, camera.host), { ok: true, value: secret });
  for (const file of globSync('**/*', { cwd: home.folder, withFileTypes: true }).filter((entry) => entry.isFile()))
    assert.ok(!readFileSync(path.join(file.parentPath, file.name)).includes('viewer'), file.name);
  const report = await checkVault(home.folder, opened.value.identity ?? assert.fail(), {
    documents: vaultDocuments,
  });
  assert.deepEqual(report.ok && report.value.findings, [], 'nothing of it is unexplained');
  await home.start();
  assert.deepEqual(await home.unlock(passphrase), done);
  assert.ok(
    (await home.handlers['cameras.remove']({ cameraId: camera.id, recordings: 'delete', clips: 'release' })).ok,
  );
  await home.end();
  const third = await SealedKeychain.open(opened.value);
  assert.ok(third.ok);
  assert.deepEqual(await third.value.read(camera.id), { ok: true, value: null });
  opened.value.lock();
});

test('the words open it too, whatever became of passphrase.age, and give it another passphrase', async (t) => {
  const home = new Household(t);
  await home.start();
  await home.make(passphrase);
  const file = path.join(home.folder, 'passphrase.age');
  writeFileSync(file, 'not a sealed identity');
  const problem = { code: 'vaultDamaged', file: 'passphrase.age' };
  const recording = null;
  assert.deepEqual(await home.start(), { phase: 'closed', folder: home.folder, problem, recording });
  assert.deepEqual(await home.handlers['vault.openWithWords']({ words: [...home.words] }), done);
  const status = await home.handlers['vault.status'](undefined);
  assert.ok(status.ok && status.value.passphrase === 'vault');
  assert.deepEqual(status.value.warning, problem);
  // Nothing to lock with: locking would lock out.
  assert.deepEqual(await home.handlers['vault.lock'](undefined), { ok: false, problem: { code: 'gone' } });
  assert.deepEqual(await home.setPassphrase(null, passphrase), done);
  assert.equal((await home.start()).phase, 'locked');
  assert.deepEqual(await home.unlock(passphrase), done);
  await home.end();
  cpSync(home.folder, path.join(home.above, 'copy'), { recursive: true });
  rmSync(path.join(home.above, 'copy', 'passphrase.age'));
  const opened = await openWithWords(path.join(home.above, 'copy'), home.words);
  assert.ok(opened.ok, 'also a copy of the folder without it');
  opened.value.lock();
});

test("a passphrase.age that opens to another vault's identity opens nothing", async (t) => {
  const home = new Household(t);
  const other = new Household(t);
  for (const each of [home, other]) {
    await each.start();
    await each.make(passphrase);
    await each.end();
  }
  cpSync(path.join(other.folder, 'passphrase.age'), path.join(home.folder, 'passphrase.age'));
  assert.equal((await home.start()).phase, 'locked');
  assert.deepEqual(await home.unlock(passphrase), { ok: false, problem: { code: 'keyWrong' } });
  const state = await home.state();
  assert.ok(state.phase === 'closed' && state.problem.code === 'keyWrong');
  assert.deepEqual(await home.handlers['vault.openWithWords']({ words: [...home.words] }), done);
});

test('a folder that asks for a passphrase asks no keychain', async (t) => {
  const home = new Household(t);
  await home.start();
  await home.make(passphrase);
  await home.end();
  const found = await findKey(home.folder, '0011223344556677', new Keychain('Nightjar test', 1));
  assert.ok(found.ok && found.value.use === 'vault');
});

test('entries that were not written here are refused whole', () => {
  const id = '00112233445566aa';
  assert.deepEqual(parseEntries({ entries: { [id]: '{"user":"a"}' } }), { entries: { [id]: '{"user":"a"}' } });
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, nth) => [nth.toString(16).padStart(16, '0'), '']));
  const hostile = [null, 1, [], {}, { entries: [] }, { entries: null }, { entries: { [id]: 1 } }, { entries: many }];
  for (const value of [...hostile, { entries: { '../x': '' } }, { entries: { [id]: 'x'.repeat(20_000) } }])
    assert.equal(parseEntries(value), null);
  assert.equal(credentialsName, 'credentials.json.age');
});

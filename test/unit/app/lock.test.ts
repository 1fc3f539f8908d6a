/**
 * The app's lock, with the real keychain: what it keeps back, who gets in, and that recording goes on, also from the
 * start of the program and where the keychain has lost the key.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { AppState } from '../../../main/contract/model.ts';
import { readVaultFile } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { identityFromSecret, makeIdentity } from '../../../main/core/vault/keys.ts';
import { fromEntry } from '../../../main/core/vault/passphrase.ts';
import { readRecorderKey, recorderAccount } from '../../../main/core/vault/recorderKey.ts';
import { openFile } from '../../../main/core/vault/sealedFile.ts';
import { until } from '../recorder/footage.ts';
import { bytesOf, camera, Household, passphrase } from './lockedHousehold.ts';

const service = `Nightjar test ${randomBytes(4).toString('hex')}`;
process.env['NIGHTJAR_KEYCHAIN_SERVICE'] = service;
const keychain = new Keychain(service);
const skip = (await keychain.read('test')).ok ? false : 'no keyring answers: run it by build/withKeyring.ts';

const done = { ok: true, value: null };
const locked = { ok: false, problem: { code: 'locked' } };
const gone = { ok: false, problem: { code: 'gone' } };

/** An open vault with one camera, and, where it is wanted, an app lock. */
async function household(t: TestContext, withLock = true): Promise<Household & { vaultId: string }> {
  const home = new Household(t);
  await home.start();
  await home.make();
  await home.addCamera();
  assert.equal((await home.start()).phase, 'open');
  if (withLock) assert.deepEqual(await home.setPassphrase(null, passphrase), done);
  const file = await readVaultFile(home.folder);
  assert.ok(file.ok);
  const vaultId = file.value.id;
  t.after(async () => {
    for (const account of [vaultId, recorderAccount(vaultId)]) await keychain.remove(account);
  });
  return Object.assign(home, { vaultId });
}

async function entryOf(account: string): Promise<string> {
  const entry = await keychain.read(account);
  assert.ok(entry.ok && entry.value !== null);
  return entry.value;
}

test('without a passphrase there is nothing to lock with', { skip }, async (t) => {
  const home = await household(t, false);
  assert.deepEqual(await home.handlers['vault.lock'](undefined), gone);
  home.app.sleep();
  home.app.idle(1e6);
  assert.equal((await home.state()).phase, 'open');
  assert.deepEqual(await home.unlock(passphrase), gone);
});

test('a locked vault answers no call and tells no news, and goes on recording', { skip }, async (t) => {
  const home = await household(t);
  const { handlers } = home;
  assert.ok((await handlers['settings.set']({ theme: 'light', tourSeconds: 30 })).ok);
  assert.deepEqual(await handlers['vault.lock'](undefined), done);
  const recording = { cameras: 0, of: 1, quiet: 0, privacy: null };
  assert.deepEqual(await home.state(), { phase: 'locked', folder: home.folder, recording, nextTryMs: null });
  const from = home.told.length;
  assert.deepEqual(await handlers['cameras.list'](undefined), []);
  assert.deepEqual(await handlers['cameras.statuses'](undefined), []);
  assert.deepEqual(await handlers['library.cameras'](undefined), []);
  assert.deepEqual(await handlers['exports.list'](undefined), []);
  assert.deepEqual(await handlers['library.spans']({ cameraId: camera.id, fromMs: 0, toMs: 1 }), locked);
  assert.deepEqual(await handlers['cameras.setPaused']({ cameraId: camera.id, paused: true }), locked);
  assert.deepEqual(await handlers['vault.status'](undefined), locked);
  assert.deepEqual(await handlers['vault.keys'](undefined), locked);
  const settings = await handlers['settings.get'](undefined);
  assert.deepEqual([settings.theme, settings.tourSeconds], ['light', 10], 'its theme, and nothing else of it');
  let closed = 0;
  const port = { send: () => undefined, notice: () => undefined, onMessage: () => undefined, onClose: () => undefined };
  home.app.openStream({ ...port, request: { kind: 'playback', cameraId: camera.id }, close: () => closed++ });
  assert.equal(closed, 1);
  assert.ok(home.app.recordsCameras());
  assert.deepEqual(
    home.told.slice(from).filter(({ name }) => name !== 'app.changed'),
    [],
  );
  assert.deepEqual(await home.unlock(passphrase), done);
  assert.equal((await handlers['cameras.list'](undefined)).length, 1);
});

test('streams to the page end when it locks', { skip }, async (t) => {
  const home = await household(t);
  const ends: (() => void)[] = [];
  let closed = false;
  home.app.openStream({
    request: { kind: 'playback', cameraId: camera.id },
    send: () => undefined,
    notice: () => undefined,
    onMessage: () => undefined,
    onClose: (listener) => ends.push(listener),
    close: () => {
      closed = true;
      for (const listener of ends) listener();
    },
  });
  assert.ok(!closed);
  assert.deepEqual(await home.handlers['vault.lock'](undefined), done);
  assert.ok(closed);
});

test(
  'it locks when nobody touched the computer for as long as was chosen, and when it sleeps if that was',
  { skip },
  async (t) => {
    const home = await household(t);
    const { handlers } = home;
    assert.ok((await handlers['settings.set']({ lockAfterMinutes: 5, lockOnSuspend: false })).ok);
    home.app.idle(299);
    home.app.sleep();
    assert.equal((await home.state()).phase, 'open');
    home.app.idle(300);
    // Its turn comes after what the lock does.
    assert.deepEqual(await home.unlock(passphrase), done);
    assert.ok((await handlers['settings.set']({ lockAfterMinutes: null, lockOnSuspend: true })).ok);
    home.app.idle(1e6);
    assert.deepEqual(await home.unlock(passphrase), gone, 'it was open');
    home.app.sleep();
    assert.deepEqual(await home.unlock(passphrase), done);
  },
);

test('it locks as well when the computer sleeps while the vault moves', { skip }, async (t) => {
  const home = await household(t);
  assert.ok((await home.handlers['settings.set']({ lockOnSuspend: true })).ok);
  let slept = 0;
  home.heard = ({ name, value }) => {
    if (name !== 'app.changed' || (value as AppState).phase !== 'moving') return;
    slept += 1;
    home.app.sleep();
  };
  home.chosen = path.join(home.above, 'elsewhere');
  const placeId = await home.choose();
  assert.deepEqual(await home.handlers['vault.move']({ placeId }), done);
  await until('the vault has moved', async () => (await home.handlers['vault.moveState'](undefined)).state === 'done');
  assert.equal(slept, 1);
  // Its turn comes after what the lock does.
  assert.deepEqual(await home.unlock(passphrase), done);
});

test('new recovery words and the key of somebody else want the passphrase, where there is one', { skip }, async (t) => {
  const home = await household(t, false);
  const { recipient } = makeIdentity();
  const words = (current: string | null) =>
    home.handlers['vault.newWords']({ current: current === null ? null : bytesOf(current) });
  const add = (current: string | null) =>
    home.handlers['vault.addKey']({
      key: recipient,
      name: 'Safe',
      current: current === null ? null : bytesOf(current),
    });
  assert.ok((await words(null)).ok, 'without a passphrase nothing is asked');
  assert.deepEqual(await home.setPassphrase(null, passphrase), done);
  const shown = await words('seven winters by the lake');
  assert.ok(!shown.ok && shown.problem.code === 'passphraseWrong');
  const added = await add(null);
  assert.ok(!added.ok && added.problem.code === 'passphraseWrong');
  const keys = await home.handlers['vault.keys'](undefined);
  assert.ok(keys.ok && keys.value.others.length === 0);
  assert.ok((await add(passphrase)).ok);
  assert.ok((await words(passphrase)).ok);
});

test('the words open a vault whose drive was away, and the lock that it had stays', { skip }, async (t) => {
  const home = await household(t);
  const before = await entryOf(home.vaultId);
  await home.end();
  renameSync(home.folder, `${home.folder} away`);
  assert.equal((await home.start()).phase, 'closed');
  renameSync(`${home.folder} away`, home.folder);
  assert.deepEqual(await home.handlers['vault.openWithWords']({ words: home.words }), done);
  assert.equal((await home.state()).phase, 'open');
  assert.equal(await entryOf(home.vaultId), before);
  assert.deepEqual(await home.handlers['vault.lock'](undefined), done);
  assert.deepEqual(await home.unlock(passphrase), done);
});

test(
  'a vault that was locked starts locked and records; the passphrase or the words open it then',
  { skip },
  async (t) => {
    const home = await household(t);
    const recording = { cameras: 0, of: 1, quiet: 0, privacy: null };
    const state = { phase: 'locked', folder: home.folder, recording, nextTryMs: null };
    assert.deepEqual(await home.start(), state);
    assert.ok(home.app.recordsCameras());
    const wrong = await home.unlock('seven winters by the lake');
    assert.deepEqual(wrong, { ok: false, problem: { code: 'passphraseWrong', nextTryMs: null } });
    assert.deepEqual(await home.unlock(passphrase), done);
    assert.equal(
      await home.handlers['vault.status'](undefined).then((told) => told.ok && told.value.passphrase),
      'lock',
    );
    assert.deepEqual(await home.start(), state);
    const words = [...home.words];
    assert.deepEqual(await home.handlers['vault.openWithWords']({ words }), done);
    assert.equal((await home.handlers['cameras.list'](undefined)).length, 1);
    assert.ok(fromEntry(await entryOf(home.vaultId)), 'the passphrase stays');
    // Who knows the words need not know the passphrase that was forgotten.
    assert.deepEqual(await home.setPassphrase(null, 'another passphrase'), done);
    assert.deepEqual(await home.handlers['vault.lock'](undefined), done);
    assert.ok(!(await home.unlock(passphrase)).ok);
    assert.deepEqual(await home.unlock('another passphrase'), done);
    assert.ok(!(await home.setPassphrase(null, passphrase)).ok, 'after the passphrase it is asked for');
  },
);

test('a passphrase is changed and taken away only with the one before it', { skip }, async (t) => {
  const home = await household(t);
  const wrong = await home.setPassphrase('not this one', 'another passphrase');
  assert.ok(!wrong.ok && wrong.problem.code === 'passphraseWrong');
  const short = await home.setPassphrase(passphrase, 'short');
  assert.deepEqual(short, { ok: false, problem: { code: 'passphraseShort', leastCharacters: 8 } });
  assert.deepEqual(await home.setPassphrase(passphrase, 'another passphrase'), done);
  assert.deepEqual(await home.setPassphrase('another passphrase', null), done);
  const plain = identityFromSecret(await entryOf(home.vaultId));
  assert.ok(plain, 'the keychain alone opens it again');
  plain.wipe();
  assert.equal((await home.start()).phase, 'open');
});

test(
  'three wrong passphrases make it wait, also after another start, and the words open it all the same',
  { skip },
  async (t) => {
    const home = await household(t);
    await home.handlers['vault.lock'](undefined);
    for (let times = 1; times <= 3; times++) assert.ok(!(await home.unlock(`wrong ${times}`)).ok);
    const state = await home.start();
    assert.ok(state.phase === 'locked' && state.nextTryMs !== null);
    const refused = await home.unlock(passphrase);
    assert.ok(!refused.ok && refused.problem.code === 'passphraseTooSoon');
    assert.deepEqual(await home.handlers['vault.openWithWords']({ words: [...home.words] }), done);
  },
);

for (const [what, entry, code] of [
  ['is gone', null, 'keyMissing'],
  ['was replaced by the key of another vault', 'another', 'keyWrong'],
  ['was replaced by something else', 'what is this', 'keyWrong'],
] as const) {
  test(
    `a key that ${what}: the app says so, records what it can, and the words open it without a break`,
    { skip },
    async (t) => {
      const home = await household(t, false);
      await home.end();
      if (entry === null) await keychain.remove(home.vaultId);
      else await keychain.write(home.vaultId, entry === 'another' ? makeIdentity().identity.toSecretString() : entry);
      const state = await home.start();
      const recording = { cameras: 0, of: 1, quiet: 0, privacy: null };
      assert.deepEqual(state, { phase: 'closed', folder: home.folder, problem: { code }, recording });
      assert.deepEqual(await home.handlers['cameras.list'](undefined), []);
      assert.deepEqual(await home.handlers['vault.openWithWords']({ words: [...home.words] }), done);
      assert.equal((await home.handlers['cameras.list'](undefined)).length, 1);
      assert.equal((await home.start()).phase, 'open', 'the keychain has its key again');
    },
  );
}

test('on another desktop, or a computer with nothing but the folder, the words open it', { skip }, async (t) => {
  const home = await household(t);
  await home.end();
  for (const account of [home.vaultId, recorderAccount(home.vaultId)]) await keychain.remove(account);
  cpSync(home.folder, path.join(home.above, 'copy'), { recursive: true });
  Object.assign(home, { folder: path.join(home.above, 'copy') });
  await home.start('another computer');
  const opened = await home.handlers['vault.open']({ placeId: await home.choose() });
  assert.deepEqual(opened, { ok: false, problem: { code: 'keyMissing' } });
  const state = await home.state();
  assert.equal(state.phase === 'closed' && state.recording, null);
  assert.deepEqual(await home.handlers['vault.openWithWords']({ words: [...home.words] }), done);
  assert.equal((await home.handlers['cameras.list'](undefined)).length, 1);
});

test(
  "the recorder's key opens the cameras' list and the settings, and nothing else of the vault",
  { skip },
  async (t) => {
    const home = await household(t);
    assert.ok((await home.handlers['settings.set']({ theme: 'light' })).ok);
    await home.end();
    const recorder = await readRecorderKey(keychain, home.vaultId);
    assert.ok(recorder);
    const file = await readVaultFile(home.folder);
    assert.ok(file.ok && !file.value.recipients.includes(recorder.identity.recipient));
    assert.deepEqual(recorder.recipients, file.value.recipients);
    const opens: string[] = [];
    for (const name of globSync('**/*.age', { cwd: home.folder }).sort())
      if ((await openFile(path.join(home.folder, name), recorder.identity)).ok) opens.push(name);
    assert.deepEqual(opens, ['cameras.json.age', 'settings.json.age']);
    recorder.identity.wipe();
  },
);

test('while it is locked nothing is sealed to a key that somebody wrote into vault.json', { skip }, async (t) => {
  const home = await household(t);
  await home.end();
  const thief = makeIdentity().identity;
  const file = path.join(home.folder, 'vault.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"recipients": [', `"recipients": ["${thief.recipient}",`));
  assert.equal((await home.start()).phase, 'locked');
  await home.end();
  const log = path.join(home.folder, 'log.txt.age');
  assert.ok(!(await openFile(log, thief)).ok, 'what was sealed while locked');
});

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import {
  createVault,
  openVault,
  openWithWords,
  proveRecovery,
  readVaultFile,
  removeUnusedVault,
} from '../../../main/core/vault/folder.ts';
import type { Vault } from '../../../main/core/vault/folder.ts';
import { folderReport } from '../../../main/core/vault/folderReport.ts';
import { identityFromSecret, makeIdentity, makeWords } from '../../../main/core/vault/keys.ts';
import { openFile, sealToFile } from '../../../main/core/vault/sealedFile.ts';

const done = { ok: true, value: null };
const parents: string[] = [];
let parent = '';
let folder = '';
const words = makeWords();

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'nightjar-vault-'));
  parents.push(parent);
  folder = join(parent, 'Nightjar vault');
});
after(async () => {
  for (const one of parents) await rm(one, { recursive: true });
});

async function makeVault(): Promise<Vault> {
  const made = await createVault(folder, words);
  assert.ok(made.ok, JSON.stringify(made));
  return made.value;
}

test('a new vault holds its version, a random id and the recipient, and the sealed identity', async () => {
  const vault = await makeVault();
  assert.deepEqual((await readdir(folder)).sort(), ['recordings', 'recovery.age', 'vault.json']);
  const json: unknown = JSON.parse(await readFile(join(folder, 'vault.json'), 'utf8'));
  assert.deepEqual(json, { version: 1, id: vault.id, recipients: vault.recipients });
  assert.match(vault.id, /^[0-9a-f]{16}$/);
  assert.equal(vault.identity?.recipient, vault.recipients[0]);
});

test(
  'the folders of a vault are for the user alone, and so are its files',
  { skip: process.platform === 'win32' },
  async () => {
    await mkdir(folder, { mode: 0o755 });
    const vault = await makeVault();
    const made = await vault.makeFolder('recordings', '0011223344556677', '2026-11-20');
    assert.ok(made.ok);
    await sealToFile(vault.path('settings.json.age'), vault.recipients, new Uint8Array(3));
    const folders = ['', 'recordings', 'recordings/0011223344556677', 'recordings/0011223344556677/2026-11-20'];
    for (const one of folders) assert.equal((await stat(vault.path(one))).mode & 0o777, 0o700, one);
    for (const file of ['vault.json', 'recovery.age', 'settings.json.age']) {
      assert.equal((await stat(vault.path(file))).mode & 0o777, 0o600, file);
    }
  },
);

test('a vault is made in an empty folder or a new one, and nowhere else', async () => {
  await mkdir(folder);
  await writeFile(join(folder, '.DS_Store'), '');
  await makeVault();
  assert.deepEqual(await createVault(folder, words), { ok: false, problem: { code: 'folderNotEmpty', folder } });
  const other = join(parent, 'other');
  await mkdir(other);
  await writeFile(join(other, 'holiday.jpg'), 'x');
  const refused = await createVault(other, words);
  assert.deepEqual(refused, { ok: false, problem: { code: 'folderNotEmpty', folder: other } });
  assert.deepEqual(await readdir(other), ['holiday.jpg']);
  const far = join(parent, 'not', 'there');
  assert.equal((await createVault(far, words)).ok, false);
  const onFile = join(other, 'holiday.jpg');
  assert.equal((await createVault(onFile, words)).ok, false);
  assert.deepEqual(await readdir(other), ['holiday.jpg']);
});

test('the keychain’s key opens the vault, another one is refused', async () => {
  const secret = (await makeVault()).identity?.toSecretString() ?? '';
  const identity = identityFromSecret(secret);
  assert.ok(identity);
  const opened = await openVault(folder, identity);
  assert.ok(opened.ok);
  assert.equal(opened.value.identity, identity);
  const wrong = await openVault(folder, makeIdentity().identity);
  assert.deepEqual(wrong, { ok: false, problem: { code: 'keyWrong' } });
});

test('a vault that was moved to another computer opens with its words alone', async () => {
  const vault = await makeVault();
  await sealToFile(vault.path('settings.json.age'), vault.recipients, Buffer.from('footage'));
  const moved = join(parent, 'moved');
  await cp(folder, moved, { recursive: true });
  await rm(folder, { recursive: true });
  vault.lock();
  const opened = await openWithWords(moved, ` ${words.join('  ').toUpperCase()} `);
  assert.ok(opened.ok);
  assert.ok(opened.value.identity);
  const bytes = await openFile(opened.value.path('settings.json.age'), opened.value.identity);
  assert.ok(bytes.ok);
  assert.equal(Buffer.from(bytes.value).toString(), 'footage');
});

test('wrong words open nothing, and nothing tells which word was wrong', async () => {
  await makeVault();
  const wrongs = [makeWords(), [...words].reverse(), words.slice(1), [], ['x'.repeat(100_000)]];
  for (const wrong of wrongs) {
    assert.deepEqual(await openWithWords(folder, wrong), { ok: false, problem: { code: 'wordsWrong' } });
  }
});

test('the proof opens a sealed file with nothing but the words, and leaves no file', async () => {
  const vault = await makeVault();
  const before = await readdir(folder);
  assert.deepEqual(await proveRecovery(vault, words), done);
  vault.lock();
  assert.deepEqual(await proveRecovery(vault, words), done, 'also while it is locked');
  assert.deepEqual(await proveRecovery(vault, makeWords()), { ok: false, problem: { code: 'wordsWrong' } });
  assert.deepEqual(await readdir(folder), before);
});

test('the proof fails when the recovery file on the disk is not the one that opens this vault', async () => {
  const vault = await makeVault();
  const other = await createVault(join(parent, 'other'), words);
  assert.ok(other.ok);
  await cp(other.value.path('recovery.age'), vault.path('recovery.age'));
  assert.equal((await proveRecovery(vault, words)).ok, false);
  assert.deepEqual(await openWithWords(folder, words), { ok: false, problem: { code: 'keyWrong' } });
  await rm(vault.path('recovery.age'));
  const gone = await proveRecovery(vault, words);
  assert.deepEqual(gone, { ok: false, problem: { code: 'vaultDamaged', file: 'recovery.age' } });
});

test('a vault that was never used is removed again, one with recordings is left alone', async () => {
  const unused = await makeVault();
  await writeFile(unused.path('mine.txt'), 'not Nightjar’s');
  assert.deepEqual(await removeUnusedVault(unused), done);
  assert.deepEqual(await readdir(folder), ['mine.txt']);
  assert.equal(unused.identity, null);
  await rm(folder, { recursive: true });
  const used = await makeVault();
  await used.makeFolder('recordings', '0011223344556677');
  assert.deepEqual(await removeUnusedVault(used), { ok: false, problem: { code: 'folderNotEmpty', folder } });
  assert.ok((await readVaultFile(folder)).ok);
});

test('a folder inside the vault is never made where the vault’s drive is not connected', async () => {
  const vault = await makeVault();
  await rename(folder, `${folder} away`);
  const made = await vault.makeFolder('recordings', '0011223344556677');
  assert.deepEqual(made, { ok: false, problem: { code: 'vaultMissing', folder } });
  assert.deepEqual(await readdir(parent), ['Nightjar vault away']);
});

test('a vault file that is missing, newer, cut off or hostile is told apart', async () => {
  assert.deepEqual(await readVaultFile(folder), { ok: false, problem: { code: 'vaultMissing', folder } });
  const vault = await makeVault();
  const path = vault.path('vault.json');
  const text = await readFile(path, 'utf8');
  const damaged = { ok: false, problem: { code: 'vaultDamaged', file: 'vault.json' } };
  const recipient = vault.recipients[0] ?? '';
  const hostile = [
    '',
    text.slice(0, -5),
    'null',
    '[]',
    '"x"',
    '{"version":0,"id":"0011223344556677","recipients":[]}',
    text.replace(vault.id, '../../../../etc/'),
    text.replace(recipient, ''),
    text.replace(recipient, 'AGE-SECRET-KEY-1'),
    text.replace('"version": 1', '"version": "1"'),
    text.replace('"version": 1', '"version": 0.5'),
    JSON.stringify({ version: 1, id: vault.id, recipients: [] }),
    JSON.stringify({ version: 1, id: vault.id, recipients: Array.from({ length: 1000 }, () => recipient) }),
    `${text}${' '.repeat(100_000)}`,
    '['.repeat(50_000),
  ];
  for (const one of hostile) {
    await writeFile(path, one);
    assert.deepEqual(await readVaultFile(folder), damaged, one.slice(0, 60));
  }
  await writeFile(path, '{"version":7,"somethingNew":true}');
  const newer = await readVaultFile(folder);
  assert.deepEqual(newer, { ok: false, problem: { code: 'vaultNewer', version: 7, understood: 1 } });
  await writeFile(path, text.replace('{', '{"addedLater":1,'));
  assert.ok((await readVaultFile(folder)).ok, 'what a later version of the same format adds does no harm');
  await rm(path);
  await mkdir(path);
  assert.deepEqual(await readVaultFile(folder), damaged);
});

test('a folder’s report tells its room, what lies there, and that nothing of the trial stays', async () => {
  const report = await folderReport(folder);
  assert.ok(report.freeBytes > 0 && report.totalBytes >= report.freeBytes);
  assert.deepEqual(
    { ...report, freeBytes: 0, totalBytes: 0 },
    { freeBytes: 0, totalBytes: 0, writable: true, keepsPrivate: true, holdsVault: false, empty: true },
  );
  assert.deepEqual(await readdir(parent), []);
  await makeVault();
  const made = await folderReport(folder);
  assert.ok(made.holdsVault && !made.empty && made.writable);
  await mkdir(join(parent, 'x', 'y'), { recursive: true });
  const other = await folderReport(join(parent, 'x'));
  assert.ok(!other.holdsVault && !other.empty);
});

test('a place that takes no file is not writable', { skip: process.platform !== 'linux' }, async () => {
  const report = await folderReport('/proc/self');
  assert.equal(report.writable, false);
  const nowhere = await folderReport('/proc/self/nowhere/at/all');
  assert.equal(nowhere.writable, false);
});

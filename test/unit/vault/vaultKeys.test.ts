/** Whom a vault is sealed to: adding and removing keys, and a vault.json that somebody else has changed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { openVault, openWithWords } from '../../../main/core/vault/folder.ts';
import { prove } from '../../../main/core/vault/keyList.ts';
import { makeIdentity, makeWords } from '../../../main/core/vault/keys.ts';
import { readRecipient } from '../../../main/core/vault/recipients.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { mostOtherKeys, VaultKeys } from '../../../main/core/vault/vaultKeys.ts';
import { makeVault, type Place } from '../recorder/footage.ts';

const done = { ok: true, value: null };

interface Someone {
  /** A file for `age -i`. */
  secretFile: string;
  recipient: string;
}

/** A key pair by Debian's age-keygen, as a partner would make one. */
function makeKey(place: Place, name: string): Someone {
  const secretFile = path.join(place.folder, `${name}.txt`);
  execFileSync('age-keygen', ['-o', secretFile], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', secretFile], { encoding: 'utf8' }).trim();
  return { secretFile, recipient };
}

async function startOf(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(place.remove);
  return place;
}

async function keysOf(place: Place): Promise<VaultKeys> {
  const opened = await VaultKeys.open(place.vault);
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

interface VaultJson {
  id: string;
  recipients: string[];
}

function vaultJson(place: Place): VaultJson {
  // Written by Nightjar, or by the test.
  return JSON.parse(readFileSync(place.vault.path('vault.json'), 'utf8')) as VaultJson;
}

function changeVaultJson(place: Place, change: (file: VaultJson) => object): void {
  writeFileSync(place.vault.path('vault.json'), JSON.stringify(change(vaultJson(place))));
}

/** The same vault, opened by its identity as at the next start. */
async function openAgain(place: Place): Promise<Place> {
  const identity = place.vault.identity?.copy();
  assert.ok(identity);
  const vault = await openVault(place.vault.folder, identity);
  assert.ok(vault.ok, JSON.stringify(vault));
  return { ...place, vault: vault.value };
}

async function seal(place: Place, name: string): Promise<string> {
  const file = place.vault.path(name);
  await sealToFile(file, place.vault.recipients, Buffer.from(name));
  return file;
}

function opensWith(someone: Someone, file: string): boolean {
  try {
    const text = execFileSync('age', ['-d', '-i', someone.secretFile, file], { stdio: ['ignore', 'pipe', 'ignore'] });
    return text.toString() === path.basename(file);
  } catch {
    return false;
  }
}

test('what is sealed after a key was added opens with it, what was sealed before does not', async (t) => {
  const place = await startOf(t);
  const partner = makeKey(place, 'partner');
  const keys = await keysOf(place);
  const before = await seal(place, 'before.age');
  assert.deepEqual(await keys.add(partner.recipient, 'Partner', 5), done);
  const during = await seal(place, 'during.age');
  assert.deepEqual(await keys.remove(partner.recipient), done);
  const afterwards = await seal(place, 'afterwards.age');
  assert.deepEqual(
    [before, during, afterwards].map((file) => opensWith(partner, file)),
    [false, true, false],
  );
  const own: Someone = { ...partner, secretFile: path.join(place.folder, 'own.txt') };
  writeFileSync(own.secretFile, place.vault.identity?.toSecretString() ?? '');
  for (const file of [before, during, afterwards]) assert.ok(opensWith(own, file));
});

test('keys that were added are there again at the next start, with their names, and vault.json names no one', async (t) => {
  const place = await startOf(t);
  const partner = makeKey(place, 'partner');
  assert.deepEqual(await (await keysOf(place)).add(`# public key: ${partner.recipient}\n`, 'Anna’s safe', 5), done);
  const again = await openAgain(place);
  const keys = await keysOf(again);
  assert.deepEqual(keys.others, [{ recipient: partner.recipient, name: 'Anna’s safe', addedMs: 5 }]);
  assert.deepEqual(again.vault.recipients, [keys.own, partner.recipient]);
  assert.deepEqual(vaultJson(place).recipients, [keys.own, partner.recipient]);
  assert.equal(keys.warning, null);
  assert.ok(!readFileSync(place.vault.path('vault.json'), 'utf8').includes('Anna'));
});

test('a key that somebody else wrote into vault.json is named, and nothing is sealed to it', async (t) => {
  const place = await startOf(t);
  await keysOf(place);
  const thief = makeKey(place, 'thief');
  changeVaultJson(place, (file) => ({ ...file, recipients: [thief.recipient, ...file.recipients] }));
  const again = await openAgain(place);
  const keys = await keysOf(again);
  assert.deepEqual(keys.warning, { code: 'foreignKey', key: thief.recipient });
  assert.deepEqual(again.vault.recipients, [keys.own]);
  assert.ok(!opensWith(thief, await seal(again, 'after.age')));
  assert.ok(vaultJson(place).recipients.includes(thief.recipient));

  assert.deepEqual(await keys.remove(thief.recipient), done);
  assert.deepEqual(vaultJson(place).recipients, [keys.own]);
  assert.equal((await keysOf(await openAgain(place))).warning, null);
});

test('a list that somebody without the identity sealed counts for nothing', async (t) => {
  const place = await startOf(t);
  const thief = makeKey(place, 'thief');
  const stranger = makeIdentity().identity;
  const list = { vaultId: place.vault.id, others: [{ recipient: thief.recipient, name: 'Thief', addedMs: 1 }] };
  const forged = { version: 1, of: 'keys.json.age', serial: 9, value: prove(list, stranger) };
  await sealToFile(place.vault.path('keys.json.age'), place.vault.recipients, Buffer.from(JSON.stringify(forged)));
  changeVaultJson(place, (file) => ({ ...file, recipients: [...file.recipients, thief.recipient] }));
  const again = await openAgain(place);
  const keys = await keysOf(again);
  assert.deepEqual(again.vault.recipients, [keys.own]);
  assert.deepEqual(keys.warning, { code: 'foreignKey', key: thief.recipient });
  // The control: with the identity's own proof the same list holds.
  assert.ok(place.vault.identity);
  const genuine = { ...forged, serial: 10, value: prove(list, place.vault.identity) };
  rmSync(place.vault.path('keys.json.age.previous'), { force: true });
  await sealToFile(place.vault.path('keys.json.age'), place.vault.recipients, Buffer.from(JSON.stringify(genuine)));
  assert.deepEqual((await openAgain(place)).vault.recipients, [keys.own, thief.recipient]);
});

test('every changed digit of the id in vault.json is noticed, and put right', async (t) => {
  const place = await startOf(t);
  await keysOf(place);
  const { id } = place.vault;
  for (let at = 0; at < id.length; at += 1) {
    const other = id.slice(0, at) + (id[at] === '0' ? '1' : '0') + id.slice(at + 1);
    changeVaultJson(place, (file) => ({ ...file, id: other, later: 'what a newer program wrote' }));
    const again = await openAgain(place);
    assert.equal(again.vault.id, id);
    assert.deepEqual((await keysOf(again)).warning, { code: 'vaultRestored', file: 'vault.json' });
    assert.equal(vaultJson(place).id, id);
    assert.ok('later' in vaultJson(place));
  }
});

test('a key taken out of vault.json by somebody else is put back', async (t) => {
  const place = await startOf(t);
  const partner = makeKey(place, 'partner');
  const keys = await keysOf(place);
  assert.ok((await keys.add(partner.recipient, 'Partner')).ok);
  changeVaultJson(place, (file) => ({ ...file, recipients: file.recipients.slice(1) }));
  const again = await openAgain(place);
  assert.ok((await keysOf(again)).warning);
  assert.deepEqual(vaultJson(place).recipients, [keys.own, partner.recipient]);
});

test('a list that is damaged, with the one before it, is told, and the vault opens', async (t) => {
  const place = await startOf(t);
  const partner = makeKey(place, 'partner');
  const keys = await keysOf(place);
  assert.ok((await keys.add(partner.recipient, 'Partner')).ok);
  for (const name of ['keys.json.age', 'keys.json.age.previous']) writeFileSync(place.vault.path(name), 'no age file');
  const again = await openAgain(place);
  const opened = await keysOf(again);
  assert.deepEqual(opened.others, []);
  assert.deepEqual(opened.foreign, [partner.recipient]);
  assert.equal(readFileSync(place.vault.path('keys.json.age.damaged'), 'utf8'), 'no age file');
  assert.ok((await opened.add(partner.recipient, 'Partner again')).ok);
  assert.deepEqual(opened.foreign, []);
  assert.deepEqual(opened.warning, { code: 'keysLost' });
});

test('what is no public key for the vault is refused with what it is', async (t) => {
  const place = await startOf(t);
  const keys = await keysOf(place);
  const partner = makeKey(place, 'partner');
  const secret = readFileSync(partner.secretFile, 'utf8');
  const kinds: [string, string][] = [
    ['', 'empty'],
    [' \n ', 'empty'],
    [secret, 'secret'],
    ['age-secret-key-1qqqqq', 'secret'],
    ['AGE-PLUGIN-YUBIKEY-1QQ', 'secret'],
    [makeWords().join(' '), 'secret'],
    [keys.own, 'own'],
    ['age1pq1' + 'q'.repeat(1900), 'kind'],
    ['age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t', 'kind'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIDdjkvRU', 'kind'],
    [partner.recipient.slice(0, -1), 'form'],
    [partner.recipient.slice(0, -1) + (partner.recipient.endsWith('q') ? 'p' : 'q'), 'form'],
    [partner.recipient.toUpperCase(), 'form'],
    [`${partner.recipient} ${partner.recipient}`, 'form'],
    ['holiday', 'form'],
    ['\u0000'.repeat(4000), 'form'],
  ];
  for (const [text, is] of kinds) {
    const problem = { code: 'badKey', is };
    assert.deepEqual(await keys.add(text, 'Somebody'), { ok: false, problem }, JSON.stringify(text.slice(0, 30)));
  }
  assert.deepEqual(keys.others, []);
  assert.ok((await keys.add(partner.recipient, 'Partner')).ok);
  const twice = { ok: false, problem: { code: 'keyKnown', name: 'Partner' } };
  assert.deepEqual(await keys.add(partner.recipient, 'Another name'), twice);
});

test('points of low order are no public keys', async () => {
  const { bech32 } = await import('@scure/base');
  const zero = bech32.encodeFromBytes('age', new Uint8Array(32));
  assert.deepEqual(readRecipient(zero), { ok: false, problem: { code: 'badKey', is: 'form' } });
  assert.ok(readRecipient(makeIdentity().recipient).ok);
});

test('there is a most of keys, and the recordings keep their marks up to it', async (t) => {
  const place = await startOf(t);
  const keys = await keysOf(place);
  for (let count = 0; count < mostOtherKeys; count += 1) {
    assert.ok((await keys.add(makeIdentity().recipient, `Safe ${count}`)).ok);
  }
  const more = await keys.add(makeIdentity().recipient, 'One more');
  assert.deepEqual(more, { ok: false, problem: { code: 'tooManyKeys', most: mostOtherKeys } });
  const { readMark } = await import('../../../main/core/vault/fileMark.ts');
  assert.notEqual(await readMark(await seal(place, 'recording.age')), null);
});

test('a crash between the two files of a change leaves the key on, or off, and no warning of a stranger', async (t) => {
  const place = await startOf(t);
  const keys = await keysOf(place);
  const aside = path.join(place.folder, 'aside');
  cpSync(place.vault.folder, aside, { recursive: true });
  const partner = makeIdentity().recipient;
  assert.ok((await keys.add(partner, 'Partner')).ok);
  // Added: the list is written, vault.json not yet.
  cpSync(path.join(aside, 'vault.json'), place.vault.path('vault.json'));
  const added = await keysOf(await openAgain(place));
  assert.deepEqual([added.others.length, added.foreign], [1, []]);
  assert.ok(vaultJson(place).recipients.includes(partner));
  // Removed: vault.json is written, the list not yet.
  cpSync(path.join(aside, 'vault.json'), place.vault.path('vault.json'));
  const removed = await keysOf(await openAgain(place));
  assert.deepEqual([removed.others.length, removed.foreign], [1, []]);
});

test('the recovery words open a vault whose id was changed, under the id that it had', async (t) => {
  const place = await startOf(t);
  await keysOf(place);
  const { createVault } = await import('../../../main/core/vault/folder.ts');
  const folder = path.join(place.folder, 'words');
  const words = makeWords();
  const made = await createVault(folder, words);
  assert.ok(made.ok);
  assert.ok((await VaultKeys.open(made.value)).ok);
  const file = path.join(folder, 'vault.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(made.value.id, 'f'.repeat(16)));
  const opened = await openWithWords(folder, words);
  assert.ok(opened.ok);
  assert.equal(opened.value.id, made.value.id);
});

test('the recovery words open a vault whose vault.json is damaged, and it is written again', async (t) => {
  const place = await startOf(t);
  const { createVault, readVaultFile } = await import('../../../main/core/vault/folder.ts');
  const folder = path.join(place.folder, 'damaged');
  const words = makeWords();
  const made = await createVault(folder, words);
  assert.ok(made.ok);
  const file = path.join(folder, 'vault.json');
  const text = readFileSync(file, 'utf8');
  // Nothing says yet which vault it is.
  writeFileSync(file, text.slice(0, -4));
  assert.deepEqual(await openWithWords(folder, words), {
    ...{ ok: false, problem: { code: 'vaultDamaged', file: 'vault.json' } },
  });
  writeFileSync(file, text);
  assert.ok((await VaultKeys.open(made.value)).ok);
  for (const damaged of ['', text.slice(0, -4), text.replace('"id"', '"ie"'), '[]', 'null']) {
    writeFileSync(file, damaged);
    const opened = await openWithWords(folder, words);
    assert.ok(opened.ok, damaged);
    const keys = await VaultKeys.open(opened.value);
    assert.ok(keys.ok, damaged);
    assert.deepEqual(keys.value.warning, { code: 'vaultRestored', file: 'vault.json' });
    assert.deepEqual(await readVaultFile(folder), { ok: true, value: JSON.parse(text) as unknown });
  }
});

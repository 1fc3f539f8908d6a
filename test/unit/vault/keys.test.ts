import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Encrypter, identityToRecipient, Stanza } from 'age-encryption';
import fc from 'fast-check';
import {
  areWords,
  identityFromSecret,
  makeIdentity,
  makeWords,
  normaliseWords,
  openIdentity,
  sealIdentity,
} from '../../../main/core/vault/keys.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-keys-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

test('an identity is what the stock age tools take it for', async () => {
  const { identity, recipient } = makeIdentity();
  const secret = identity.toSecretString();
  assert.match(secret, /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
  assert.equal(await identityToRecipient(secret), recipient);
  const run = spawnSync('age-keygen', ['-y'], { input: secret, encoding: 'utf8' });
  assert.equal(run.stdout.trim(), recipient);
  assert.equal(identityFromSecret(secret)?.recipient, recipient);
});

test('an identity made by age-keygen is taken over as it is', () => {
  const run = spawnSync('age-keygen', { encoding: 'utf8' });
  const secret = /AGE-SECRET-KEY-1\S+/.exec(run.stdout)?.[0] ?? '';
  const identity = identityFromSecret(secret);
  assert.ok(identity);
  assert.equal(identity.toSecretString(), secret);
  assert.ok(run.stdout.includes(identity.recipient));
});

test('what is not an identity is none, and no part of it shows in an error', () => {
  const { identity, recipient } = makeIdentity();
  const secret = identity.toSecretString();
  const changed = secret.endsWith('Q') ? 'P' : 'Q';
  const hostile = [
    '',
    'AGE-SECRET-KEY-1',
    recipient,
    recipient.toUpperCase(),
    secret.toLowerCase(),
    secret.slice(0, -1),
    `${secret.slice(0, -1)}${changed}`,
    `${secret}\n`,
    ` ${secret}`,
    `${secret}${secret}`,
    secret.replace('AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-PQ-1'),
    'A'.repeat(1_000_000),
    '\u0000'.repeat(74),
  ];
  for (const text of hostile) assert.equal(identityFromSecret(text), null, text.slice(0, 20));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => identityFromSecret(text) === null),
    { seed: 1, numRuns: 500 },
  );
});

test('a wiped identity opens nothing, and says nothing of its secret', () => {
  const { identity } = makeIdentity();
  identity.wipe();
  identity.wipe();
  assert.ok(identity.wiped);
  assert.throws(() => identity.toSecretString(), /wiped/);
});

test('stanzas that are malformed are refused, and those of other kinds are left alone', () => {
  const { identity } = makeIdentity();
  const share = Buffer.alloc(32, 7).toString('base64').replace(/=+$/, '');
  const body = new Uint8Array(32);
  assert.equal(identity.unwrapFileKey([new Stanza(['X25519', share], body)]), null);
  assert.equal(identity.unwrapFileKey([new Stanza(['ssh-ed25519', 'x', 'y'], body)]), null);
  assert.equal(identity.unwrapFileKey([]), null);
  const malformed = [
    new Stanza(['X25519'], body),
    new Stanza(['X25519', share, 'more'], body),
    new Stanza(['X25519', share.slice(0, -1)], body),
    new Stanza(['X25519', 'a'.repeat(100_000)], body),
    new Stanza(['X25519', share], new Uint8Array(31)),
    new Stanza(['X25519', share], new Uint8Array(33)),
    // Of low order: the shared secret would be zero for everybody.
    new Stanza(['X25519', Buffer.alloc(32).toString('base64').replace(/=+$/, '')], body),
  ];
  for (const stanza of malformed) assert.throws(() => identity.unwrapFileKey([stanza]));
});

test('recovery words are twelve, differ each time, and are taken however they are typed', () => {
  const words = makeWords();
  assert.equal(words.length, 12);
  assert.ok(areWords(words));
  assert.notDeepEqual(words, makeWords());
  const typed = [
    words.join(' '),
    ` ${words.join('\n')}\n`,
    words.join(', ').toUpperCase(),
    words.map((word, nth) => `${nth + 1}. ${word}`).join('\t'),
    words.join('\u00a0'),
    words,
    words.map((word) => ` ${word} `),
  ];
  for (const form of typed) assert.deepEqual(normaliseWords(form), words);
});

test('the words open the sealed identity, and no other words do', async () => {
  const { identity } = makeIdentity();
  const words = makeWords();
  const bytes = await sealIdentity(identity, words);
  const opened = await openIdentity(bytes, words.join(' '));
  assert.equal(opened?.recipient, identity.recipient);
  const swapped = [...words.slice(1), words[0] ?? ''];
  const wrong = [makeWords(), swapped, words.slice(0, 11), [...words, 'abandon'], [], ['nonsense', ...words.slice(1)]];
  for (const other of wrong) assert.equal(await openIdentity(bytes, other), null);
});

test('the stock age tool opens recovery.age with the words as its passphrase', async () => {
  const { identity } = makeIdentity();
  const words = makeWords();
  const path = join(folder, 'recovery.age');
  await writeFile(path, await sealIdentity(identity, words));
  // age asks at a terminal and nowhere else; python3 has one to give.
  const ask = [
    'import os, pty, sys',
    'child, terminal = pty.fork()',
    'if child == 0: os.execvp("age", ["age", "--decrypt", "--output", sys.argv[2], sys.argv[1]])',
    'seen = b""',
    'while b"passphrase" not in seen: seen += os.read(terminal, 1000)',
    'os.write(terminal, sys.stdin.readline().encode())',
    'while True:',
    '  try:',
    '    if not os.read(terminal, 1000): break',
    '  except OSError: break',
    'sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))',
  ].join('\n');
  const out = join(folder, 'identity.txt');
  const open = (passphrase: string): number | null =>
    spawnSync('python3', ['-c', ask, path, out], { input: `${passphrase}\n`, timeout: 20_000 }).status;
  assert.notEqual(open(makeWords().join(' ')), 0, 'other words fail: the check can tell');
  assert.equal(open(words.join(' ')), 0);
  const recipient = spawnSync('age-keygen', ['-y', out], { encoding: 'utf8' }).stdout.trim();
  assert.equal(recipient, identity.recipient);
});

test('a damaged or hostile recovery file opens nothing, and does not hold the program up', async () => {
  const { identity } = makeIdentity();
  const words = makeWords();
  const bytes = await sealIdentity(identity, words);
  for (const end of [0, 1, 20, 60, 100, bytes.length - 1]) {
    assert.equal(await openIdentity(bytes.subarray(0, end), words), null, `cut to ${end}`);
  }
  for (const at of [5, 40, 70, 90, 130, bytes.length - 1]) {
    const altered = bytes.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.equal(await openIdentity(altered, words), null, `byte ${at}`);
  }
  const text = Buffer.from(bytes).toString('latin1');
  for (const factor of ['30', '20', '19', '99', '014', '-1', '1e1', '4294967295']) {
    const asking = Buffer.from(text.replace(/(-> scrypt \S+) \d+/, `$1 ${factor}`), 'latin1');
    assert.equal(await openIdentity(asking, words), null, `work factor ${factor}`);
  }
  const other = new Encrypter();
  other.setPassphrase(words.join(' '));
  other.setScryptWorkFactor(10);
  assert.equal(await openIdentity(await other.encrypt('no identity'), words), null);
});

/** Identities sealed with a passphrase: Debian's age opens them, nothing but the passphrase does, and no byte harms. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { bech32 } from '@scure/base';
import { Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { identityFromSecret, makeIdentity } from '../../../main/core/vault/keys.ts';
import {
  fromEntry,
  openIdentityWith,
  sealIdentityWith,
  toEntry,
  tooShort,
} from '../../../main/core/vault/passphrase.ts';
import { isScryptFile, openByScrypt, sealByScrypt } from '../../../main/core/vault/scryptFile.ts';
import { readSecret, secretTextBytes, writeSecret } from '../../../main/core/vault/secretForm.ts';

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** age asks its terminal, which `script` is. */
const lacking = ['age', 'script'].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error);
const skip = lacking.length > 0 && `not installed: ${lacking.join(', ')}`;

/** What `age -d` prints for this file and passphrase; null when it refuses. */
function ageOpens(sealed: Uint8Array | string, passphrase: string): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-age-'));
  try {
    writeFileSync(path.join(folder, 'sealed.age'), sealed);
    const command = 'age -d -o plain.txt sealed.age';
    const done = spawnSync('script', ['-qec', command, '/dev/null'], { cwd: folder, input: `${passphrase}\n` });
    return done.status === 0 ? readFileSync(path.join(folder, 'plain.txt'), 'utf8') : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test(
  "Debian's age opens passphrase.age and the keychain's entry with the passphrase, and with no other",
  { skip },
  async () => {
    const { identity } = makeIdentity();
    const line = `${identity.toSecretString()}\n`;
    const passphrase = 'Żółta łódź, seven winters & 鍵';
    const sealed = await sealIdentityWith(utf8(passphrase), identity);
    assert.equal(ageOpens(sealed, passphrase), line);
    assert.equal(ageOpens(toEntry(sealed), passphrase), line);
    assert.equal(ageOpens(sealed, 'something else'), null);
    identity.wipe();
  },
);

test('an identity that was sealed with a passphrase by age opens, and only with it', async () => {
  const { identity, recipient } = makeIdentity();
  const encrypter = new Encrypter();
  encrypter.setPassphrase('correct horse');
  encrypter.setScryptWorkFactor(10);
  const sealed = await encrypter.encrypt(`${identity.toSecretString()}\n`);
  const opened = await openIdentityWith(utf8('correct horse'), sealed);
  assert.equal(opened?.recipient, recipient);
  for (const wrong of ['correct hors', 'correct horse ', ' correct horse', 'Correct horse', ''])
    assert.equal(await openIdentityWith(utf8(wrong), sealed), null, wrong);
  for (const each of [identity, opened]) each.wipe();
});

test('every passphrase of 1 to 1024 bytes opens what it sealed, byte for byte as it was typed', async () => {
  const odd = [
    ' leading',
    'trailing ',
    'a/b\\c',
    '\t',
    '👩‍👩‍👧 family',
    'ＡＢＣ'.normalize('NFKC'),
    'x'.repeat(1024),
    '\u0000',
  ];
  const plain = utf8('what is sealed');
  for (const text of odd) {
    const sealed = await sealByScrypt(plain, utf8(text), 4);
    assert.deepEqual(await openByScrypt(sealed, utf8(text)), plain, text.slice(0, 20));
    assert.equal(await openByScrypt(sealed, utf8(`${text}!`)), null, text.slice(0, 20));
  }
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 1024 });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (passphrase, other) => {
      const sealed = await sealByScrypt(plain, passphrase, 1);
      assert.deepEqual(await openByScrypt(sealed, passphrase), plain);
      // HMAC's key is filled up with zeros: the one pair of passphrases that are the same to scrypt, here and in age.
      const same =
        Buffer.from(other)
          .toString('hex')
          .replace(/(00)+$/, '') ===
        Buffer.from(passphrase)
          .toString('hex')
          .replace(/(00)+$/, '');
      if (!same) assert.equal(await openByScrypt(sealed, other), null);
    }),
    { numRuns: 60 },
  );
});

test('the same passphrase typed with composed or decomposed letters is one only in NFKC, which the page makes', async () => {
  const sealed = await sealByScrypt(utf8('x'), utf8('Zo\u00eb'.normalize('NFKC')), 4);
  assert.equal(await openByScrypt(sealed, utf8('Zoe\u0308')), null);
  assert.deepEqual(await openByScrypt(sealed, utf8('Zoe\u0308'.normalize('NFKC'))), utf8('x'));
});

test('no flipped bit and no cut of a sealed identity opens, and none throws', async () => {
  const passphrase = utf8('correct horse');
  const sealed = await sealByScrypt(utf8('secret'), passphrase, 1);
  const bits = fc.nat({ max: sealed.byteLength * 8 - 1 });
  await fc.assert(
    fc.asyncProperty(bits, async (bit) => {
      // Not `slice`, which of a Buffer is a view.
      const flipped = new Uint8Array(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(await openByScrypt(flipped, passphrase), null);
    }),
    { numRuns: 300 },
  );
  for (let length = 0; length < sealed.byteLength; length += 7)
    assert.equal(await openByScrypt(sealed.slice(0, length), passphrase), null);
  assert.equal(await openByScrypt(Buffer.concat([sealed, Buffer.from([0])]), passphrase), null);
});

test('hostile files are refused before the slow function runs', () => {
  const head = (stanza: string): Uint8Array =>
    utf8(`age-encryption.org/v1\n${stanza}\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n${'x'.repeat(107)}`);
  const salt = 'A'.repeat(22);
  assert.ok(isScryptFile(head(`-> scrypt ${salt} 20`)));
  const hostile = ['21', '99', '0', '00', '-1', '1e1', '017', '100', '', '１７'];
  for (const factor of hostile) assert.ok(!isScryptFile(head(`-> scrypt ${salt} ${factor}`)), factor);
  for (const stanza of [`-> X25519 ${salt}`, `-> scrypt ${salt}`, `-> scrypt ${salt.slice(1)} 17`, ''])
    assert.ok(!isScryptFile(head(stanza)), stanza);
  const second = head(`-> scrypt ${salt} 17\n${'A'.repeat(43)}\n-> X25519 ${'B'.repeat(43)}`);
  assert.ok(!isScryptFile(second), 'a second stanza');
  assert.ok(
    !isScryptFile(Buffer.concat([head(`-> scrypt ${salt} 17`), Buffer.alloc(10_000)])),
    'more than an identity',
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => !isScryptFile(bytes)));
});

test('the keychain entry of an app lock is told from a plain one, and from anything else', async () => {
  const { identity } = makeIdentity();
  const sealed = await sealByScrypt(identity.toLine(), utf8('x'), 1);
  const entry = fromEntry(toEntry(sealed));
  assert.deepEqual(entry && Buffer.from(entry), Buffer.from(sealed));
  assert.deepEqual(fromEntry(toEntry(sealed).replaceAll('\n', '\r\n')), entry, 'as Windows may give it back');
  const foreign = [
    '',
    identity.toSecretString(),
    toEntry(sealed).slice(0, -40),
    toEntry(new Uint8Array(300)),
    `${toEntry(sealed)}x`,
  ];
  for (const other of foreign) assert.equal(fromEntry(other), null, other.slice(0, 30));
  identity.wipe();
});

test('a passphrase counts in characters, whatever its bytes', () => {
  assert.deepEqual(tooShort(utf8('sevench'), 'lock'), { leastCharacters: 8 });
  assert.equal(tooShort(utf8('eight ch'), 'lock'), null);
  assert.equal(tooShort(utf8('鍵鍵鍵鍵鍵鍵鍵鍵'), 'lock'), null);
  assert.deepEqual(tooShort(utf8('👍👍👍'), 'lock'), { leastCharacters: 8 });
  assert.deepEqual(tooShort(utf8('eleven char'), 'vault'), { leastCharacters: 12 });
  assert.equal(tooShort(utf8('twelve chars'), 'vault'), null);
});

test("the text of an identity is Bech32's, both ways, and every other text is none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      const text = writeSecret(secret);
      assert.equal(text.byteLength, secretTextBytes);
      assert.equal(Buffer.from(text).toString(), bech32.encodeFromBytes('age-secret-key-', secret).toUpperCase());
      assert.deepEqual(readSecret(text), Uint8Array.from(secret));
    }),
  );
  const text = writeSecret(new Uint8Array(32).fill(7));
  for (let at = 0; at < text.byteLength; at++) {
    for (const other of [0x41, 0x51, 0x32, 0x71, 0]) {
      const changed = text.slice();
      changed[at] = other;
      if (other !== text[at]) assert.equal(readSecret(changed), null);
    }
  }
  assert.equal(identityFromSecret(Buffer.from(text).toString().toLowerCase()), null);
  assert.equal(readSecret(text.slice(1)), null);
});

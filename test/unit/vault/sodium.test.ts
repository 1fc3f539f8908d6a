import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { agree, open, publicPoint, seal, Secret, wipe } from '../../../main/core/vault/sodium.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('the cipher agrees with an independent one on a text of RFC 8439', () => {
  // RFC 8439, 2.8.2, without its additional data: the first 16 bytes of the ciphertext do not depend on that.
  const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
  const nonce = hex('070000004041424344454647');
  const plain = new TextEncoder().encode('Ladies and Gentlemen of the class of');
  const sealed = new Uint8Array(plain.length + 16);
  seal(sealed, plain, nonce, key);
  assert.deepEqual(sealed.subarray(0, 16), hex('d31a8d34648e60db7b86afbc53ef7ec2'));
  const opened = new Uint8Array(plain.length);
  assert.ok(open(opened, sealed, nonce, key));
  assert.deepEqual(opened, plain);
});

test('every flipped bit, wrong nonce and wrong key is refused by an answer, a wrong length by an error', () => {
  const key = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(12);
  const sealed = new Uint8Array(20);
  seal(sealed, new Uint8Array(4), nonce, key);
  const plain = new Uint8Array(4);
  assert.ok(open(plain, sealed, nonce, key));
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const altered = sealed.slice();
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(open(plain, altered, nonce, key), false);
  }
  assert.equal(open(plain, sealed, new Uint8Array(12).fill(1), key), false);
  assert.equal(open(plain, sealed, nonce, new Uint8Array(32)), false);
  assert.throws(() => open(new Uint8Array(3), sealed, nonce, key));
});

test('an empty text is sealed to its tag and opens again', () => {
  const sealed = new Uint8Array(16);
  seal(sealed, new Uint8Array(0), new Uint8Array(12), new Uint8Array(32));
  assert.ok(open(new Uint8Array(0), sealed, new Uint8Array(12), new Uint8Array(32)));
});

test('two keys agree as in RFC 7748, and a point of low order agrees with nobody', () => {
  // RFC 7748, 6.1: Bob's secret, Alice's point, what they share.
  const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const alice = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
  assert.deepEqual(agree(bob, alice), hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'));
  const one = new Uint8Array(32).fill(3);
  const other = new Uint8Array(32).fill(9);
  assert.deepEqual(agree(one, publicPoint(other)), agree(other, publicPoint(one)));
  assert.equal(agree(one, new Uint8Array(32)), null);
});

test('a secret takes its bytes over, and its memory is cleared and used again', () => {
  const bytes = new Uint8Array(32).fill(5);
  const secret = new Secret(bytes);
  assert.deepEqual(bytes, new Uint8Array(32), 'the bytes it was made of are gone');
  const view = secret.bytes;
  assert.deepEqual(view, new Uint8Array(32).fill(5));
  secret.wipe();
  secret.wipe();
  assert.deepEqual(view, new Uint8Array(32));
  assert.throws(() => secret.bytes, /wiped/);
  const next = new Secret();
  assert.equal(next.bytes.byteOffset, view.byteOffset);
  assert.notDeepEqual(next.bytes, new Uint8Array(32));
  next.wipe();
});

test('thousands of secrets live at once, each its own', () => {
  const secrets = Array.from({ length: 2000 }, (_, nth) => new Secret(new Uint8Array(32).fill(nth & 255)));
  for (const [nth, secret] of secrets.entries()) assert.equal(secret.bytes[31], nth & 255);
  for (const secret of secrets) secret.wipe();
  wipe(new Uint8Array(0));
});

const mayTake = new Set(['randomBytes', 'createHash', 'createHmac', 'timingSafeEqual']);

/** What a source takes from node:crypto beside what Electron's BoringSSL has for sure. */
function takesTooMuch(source: string): string[] {
  const imports = [...source.matchAll(/import\s+(?:type\s+)?([^;]*?)\s+from\s+'(?:node:)?crypto'/g)];
  return imports.flatMap(([, names = '']) => {
    if (!names.startsWith('{')) return [names];
    return names
      .slice(1, -1)
      .split(',')
      .map((name) => name.trim().split(' ')[0] ?? '')
      .filter((name) => name !== '' && !mayTake.has(name));
  });
}

test('core takes from node:crypto only what Electron has too', () => {
  assert.deepEqual(
    takesTooMuch(`import { randomBytes, hkdf as x } from 'node:crypto';`),
    ['hkdf'],
    'the check can tell',
  );
  assert.deepEqual(takesTooMuch(`import crypto from 'crypto';`), ['crypto']);
  const root = join(import.meta.dirname, '../../../main/core');
  const files = globSync('**/*.ts', { cwd: root });
  assert.ok(files.length > 10);
  for (const file of files) assert.deepEqual(takesTooMuch(readFileSync(join(root, file), 'utf8')), [], file);
});

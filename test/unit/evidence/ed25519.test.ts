/** Verifying of Ed25519, as the page of an evidence pack does it, against the vectors of RFC 8032 (§7.1), and against sodium. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isEd25519 } from '../../../main/contract/evidence/ed25519.ts';
import { SigningKey } from '../../../main/core/vault/signingKey.ts';
import { isSignedBy } from '../../../main/core/vault/sodium.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** Seed, public key, message, signature. */
const vectors = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

test('the vectors of RFC 8032 verify, and sodium makes the same of their seeds', () => {
  for (const [seed, key, message, signature] of vectors) {
    const signer = new SigningKey(hex(seed));
    assert.deepEqual(signer.publicKey, hex(key));
    assert.deepEqual(signer.sign(hex(message)), hex(signature));
    assert.ok(isEd25519(hex(signature), hex(message), hex(key)));
  }
});

test('with any bit of signature, message or key changed it says what sodium says: no', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (seed, message, place) => {
      const key = new SigningKey(seed.slice());
      const signature = key.sign(message);
      assert.ok(isEd25519(signature, message, key.publicKey));
      const all = [signature, message.slice(), key.publicKey.slice()];
      const sizeBytes = all.reduce((sum, one) => sum + one.length, 0);
      let at = place % (sizeBytes * 8);
      const [one, two, three] = all.map((part) => {
        const changed = part.slice();
        if (at >= 0 && at < part.length * 8) changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
        at -= part.length * 8;
        return changed;
      });
      assert.ok(one && two && three);
      assert.equal(isEd25519(one, two, three), false);
      assert.equal(isSignedBy(one, two, three), false);
    }),
    { numRuns: 60 },
  );
});

test('what is no signature or no key is refused: lengths, a large S, points that are none, keys of low order', () => {
  const [, key, message, signature] = vectors[1];
  const order = (1n << 252n) + 27742317777372353535851937790883648493n;
  const large = hex(signature);
  let rest = large.subarray(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  for (let at = 32; at < 64; at++, rest >>= 8n) large[at] = Number(rest & 255n);
  assert.equal(isEd25519(large, hex(message), hex(key)), false, 'the same signature, spelt otherwise');
  assert.equal(isEd25519(hex(signature).subarray(1), hex(message), hex(key)), false);
  assert.equal(isEd25519(hex(signature), hex(message), hex(key).subarray(1)), false);
  assert.equal(isEd25519(hex(signature), hex(message), new Uint8Array(32).fill(0xff)), false);
  // The neutral point, and R and S that every message fits.
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const forAll = new Uint8Array(64);
  forAll[0] = 1;
  assert.equal(isEd25519(forAll, hex(message), neutral), false);
  assert.equal(isSignedBy(forAll, hex(message), neutral), false);
});

/**
 * Electron is built with BoringSSL, this Node with OpenSSL. What BoringSSL lacks throws here too, so that code which
 * would break in the app breaks in its tests: ciphers other than AES and DES, hkdf, digests such as BLAKE2 and SHA-3,
 * the curves 448. Call before the app’s first import. It is a fence, not BoringSSL: the list is what is known of it, and was
 * not held against a running Electron.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const knownCipher = /^(?:aes-?(?:128|192|256)-(?:cbc|ctr|ecb|gcm|ofb)|des-(?:cbc|ecb|ede|ede-cbc|ede3|ede3-cbc)|rc4)$/i;
const knownDigest = /^(?:rsa-)?(?:md4|md5|md5-sha1|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|sha-?512[/-]256)$/i;
const unknownKeys = new Set(['ed448', 'x448', 'dsa']);

export function fenceCrypto(): void {
  fence('createCipheriv', knownCipher, 'Unknown cipher');
  fence('createDecipheriv', knownCipher, 'Unknown cipher');
  fence('createHash', knownDigest, 'Digest method not supported');
  fence('createHmac', knownDigest, 'Invalid digest');
  fence('hash', knownDigest, 'Digest method not supported');
  replace('hkdf', () => refuse('hkdf'));
  replace('hkdfSync', () => refuse('hkdf'));
  for (const name of ['generateKeyPair', 'generateKeyPairSync'] as const) {
    const real = Reflect.get(crypto, name) as (...args: unknown[]) => unknown;
    replace(name, (...args) => (unknownKeys.has(String(args[0])) ? refuse(String(args[0])) : real(...args)));
  }
  syncBuiltinESMExports();
}

function fence(
  name: 'createCipheriv' | 'createDecipheriv' | 'createHash' | 'createHmac' | 'hash',
  known: RegExp,
  words: string,
): void {
  // Safe: each of these takes the algorithm's name first and the rest is passed on untouched.
  const real = Reflect.get(crypto, name) as (...args: unknown[]) => unknown;
  replace(name, (...args) => {
    if (!known.test(String(args[0]))) throw new Error(`${words} (understudy: BoringSSL has no ${String(args[0])})`);
    return real(...args);
  });
}

function replace(name: string, value: (...args: unknown[]) => unknown): void {
  Object.defineProperty(crypto, name, { value, configurable: true, writable: true, enumerable: true });
}

function refuse(what: string): never {
  throw new Error(`understudy: BoringSSL has no working ${what}`);
}

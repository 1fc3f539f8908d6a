/**
 * The one home of sodium-native: ChaCha20-Poly1305-IETF, X25519, Ed25519 and memory for secrets.
 *
 * Secrets lie in slots of a slab that is locked into memory (never swapped out, left out of core dumps on Linux) and
 * are zeroed when they are wiped. Where the system refuses to lock (RLIMIT_MEMLOCK) they lie in ordinary memory, and
 * are zeroed all the same. Not sodium_malloc: it hands out memory outside V8's cage, which Electron aborts on
 * (sodium-native issue 185), so it would pass every test in Node and crash in the app.
 * The callers choose the nonces and never use one twice for two texts under one key.
 */
import sodiumNative from 'sodium-native';

/** What is used of the package; its published types end at version 2 and know only Buffers. */
interface Sodium {
  crypto_aead_chacha20poly1305_ietf_encrypt(
    sealed: Uint8Array,
    plain: Uint8Array,
    additional: null,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_aead_chacha20poly1305_ietf_decrypt(
    plain: Uint8Array,
    secretNonce: null,
    sealed: Uint8Array,
    additional: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_scalarmult(shared: Uint8Array, secret: Uint8Array, point: Uint8Array): void;
  crypto_scalarmult_base(point: Uint8Array, secret: Uint8Array): void;
  crypto_sign_seed_keypair(point: Uint8Array, secret: Uint8Array, seed: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secret: Uint8Array): void;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, point: Uint8Array): boolean;
  randombytes_buf(bytes: Uint8Array): void;
  sodium_memzero(bytes: Uint8Array): void;
  sodium_mlock(bytes: Uint8Array): void;
}

// Safe: every function named above exists in version 5 with these arguments; sodium.test.ts calls each of them.
const sodium = sodiumNative as unknown as Sodium;

/** Bytes that sealing adds: the Poly1305 tag. */
export const tagBytes = 16;
export const keyBytes = 32;

/** Seals `plain` into `sealed`, which is 16 bytes longer. The two may begin at the same address. */
export function seal(sealed: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void {
  sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plain, null, null, nonce, key);
}

/** Opens `sealed` into `plain`, which is 16 bytes shorter. False, with `plain` undefined, when it is not genuine. */
export function open(plain: Uint8Array, sealed: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean {
  try {
    const opened = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plain, null, sealed, null, nonce, key);
    return opened === plain.byteLength;
  } catch (error) {
    // Thrown as a bare Error for a wrong tag; a TypeError or an AssertionError is a wrong length, so a defect.
    if (error instanceof Error && error.message === 'could not verify data') return false;
    throw error;
  }
}

/** X25519 of a secret scalar and a point; null when the point is of low order, so that the result tells nothing. */
export function agree(secret: Uint8Array, point: Uint8Array): Uint8Array | null {
  const shared = secretBytes(keyBytes);
  try {
    sodium.crypto_scalarmult(shared, secret, point);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('status:')) return null;
    throw error;
  }
  return shared;
}

/** The public point of a secret scalar. */
export function publicPoint(secret: Uint8Array): Uint8Array {
  const point = new Uint8Array(32);
  sodium.crypto_scalarmult_base(point, secret);
  return point;
}

/** The public key of an Ed25519 seed (RFC 8032 §5.1.5). */
export function signingPoint(seed: Uint8Array): Uint8Array {
  const point = new Uint8Array(keyBytes);
  const secret = secretBytes(2 * keyBytes);
  sodium.crypto_sign_seed_keypair(point, secret, seed);
  wipe(secret);
  return point;
}

/** Ed25519, 64 bytes (RFC 8032 §5.1.6). */
export function signBySeed(message: Uint8Array, seed: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * keyBytes);
  const secret = secretBytes(2 * keyBytes);
  sodium.crypto_sign_seed_keypair(new Uint8Array(keyBytes), secret, seed);
  sodium.crypto_sign_detached(signature, message, secret);
  wipe(secret);
  return signature;
}

/** False for what is no signature of this message by this key, whatever the bytes. */
export function isSignedBy(signature: Uint8Array, message: Uint8Array, point: Uint8Array): boolean {
  if (signature.byteLength !== 2 * keyBytes || point.byteLength !== keyBytes) return false;
  return sodium.crypto_sign_verify_detached(signature, message, point);
}

/**
 * Zeros for a secret that passes through ordinary memory. Not `new Uint8Array(32)`: V8 keeps an array of up to 64 bytes
 * in its heap, moves it there, and copies it out when a native function or `buffer` asks for it, so that wiping it
 * leaves copies behind (found in dumps of the locked app).
 */
export function secretBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** Overwrites secrets that passed through ordinary memory. */
export function wipe(bytes: Uint8Array): void {
  if (bytes.byteLength > 0) sodium.sodium_memzero(bytes);
}

const slabBytes = 16 * 1024;
const freeSlots: Uint8Array[] = [];

function addSlab(): void {
  const slab = new Uint8Array(new ArrayBuffer(slabBytes));
  try {
    sodium.sodium_mlock(slab);
  } catch {
    // RLIMIT_MEMLOCK is spent: ordinary memory then, which is said at the head of this file.
  }
  for (let start = 0; start < slabBytes; start += keyBytes) freeSlots.push(slab.subarray(start, start + keyBytes));
}

/** 32 secret bytes in locked memory. Whoever makes one wipes it. */
export class Secret {
  #slot: Uint8Array | null;

  /** A copy of `bytes`, which are wiped; or 32 random bytes. */
  constructor(bytes?: Uint8Array) {
    if (bytes && bytes.byteLength !== keyBytes) throw new Error('a secret is 32 bytes long');
    if (freeSlots.length === 0) addSlab();
    const slot = freeSlots.pop();
    if (!slot) throw new Error('no slot for a secret');
    if (bytes) {
      slot.set(bytes);
      wipe(bytes);
    } else {
      sodium.randombytes_buf(slot);
    }
    this.#slot = slot;
  }

  /** A view of the locked memory: not to be kept. Throws when it was wiped, which is a defect of the caller. */
  get bytes(): Uint8Array {
    if (!this.#slot) throw new Error('the secret was wiped');
    return this.#slot;
  }

  get wiped(): boolean {
    return this.#slot === null;
  }

  /** May be called twice. */
  wipe(): void {
    if (!this.#slot) return;
    wipe(this.#slot);
    freeSlots.push(this.#slot);
    this.#slot = null;
  }
}

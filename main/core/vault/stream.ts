/**
 * The payload of an age file (age-encryption.org/v1, "Payload"): 64 KiB chunks, each sealed alone under the payload
 * key with a nonce of its number (11 bytes, big-endian) and one byte that marks the last. Knows sizes, nonces and one
 * chunk at a time; it reads and writes no file.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { open, seal, Secret, tagBytes } from './sodium.ts';

export const chunkBytes = 64 * 1024;
export const sealedChunkBytes = chunkBytes + tagBytes;
/** The random bytes between header and first chunk. */
export const payloadNonceBytes = 16;

const payloadLabel = new TextEncoder().encode('payload');

/** The key of one file's payload, in locked memory, and the making of its nonces. */
export class StreamKey {
  readonly #key: Secret;
  readonly #nonce = new Uint8Array(12);
  readonly #nonceView = new DataView(this.#nonce.buffer);

  /** `fileKey` stays the caller's, to be wiped by it. */
  constructor(fileKey: Uint8Array, payloadNonce: Uint8Array) {
    this.#key = new Secret(hkdf(sha256, fileKey, payloadNonce, payloadLabel, 32));
  }

  /** `sealed` is 16 bytes longer than `plain`. One `index` seals one text, as the last or not. */
  seal(index: number, last: boolean, plain: Uint8Array, sealed: Uint8Array): void {
    seal(sealed, plain, this.#nonceOf(index, last), this.#key.bytes);
  }

  /** False when the chunk is not genuine, not this one, or `last` is not what it was sealed as. */
  open(index: number, last: boolean, sealed: Uint8Array, plain: Uint8Array): boolean {
    return open(plain, sealed, this.#nonceOf(index, last), this.#key.bytes);
  }

  /** May be called twice. */
  wipe(): void {
    this.#key.wipe();
  }

  #nonceOf(index: number, last: boolean): Uint8Array {
    // Bytes 0 to 2 stay zero: an index above 2^64 would be a file of 10^24 bytes.
    this.#nonceView.setUint32(3, Math.floor(index / 2 ** 32));
    this.#nonceView.setUint32(7, index % 2 ** 32);
    this.#nonceView.setUint8(11, last ? 1 : 0);
    return this.#nonce;
  }
}

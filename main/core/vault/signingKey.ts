/**
 * The vault's Ed25519 key. It is derived from the identity, so there is no file of it that somebody could remove or put
 * another in the place of, and the recovery words bring it back. Its seed lies in locked memory. It stays there while
 * the app is locked, because what is recorded then is signed too: whoever reads that memory can sign, and open nothing.
 */
import { isSignedBy, Secret, signBySeed, signingPoint } from './sodium.ts';

export class SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly #seed: Secret;

  /** Takes the 32 bytes over and wipes them. */
  constructor(seed: Uint8Array) {
    this.#seed = new Secret(seed);
    this.publicKey = signingPoint(this.#seed.bytes);
  }

  /** 64 bytes (RFC 8032). */
  sign(message: Uint8Array): Uint8Array {
    return signBySeed(message, this.#seed.bytes);
  }

  isMine(signature: Uint8Array, message: Uint8Array): boolean {
    return isSignedBy(signature, message, this.publicKey);
  }

  /** May be called twice. */
  wipe(): void {
    this.#seed.wipe();
  }
}

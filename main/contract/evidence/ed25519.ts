/**
 * Verifies Ed25519 signatures (RFC 8032 §5.1.7) where there is neither sodium nor WebCrypto: in the page of an evidence
 * pack, which any browser opens from any place. By @noble/curves, strictly: keys of low order and spellings that are not
 * the one of their number are refused, as sodium does. It takes the equation with the cofactor, which sodium does not:
 * only who has the secret key could make a signature of which the two say different things. test/unit/evidence holds it against the vectors of the RFC and
 * against sodium. Any bytes are fine: what is no signature is false.
 */
import { ed25519 } from '@noble/curves/ed25519.js';

export function isEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

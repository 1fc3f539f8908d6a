/**
 * An identity sealed with the user's passphrase: what lies in passphrase.age, and in the keychain's entry of a vault
 * with an app lock (there as ASCII armor, because keychains hold text). `age -d` opens both. A passphrase is the UTF-8
 * bytes of what was typed, in NFKC, which the page makes; nothing is trimmed or changed here, and whoever hands it in
 * wipes it.
 */
import { armor } from 'age-encryption';
import type { PassphraseUse } from '../../contract/model.ts';
import { leastCharacters } from '../../contract/passphrase.ts';
import { type Identity, identityOfLine } from './keys.ts';
import { isScryptFile, openByScrypt, sealByScrypt } from './scryptFile.ts';
import { wipe } from './sodium.ts';

export const passphraseFileName = 'passphrase.age';

/** 2^17: 0.5 s and 128 MiB for each try, here and on 2 cores of 2026; 0.3 to 1 s on what people have. */
const workFactor = 17;

/** Something sealed with a passphrase: never a secret by itself. */
export type SealedIdentity = Uint8Array;

/** How many characters are missing from the least number; null when there are enough. */
export function tooShort(
  passphrase: Uint8Array,
  use: Exclude<PassphraseUse, 'none'>,
): { leastCharacters: number } | null {
  return countCharacters(passphrase) < leastCharacters[use] ? { leastCharacters: leastCharacters[use] } : null;
}

/** Of UTF-8. */
export function countCharacters(passphrase: Uint8Array): number {
  // Each character has one byte that is not 10xxxxxx.
  return passphrase.reduce((sum, byte) => sum + ((byte & 0xc0) === 0x80 ? 0 : 1), 0);
}

export async function sealIdentityWith(passphrase: Uint8Array, identity: Identity): Promise<SealedIdentity> {
  const line = identity.toLine();
  try {
    return await sealByScrypt(line, passphrase, workFactor);
  } finally {
    wipe(line);
  }
}

/** null when this is not its passphrase, or the bytes were altered. Whoever takes the identity wipes it. */
export async function openIdentityWith(passphrase: Uint8Array, sealed: SealedIdentity): Promise<Identity | null> {
  const plain = await openByScrypt(sealed, passphrase);
  return plain && identityOfLine(plain);
}

/** For the keychain. */
export function toEntry(sealed: SealedIdentity): string {
  return armor.encode(sealed);
}

/** null for what is no such entry. */
export function fromEntry(entry: string): SealedIdentity | null {
  if (entry.length > 8192 || !entry.startsWith('-----BEGIN AGE')) return null;
  try {
    const sealed = armor.decode(entry);
    return isScryptFile(sealed) ? sealed : null;
  } catch {
    return null;
  }
}

/**
 * The header of an age file: made and opened by age-encryption. It is made by sealing an empty file to the recipients
 * and one more that takes no stanza but sees the file key; the bytes up to the end of the `---` line are the header.
 * Opening takes any bytes: it answers null for what is not a header, was altered, or is sealed to somebody else
 * (an altered stanza and somebody else's cannot be told apart).
 */
import { Decrypter, Encrypter } from 'age-encryption';
import type { Recipient } from 'age-encryption';
import { wipe } from './sodium.ts';
import type { Identity } from './keys.ts';

/** Far above what any number of recipients of a household needs (300 of them). */
export const longestHeaderBytes = 32 * 1024;

/** What opens a file: the vault's identity, or the passphrase of a file that is sealed with one. */
export type Opener = Identity | { passphrase: string };

export interface Header {
  bytes: Uint8Array;
  /** 16 bytes, to be wiped by the caller. */
  fileKey: Uint8Array;
}

/**
 * A header with a new file key for these recipients (`age1…`, or what wraps the key itself). Throws for none or malformed
 * ones: a defect.
 */
export async function makeHeader(recipients: readonly (string | Recipient)[]): Promise<Header> {
  if (recipients.length === 0) throw new Error('no recipient to seal to');
  const seen: Uint8Array[] = [];
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  encrypter.addRecipient({
    wrapFileKey(fileKey) {
      seen.push(fileKey);
      return [];
    },
  });
  const empty = await encrypter.encrypt(new Uint8Array(0));
  const size = headerSizeBytes(empty);
  const [inside] = seen;
  if (size === null || !inside) throw new Error('age-encryption made no header');
  const fileKey = inside.slice();
  wipe(inside);
  return { bytes: empty.slice(0, size), fileKey };
}

/** Bytes from the start to the end of the `---` line; null when the file does not hold one that far. */
export function headerSizeBytes(file: Uint8Array): number | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, Math.min(file.byteLength, longestHeaderBytes));
  const macLine = bytes.indexOf('\n---');
  if (macLine < 0) return null;
  const end = bytes.indexOf('\n', macLine + 1);
  return end < 0 ? null : end + 1;
}

/** The file key (16 bytes, to be wiped by the caller) of a whole header; null when it does not open. */
export async function openHeader(header: Uint8Array, opener: Opener): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  if ('passphrase' in opener) decrypter.addPassphrase(opener.passphrase);
  else decrypter.addIdentity(opener);
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    // Only what the package throws about the header itself; a wiped identity is a defect and passes on.
    if ('passphrase' in opener || !opener.wiped) return null;
    throw error;
  }
}

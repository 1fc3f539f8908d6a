/**
 * Tells a sealed file that a power cut took before its beginning was on the disk: SealedWriter writes nothing behind the
 * header before that is there, and nothing behind the first chunk before that is. Reads only.
 */
import { readFile, stat } from 'node:fs/promises';
import { headerSizeBytes, longestHeaderBytes, openHeader } from './header.ts';
import type { Identity } from './keys.ts';
import { wipe } from './sodium.ts';
import { payloadNonceBytes, sealedChunkBytes } from './stream.ts';

const firstLine = Buffer.from('age-encryption.org/v1\n');

/**
 * Whether the file holds nothing, or only zeros where its header should be, or only part of it: then it never held
 * anything. False for what is longer, for anything else, and for what cannot be read.
 */
export async function isUnbegun(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || found.size > longestHeaderBytes) return false;
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return false;
  if (bytes.every((byte) => byte === 0)) return true;
  const begun = bytes.subarray(0, firstLine.length);
  if (!firstLine.subarray(0, begun.length).equals(begun)) return false;
  const headerBytes = headerSizeBytes(bytes);
  return headerBytes === null || bytes.length < headerBytes + payloadNonceBytes;
}

/**
 * Of a file that was never finished and opens nowhere: whether it ends with its first chunk, so that nothing of it was
 * ever sure to be on the disk. Its header must open.
 */
export async function isTornAtFirst(path: string, identity: Identity): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || found.size > longestHeaderBytes + payloadNonceBytes + sealedChunkBytes) return false;
  const bytes = await readFile(path).catch(() => new Uint8Array());
  const headerBytes = headerSizeBytes(bytes);
  if (headerBytes === null || bytes.length > headerBytes + payloadNonceBytes + sealedChunkBytes) return false;
  const fileKey = await openHeader(bytes.subarray(0, headerBytes), identity);
  if (fileKey) wipe(fileKey);
  return fileKey !== null;
}

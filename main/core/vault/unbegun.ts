/**
 * Tells a sealed file that a power cut took before its beginning was on the disk: SealedWriter writes nothing behind the
 * header before that. Reads only.
 */
import { readFile, stat } from 'node:fs/promises';
import { headerSizeBytes, longestHeaderBytes } from './header.ts';
import { payloadNonceBytes } from './stream.ts';

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

/**
 * What tells one sealed file from every other without opening it. Its mark: 48 bits of its payload nonce, which is
 * random; an index that keeps it notices when another file, as genuine, lies under the name. Its seal id: SHA-256 of
 * header and nonce, 32 bytes. They hold the file's key, which only its writer and the identity know, so nobody else can
 * make another file of that id. Neither needs the identity. null for what is no sealed file, is gone, or cannot be read.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { headerSizeBytes } from './header.ts';
import { readWhole } from './openSpan.ts';
import { payloadNonceBytes } from './stream.ts';

/** Header and nonce of a file for nine recipients; with more it has no mark, and is told by its size alone. */
const startBytes = 1024;
const markBytes = 6;

export async function readMark(path: string): Promise<number | null> {
  const start = await readStart(path);
  return start ? start.bytes.readUIntBE(start.nonceStart, markBytes) : null;
}

export async function readSealId(path: string): Promise<Uint8Array | null> {
  const start = await readStart(path);
  return start ? sealIdOf(start.bytes.subarray(0, start.nonceStart + payloadNonceBytes)) : null;
}

/** `start`: header and payload nonce, and no more. */
export function sealIdOf(start: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(start).digest());
}

async function readStart(path: string): Promise<{ bytes: Buffer; nonceStart: number } | null> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(startBytes, (await file.stat()).size));
      if (!(await readWhole(file, bytes, 0))) return null;
      const nonceStart = headerSizeBytes(bytes);
      return nonceStart === null || nonceStart + payloadNonceBytes > bytes.byteLength ? null : { bytes, nonceStart };
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/**
 * What tells one sealed file from every other without opening it: 48 bits of its payload nonce, which is random. An
 * index that keeps it notices when another file, as genuine, lies under the name. Needs no identity. null for what is no
 * sealed file, is gone, or cannot be read; it never throws.
 */
import { open } from 'node:fs/promises';
import { headerSizeBytes } from './header.ts';
import { readWhole } from './openSpan.ts';

/** Header and nonce of a file for nine recipients; with more it has no mark, and is told by its size alone. */
const startBytes = 1024;
const markBytes = 6;

export async function readMark(path: string): Promise<number | null> {
  try {
    const file = await open(path, 'r');
    try {
      const start = Buffer.alloc(Math.min(startBytes, (await file.stat()).size));
      if (!(await readWhole(file, start, 0))) return null;
      const nonceStart = headerSizeBytes(start);
      if (nonceStart === null || nonceStart + markBytes > start.byteLength) return null;
      return start.readUIntBE(nonceStart, markBytes);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

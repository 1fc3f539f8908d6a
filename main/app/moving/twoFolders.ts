/**
 * How two folders lie to each other, where the second need not exist yet: one inside the other, both on one disk. Only
 * looks; what cannot be looked at throws its system error.
 */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Whether `inner` is `outer`, or lies in it, through links too. */
export async function isInside(outer: string, inner: string): Promise<boolean> {
  const relative = path.relative(await realPath(outer), await realPath(inner));
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/** Of a folder that need not exist yet. */
async function realPath(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : path.join(await realPath(above), path.basename(folder));
  }
}

/** Of `to`, or of the nearest folder above it that exists. */
export async function onSameDisk(from: string, to: string): Promise<boolean> {
  let there = to;
  for (;;) {
    const found = await stat(there).catch(() => null);
    if (found) return found.dev === (await stat(from)).dev;
    const above = path.dirname(there);
    if (above === there) return false;
    there = above;
  }
}

/**
 * What a folder is worth as the place of a vault: its room, whether it takes files and keeps them private, and what
 * lies there. Found out by trying, with a file that is removed again. It never fails: a folder that tells nothing is
 * not writable and has no room. A folder that does not exist yet is judged by the nearest one above it that does.
 */
import { randomBytes } from 'node:crypto';
import { access, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileMode, temporaryPath } from './durable.ts';
import { isEmpty, vaultFileName } from './folder.ts';

export interface FolderReport {
  /** Bytes that this user may still write; 0 where the disk does not say. */
  freeBytes: number;
  totalBytes: number;
  writable: boolean;
  /** A file made for this user alone stays so. Windows: true, where a user's folders are theirs by default. */
  keepsPrivate: boolean;
  holdsVault: boolean;
  /** Nothing lies in it, or it does not exist yet. */
  empty: boolean;
}

export async function folderReport(folder: string): Promise<FolderReport> {
  const existing = await nearest(folder);
  const names = existing === folder ? await readdir(folder).catch(() => null) : [];
  const disk = await statfs(existing).catch(() => null);
  const tried = await tryFile(existing);
  return {
    freeBytes: disk ? disk.bavail * disk.bsize : 0,
    totalBytes: disk ? disk.blocks * disk.bsize : 0,
    writable: tried.writable,
    keepsPrivate: tried.keepsPrivate,
    holdsVault: await access(join(folder, vaultFileName)).then(
      () => true,
      () => false,
    ),
    empty: names !== null && isEmpty(names),
  };
}

/** Whether the folder takes a file right now; it is removed again. */
export async function takesFiles(folder: string): Promise<boolean> {
  return (await tryFile(folder)).writable;
}

async function nearest(folder: string): Promise<string> {
  let one = folder;
  while (!(await stat(one).catch(() => null))) {
    const above = dirname(one);
    if (above === one) break;
    one = above;
  }
  return one;
}

/** Makes a file for this user alone, reads its permissions back, and removes it. */
async function tryFile(folder: string): Promise<{ writable: boolean; keepsPrivate: boolean }> {
  const path = temporaryPath(join(folder, '.nightjar-try'));
  try {
    const file = await open(path, 'wx', fileMode);
    try {
      await file.write(randomBytes(16));
      const { mode } = await file.stat();
      return { writable: true, keepsPrivate: process.platform === 'win32' || (mode & 0o077) === 0 };
    } finally {
      await file.close();
    }
  } catch {
    return { writable: false, keepsPrivate: true };
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

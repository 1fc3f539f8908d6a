/**
 * Changes to a folder that outlive a power cut: write, fsync the file, rename, fsync the folder. Files are 0600 and
 * folders 0700. Errors of the file system pass through as they are; a file that could not be put in its place leaves
 * the old one as it was and takes its temporary file with it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './vaultError.ts';

export const fileMode = 0o600;
export const folderMode = 0o700;

/** fsync of a folder. Windows has none and needs none: its renames are journaled. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network shares and FUSE file systems have no fsync for folders: nothing more can be done there.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** Renames inside one folder, for good. The file's own content was synced before. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Makes one folder below an existing one; nothing when it is there. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: folderMode });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    throw error;
  }
  await syncFolder(dirname(folder));
}

const temporary = /\.[0-9a-f]{8}\.new$/;

/** A name in the same folder for what will replace `path`. */
export function temporaryPath(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.new`;
}

/** Whether the name is one of `temporaryPath`: what a crash left of a replacement that never happened. */
export function isTemporary(name: string): boolean {
  return temporary.test(name);
}

/**
 * Removes what a crash left of replacements in this folder, of one file or of all. Only for the one instance that has
 * the vault's lock, and while it replaces none of them.
 */
export async function removeTemporaries(folder: string, file?: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const replaced = name.replace(temporary, '');
    if (replaced !== name && (file === undefined || replaced === file)) await rm(join(folder, name), { force: true });
  }
}

/** Replaces or makes a file whole: after a crash it holds the old bytes or the new ones. */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporaryName = temporaryPath(path);
  try {
    const file = await open(temporaryName, 'wx', fileMode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(temporaryName, path);
  } catch (error) {
    await rm(temporaryName, { force: true }).catch(() => undefined);
    throw error;
  }
}

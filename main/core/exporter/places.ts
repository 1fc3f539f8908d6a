/**
 * Where an export goes: under a random name in the chosen folder until it is whole, then to its own name. A file
 * that the user did not agree to replace is never replaced, also when it appears while the export runs.
 */
import { statSync } from 'node:fs';
import { access, constants, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { freeBytesOf, problemOf, systemCode } from '../vault/vaultError.ts';

/** Tells one file from another of the same name. */
export interface FileMark {
  inode: number;
  sizeBytes: number;
  changedMs: number;
}

/** null when there is no such file. What is there when the user chose the name is what the user agreed to replace. */
export function markOf(file: string): FileMark | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? { inode: found.ino, sizeBytes: found.size, changedMs: found.mtimeMs } : null;
}

/** Of one job, by its id. No name of a camera in it: it stands in ffmpeg's arguments. */
export function temporaryName(jobId: string, part: number | string): string {
  return `.nightjar-${jobId}-${part}.part.mp4`;
}

/** Removes what a job that was killed left in the folder; nothing where there is no folder. */
export async function removeLeftovers(folder: string, jobId: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(`.nightjar-${jobId}-`) && /\.part(\.mp4)?$/.test(name));
  for (const name of left) await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}

/** Whether a file that was about to get this name has it, whole. An empty one that only held the name is removed. */
export async function isPlaced(file: string, sizeBytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (found?.size === 0) await rm(file, { force: true }).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== sizeBytes) return false;
  return !file.endsWith('.mp4') || (await isComplete(file));
}

/** null when the folder takes a clip of this size. */
export async function refusalOf(folder: string, neededBytes: number): Promise<Problem | null> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const isGone = ['ENOENT', 'ENOTDIR'].includes(systemCode(error));
    return { code: isGone ? 'vaultMissing' : 'folderNotWritable', folder };
  }
  const freeBytes = await freeBytesOf(folder);
  const isFull = freeBytes > 0 && freeBytes < neededBytes;
  return isFull ? { code: 'targetFull', folder, neededBytes: Math.ceil(neededBytes), freeBytes } : null;
}

/** Whether ffmpeg completed the file: it ends by putting the index before the pictures. */
export async function isComplete(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
  try {
    const head = new DataView(new ArrayBuffer(8));
    await handle.read(head, 0, 8, 0);
    const ftypBytes = head.getUint32(0);
    await handle.read(head, 0, 8, ftypBytes);
    return head.getUint32(4) === moovType;
  } finally {
    await handle.close();
  }
}
const moovType = 0x6d6f6f76;

/**
 * Puts the whole file on the disk for good under its name. `agreed`: what may be replaced. Problems: `fileExists`, and
 * those of the disk.
 */
export async function putInPlace(
  temporary: string,
  file: string,
  agreed: FileMark | null = null,
): Promise<Outcome<null>> {
  try {
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (agreed && sameMark(markOf(file), agreed)) {
      await rename(temporary, file);
      return good(null);
    }
    // Taking the name first works on every file system; hard links do not.
    await (await open(file, 'wx')).close();
    await rename(temporary, file).catch(async (error: unknown) => {
      await rm(file, { force: true });
      throw error;
    });
    return good(null);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return bad({ code: 'fileExists', file: path.basename(file) });
    const problem = await problemOf(error, file);
    if (!problem) throw error;
    return bad(problem);
  }
}

function sameMark(a: FileMark | null, b: FileMark): boolean {
  return a?.inode === b.inode && a.sizeBytes === b.sizeBytes && a.changedMs === b.changedMs;
}

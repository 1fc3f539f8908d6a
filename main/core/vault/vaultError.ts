/**
 * Trouble with the disk, as a problem. A sealed file that is being written throws a VaultError, so that an append that
 * nobody awaited singly is not lost; everything that reads answers an outcome. What is not the disk's fault (a bug,
 * wrong arguments) is passed on as it is: a defect.
 */
import { statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Problem } from '../../contract/problems.ts';

export class VaultError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(`vault: ${problem.code}`, { cause });
    this.name = 'VaultError';
    this.problem = problem;
  }
}

/** Linux's numbers that Node has no code for: it calls them 'Unknown system error -122'. */
const unnamed: Readonly<Record<number, string>> = { 116: 'ESTALE', 117: 'EUCLEAN', 122: 'EDQUOT', 123: 'ENOMEDIUM' };

/** The system's code of an error (ENOSPC, …); '' when it has none. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return '';
  const number = 'errno' in error && process.platform === 'linux' ? -Number(error.errno) : 0;
  return unnamed[number] ?? error.code;
}

/** Trouble with the disk itself, which can pass: not with one file. */
export function isDiskTrouble({ code }: Problem): boolean {
  return code === 'diskFull' || code === 'diskReadOnly' || code === 'folderNotWritable' || code === 'vaultMissing';
}

/** Bytes that an ordinary user may still write there; 0 when the disk does not say. */
export async function freeBytesOf(folder: string): Promise<number> {
  try {
    const disk = await statfs(folder);
    return disk.bavail * disk.bsize;
  } catch {
    return 0;
  }
}

/** The problem behind an error of the file system at `path`; null when it is a defect. */
export async function problemOf(error: unknown, path: string): Promise<Problem | null> {
  if (error instanceof VaultError) return error.problem;
  const folder = dirname(path);
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return { code: 'diskFull', folder, freeBytes: await freeBytesOf(folder) };
    case 'EROFS':
      return { code: 'diskReadOnly', folder };
    case 'EACCES':
    case 'EPERM':
      return { code: 'folderNotWritable', folder };
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENODEV':
    case 'ENXIO':
    case 'EIO':
    case 'EREMOTEIO':
    case 'ENOMEDIUM':
    case 'EUCLEAN':
    case 'ESTALE':
    case 'ETIMEDOUT':
    case 'EHOSTDOWN':
    case 'ENOTCONN':
      return { code: 'vaultMissing', folder };
    case 'EEXIST':
      return { code: 'fileExists', file: basename(path) };
    default:
      return null;
  }
}

/** The same as something to throw: a VaultError, or the defect itself. */
export async function vaultErrorOf(error: unknown, path: string): Promise<Error> {
  const problem = await problemOf(error, path);
  if (problem) return error instanceof VaultError ? error : new VaultError(problem, error);
  return error instanceof Error ? error : new Error('unknown trouble with a file', { cause: error });
}

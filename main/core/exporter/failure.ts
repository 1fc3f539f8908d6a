/**
 * What lies behind a failed export, for whoever reads it: of the target's disk with the room that it would take, and of
 * what was deleted while it was read. Everything else is what it is.
 */
import { stat } from 'node:fs/promises';
import type { Problem } from '../../contract/problems.ts';
import { freeBytesOf } from '../vault/vaultError.ts';

export interface Failed {
  /** The folder that was written into, and the vault's. */
  folder: string;
  vaultFolder: string;
  /** What all of it will come to, as far as that is known. */
  expectedBytes: number;
  /** What lay there, and is removed. */
  writtenBytes: number;
}

/** Less room than this after a failure: that was the cause. */
const fullBytes = 2 ** 20;

export async function causeOf(problem: Problem, failed: Failed): Promise<Problem> {
  const { folder, expectedBytes, writtenBytes } = failed;
  const { code } = problem;
  if (code === 'gone') return whatIsGone(failed);
  if (code !== 'diskFull' && code !== 'ffmpegFailed') return problem;
  const freeBytes = await freeBytesOf(folder);
  if (code === 'ffmpegFailed' && freeBytes >= fullBytes) return problem;
  // What is there now is removed, so it counts as free.
  const neededBytes = Math.ceil(Math.max(expectedBytes, writtenBytes + fullBytes));
  return { code: 'targetFull', folder, neededBytes, freeBytes: freeBytes + writtenBytes };
}

/** A recording, unless the disk is gone that it, or what is written, lies on. */
async function whatIsGone({ folder, vaultFolder }: Failed): Promise<Problem> {
  for (const one of [vaultFolder, folder]) if (!(await isThere(one))) return { code: 'vaultMissing', folder: one };
  return { code: 'recordingGone' };
}

function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}

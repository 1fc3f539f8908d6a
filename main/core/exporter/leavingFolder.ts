/**
 * The folder that everything is exported to: a file in it tells a person what lies there, and the next start that it is
 * the folder of this job. Asking where to save is left to others.
 */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { en } from '../../contract/text/en.ts';
import { writeDurably } from '../vault/durable.ts';
import { problemOf } from '../vault/vaultError.ts';
import { localStamp } from './stamps.ts';

/** Makes it, and the file in it. Problems: those of the target's disk. */
export async function makeLeavingFolder(folder: string, startedMs: number): Promise<Outcome<null>> {
  try {
    await mkdir(folder, { recursive: true });
    await writeDurably(aboutFile(folder), en.leaving.about(localStamp(startedMs)));
    return good(null);
  } catch (error) {
    const problem = await problemOf(error, aboutFile(folder));
    if (!problem) throw error;
    return bad(problem);
  }
}

/** `placeMissing`: a folder of the same name on another disk, or none, is not where a job may go on. */
export async function findLeavingFolder(folder: string): Promise<Outcome<null>> {
  const found = await stat(aboutFile(folder)).catch(() => null);
  return found ? good(null) : bad({ code: 'placeMissing', folder });
}

function aboutFile(folder: string): string {
  return path.join(folder, `${en.leaving.aboutName}.txt`);
}

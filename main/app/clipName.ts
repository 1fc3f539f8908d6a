/**
 * Names of exported clips. Suggested: camera and local start, with nothing in it that a file system of Windows, macOS or
 * Linux refuses. Chosen, of clips and of pictures: what the user typed, with the right ending, and never a file that
 * nobody asked the user about.
 */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { localStamp, safeName } from '../core/exporter/stamps.ts';

/** "Front door 2026-11-17 17.56.10.mp4" */
export function clipName(cameraName: string, fromMs: number): string {
  return `${safeName(cameraName) || 'Camera'} ${localStamp(fromMs)}.mp4`;
}

/**
 * The file that a typed name stands for: a name without the ending gets it. Of that one the system's dialog knew nothing,
 * so where there is such a file the answer is `fileExists`.
 */
export async function chosenFile(typed: string, endings: readonly [string, ...string[]]): Promise<Outcome<string>> {
  const typedEnding = path.extname(typed).slice(1).toLowerCase();
  if (endings.includes(typedEnding)) return good(typed);
  const file = `${typed}.${endings[0]}`;
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  return isThere ? bad({ code: 'fileExists', file: path.basename(file) }) : good(file);
}

export function clipFile(typed: string): Promise<Outcome<string>> {
  return chosenFile(typed, ['mp4', 'm4v', 'mov']);
}

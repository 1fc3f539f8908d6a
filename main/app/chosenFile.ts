/** The file that a name stands for, typed in the system's save dialog: with its ending, and none that nobody asked about. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../contract/problems.ts';

/**
 * A name without the ending gets it. Of that one the system's dialog knew nothing, so where there is such a file the answer
 * is `fileExists`.
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

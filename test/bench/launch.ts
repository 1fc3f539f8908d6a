/**
 * What every benchmark of a start does, in a process of its own: opens a vault of `yearVault.ts` by its words, measures,
 * and prints what it measured as one line of JSON, for the benchmark that launched it.
 */
import { openWithWords, type Vault } from '../../main/core/vault/folder.ts';
import { wordsOf } from './yearVault.ts';

export async function openYear(folder: string): Promise<Vault> {
  const opened = await openWithWords(`${folder}/vault`, wordsOf(folder));
  if (!opened.ok) throw new Error(`the vault does not open: ${opened.problem.code}`);
  return opened.value;
}

export async function launch(measure: (...given: string[]) => Promise<object>): Promise<void> {
  // What runs in the background keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  console.log(JSON.stringify(await measure(...process.argv.slice(2))));
  clearInterval(alive);
}

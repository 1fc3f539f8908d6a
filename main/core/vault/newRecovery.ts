/**
 * Twelve other words for the vault. The identity stays; what changes is recovery.age. The new file lies whole on the
 * disk beside the old one, and has been proved by opening a sealed test file with nothing but its words, before it takes
 * the old one's place, in one step: the old words open the vault until then, and this folder not afterwards. Whoever
 * kept a copy of the folder opens that copy with the old words still.
 */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { fileMode, removeTemporaries, renameDurably, temporaryPath } from './durable.ts';
import { proveRecovery, recoveryFileName, type Vault } from './folder.ts';
import { areWords, sealIdentity } from './keys.ts';
import { problemOf } from './vaultError.ts';

/** Problems: `keyMissing` when the vault is locked; as `proveRecovery`. Then the old words open it as before. */
export async function replaceRecovery(vault: Vault, words: readonly string[]): Promise<Outcome<null>> {
  if (!areWords(words)) throw new Error('a recovery key is made with words from makeWords');
  if (!vault.identity) return bad({ code: 'keyMissing' });
  const path = vault.path(recoveryFileName);
  const aside = temporaryPath(path);
  try {
    await removeTemporaries(vault.folder, recoveryFileName);
    const file = await open(aside, 'wx', fileMode);
    try {
      await file.writeFile(await sealIdentity(vault.identity, words));
      await file.sync();
    } finally {
      await file.close();
    }
    const proved = await proveRecovery(vault, words, basename(aside));
    if (!proved.ok) return proved;
    await renameDurably(aside, path);
    return good(null);
  } catch (error) {
    const problem = await problemOf(error, path);
    if (!problem) throw error;
    return bad(problem);
  } finally {
    await rm(aside, { force: true }).catch(() => undefined);
  }
}

/** Two different numbers of words to be asked back, from 1 to `count`, in order. */
export function chooseAsked(count: number): [number, number] {
  const first = randomInt(count);
  const second = (first + 1 + randomInt(count - 1)) % count;
  return [Math.min(first, second) + 1, Math.max(first, second) + 1];
}

/** A whole number below `below`, each as likely; `below` is far under 2^32, so the bias is not. */
function randomInt(below: number): number {
  return randomBytes(4).readUInt32LE() % below;
}

/** Whether a folder lies in the vault's, where nothing in the clear may go. Links are followed on both sides. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';

export async function isInsideVault(folder: string, vaultFolder: string): Promise<boolean> {
  const [real, vault] = await Promise.all([realOf(folder), realOf(vaultFolder)]);
  const below = path.relative(vault, real);
  return below === '' || (!below.startsWith('..') && !path.isAbsolute(below));
}

function realOf(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

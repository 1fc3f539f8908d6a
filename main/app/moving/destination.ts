/**
 * The folder that a vault is to be moved to: whether it can take it, and what it holds already of an earlier move.
 * Changes nothing in either folder. What a disk does not tell throws its system error.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { readVaultFile } from '../../core/vault/folder.ts';
import { folderReport } from '../../core/vault/folderReport.ts';
import { listVaultFolder, movingMarkName, VaultCopy } from '../../core/vault/moveFiles.ts';
import type { VaultMove } from '../whereVault.ts';
import { isInside, onSameDisk } from './twoFolders.ts';

/** Room beyond what is copied, so that the new disk is not full at once. */
const spareBytes = 256_000_000;

/**
 * Whether the folder can take the vault; returns the bytes to be moved. Problems: `moveIntoItself`, `folderNotEmpty`,
 * `folderNotWritable`, `noRoom`.
 */
export async function canTake({ from, to }: VaultMove): Promise<Outcome<number>> {
  if ((await isInside(from, to)) || (await isInside(to, from))) return bad({ code: 'moveIntoItself', folder: to });
  const report = await folderReport(to);
  const ours = await isCopyOf(from, to);
  if (report.holdsVault ? !ours : !report.empty && !ours) return bad({ code: 'folderNotEmpty', folder: to });
  if (!report.writable) return bad({ code: 'folderNotWritable', folder: to });
  return hasRoom({ from, to }, report.freeBytes);
}

async function hasRoom({ from, to }: VaultMove, freeBytes: number): Promise<Outcome<number>> {
  const { leftBytes, totalBytes } = await new VaultCopy(from, to).survey();
  const neededBytes = leftBytes + spareBytes;
  if (!(await onSameDisk(from, to)) && freeBytes < neededBytes)
    return bad({ code: 'noRoom', folder: to, neededBytes, freeBytes });
  return good(totalBytes);
}

export async function holdsVault(folder: string): Promise<boolean> {
  return (await readVaultFile(folder)).ok;
}

/** `to` holds what an earlier move of the vault in `from` had copied. */
export async function isCopyOf(from: string, to: string): Promise<boolean> {
  const file = await readVaultFile(from);
  if (!file.ok) return false;
  try {
    const mark: unknown = JSON.parse(await readFile(path.join(to, movingMarkName), 'utf8'));
    return typeof mark === 'object' && mark !== null && 'id' in mark && mark.id === file.value.id;
  } catch {
    return false;
  }
}

/** Every file of the vault in `from` is in `to` too. */
export async function holdsAllOf({ from, to }: VaultMove): Promise<boolean> {
  const { leftBytes } = await new VaultCopy(from, to).survey();
  const old = await listVaultFolder(from);
  const now = await listVaultFolder(to);
  const all = [...old.files].every(([file, { sizeBytes }]) => now.files.get(file)?.sizeBytes === sizeBytes);
  const documents = [...old.files].filter(([file]) => !/\d+-\d+\.mp4\.age$/.test(file));
  const documentBytes = documents.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
  // What a survey cannot compare is the documents: these are compared by their sizes above.
  return all && leftBytes <= documentBytes;
}

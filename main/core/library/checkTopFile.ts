/**
 * Checks one file that lies in the vault's own folder: the documents of the app, the recovery file, `vault.json`, the
 * log. Reads only. A document that is replaced meanwhile is looked at again, and what nobody knows is named. Folders
 * (recordings, events, months) are others' work. Problems: `cancelled`.
 */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { isTemporary } from '../vault/durable.ts';
import { isEmpty, readVaultFile, vaultFileName } from '../vault/folder.ts';
import { readKeyList } from '../vault/keyList.ts';
import { passphraseFileName } from '../vault/passphrase.ts';
import { areRecipients, looksLikeRecovery } from '../vault/recoveryForm.ts';
import { isScryptFile } from '../vault/scryptFile.ts';
import { previousOf } from '../vault/sealedStore.ts';
import { checkDocument, type CheckedForm, checkSealedFile } from './checkDocument.ts';
import type { CheckedFile } from './checkRecording.ts';
import { daySumsName } from './daySums.ts';

export interface CheckedTop extends Omit<CheckedFile, 'file'> {
  /** The documents in the vault's folder, by their files' names, and how each is read. */
  documents: Readonly<Record<string, CheckedForm<unknown>>>;
  /** Told of every file, before it is looked at. */
  began: (file: string) => void;
}

/** A document that is replaced while it is looked at is looked at again, this often. */
const mostLooks = 10;

/** One file in the vault's own folder; again when it was replaced meanwhile. */
export async function checkTopFile(checked: CheckedTop, file: string): Promise<Outcome<Finding[]>> {
  if (file === 'lock' || file === 'lock.taking' || isEmpty([file])) return good([]);
  checked.began(file);
  for (let look = 1; ; look += 1) {
    const before = await stampOf(checked, file);
    const found = await checkOnce(checked, file);
    if (!found.ok || found.value.length === 0 || look === mostLooks || before === (await stampOf(checked, file)))
      return found;
  }
}

/** Tells one state of a document and the version before it from another. */
async function stampOf({ folder }: CheckedTop, file: string): Promise<string> {
  const newest = file.replace(/\.(previous|damaged)$/, '');
  const stats = [newest, previousOf(newest)].map((name) => lstat(path.join(folder, name)).catch(() => null));
  return (await Promise.all(stats)).map((one) => (one ? `${one.ino} ${one.size} ${one.mtimeMs}` : '-')).join();
}

async function checkOnce(checked: CheckedTop, file: string): Promise<Outcome<Finding[]>> {
  const form = checked.documents[file];
  const kind = await kindOf(checked, file);
  // It was there when the folder was listed.
  if (kind === null) return good([]);
  if (kind !== 'file') return good([{ kind: 'unexplained', file }]);
  if (form) {
    const found = await checkDocument({ ...checked, file }, form);
    return found.ok ? good(found.value.findings) : found;
  }
  const misread: Finding = { kind: 'misread', file, atByte: 0, lost: null };
  const newest = Object.keys(checked.documents).find((name) => file === previousOf(name) || file === `${name}.damaged`);
  if (file === vaultFileName) return good((await isVaultFileRight(checked)) ? [] : [misread]);
  if (file === 'recovery.age' || file === passphraseFileName) {
    const bytes = await readFile(path.join(checked.folder, file)).catch(() => null);
    const looksRight = file === passphraseFileName ? isScryptFile : looksLikeRecovery;
    return good(bytes && looksRight(bytes) ? [] : [misread]);
  }
  // What it says is measured again wherever it does not hold.
  if (file === daySumsName) return good([]);
  if (file === 'log.txt.age') return checkSealedFile({ ...checked, file });
  if (newest !== undefined && file === previousOf(newest)) {
    // Looked at together with the newest; alone it is what a crash between two renames leaves.
    if ((await kindOf(checked, newest)) === 'file') return good([]);
    const found = await checkDocument(
      { ...checked, file: newest },
      checked.documents[newest] ?? { version: 1, parse: () => null },
    );
    return found.ok ? good(found.value.findings) : found;
  }
  return good([{ kind: newest !== undefined || isTemporary(file) ? 'leftover' : 'unexplained', file }]);
}

/** vault.json names who the vault is sealed to, and nobody else, and has its own id: as the list of keys, if there is one. */
async function isVaultFileRight({ folder, identity }: CheckedTop): Promise<boolean> {
  const [file, list] = [await readVaultFile(folder), await readKeyList(folder, identity)];
  if (!file.ok || !(await areRecipients(file.value.recipients))) return false;
  if (!list) return true;
  const listed = [...list.others.map(({ recipient }) => recipient), identity.recipient];
  return list.vaultId === file.value.id && file.value.recipients.toSorted().join() === listed.toSorted().join();
}

/** What lies there; null for nothing. */
export async function kindOf(
  { folder }: Pick<CheckedTop, 'folder'>,
  file: string,
): Promise<'file' | 'folder' | 'other' | null> {
  const found = await lstat(path.join(folder, file)).catch(() => null);
  if (!found) return null;
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
}

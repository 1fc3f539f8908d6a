/**
 * Checks every file of a vault and names what is damaged, missing or not to be explained, where in the file, and which
 * time is lost with it. Asked to repair, it rebuilds indexes and ends recordings that were cut off, and deletes nothing
 * but an index that does not open (which the folder makes again) and what recovery explains. Nobody else may have the
 * vault open meanwhile: its lock is the caller's to take. Never throws for what lies in the folder.
 */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { checkDay } from '../library/checkDay.ts';
import { checkDocument, type CheckedForm, checkSealedFile } from '../library/checkDocument.ts';
import { daySumsName } from '../library/daySums.ts';
import { type Finding, weightOf } from '../library/finding.ts';
import { Library } from '../library/library.ts';
import { indexName, isCameraId, isDay, recordingsFolder } from '../library/recordingName.ts';
import { isTemporary } from '../vault/durable.ts';
import { isEmpty, readVaultFile, Vault, vaultFileName } from '../vault/folder.ts';
import { keyListForm, keyListName, readKeyList } from '../vault/keyList.ts';
import type { Identity } from '../vault/keys.ts';
import { areRecipients, looksLikeRecovery } from '../vault/recoveryForm.ts';
import { previousOf } from '../vault/sealedStore.ts';
import { recover } from './recovery.ts';

export interface CheckOptions {
  /** The documents in the vault's folder, by their files' names, and how each is read. */
  documents: Readonly<Record<string, CheckedForm<unknown>>>;
  repair?: boolean;
  signal?: AbortSignal;
  /** Told of every file (from the vault's folder on) before it is looked at. */
  began?: (file: string, nth: number) => void;
}

export interface CheckReport {
  files: number;
  /** In the order of the files. */
  findings: Finding[];
  /** What was found and is right now. */
  repaired: Finding[];
}

/** The identity stays the caller's. Problems: as `openVault`; `cancelled`. */
export async function checkVault(
  folder: string,
  identity: Identity,
  { documents, repair = false, signal = new AbortController().signal, began }: CheckOptions,
): Promise<Outcome<CheckReport>> {
  const file = await readVaultFile(folder);
  if (!file.ok) return file;
  const list = await readKeyList(folder, identity);
  const recipients = list?.others.map(({ recipient }) => recipient).concat(identity.recipient);
  if (!list && !file.value.recipients.includes(identity.recipient)) return bad({ code: 'keyWrong' });
  const vault = new Vault(folder, { ...file.value, recipients: recipients ?? file.value.recipients }, identity);
  let files = 0;
  const walk: Walk = {
    vault,
    folder,
    identity,
    signal,
    documents: { ...documents, [keyListName]: keyListForm(folder, identity) },
    // Where there is a list of keys, vault.json says the same.
    vaultFileIsRight:
      (await areRecipients(file.value.recipients)) &&
      (!list ||
        (list.vaultId === file.value.id && file.value.recipients.toSorted().join() === recipients?.toSorted().join())),
    began: (name) => {
      files += 1;
      began?.(name, files);
    },
  };
  const found = await checkAll(walk);
  if (!found.ok) return found;
  const wrong = found.value.filter((finding) => weightOf(finding) === 'repairable');
  if (!repair || wrong.length === 0) return good({ files, findings: found.value, repaired: [] });
  await mend(vault, wrong, signal);
  return afterMending(walk, files, found.value);
}

interface Walk {
  vault: Vault;
  folder: string;
  identity: Identity;
  signal: AbortSignal;
  documents: CheckOptions['documents'];
  /** vault.json names who the vault is sealed to, and nobody else, and has its own id. */
  vaultFileIsRight: boolean;
  began: (file: string) => void;
}

/** Days with something to put right are looked at again. What had gone before stays gone, whatever the index says now. */
async function afterMending(walk: Walk, files: number, before: readonly Finding[]): Promise<Outcome<CheckReport>> {
  const days = new Set(
    before.filter((finding) => weightOf(finding) === 'repairable').map(({ file }) => path.dirname(file)),
  );
  const after: Finding[] = [];
  for (const day of days) {
    const [, cameraId = '', name = ''] = day.split(path.sep);
    if (!isCameraId(cameraId) || !isDay(name)) continue;
    const found = await checkDay({ ...walk, cameraId, day: name, began: () => undefined });
    if (!found.ok) return found;
    after.push(...found.value);
  }
  const key = ({ kind, file }: Finding): string => `${kind} ${file}`;
  const still = new Set(after.map(key));
  const untouched = before.filter(
    (one) => !days.has(path.dirname(one.file)) || (one.kind === 'missing' && !still.has(key(one))),
  );
  const repaired = before.filter((one) => weightOf(one) === 'repairable' && !still.has(key(one)));
  return good({ files, findings: [...untouched, ...after], repaired });
}

/** Ends what was cut off, then makes each day's index say what its folder holds. */
async function mend(vault: Vault, wrong: readonly Finding[], signal: AbortSignal): Promise<void> {
  const library = new Library({ vault });
  try {
    // A version of an index that does not open is worth nothing: the folder says the same.
    const closed = wrong.filter(({ file, kind }) => path.basename(file) === previousOf(indexName) && kind !== 'newer');
    for (const { file } of closed) await rm(vault.path(file), { force: true });
    await recover(vault, library, signal);
    for (const day of new Set(wrong.map(({ file }) => path.dirname(file)))) {
      const [, cameraId = '', name = ''] = day.split(path.sep);
      if (signal.aborted) return;
      if (isCameraId(cameraId) && isDay(name)) await library.rebuildDay(cameraId, name);
    }
  } finally {
    await library.close();
  }
}

async function checkAll(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  for (const name of await namesIn(walk.folder)) {
    const found = name === recordingsFolder ? await checkRecordings(walk) : await checkTop(walk, name);
    if (!found.ok) return found;
    findings.push(...found.value);
  }
  for (const file of ['recovery.age', recordingsFolder]) {
    if ((await kindOf(walk, file)) === null) findings.push({ kind: 'missing', file, lost: null });
  }
  return good(findings);
}

/** One file in the vault's own folder. */
async function checkTop(walk: Walk, file: string): Promise<Outcome<Finding[]>> {
  if (file === 'lock' || file === 'lock.taking' || isEmpty([file])) return good([]);
  walk.began(file);
  const form = walk.documents[file];
  if ((await kindOf(walk, file)) !== 'file') return good([{ kind: 'unexplained', file }]);
  if (form) {
    const checked = await checkDocument({ ...walk, file }, form);
    return checked.ok ? good(checked.value.findings) : checked;
  }
  const misread: Finding = { kind: 'misread', file, atByte: 0, lost: null };
  const newest = Object.keys(walk.documents).find((name) => file === previousOf(name) || file === `${name}.damaged`);
  if (file === vaultFileName) return good(walk.vaultFileIsRight ? [] : [misread]);
  if (file === 'recovery.age') {
    const bytes = await readFile(path.join(walk.folder, file)).catch(() => null);
    return good(bytes && looksLikeRecovery(bytes) ? [] : [misread]);
  }
  // What it says is measured again wherever it does not hold.
  if (file === daySumsName) return good([]);
  if (file === 'log.txt.age') return checkSealedFile({ ...walk, file });
  if (newest !== undefined && file === previousOf(newest)) {
    // Looked at together with the newest; alone it is what a crash between two renames leaves.
    if ((await kindOf(walk, newest)) === 'file') return good([]);
    const checked = await checkDocument(
      { ...walk, file: newest },
      walk.documents[newest] ?? { version: 1, parse: () => null },
    );
    return checked.ok ? good(checked.value.findings) : checked;
  }
  return good([{ kind: newest !== undefined || isTemporary(file) ? 'leftover' : 'unexplained', file }]);
}

async function checkRecordings(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  for (const cameraId of await namesIn(path.join(walk.folder, recordingsFolder))) {
    const camera = path.join(recordingsFolder, cameraId);
    if (isEmpty([cameraId])) continue;
    if (!isCameraId(cameraId) || (await kindOf(walk, camera)) !== 'folder') {
      findings.push({ kind: 'unexplained', file: camera });
      continue;
    }
    for (const day of await namesIn(path.join(walk.folder, camera))) {
      const file = path.join(camera, day);
      if (isEmpty([day])) continue;
      if (!isDay(day) || (await kindOf(walk, file)) !== 'folder') {
        findings.push({ kind: 'unexplained', file });
        continue;
      }
      const found = await checkDay({ ...walk, cameraId, day });
      if (!found.ok) return found;
      findings.push(...found.value);
    }
  }
  return good(findings);
}

async function kindOf(walk: Walk, file: string): Promise<'file' | 'folder' | 'other' | null> {
  const found = await lstat(path.join(walk.folder, file)).catch(() => null);
  if (!found) return null;
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
}

/** In order; none where the folder is not there or cannot be listed. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

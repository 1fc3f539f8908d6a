/**
 * Checks every file of a vault and names what is damaged, missing or not to be explained, where in the file, and which
 * time is lost with it. Asked to repair, it rebuilds indexes and ends recordings that were cut off, and deletes nothing
 * but an index that does not open (which the folder makes again) and what recovery explains. The vault is one that nobody
 * else has open (its lock is the caller's to take), or one in use, whose library and recordings it then respects: what
 * changes while it looks is looked at again. Never throws for what lies in the folder.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Finding, weightOf } from '../../contract/check.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { checkEventFile, filesOfEvents } from '../library/checkEvents.ts';
import { checkDay, compareDay, dayOfFile, daysOf, type VaultInUse } from '../library/checkDay.ts';
import type { CheckedForm } from '../library/checkDocument.ts';
import { checkMonth } from '../library/checkMonth.ts';
import { checkTopFile, kindOf } from '../library/checkTopFile.ts';
import { eventsFolder } from '../library/eventDocument.ts';
import type { Library } from '../library/library.ts';
import { monthsFolder } from '../library/monthDocument.ts';
import { isCameraId, isDay, recordingsFolder } from '../library/recordingName.ts';
import { isEmpty, readVaultFile, Vault } from '../vault/folder.ts';
import { keyListForm, keyListName, readKeyList } from '../vault/keyList.ts';
import type { Identity } from '../vault/keys.ts';
import { mendVault, mendVaultInUse } from './mendVault.ts';

export interface CheckOptions {
  /** The documents in the vault's folder, by their files' names, and how each is read. */
  documents: Readonly<Record<string, CheckedForm<unknown>>>;
  repair?: boolean;
  signal?: AbortSignal;
  /** Told of every file (from the vault's folder on) before it is looked at. */
  began?: (file: string, nth: number) => void;
  /** Told of every piece that was opened, and awaited: whoever wants the check to be slow waits in it. */
  worked?: (bytes: number) => Promise<void>;
  /** Told of findings as they are made. Of a vault in use the report may leave some of them out again. */
  found?: (findings: readonly Finding[]) => void;
  /** The vault is open and recorded into. */
  inUse?: InUse;
}

export interface InUse {
  vault: Vault;
  library: Library;
  /** When the vault was opened. Recordings begun since are the recorder's to end. */
  openedMs: number;
  /** Between the first look at what may only be changing and the second; 3 s when not said. */
  settleMs?: number;
}

export interface CheckReport {
  files: number;
  /** In the order of the files. */
  findings: Finding[];
  /** What was found and is right now. */
  repaired: Finding[];
}

const usualSettleMs = 3000;
/** The identity stays the caller's. Problems: as `openVault`; `cancelled`, also when a vault in use is locked. */
export async function checkVault(
  folder: string,
  identity: Identity,
  options: CheckOptions,
): Promise<Outcome<CheckReport>> {
  const { documents, repair = false, signal = new AbortController().signal, began, worked, inUse } = options;
  const file = await readVaultFile(folder);
  if (!file.ok) return file;
  const list = await readKeyList(folder, identity);
  const recipients = list?.others.map(({ recipient }) => recipient).concat(identity.recipient);
  if (!list && !file.value.recipients.includes(identity.recipient)) return bad({ code: 'keyWrong' });
  const vault =
    inUse?.vault ?? new Vault(folder, { ...file.value, recipients: recipients ?? file.value.recipients }, identity);
  let files = 0;
  const walk: Walk = {
    ...{ vault, folder, identity, signal },
    documents: { ...documents, [keyListName]: keyListForm(folder, identity) },
    ...(worked && { worked }),
    ...(inUse && { settleMs: inUse.settleMs ?? usualSettleMs, inUse: usesOf(inUse) }),
    began: (name) => {
      files += 1;
      began?.(name, files);
    },
    found: options.found ?? (() => undefined),
  };
  const found = await checkAll(walk);
  if (!found.ok) return found;
  const settled = walk.inUse ? await lookAgain(walk, found.value) : found;
  if (!settled.ok) return settled;
  const wrong = settled.value.filter((finding) => weightOf(finding) === 'repairable');
  if (!repair || wrong.length === 0) return good({ files, findings: settled.value, repaired: [] });
  if (inUse) await mendVaultInUse(inUse, wrong, () => signal.aborted || isLocked(walk));
  else await mendVault(vault, wrong, signal);
  return isLocked(walk) ? bad({ code: 'cancelled' }) : afterMending(walk, files, settled.value);
}

interface Walk {
  vault: Vault;
  folder: string;
  identity: Identity;
  signal: AbortSignal;
  documents: CheckOptions['documents'];
  began: (file: string) => void;
  found: (findings: readonly Finding[]) => void;
  worked?: (bytes: number) => Promise<void>;
  inUse?: VaultInUse;
  settleMs?: number;
}

function usesOf({ library, openedMs }: InUse): VaultInUse {
  return {
    isBeingWritten: (cameraId, startMs, changedMs) =>
      startMs >= openedMs || changedMs >= openedMs || library.openRecording(cameraId)?.startMs === startMs,
    inTurn: (cameraId, day, step) => library.inTurn(cameraId, day, step),
  };
}

/** The vault in use was locked: from now on nothing opens, which is no finding. */
function isLocked(walk: Walk): boolean {
  return walk.vault.identity !== walk.identity;
}

/** What a step finds, as long as the vault was open to the end of it. */
async function whileOpen(walk: Walk, step: () => Promise<Outcome<Finding[]>>): Promise<Outcome<Finding[]>> {
  if (walk.signal.aborted) return bad({ code: 'cancelled' });
  try {
    const found = await step();
    return isLocked(walk) ? bad({ code: 'cancelled' }) : found;
  } catch (error) {
    if (isLocked(walk)) return bad({ code: 'cancelled' });
    throw error;
  }
}

/** In a vault in use these may be about files that are just being finished or replaced. */
function mayPass(finding: Finding): boolean {
  if (finding.kind === 'missing') return false;
  return ['unindexed', 'noIndex', 'leftover'].includes(finding.kind) || dayOfFile(finding.file) === null;
}

/** Looks a second time at what may have been only on its way, and leaves out what has arrived. */
async function lookAgain(first: Walk, before: readonly Finding[]): Promise<Outcome<Finding[]>> {
  const walk = { ...first, began: () => undefined };
  const passing = before.filter(mayPass);
  if (passing.length === 0) return good([...before]);
  try {
    await wait(walk.settleMs, undefined, { signal: walk.signal });
  } catch {
    return bad({ code: 'cancelled' });
  }
  const again = new Set<string>();
  for (const [place, group] of Map.groupBy(passing, ({ file }) => path.dirname(file))) {
    const inDay = dayOfFile(group[0]?.file ?? '');
    const looks = inDay
      ? [() => walk.inUse?.inTurn(inDay.cameraId, inDay.day, () => compareDay({ ...walk, ...inDay })) ?? good([])]
      : group.map(
          ({ file }) =>
            () =>
              checkBeside(walk, place, file),
        );
    for (const look of looks) {
      const found = await whileOpen(walk, async () => await look());
      if (!found.ok) return found;
      for (const finding of found.value) again.add(keyOf(finding));
    }
  }
  return good(before.filter((finding) => !mayPass(finding) || again.has(keyOf(finding))));
}

/** A file that is in no day's folder of recordings. */
async function checkBeside(walk: Walk, place: string, file: string): Promise<Outcome<Finding[]>> {
  if (place === '.') return await checkTopFile(walk, file);
  if (place === monthsFolder) return await checkMonth({ ...walk, file });
  if (file.startsWith(eventsFolder + path.sep)) return await checkEventFile(walk, file);
  return good([{ kind: 'unexplained', file }]);
}

function keyOf({ kind, file }: Finding): string {
  return `${kind} ${file}`;
}

/** Days with something to put right are looked at again. What had gone before stays gone, whatever the index says now. */
async function afterMending(walk: Walk, files: number, before: readonly Finding[]): Promise<Outcome<CheckReport>> {
  const mended = before.filter((finding) => weightOf(finding) === 'repairable');
  const days = new Set(mended.map(({ file }) => path.dirname(file)));
  const after: Finding[] = [];
  for (const { cameraId, day } of daysOf(mended)) {
    const found = await whileOpen(walk, () => checkDay({ ...walk, cameraId, day, began: () => undefined }));
    if (!found.ok) return found;
    after.push(...found.value);
  }
  const still = new Set(after.map(keyOf));
  const untouched = before.filter(
    (one) => !days.has(path.dirname(one.file)) || (one.kind === 'missing' && !still.has(keyOf(one))),
  );
  const repaired = mended.filter((one) => !still.has(keyOf(one)));
  return good({ files, findings: [...untouched, ...after], repaired });
}

async function checkAll(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  for (const name of await namesIn(walk.folder)) {
    const found = await checkOf(walk, name);
    if (!found.ok) return found;
    findings.push(...found.value);
  }
  for (const file of ['recovery.age', recordingsFolder]) {
    if ((await kindOf(walk, file)) === null) findings.push({ kind: 'missing', file, lost: null });
  }
  return good(findings);
}

async function checkOf(walk: Walk, name: string): Promise<Outcome<Finding[]>> {
  if (name === recordingsFolder) return await checkRecordings(walk);
  if (name === eventsFolder && (await kindOf(walk, name)) === 'folder') return await checkEvents(walk);
  return name === monthsFolder && (await kindOf(walk, name)) === 'folder' ? checkMonths(walk) : topFile(walk, name);
}

async function checkMonths(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  for (const name of await namesIn(path.join(walk.folder, monthsFolder))) {
    const file = path.join(monthsFolder, name);
    if (isEmpty([name])) continue;
    walk.began(file);
    const found = await whileOpen(walk, () => checkMonth({ ...walk, file }));
    if (!found.ok) return found;
    walk.found(found.value);
    findings.push(...found.value);
  }
  return good(findings);
}

async function topFile(walk: Walk, name: string): Promise<Outcome<Finding[]>> {
  const found = await whileOpen(walk, () => checkTopFile(walk, name));
  if (found.ok) walk.found(found.value);
  return found;
}

async function checkEvents(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  for (const file of await filesOfEvents(walk)) {
    walk.began(file);
    const found = await whileOpen(walk, () => checkEventFile(walk, file));
    if (!found.ok) return found;
    walk.found(found.value);
    findings.push(...found.value);
  }
  return good(findings);
}

async function checkRecordings(walk: Walk): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  const unexplained = (file: string): void => {
    findings.push({ kind: 'unexplained', file });
    walk.found(findings.slice(-1));
  };
  for (const cameraId of await namesIn(path.join(walk.folder, recordingsFolder))) {
    const camera = path.join(recordingsFolder, cameraId);
    if (isEmpty([cameraId])) continue;
    if (!isCameraId(cameraId) || (await kindOf(walk, camera)) !== 'folder') {
      if ((await kindOf(walk, camera)) !== null) unexplained(camera);
      continue;
    }
    for (const day of await namesIn(path.join(walk.folder, camera))) {
      const file = path.join(camera, day);
      if (isEmpty([day])) continue;
      if (!isDay(day) || (await kindOf(walk, file)) !== 'folder') {
        if ((await kindOf(walk, file)) !== null) unexplained(file);
        continue;
      }
      const found = await whileOpen(walk, () => checkDay({ ...walk, cameraId, day }));
      if (!found.ok) return found;
      walk.found(found.value);
      findings.push(...found.value);
    }
  }
  return good(findings);
}

/** In order; none where the folder is not there or cannot be listed. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

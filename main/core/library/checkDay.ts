/**
 * Checks one day's folder of one camera: each recording, then the chain they make, then the index against the folder and what else lies there.
 * Reads only. Of a vault that is in use, what is added, deleted or indexed meanwhile is no finding: the comparison takes
 * the day's turn in the library, and recordings that are being written are passed over. Problems: `cancelled`.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { isTemporary } from '../vault/durable.ts';
import { readMark } from '../vault/fileMark.ts';
import { isEmpty } from '../vault/folder.ts';
import { previousOf } from '../vault/sealedStore.ts';
import { systemCode } from '../vault/vaultError.ts';
import { checkDocument } from './checkDocument.ts';
import { checkLinks, type LinkedRecording } from './checkLinks.ts';
import { type CheckedFile, checkRecording, checkUnfinished } from './checkRecording.ts';
import {
  type DayDocument,
  dayDocumentSteps,
  dayDocumentVersion,
  type MarkedRow,
  readDayDocument,
} from './dayDocument.ts';
import { isLaterName, laterForm } from './dayLater.ts';
import {
  dayOf,
  finishedName,
  indexName,
  isCameraId,
  isDay,
  readFinishedName,
  readOpenName,
  recordingsFolder,
} from './recordingName.ts';

/** A vault that is recorded into while it is checked. */
export interface VaultInUse {
  /** Whether the recorder has this file in its hands, or had it since the vault was opened. */
  isBeingWritten(cameraId: CameraId, startMs: number, changedMs: number): boolean;
  /** While the step runs, nothing of the day is added, deleted or indexed. */
  inTurn<Value>(cameraId: CameraId, day: string, step: () => Promise<Value>): Promise<Value>;
}

export interface CheckedDay extends Omit<CheckedFile, 'file'> {
  cameraId: CameraId;
  day: string;
  /** Told of every file, before it is looked at. */
  began: (file: string) => void;
  inUse?: VaultInUse;
}

interface Looked {
  findings: Finding[];
  /** Names of recordings with findings of their own. */
  unsound: Set<string>;
}

export async function checkDay(checked: CheckedDay): Promise<Outcome<Finding[]>> {
  const looked: Looked = { findings: [], unsound: new Set() };
  const names = await namesIn(checked);
  if (names === 'gone') return good([]);
  if (names === 'closed') return good([{ kind: 'unreadable', file: placeOf(checked, ''), code: 'folder', lost: null }]);
  const linked: LinkedRecording[] = [];
  for (const name of names.files) {
    if (checked.signal.aborted) return bad({ code: 'cancelled' });
    const one = await checkFile({ ...checked, linked: (recording) => linked.push(recording) }, name, looked);
    if (!one.ok) return one;
  }
  linked.sort((a, b) => a.startMs - b.startMs);
  looked.findings.push(...(await checkLinks(checked, linked)));
  for (const name of names.others) checked.began(placeOf(checked, name));
  const { cameraId, day, inUse } = checked;
  const compared = await (inUse
    ? inUse.inTurn(cameraId, day, () => compareDay(checked, looked))
    : compareDay(checked, looked));
  return compared;
}

/** The index against the folder, and what else lies there; without opening a recording. */
export async function compareDay(
  checked: CheckedDay,
  { findings: before, unsound }: Looked = { findings: [], unsound: new Set() },
): Promise<Outcome<Finding[]>> {
  const names = await namesIn(checked);
  if (names === 'gone' || names === 'closed') return good([]);
  const all = new Set([...names.files, ...names.others]);
  // What was deleted since it was looked at is nobody's loss.
  const findings = before.filter(({ file }) => all.has(path.basename(file)));
  const finished = names.files.filter((name) => isFinished(checked, name));
  // Deleted while the vault was locked: the index still has them.
  const removed = new Set<string>();
  for (const name of names.files) {
    if (isRecording(checked, name)) continue;
    const file = placeOf(checked, name);
    if (!isLaterName(name)) findings.push(...otherFile(file));
    else {
      const later = await checkDocument({ ...checked, file }, laterForm(`${checked.cameraId}/${checked.day}`));
      if (!later.ok) return later;
      findings.push(...later.value.findings);
      for (const row of later.value.value?.removed ?? []) removed.add(finishedName(row));
    }
  }
  for (const name of names.others) findings.push({ kind: 'unexplained', file: placeOf(checked, name) });
  const index = await checkDocument(
    { ...checked, file: placeOf(checked, indexName) },
    {
      ...{ version: dayDocumentVersion, migrate: dayDocumentSteps },
      ...{ of: `${checked.cameraId}/${checked.day}`, parse: readDayDocument },
    },
  );
  if (!index.ok) return index;
  findings.push(...index.value.findings);
  if (!index.value.there && finished.length > 0) findings.push({ kind: 'noIndex', file: placeOf(checked, indexName) });
  if (index.value.value) findings.push(...(await compare(checked, index.value.value, { finished, unsound, removed })));
  return good(saidOnce(findings));
}

/** Without what the chain says again of recordings that the index misses already. */
function saidOnce(findings: readonly Finding[]): Finding[] {
  const known = findings.filter(({ kind }) => kind === 'exchanged' || kind === 'missing');
  const files = new Set(known.map(({ file }) => file));
  const starts = new Set(known.map(({ file }) => readFinishedName(path.basename(file))?.startMs));
  return findings.filter((one) => {
    if (one.kind === 'forged') return !files.has(one.file);
    return !(one.kind === 'replaced' || one.kind === 'unlinked') || !starts.has(one.beforeMs);
  });
}

/** Whether a recording that was cut off is no longer, or not yet, one to be looked after. */
export async function isWritten(
  checked: Pick<CheckedDay, 'folder' | 'inUse' | 'cameraId'>,
  file: string,
): Promise<boolean> {
  const open = readOpenName(path.basename(file));
  if (!open || !checked.inUse) return false;
  const found = await stat(path.join(checked.folder, file)).catch(() => null);
  return found === null || checked.inUse.isBeingWritten(checked.cameraId, open.startMs, found.mtimeMs);
}

/** Of which camera and day a file is (from the vault's folder on); null for what lies in no day's folder. */
export function dayOfFile(file: string): { cameraId: CameraId; day: string } | null {
  const [top, cameraId = '', day = '', name] = file.split(path.sep);
  return top === recordingsFolder && isCameraId(cameraId) && isDay(day) && name !== undefined
    ? { cameraId, day }
    : null;
}

/** The days' folders that the findings lie in, each once. */
export function daysOf(findings: readonly Finding[]): { cameraId: CameraId; day: string }[] {
  const days = new Map(findings.map(({ file }) => [path.dirname(file), dayOfFile(file)]));
  return [...days.values()].filter((one) => one !== null);
}

function placeOf({ cameraId, day }: CheckedDay, name: string): string {
  return path.join(recordingsFolder, cameraId, day, name);
}

function isFinished({ day }: CheckedDay, name: string): boolean {
  const span = readFinishedName(name);
  return span !== null && dayOf(span.startMs) === day;
}

function isRecording(checked: CheckedDay, name: string): boolean {
  const open = readOpenName(name);
  return isFinished(checked, name) || (open !== null && dayOf(open.startMs) === checked.day);
}

async function checkFile(checked: CheckedDay, name: string, { findings, unsound }: Looked): Promise<Outcome<null>> {
  const file = placeOf(checked, name);
  checked.began(file);
  const span = readFinishedName(name);
  if (!isRecording(checked, name) || (!span && (await isWritten(checked, file)))) return good(null);
  const found = await (span ? checkRecording({ ...checked, file }, span) : checkUnfinished({ ...checked, file }));
  if (!found.ok) return found;
  // It may have been finished while it was looked at.
  if (!span && (await isWritten(checked, file))) return good(null);
  if (found.value.length > 0) unsound.add(name);
  findings.push(...found.value);
  return good(null);
}

/** In order. `closed`: the folder cannot be listed. */
async function namesIn(checked: CheckedDay): Promise<{ files: string[]; others: string[] } | 'gone' | 'closed'> {
  try {
    const entries = await readdir(path.join(checked.folder, placeOf(checked, '')), { withFileTypes: true });
    const names = (files: boolean): string[] =>
      entries
        .filter((entry) => entry.isFile() === files)
        .map(({ name }) => name)
        .sort();
    return { files: names(true), others: names(false) };
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'gone' : 'closed';
  }
}

function otherFile(file: string): Finding[] {
  const name = path.basename(file);
  if (name === indexName || name === previousOf(indexName) || isEmpty([name])) return [];
  if (name === `${indexName}.damaged` || isTemporary(name)) return [{ kind: 'leftover', file }];
  return [{ kind: 'unexplained', file }];
}

async function compare(
  checked: CheckedDay,
  index: DayDocument,
  {
    finished,
    unsound,
    removed,
  }: { finished: readonly string[]; unsound: ReadonlySet<string>; removed: ReadonlySet<string> },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const rows = new Map(index.rows.map((row) => [finishedName(row), row]));
  for (const name of finished) {
    const row = rows.get(name);
    const file = placeOf(checked, name);
    if (!row) findings.push({ kind: 'unindexed', file });
    else if (!unsound.has(name) && !(await isTheSame(path.join(checked.folder, file), row))) {
      findings.push({ kind: 'exchanged', file, lost: { fromMs: row.startMs, toMs: row.endMs } });
    }
    rows.delete(name);
  }
  for (const [name, { startMs, endMs }] of rows) {
    if (removed.has(name)) continue;
    findings.push({ kind: 'missing', file: placeOf(checked, name), lost: { fromMs: startMs, toMs: endMs } });
  }
  return findings;
}

/** Whether it is the file that the index took up. */
async function isTheSame(file: string, row: MarkedRow): Promise<boolean> {
  if (row.mark !== null) return (await readMark(file)) === row.mark;
  return (await stat(file).catch(() => null))?.size === row.sizeBytes;
}

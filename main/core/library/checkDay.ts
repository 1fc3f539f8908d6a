/**
 * Checks one day's folder of one camera: each recording, the index against the folder, and what else lies there. Reads
 * only. Problems: `cancelled`.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { isTemporary } from '../vault/durable.ts';
import { readMark } from '../vault/fileMark.ts';
import { isEmpty } from '../vault/folder.ts';
import { previousOf } from '../vault/sealedStore.ts';
import { checkDocument } from './checkDocument.ts';
import { type CheckedFile, checkRecording, checkUnfinished } from './checkRecording.ts';
import { type DayDocument, dayDocumentVersion, type MarkedRow, readDayDocument } from './dayDocument.ts';
import { isLaterName, laterForm } from './dayLater.ts';
import type { Finding } from './finding.ts';
import { dayOf, finishedName, indexName, readFinishedName, readOpenName, recordingsFolder } from './recordingName.ts';

export interface CheckedDay extends Omit<CheckedFile, 'file'> {
  cameraId: CameraId;
  day: string;
  /** Told of every file, before it is looked at. */
  began: (file: string) => void;
}

export async function checkDay(checked: CheckedDay): Promise<Outcome<Finding[]>> {
  const { folder, cameraId, day, signal } = checked;
  const inDay = (name: string): string => path.join(recordingsFolder, cameraId, day, name);
  const findings: Finding[] = [];
  const finished: string[] = [];
  const unsound = new Set<string>();
  const removed = new Set<string>();
  const entries = await readdir(path.join(folder, inDay('')), { withFileTypes: true }).catch(() => null);
  if (!entries) return good([{ kind: 'unreadable', file: inDay(''), code: 'folder', lost: null }]);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (signal.aborted) return bad({ code: 'cancelled' });
    const { name } = entry;
    const file = inDay(name);
    const span = readFinishedName(name);
    const open = readOpenName(name);
    checked.began(file);
    if (entry.isFile() && span && dayOf(span.startMs) === day) {
      const found = await checkRecording({ ...checked, file }, span);
      if (!found.ok) return found;
      finished.push(name);
      if (found.value.length > 0) unsound.add(name);
      findings.push(...found.value);
    } else if (entry.isFile() && open && dayOf(open.startMs) === day) {
      const found = await checkUnfinished({ ...checked, file });
      if (!found.ok) return found;
      findings.push(...found.value);
    } else if (entry.isFile() && isLaterName(name)) {
      const later = await checkDocument({ ...checked, file }, laterForm(`${cameraId}/${day}`));
      if (!later.ok) return later;
      findings.push(...later.value.findings);
      for (const row of later.value.value?.removed ?? []) removed.add(finishedName(row));
    } else findings.push(...otherFile(file, entry.isFile()));
  }
  const index = await checkDocument(
    { ...checked, file: inDay(indexName) },
    { version: dayDocumentVersion, of: `${cameraId}/${day}`, parse: readDayDocument },
  );
  if (!index.ok) return index;
  findings.push(...index.value.findings);
  if (!index.value.there && finished.length > 0) findings.push({ kind: 'noIndex', file: inDay(indexName) });
  if (index.value.value)
    findings.push(...(await compare(checked, index.value.value, { finished, unsound, removed, inDay })));
  return good(findings);
}

function otherFile(file: string, isFile: boolean): Finding[] {
  const name = path.basename(file);
  if (isFile && (name === indexName || name === previousOf(indexName) || isEmpty([name]))) return [];
  if (isFile && (name === `${indexName}.damaged` || isTemporary(name))) return [{ kind: 'leftover', file }];
  return [{ kind: 'unexplained', file }];
}

interface Folder {
  finished: readonly string[];
  /** Of them, those that have findings of their own. */
  unsound: ReadonlySet<string>;
  /** Deleted while the vault was locked: the index still has them. */
  removed: ReadonlySet<string>;
  inDay: (name: string) => string;
}

async function compare(checked: CheckedDay, index: DayDocument, folder: Folder): Promise<Finding[]> {
  const findings: Finding[] = [];
  const rows = new Map(index.rows.map((row) => [finishedName(row), row]));
  for (const name of folder.finished) {
    const row = rows.get(name);
    const file = folder.inDay(name);
    if (!row) findings.push({ kind: 'unindexed', file });
    else if (!folder.unsound.has(name) && !(await isTheSame(path.join(checked.folder, file), row))) {
      findings.push({ kind: 'exchanged', file, lost: { fromMs: row.startMs, toMs: row.endMs } });
    }
    rows.delete(name);
  }
  for (const [name, { startMs, endMs }] of rows) {
    if (folder.removed.has(name)) continue;
    findings.push({ kind: 'missing', file: folder.inDay(name), lost: { fromMs: startMs, toMs: endMs } });
  }
  return findings;
}

/** Whether it is the file that the index took up. */
async function isTheSame(file: string, row: MarkedRow): Promise<boolean> {
  if (row.mark !== null) return (await readMark(file)) === row.mark;
  return (await stat(file).catch(() => null))?.size === row.sizeBytes;
}

/**
 * Checks one recording: every chunk genuine, the last one there, and every fragment where it should be; says which
 * seconds are lost. Reads only, and never fails on what lies in the file: that is a finding. Problems: `cancelled`.
 */
import path from 'node:path';
import { good, type Outcome } from '../../contract/problems.ts';
import type { Identity } from '../vault/keys.ts';
import { checkSealed } from '../vault/sealedCheck.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import { isTornAtFirst, isUnbegun } from '../vault/unbegun.ts';
import type { Finding, LostTime } from '../../contract/check.ts';
import type { LinkedRecording } from './checkLinks.ts';
import { readChainMarks } from './recordingLink.ts';
import type { RecordingSpan } from './recordingName.ts';
import { readRecordingTable, type RecordingTable } from './recordingTable.ts';

/** A recording's name may end where the next begins, up to 5 s behind its last picture (recordingSteps.ts). */
const endsAtMostMs = 6000;

export interface CheckedFile {
  folder: string;
  /** From the vault's folder on. */
  file: string;
  identity: Identity;
  signal: AbortSignal;
  /** Told of every piece that was opened, and awaited. */
  worked?: (bytes: number) => Promise<void>;
  /** Told of every finished recording that is sound: what it says of the chain. */
  linked?: (recording: LinkedRecording) => void;
}

export async function checkRecording(checked: CheckedFile, span: RecordingSpan): Promise<Outcome<Finding[]>> {
  const { file, signal, worked } = checked;
  const opened = await SealedReader.open(path.join(checked.folder, file), checked.identity, file);
  const all = { fromMs: span.startMs, toMs: span.endMs };
  if (!opened.ok) return good(opened.problem.code === 'gone' ? [] : [notOpened(file, opened.problem.code, all)]);
  const reader = opened.value;
  try {
    const sealed = await checkSealed(reader, signal, worked);
    if (!sealed.ok)
      return sealed.problem.code === 'cancelled' ? sealed : good([notOpened(file, sealed.problem.code, all)]);
    const read = await readRecordingTable(reader, span.startMs);
    const table = read.ok ? read.value : null;
    const { closed, cutAtByte } = sealed.value;
    const findings: Finding[] = closed.map((chunks) => {
      return { kind: 'chunks', file, chunks, lost: lostBetween(table, span, chunks.plainFrom, chunks.plainTo) };
    });
    if (cutAtByte !== null) {
      const lost = lostBetween(table, span, reader.sizeBytes, Infinity);
      findings.push({ kind: 'cutOff', file, atByte: cutAtByte, lost });
    } else if (read.ok) {
      const misread = misreadOf(file, table, reader.sizeBytes, span);
      if (misread) findings.push(misread);
    }
    const marks = table && findings.length === 0 ? await readChainMarks(reader, table) : null;
    if (marks?.ok) checked.linked?.({ file, startMs: span.startMs, sealId: reader.sealId, ...marks.value });
    return good(findings);
  } finally {
    await reader.close();
  }
}

/** A recording without an end: its whole chunks must be genuine. Its time is told by what is behind it. */
export async function checkUnfinished(checked: CheckedFile): Promise<Outcome<Finding[]>> {
  const { file, signal, worked } = checked;
  const place = path.join(checked.folder, file);
  // Recovery explains it.
  if (await isUnbegun(place)) return good([{ kind: 'unfinished', file }]);
  const opened = await SealedReader.open(place, checked.identity, file);
  if (!opened.ok) {
    if (opened.problem.code === 'gone') return good([]);
    const explained = await isTornAtFirst(place, checked.identity);
    return good([explained ? { kind: 'unfinished', file } : notOpened(file, opened.problem.code, null)]);
  }
  try {
    const sealed = await checkSealed(opened.value, signal, worked);
    if (!sealed.ok)
      return sealed.problem.code === 'cancelled' ? sealed : good([notOpened(file, sealed.problem.code, null)]);
    return good([
      { kind: 'unfinished', file },
      ...sealed.value.closed.map((chunks): Finding => ({ kind: 'chunks', file, chunks, lost: null })),
    ]);
  } finally {
    await opened.value.close();
  }
}

export function notOpened(file: string, code: string, lost: LostTime): Finding {
  return code === 'vaultDamaged' ? { kind: 'closed', file, lost } : { kind: 'unreadable', file, code, lost };
}

function misreadOf(file: string, table: RecordingTable | null, sizeBytes: number, span: RecordingSpan): Finding | null {
  if (!table) return { kind: 'misread', file, atByte: 0, lost: { fromMs: span.startMs, toMs: span.endMs } };
  if (table.damaged) return null;
  const endMs = mediaEndMs(table, span);
  if (table.wholeBytes !== sizeBytes || table.fragments.length === 0) {
    return {
      kind: 'misread',
      file,
      atByte: table.wholeBytes,
      lost: lostBetween(table, span, table.wholeBytes, Infinity),
    };
  }
  return span.endMs - endMs > endsAtMostMs ? { kind: 'short', file, lost: { fromMs: endMs, toMs: span.endMs } } : null;
}

function mediaEndMs(table: RecordingTable, span: RecordingSpan): number {
  const last = table.fragments.at(-1);
  return last ? Math.round(last.startMs + last.durationMs) : span.startMs;
}

/** The time of the fragments that reach into these bytes; to the end where the rest cannot be found any more. */
function lostBetween(table: RecordingTable | null, span: RecordingSpan, from: number, to: number): LostTime {
  const all = { fromMs: span.startMs, toMs: span.endMs };
  if (!table || from < table.init.bytes.length) return all;
  const touched = table.fragments.filter(({ offset, length }) => offset < to && offset + length > from);
  const [first] = touched;
  const last = touched.at(-1);
  const fromMs = first ? Math.round(first.startMs) : mediaEndMs(table, span);
  const known = last && to <= table.wholeBytes;
  const toMs = known ? Math.round(last.startMs + last.durationMs) : span.endMs;
  return toMs > fromMs ? { fromMs, toMs } : null;
}

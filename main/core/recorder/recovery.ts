/**
 * Puts right what a crash or a power cut left, at the start: finishes recordings that were being written (a whole sealed
 * file again, of every whole fragment), compares each camera's last days with their index, and names every file that
 * should not be there. Deletes only what a finished recording or an empty beginning explains; while the vault is locked
 * the cut-off recordings wait. What is being written is left alone, so it may run beside the recording, as it does when
 * the vault is unlocked. Never throws for what lies in the folder.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId, GapCause } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';
import {
  finishedName,
  isCameraId,
  dayMs,
  dayOf,
  isDay,
  readFinishedName,
  readOpenName,
  type RecordingSpan,
  recordingsFolder,
} from '../library/recordingName.ts';
import { readRecordingTable } from '../library/recordingTable.ts';
import { renameDurably } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import { isTornAtFirst, isUnbegun } from '../vault/unbegun.ts';
import { VaultError } from '../vault/vaultError.ts';
import { reseal } from './reseal.ts';

export interface RecoveryReport {
  /** Recordings that were cut off and are whole now. */
  finished: number;
  /** Recordings that were in the folder and not in the index. */
  indexed: number;
  /** Cut-off recordings that wait until the vault is unlocked, or the disk has room for them. */
  waiting: number;
  /** Files that are no part of a vault, or do not open; from the vault's folder on. Nothing was done to them. */
  unexplained: string[];
}

/** A start looks at no more unsettled days of a camera than these: the rest, when there are more, comes afterwards. */
const mostAtStart = 4;

/** Looks at every day. */
export async function recover(vault: Vault, library: Library, signal?: AbortSignal): Promise<RecoveryReport> {
  const report = newReport();
  for (const cameraId of await camerasIn(vault, report)) {
    for (const day of await daysIn(vault, cameraId, report)) {
      if (signal?.aborted) return report;
      await recoverDay({ vault, library, cameraId, day, report });
    }
  }
  return report;
}

/**
 * Looks where a crash can have left something: at the days that are not settled. Of a vault of which nothing is known
 * yet these are all; then only at the newest, and at those about now. LookAround sees to the rest.
 */
export async function recoverRecent(vault: Vault, library: Library): Promise<RecoveryReport> {
  const report = newReport();
  await Promise.all(
    (await library.cameras()).filter(isCameraId).map(async (cameraId) => {
      const unsettled = await library.survey.unsettledDays(cameraId);
      const nowMs = Date.now();
      const aboutNow = [nowMs - dayMs, nowMs, nowMs + dayMs].map(dayOf);
      const newest = (await library.days(cameraId)).slice(-2);
      const days = unsettled.filter(
        (day) => unsettled.length <= mostAtStart || aboutNow.includes(day) || newest.includes(day),
      );
      for (const day of days) await recoverDay({ vault, library, cameraId, day, report, keep: true });
    }),
  );
  return report;
}

export function newReport(): RecoveryReport {
  return { finished: 0, indexed: 0, waiting: 0, unexplained: [] };
}

/** Cameras with recordings. What else lies beside them is told as unexplained. */
export async function camerasIn(vault: Vault, report: RecoveryReport): Promise<CameraId[]> {
  const names = await namesIn(vault.path(recordingsFolder));
  report.unexplained.push(
    ...names.filter((name) => !isCameraId(name)).map((name) => path.join(recordingsFolder, name)),
  );
  return names.filter(isCameraId).sort();
}

/** Days of a camera, in order. What else lies beside them is told as unexplained. */
export async function daysIn(vault: Vault, cameraId: CameraId, report: RecoveryReport): Promise<string[]> {
  const names = await namesIn(vault.path(recordingsFolder, cameraId));
  const others = names.filter((name) => !isDay(name)).map((name) => path.join(recordingsFolder, cameraId, name));
  report.unexplained.push(...others);
  return names.filter(isDay).sort();
}

/**
 * Ends one recording that was cut off; `file` is a whole path, in a day's folder. True when it is whole and indexed now.
 * Never of one that is being written.
 */
export async function endCutOff(vault: Vault, library: Library, file: string): Promise<boolean> {
  const open = readOpenName(path.basename(file));
  const [cameraId = '', day = ''] = path.dirname(file).split(path.sep).slice(-2);
  if (!open || !isCameraId(cameraId) || dayOf(open.startMs) !== day) return false;
  const report = newReport();
  await recoverFile({ vault, library, cameraId, day, report }, file, open.startMs);
  return report.finished > 0;
}

export interface Place {
  vault: Vault;
  library: Library;
  cameraId: CameraId;
  day: string;
  report: RecoveryReport;
  /** The day will be asked for soon. */
  keep?: boolean;
}

/** Puts one day right, and settles it when nothing is left to be done. Beside the recording, too. */
export async function recoverDay({ keep = false, ...place }: Place): Promise<void> {
  const { vault, library, cameraId, day, report } = place;
  const look = await library.survey.look(cameraId, day, keep);
  report.indexed += look.added;
  for (const name of look.others) {
    const open = readOpenName(name);
    if (!open || dayOf(open.startMs) !== day) {
      report.unexplained.push(path.join(recordingsFolder, cameraId, day, name));
      continue;
    }
    // It is being written right now.
    if (library.survey.holds(cameraId, open.startMs)) continue;
    const file = vault.path(recordingsFolder, cameraId, day, name);
    const original = look.others.some((other) => other !== name && readOpenName(other)?.startMs === open.startMs);
    // Its original is still there, and will be copied anew.
    if (open.again && original) await rm(file, { force: true });
    else await recoverFile(place, file, open.startMs);
  }
  // Of a day that was looked at while the vault was locked the index is not put right yet.
  if (look.others.length === 0 && vault.identity !== null) await library.survey.settle(cameraId, day, look);
}

async function recoverFile(place: Place, file: string, startMs: number): Promise<void> {
  const { vault, library, cameraId, day, report } = place;
  if (await isUnbegun(file)) {
    await rm(file, { force: true });
    await noteBegun(place, startMs);
    return;
  }
  if (vault.identity === null) {
    report.waiting++;
    return;
  }
  try {
    const held = await library.takeUp(cameraId, day, () => finishCutOff(place, file, startMs));
    if (!held) await noteBegun(place, startMs);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { code } = error.problem;
    if (code === 'vaultDamaged') report.unexplained.push(path.relative(vault.folder, file));
    // Gone: with its camera, while this looked elsewhere. Anything else is the disk's, and can pass.
    else if (code !== 'gone') report.waiting++;
  }
}

/** Why a camera is not recorded: over when a recording begins, which says nothing more of it. */
const overAtBegin: ReadonlySet<GapCause> = new Set([
  'lost',
  'network',
  'refused',
  'codec',
  'asleep',
  'clock',
  'deleted',
  'noEvent',
]);

/**
 * A recording had begun of which nothing reached the disk: what was before is not the reason any more.
 */
async function noteBegun({ library, cameraId }: Place, startMs: number): Promise<void> {
  const [told] = await library.spans(cameraId, startMs, startMs + 1);
  if (told?.kind === 'gap' && overAtBegin.has(told.cause))
    await library.note(cameraId, { atMs: startMs, cause: 'closed' });
}

/**
 * Makes a finished recording of it, and returns its row; null when it held nothing. Throws a VaultError for what does
 * not open or is a riddle, which stays as it is.
 */
async function finishCutOff(
  { vault, cameraId, report }: Place,
  file: string,
  startMs: number,
): Promise<(RecordingSpan & { sizeBytes: number }) | null> {
  if (vault.identity === null) throw new VaultError({ code: 'keyMissing' });
  const opened = await SealedReader.open(file, vault.identity);
  if (!opened.ok) {
    if (opened.problem.code !== 'vaultDamaged' || !(await isTornAtFirst(file, vault.identity)))
      throw new VaultError(opened.problem);
    await rm(file, { force: true });
    return null;
  }
  const reader = opened.value;
  const riddle = new VaultError({ code: 'vaultDamaged', file: path.basename(file) });
  try {
    const table = await readRecordingTable(reader, startMs);
    if (!table.ok || table.value?.damaged) throw riddle;
    const last = table.value?.fragments.at(-1);
    if (!table.value || !last) {
      // Cut off before its first fragment was whole: a beginning that holds no picture. Anything else is a riddle.
      if (reader.complete || (table.value === null && reader.sizeBytes > 0)) throw riddle;
      await rm(file, { force: true });
      return null;
    }
    const span = { startMs, endMs: Math.max(Math.round(last.startMs + last.durationMs), startMs + 1) };
    const trailing = reader.complete && table.value.wholeBytes !== reader.sizeBytes;
    // Nothing that we wrote holds times beyond reason.
    if (trailing || readFinishedName(finishedName(span)) === null) throw riddle;
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = await reader.read(offset, length);
      if (!bytes.ok) throw new VaultError(bytes.problem);
      return bytes.value;
    };
    const finalPath = path.join(path.dirname(file), finishedName(span));
    if (reader.complete) await renameDurably(file, finalPath);
    else {
      const { wholeBytes } = table.value;
      await reseal({ path: file, sealId: reader.sealId, cameraId, ...span, wholeBytes, read }, vault);
    }
    report.finished++;
    return { ...span, sizeBytes: (await stat(finalPath)).size };
  } finally {
    await reader.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

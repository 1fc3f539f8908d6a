/**
 * Puts right what a crash or a power cut left, at the start: finishes recordings that were being written (a whole sealed
 * file again, of every whole fragment), compares each camera's last days with their index, and names every file that
 * should not be there. Deletes only what a finished recording or an empty beginning explains; while the vault is locked
 * the cut-off recordings wait. What is being written is left alone, so it may run beside the recording, as it does when
 * the vault is unlocked. Never throws for what lies in the folder.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { DayIndex } from '../library/dayIndex.ts';
import type { Library } from '../library/library.ts';
import {
  finishedName,
  isCameraId,
  isDay,
  dayOf,
  readFinishedName,
  readOpenName,
  type RecordingSpan,
  recordingsFolder,
} from '../library/recordingName.ts';
import { readRecordingTable } from '../library/recordingTable.ts';
import { renameDurably } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedReader } from '../vault/sealedReader.ts';
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

/** Days of each camera whose index is compared: what was written when it crashed, and the day before. */
const comparedDays = 2;

export async function recover(vault: Vault, library: Library, signal?: AbortSignal): Promise<RecoveryReport> {
  const report: RecoveryReport = { finished: 0, indexed: 0, waiting: 0, unexplained: [] };
  const root = vault.path(recordingsFolder);
  for (const cameraId of await namesIn(root)) {
    if (!isCameraId(cameraId)) {
      report.unexplained.push(path.join(recordingsFolder, cameraId));
      continue;
    }
    const days = (await namesIn(path.join(root, cameraId))).sort();
    for (const day of days) {
      if (signal?.aborted) return report;
      if (isDay(day)) await recoverDay({ vault, library, cameraId, day, report });
      else report.unexplained.push(path.join(recordingsFolder, cameraId, day));
    }
    for (const day of days.filter(isDay).slice(-comparedDays)) {
      report.indexed += (await library.rebuildDay(cameraId, day)).added;
    }
  }
  return report;
}

interface Place {
  vault: Vault;
  library: Library;
  cameraId: CameraId;
  day: string;
  report: RecoveryReport;
}

async function recoverDay(place: Place): Promise<void> {
  const { vault, library, cameraId, day, report } = place;
  const folder = vault.path(recordingsFolder, cameraId, day);
  const names = await namesIn(folder);
  for (const name of names) {
    const finished = readFinishedName(name);
    if (DayIndex.owns(name) || (finished && dayOf(finished.startMs) === day)) continue;
    const open = readOpenName(name);
    if (!open || dayOf(open.startMs) !== day) {
      report.unexplained.push(path.join(recordingsFolder, cameraId, day, name));
      continue;
    }
    // It is being written right now.
    if (library.holds(cameraId, open.startMs)) continue;
    const original = names.some((other) => other !== name && readOpenName(other)?.startMs === open.startMs);
    // Its original is still there, and will be copied anew.
    if (open.again && original) await rm(path.join(folder, name), { force: true });
    else await recoverFile(place, path.join(folder, name), open.startMs);
  }
}

async function recoverFile(place: Place, file: string, startMs: number): Promise<void> {
  const { vault, library, cameraId, day, report } = place;
  if (await isEmpty(file)) {
    await rm(file, { force: true });
    return;
  }
  if (vault.identity === null) {
    report.waiting++;
    return;
  }
  try {
    await library.takeUp(cameraId, day, () => finishCutOff(place, file, startMs));
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { code } = error.problem;
    if (code === 'vaultDamaged') report.unexplained.push(path.relative(vault.folder, file));
    // Gone: with its camera, while this looked elsewhere. Anything else is the disk's, and can pass.
    else if (code !== 'gone') report.waiting++;
  }
}

/**
 * Makes a finished recording of it, and returns its row; null when it held nothing. Throws a VaultError for what does
 * not open or is a riddle, which stays as it is.
 */
async function finishCutOff(
  { vault, report }: Place,
  file: string,
  startMs: number,
): Promise<(RecordingSpan & { sizeBytes: number }) | null> {
  if (vault.identity === null) throw new VaultError({ code: 'keyMissing' });
  const opened = await SealedReader.open(file, vault.identity);
  if (!opened.ok) throw new VaultError(opened.problem);
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
    else await reseal({ path: file, ...span, wholeBytes: table.value.wholeBytes, read }, vault.recipients);
    report.finished++;
    return { ...span, sizeBytes: (await stat(finalPath)).size };
  } finally {
    await reader.close();
  }
}

/** The system had made the file and written nothing into it. */
async function isEmpty(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true && found.size === 0;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

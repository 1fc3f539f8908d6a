/** Where a finding lies, as its owner knows it: which camera, which day. From the file's path alone; touches no disk. */
import path from 'node:path';
import { type Finding, lostOf, type ToldFinding } from '../contract/check.ts';
import type { CameraId } from '../contract/model.ts';
import { dayOfEventsName, eventsFolder } from '../core/library/eventDocument.ts';
import {
  dayMs,
  isCameraId,
  isDay,
  readFinishedName,
  readOpenName,
  recordingsFolder,
} from '../core/library/recordingName.ts';

/** `nameOf`: '' for a camera that nobody knows. */
export function tellFinding(finding: Finding, nameOf: (cameraId: CameraId) => string): ToldFinding {
  const [top, cameraId = '', day = ''] = finding.file.split(path.sep);
  if (![recordingsFolder, eventsFolder].includes(top ?? '') || !isCameraId(cameraId)) {
    return { finding, camera: null, fromMs: null, toMs: null };
  }
  const folderDay = top === eventsFolder ? (dayOfEventsName(day) ?? '') : day;
  return { finding, camera: nameOf(cameraId), ...spanOf(finding, folderDay) };
}

function spanOf(finding: Finding, day: string): Pick<ToldFinding, 'fromMs' | 'toMs'> {
  const name = path.basename(finding.file);
  const span = lostOf(finding);
  if (span) return span;
  const finished = readFinishedName(name);
  if (finished) return { fromMs: finished.startMs, toMs: finished.endMs };
  const open = readOpenName(name);
  if (open) return { fromMs: open.startMs, toMs: null };
  if (!isDay(day)) return { fromMs: null, toMs: null };
  const fromMs = Date.parse(`${day}T00:00:00.000Z`);
  return { fromMs, toMs: fromMs + dayMs };
}

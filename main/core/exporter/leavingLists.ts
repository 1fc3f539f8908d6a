/**
 * What lies beside a camera's exported files: its gaps with their causes, for people and for programs, and what of its
 * recordings could not be read. Written when the camera is done, each file whole or not at all.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId, Span } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { en } from '../../contract/text/en.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import { removeTemporaries, writeDurably } from '../vault/durable.ts';
import { problemOf } from '../vault/vaultError.ts';
import type { StoredCamera, StoredLeaving } from './leavingDocument.ts';
import { localIso } from './stamps.ts';

/** Of everything that began before that moment, the open recording included. */
export async function recordingsBefore(
  library: Library,
  cameraId: CameraId,
  beforeMs: number,
): Promise<{ sizeBytes: number; recordings: number }> {
  const rows: Pick<RecordingRow, 'startMs' | 'sizeBytes'>[] = await library.covering(cameraId, {
    fromMs: 0,
    toMs: beforeMs,
  });
  const open = library.openRecording(cameraId);
  const all = open && open.startMs < beforeMs ? [...rows, open] : rows;
  return { sizeBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), recordings: all.length };
}

/** Problems: those of the target's disk. */
export async function writeCameraEnd(
  library: Library,
  job: StoredLeaving,
  camera: StoredCamera,
): Promise<Outcome<null>> {
  const folder = path.join(job.folder, camera.folder);
  const spans = await library.spans(camera.id, 0, job.startedMs);
  const gaps = spans.filter((span) => span.kind === 'gap');
  const losses = job.losses.filter(({ cameraId }) => cameraId === camera.id).sort((a, b) => a.fromMs - b.fromMs);
  try {
    await mkdir(folder, { recursive: true });
    for (const name of [`${en.leaving.gapsName}.csv`, `${en.leaving.gapsName}.json`, `${en.leaving.reportName}.txt`])
      await removeTemporaries(folder, name);
    await writeDurably(path.join(folder, `${en.leaving.gapsName}.csv`), gapsTable(gaps));
    await writeDurably(path.join(folder, `${en.leaving.gapsName}.json`), gapsJson(camera.name, gaps));
    if (losses.length > 0) {
      const lines = losses.map(({ fromMs, toMs, file }) => en.leaving.reportLine(fromMs, toMs, file));
      const report = `${en.leaving.report(camera.name || camera.folder)}\n${lines.join('\n')}\n`;
      await writeDurably(path.join(folder, `${en.leaving.reportName}.txt`), report);
    }
    return good(null);
  } catch (error) {
    const problem = await problemOf(error, path.join(folder, en.leaving.gapsName));
    if (!problem) throw error;
    return bad(problem);
  }
}

type Gap = Extract<Span, { kind: 'gap' }>;

function gapsTable(gaps: readonly Gap[]): string {
  const lines = gaps.map(({ fromMs, toMs, cause }) =>
    [localIso(fromMs), localIso(toMs), ((toMs - fromMs) / 1000).toFixed(3), `"${en.leaving.cause(cause)}"`].join(','),
  );
  return `${[en.leaving.gapsHead, ...lines].join('\r\n')}\r\n`;
}

function gapsJson(camera: string, gaps: readonly Gap[]): string {
  const list = gaps.map(({ fromMs, toMs, cause }) => ({
    ...{ from: localIso(fromMs), to: localIso(toMs), fromMs, toMs },
    ...{ cause, causeInWords: en.leaving.cause(cause) },
  }));
  return `${JSON.stringify({ camera, gaps: list }, null, 2)}\n`;
}

/**
 * One export of the queue, from the order to what is remembered of it, and back after a restart: what a kill left of it
 * in the chosen folder is removed, and one whose files were all in their places is done. When it runs is the queue's.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type ExportJob, type ExportPicture, type ExportState, packPicture } from '../../contract/exports.ts';
import type { CameraId } from '../../contract/model.ts';
import { storedEnd, type StoredExport, type StoredResult } from './exportsDocument.ts';
import { isPlaced, removeLeftovers } from './places.ts';
import { toldResult, withoutKeys } from './sealing.ts';

export interface ExportOrder extends ExportPicture {
  cameras: readonly { id: CameraId; name: string }[];
  fromMs: number;
  toMs: number;
  /** As it is remembered: of a passphrase only what was made with it. */
  result: StoredResult;
  /** The whole path of the folder that the user chose. */
  folder: string;
}

/** `job` is replaced, not changed, when something of it changes: it was told. */
export interface QueuedExport {
  job: ExportJob;
  result: StoredResult;
  placing: StoredExport['placing'];
  cancel: AbortController;
  /** It was ended to be begun anew. */
  again: boolean;
}

export const waiting: ExportState = { state: 'waiting', wasLocked: false };

/** As it is asked for: it waits. */
export function queued({ cameras, result, ...order }: ExportOrder): QueuedExport {
  const id = randomBytes(8).toString('hex');
  const job: ExportJob = {
    ...{ id, ...order, ...pictureOf(result), cameras: [...cameras], result: toldResult(result) },
    ...{ recordedMs: 0, gaps: 0, madeAnew: [] },
    progress: waiting,
  };
  return { job, result, placing: [], cancel: new AbortController(), again: false };
}

/** What is remembered of it: one that has not ended has no end. */
export function remembered({ job: { progress, ...job }, result, placing }: QueuedExport): StoredExport {
  const isOpen = progress.state === 'waiting' || progress.state === 'running';
  return { ...job, result, placing, end: isOpen ? null : storedEnd(progress) };
}

/** An export as it was; one without an end waits again, unless only the telling of its end was missing. */
export async function revived(
  { placing, end, result, ...rest }: StoredExport,
  now: () => number,
): Promise<QueuedExport> {
  const entry: QueuedExport = {
    job: { ...rest, ...pictureOf(result), result: toldResult(result), progress: end ?? waiting },
    ...{ result, placing, cancel: new AbortController(), again: false },
  };
  if (end) return entry;
  await removeLeftovers(rest.folder, rest.id);
  const placed: typeof placing = [];
  for (const one of placing) if (await isPlaced(one.file, one.sizeBytes)) placed.push(one);
  if (placed.length > 0 && placed.length === placing.length) {
    const sizeBytes = placed.reduce((sum, one) => sum + one.sizeBytes, 0);
    const files = placed.map(({ file }) => file);
    entry.job.progress = { state: 'done', sizeBytes, files, finishedMs: now() };
    entry.result = withoutKeys(result);
  } else for (const { file } of placed) await rm(file, { force: true }).catch(() => undefined);
  return entry;
}

/** What whoever asks cannot choose. */
function pictureOf({ is }: StoredResult): ExportPicture | null {
  return is === 'evidence' ? packPicture : null;
}

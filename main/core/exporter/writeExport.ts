/**
 * Writes one export: a file for each camera, more where its picture changes inside the span, each under a hidden name
 * until all are whole, and then all of them under their own. Either every file is there at the end, or none: trouble and
 * cancelling leave nothing behind.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Library } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import { problemOf } from '../vault/vaultError.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { ClipFeed } from './clipFeed.ts';
import { freeNames, type Part } from './exportNames.ts';
import { putInPlace, refusalOf, temporaryName } from './places.ts';
import { problemOfVideo, writeVideo } from './writeVideo.ts';

export interface ExportWork {
  /** Names what is unfinished on the disk. */
  id: string;
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  /** Those with a recording in the span. */
  cameras: readonly { id: CameraId; name: string }[];
  fromMs: number;
  toMs: number;
  folder: string;
  signal: AbortSignal;
  onProgress: (progress: { doneFraction: number; bytesWritten: number }) => void;
  /** Awaited before whole files get their names. */
  onPlacing: (files: { file: string; sizeBytes: number }[]) => Promise<void>;
}

export interface WrittenExport {
  files: string[];
  sizeBytes: number;
}

interface WholeFile extends Part {
  temporary: string;
  sizeBytes: number;
}

const progressEveryMs = 250;

/** Problems: `notRecorded`, `cancelled`, those of the vault, of ffmpeg and of the target's disk. */
export async function writeExport(work: ExportWork): Promise<Outcome<WrittenExport>> {
  const feeds: ClipFeed[] = [];
  const whole: WholeFile[] = [];
  const temporaries: string[] = [];
  const bytesDone = (): number => feeds.reduce((sum, feed) => sum + feed.fedBytes, 0);
  try {
    for (const { id: cameraId } of work.cameras) feeds.push(await ClipFeed.open({ ...work, cameraId }));
    const expectedBytes = feeds.reduce((sum, feed) => sum + feed.expectedBytes, 0);
    const refusal = await refusalOf(work.folder, expectedBytes);
    if (refusal) return bad(refusal);
    const timer = setInterval(() => {
      const doneFraction = Math.min(0.99, bytesDone() / Math.max(1, expectedBytes));
      work.onProgress({ doneFraction, bytesWritten: bytesDone() });
    }, progressEveryMs);
    try {
      for (const [at, camera] of work.cameras.entries()) {
        const feed = feeds[at];
        while (feed && (await feed.more())) {
          const startMs = Math.max(work.fromMs, feed.nextStartMs ?? work.fromMs);
          const temporary = path.join(work.folder, temporaryName(work.id, temporaries.length + 1));
          temporaries.push(temporary);
          const { ffmpeg, signal } = work;
          const written = await writeVideo({ ffmpeg, input: feed.part(), temporary, background: true, signal });
          if (!written.ok) return written;
          whole.push({ cameraName: camera.name, startMs, temporary, sizeBytes: (await stat(temporary)).size });
        }
      }
    } finally {
      clearInterval(timer);
    }
    return whole.length === 0 ? bad({ code: 'notRecorded' }) : await placeAll(work, whole);
  } catch (error) {
    const problem = problemOfVideo(error) ?? (await problemOf(error, work.folder));
    if (!problem) throw error;
    return bad(problem);
  } finally {
    for (const feed of feeds) await feed.close();
    for (const temporary of temporaries) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function placeAll(work: ExportWork, whole: readonly WholeFile[]): Promise<Outcome<WrittenExport>> {
  const files = await freeNames(work.folder, whole, '.mp4');
  await work.onPlacing(files.map((file, index) => ({ file, sizeBytes: whole[index]?.sizeBytes ?? 0 })));
  const placed: string[] = [];
  for (const [index, { temporary }] of whole.entries()) {
    const file = files[index] ?? '';
    const put = work.signal.aborted ? bad({ code: 'cancelled' }) : await putInPlace(temporary, file);
    if (!put.ok) {
      await removeAll(placed);
      return put;
    }
    placed.push(file);
  }
  return good({ files: placed, sizeBytes: whole.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true }).catch(() => undefined);
}

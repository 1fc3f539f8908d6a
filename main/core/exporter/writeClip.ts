/**
 * Writes one clip: feeds the span to ffmpeg, which makes an ordinary MP4 of it without re-encoding, and puts the result
 * in place. Either every part is there at the end, or none: trouble and cancelling leave no file behind.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { type Ffmpeg, runFfmpeg } from '../video/ffmpeg.ts';
import { MediaError } from '../video/mediaError.ts';
import { freeBytesOf, VaultError } from '../vault/vaultError.ts';
import { type Clip, ClipFeed } from './clipFeed.ts';
import { type FileMark, isComplete, partNames, putInPlace, refusalOf, temporaryName } from './places.ts';

export interface ClipJob {
  ffmpeg: Ffmpeg;
  clip: Clip;
  file: string;
  /** What lay under that name when the user chose it. */
  agreed: FileMark | null;
  signal: AbortSignal;
  onProgress: (progress: { doneFraction: number; bytesWritten: number }) => void;
}

export interface WrittenClip {
  files: string[];
  sizeBytes: number;
}

const progressEveryMs = 250;
/** Less room than this after a failure: that was the cause. */
const fullBytes = 2 ** 20;

export async function writeClip(job: ClipJob): Promise<Outcome<WrittenClip>> {
  const folder = path.dirname(job.file);
  const feed = await ClipFeed.open(job.clip);
  const temporaries: string[] = [];
  try {
    if (!(await feed.more())) return bad({ code: 'notRecorded' });
    const refusal = await refusalOf(folder, feed.expectedBytes);
    if (refusal) return bad(refusal);
    while (await feed.more()) {
      const temporary = path.join(folder, temporaryName());
      temporaries.push(temporary);
      const written = await writePart(job, feed, folder, temporaries);
      if (!written.ok) return written;
    }
    return await placeAll(job, temporaries);
  } catch (error) {
    if (error instanceof VaultError) return bad(error.problem);
    if (error instanceof MediaError) return bad({ code: 'ffmpegFailed', reason: error.message });
    throw error;
  } finally {
    await feed.close();
    for (const temporary of temporaries) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writePart(
  job: ClipJob,
  feed: ClipFeed,
  folder: string,
  temporaries: readonly string[],
): Promise<Outcome<null>> {
  const temporary = temporaries.at(-1) ?? '';
  const tell = async (): Promise<void> => {
    const doneFraction = Math.min(0.99, feed.fedBytes / Math.max(1, feed.expectedBytes));
    job.onProgress({ doneFraction, bytesWritten: await sizeOfAll(temporaries) });
  };
  const timer = setInterval(() => void tell(), progressEveryMs);
  try {
    const run = await runFfmpeg(job.ffmpeg, {
      args: [
        ...['-hide_banner', '-v', 'error', '-n', '-f', 'mp4', '-i', 'pipe:0'],
        ...['-map', '0', '-c', 'copy', '-movflags', '+faststart', '-f', 'mp4', path.basename(temporary)],
      ],
      input: feed.part(),
      cwd: folder,
      signal: job.signal,
    });
    if (run.ok && (await isComplete(temporary))) return good(null);
    return bad(await failureOf(run.ok ? { code: 'ffmpegFailed', reason: '' } : run.problem, folder));
  } finally {
    clearInterval(timer);
  }
}

/** What lies behind a failure of ffmpeg, as far as the disk is to blame. */
async function failureOf(problem: Problem, folder: string): Promise<Problem> {
  if (problem.code !== 'ffmpegFailed') return problem;
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes < fullBytes || /No space left/.test(problem.reason)) return { code: 'diskFull', folder, freeBytes };
  if (/Permission denied|Read-only file system|No such file/.test(problem.reason)) {
    return { code: 'folderNotWritable', folder };
  }
  return problem;
}

async function placeAll(job: ClipJob, temporaries: readonly string[]): Promise<Outcome<WrittenClip>> {
  const sizeBytes = await sizeOfAll(temporaries);
  const files = await partNames(job.file, temporaries.length);
  const placed: string[] = [];
  for (const [index, temporary] of temporaries.entries()) {
    const file = files[index] ?? job.file;
    if (job.signal.aborted) {
      await removeAll(placed);
      return bad({ code: 'cancelled' });
    }
    const put = await putInPlace(temporary, file, index === 0 ? job.agreed : null);
    if (!put.ok) {
      await removeAll(placed);
      return put;
    }
    placed.push(file);
  }
  return good({ files: placed, sizeBytes });
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true }).catch(() => undefined);
}

async function sizeOfAll(files: readonly string[]): Promise<number> {
  let sum = 0;
  for (const file of files) sum += (await stat(file).catch(() => null))?.size ?? 0;
  return sum;
}

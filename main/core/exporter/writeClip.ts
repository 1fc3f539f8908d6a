/**
 * Writes one clip: feeds the span to ffmpeg, which makes an ordinary MP4 of it without re-encoding, and puts the result
 * in place. Either every part is there at the end, or none: trouble and cancelling leave no file behind.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { type Clip, ClipFeed } from './clipFeed.ts';
import { type FileMark, partNames, putInPlace, refusalOf, temporaryName } from './places.ts';
import { problemOfVideo, writeVideo } from './writeVideo.ts';

export interface ClipJob {
  /** Names what is unfinished on the disk. */
  id: string;
  ffmpeg: Ffmpeg;
  clip: Clip;
  file: string;
  /** What lay under that name when the user chose it. */
  agreed: FileMark | null;
  signal: AbortSignal;
  onProgress: (progress: { doneFraction: number; bytesWritten: number }) => void;
  /** Told, and awaited, before whole files get their names. */
  onPlacing?: (files: { file: string; sizeBytes: number }[]) => Promise<void>;
}

export interface WrittenClip {
  files: string[];
  sizeBytes: number;
}

const progressEveryMs = 250;

export async function writeClip(job: ClipJob): Promise<Outcome<WrittenClip>> {
  const folder = path.dirname(job.file);
  const feed = await ClipFeed.open(job.clip);
  const temporaries: string[] = [];
  try {
    if (!(await feed.more())) return bad({ code: 'notRecorded' });
    const refusal = await refusalOf(folder, feed.expectedBytes);
    if (refusal) return bad(refusal);
    while (await feed.more()) {
      const temporary = path.join(folder, temporaryName(job.id, temporaries.length + 1));
      temporaries.push(temporary);
      const written = await writePart(job, feed, temporary, temporaries);
      if (!written.ok) return written;
    }
    return await placeAll(job, temporaries);
  } catch (error) {
    const problem = problemOfVideo(error);
    if (!problem) throw error;
    return bad(problem);
  } finally {
    await feed.close();
    for (const temporary of temporaries) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writePart(
  job: ClipJob,
  feed: ClipFeed,
  temporary: string,
  temporaries: readonly string[],
): Promise<Outcome<null>> {
  const tell = async (): Promise<void> => {
    const doneFraction = Math.min(0.99, feed.fedBytes / Math.max(1, feed.expectedBytes));
    job.onProgress({ doneFraction, bytesWritten: await sizeOfAll(temporaries) });
  };
  const timer = setInterval(() => void tell(), progressEveryMs);
  try {
    return await writeVideo({ ffmpeg: job.ffmpeg, input: feed.part(), temporary, signal: job.signal });
  } finally {
    clearInterval(timer);
  }
}

async function placeAll(job: ClipJob, temporaries: readonly string[]): Promise<Outcome<WrittenClip>> {
  const sizes = await Promise.all(temporaries.map(sizeOf));
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  const files = await partNames(job.file, temporaries.length);
  await job.onPlacing?.(files.map((file, index) => ({ file, sizeBytes: sizes[index] ?? 0 })));
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
  for (const file of files) sum += await sizeOf(file);
  return sum;
}

/** 0 where it is not there. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

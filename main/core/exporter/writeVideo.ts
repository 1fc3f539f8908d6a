/**
 * Makes one ordinary MP4, its index at the front, of a fragmented one, by ffmpeg, which copies and converts nothing.
 * The file is whole or it is a problem: what a failure left under the temporary name is the caller's to remove.
 */
import path from 'node:path';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { freeBytesOf, VaultError } from '../vault/vaultError.ts';
import { type Ffmpeg, runFfmpeg } from '../video/ffmpeg.ts';
import { MediaError } from '../video/mediaError.ts';
import { isComplete } from './places.ts';

export interface Video {
  ffmpeg: Ffmpeg;
  input: AsyncIterable<Uint8Array>;
  /** A whole path; only its last part stands in ffmpeg's arguments. */
  temporary: string;
  /** It takes long, and nobody waits for it. */
  background?: boolean;
  signal: AbortSignal;
}

/** Less room than this after a failure: that was the cause. */
const fullBytes = 2 ** 20;

/** Problems: `cancelled`, `ffmpegFailed`, `ffmpegMissing`, `diskFull`, `folderNotWritable`, and those of the vault. */
export async function writeVideo({
  ffmpeg,
  input,
  temporary,
  background = false,
  signal,
}: Video): Promise<Outcome<null>> {
  const folder = path.dirname(temporary);
  try {
    const run = await runFfmpeg(ffmpeg, {
      args: [
        ...['-hide_banner', '-v', 'error', '-n', '-f', 'mp4', '-i', 'pipe:0'],
        ...['-map', '0', '-c', 'copy', '-movflags', '+faststart', '-f', 'mp4', path.basename(temporary)],
      ],
      ...{ input, cwd: folder, background, signal },
    });
    if (run.ok && (await isComplete(temporary))) return good(null);
    return bad(await failureOf(run.ok ? { code: 'ffmpegFailed', reason: '' } : run.problem, folder));
  } catch (error) {
    const problem = problemOfVideo(error);
    if (!problem) throw error;
    return bad(problem);
  }
}

/** What was thrown while recordings were read; null for a defect. */
export function problemOfVideo(error: unknown): Problem | null {
  if (error instanceof VaultError) return error.problem;
  return error instanceof MediaError ? { code: 'ffmpegFailed', reason: error.message } : null;
}

/** What lies behind a failure of ffmpeg, as far as the disk is to blame. */
async function failureOf(problem: Problem, folder: string): Promise<Problem> {
  if (problem.code !== 'ffmpegFailed') return problem;
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes < fullBytes || /No space left/.test(problem.reason)) return { code: 'diskFull', folder, freeBytes };
  if (/Permission denied|Read-only file system|No such file|Input\/output error/.test(problem.reason)) {
    return { code: 'folderNotWritable', folder };
  }
  return problem;
}

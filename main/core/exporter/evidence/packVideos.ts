/**
 * The videos of one camera in an evidence pack: ordinary MP4 files, one for each unbroken stretch, more where its streams
 * change in it. The recorded pictures and the recorded sound, as they are: from the keyframe before the span on, and the
 * span itself is marked, so that players show exactly that. Throws VaultError, what the disk throws, and the signal's
 * reason.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestCamera } from '../../../contract/evidence/manifest.ts';
import type { CameraId, Span } from '../../../contract/model.ts';
import type { Library } from '../../library/library.ts';
import type { Vault } from '../../vault/folder.ts';
import { ClipPlan } from '../clipPlan.ts';
import { type PlannedPart, soundBeforeMs } from '../plannedPart.ts';
import { openTarget, type Target } from '../target.ts';
import { writeMovie } from '../writeMovie.ts';
import type { WrittenFile } from './originals.ts';

export interface VideosJob {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  spans: readonly Span[];
  /** The pack's folder; the names of its videos, one after another, from there on, with slashes. */
  root: string;
  nextName: () => string;
  signal: AbortSignal;
  worked: (bytes: number) => void;
}

/** In order of time. */
export async function writeVideos(job: VideosJob): Promise<{ videos: ManifestCamera['videos']; files: WrittenFile[] }> {
  const videos: ManifestCamera['videos'] = [];
  const files: WrittenFile[] = [];
  for (const { fromMs, toMs } of job.spans.filter(({ kind }) => kind === 'recorded')) {
    const plan = await ClipPlan.open({ ...job, fromMs, toMs }, { sound: true, soundBeforeMs, joins: () => false });
    try {
      for (let part = await plan.next(job.signal); part; part = await plan.next(job.signal)) {
        if (part.inside === 0) continue;
        const file = await writeOne(job, plan, part);
        files.push(file);
        videos.push({ file: file.name, ...timesOf(part), sound: hasSound(part) });
      }
    } finally {
      await plan.close();
    }
    job.signal.throwIfAborted();
  }
  return { videos, files };
}

/** Of what players show. */
function timesOf(part: PlannedPart): { startMs: number; endMs: number } {
  const startMs = Math.round(part.startMs);
  return { startMs, endMs: Math.max(startMs + 1, Math.round(part.endMs)) };
}

function hasSound({ tracks }: PlannedPart): boolean {
  return tracks.some(({ track, samples }) => track.kind === 'audio' && samples > 0);
}

async function writeOne(job: VideosJob, plan: ClipPlan, part: PlannedPart): Promise<WrittenFile> {
  const { root, signal, worked } = job;
  const name = job.nextName();
  const whole = path.join(root, ...name.split('/'));
  const target = await openTarget(whole, null);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const hashed: Target = {
    ...target,
    async write(parts) {
      for (const bytes of parts) {
        hash.update(bytes);
        sizeBytes += bytes.length;
      }
      await target.write(parts);
    },
  };
  try {
    const read = plan.sources.read.bind(plan.sources);
    const written = await writeMovie(part, read, hashed, { signal, wrote: worked });
    if (!written.ok) signal.throwIfAborted();
  } finally {
    await target.close();
  }
  const file = await open(whole, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return { name, sizeBytes, sha256: hash.digest('hex') };
}

/**
 * Names of a camera's videos, one after another, none of which another camera has: its own name, and then with a number.
 * `taken`: folded names of all that the pack's cameras are called, and of what was given.
 */
export function videoNames(folder: string, cameraName: string, taken: Set<string>): () => string {
  let number = 0;
  return () => {
    for (;;) {
      number += 1;
      const name = number === 1 ? cameraName : `${cameraName} ${number}`;
      if (number > 1 && taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      return `${folder}/${name}.mp4`;
    }
  };
}

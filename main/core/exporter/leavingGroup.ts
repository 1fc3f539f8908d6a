/**
 * One file of the export of everything (more, where the picture changes inside it): what goes into it, and writing it.
 * Before each step it is remembered what is about to happen, so that a kill at any moment leaves nothing twice and
 * nothing out: unfinished files have hidden names of their own, a whole one is put on the disk for good before it gets
 * its name, and no name is taken from another file.
 */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import type { OpenRecording } from '../library/openRecording.ts';
import { Pace } from '../library/pace.ts';
import { dayMs, dayOf } from '../library/recordingName.ts';
import type { Vault } from '../vault/folder.ts';
import { problemOf } from '../vault/vaultError.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { ClipFeed } from './clipFeed.ts';
import type { StoredCamera, StoredLeaving } from './leavingDocument.ts';
import { firstGroup } from './leavingPlan.ts';
import { isPlaced, putInPlace, refusalOf, temporaryName } from './places.ts';
import { localDay, localStamp } from './stamps.ts';
import { problemOfVideo, writeVideo } from './writeVideo.ts';

export interface Group {
  rows: RecordingRow[];
  /** The recording that is being written, up to the job's start. */
  open: OpenRecording | null;
  fromMs: number;
  toMs: number;
}

export interface GroupProgress {
  fedBytes: number;
}

export interface GroupJob {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  job: StoredLeaving;
  camera: StoredCamera;
  group: Group;
  signal: AbortSignal;
  share?: number;
  keep: () => Promise<unknown>;
  fed: (progress: GroupProgress) => void;
  lost: (fromMs: number, toMs: number, file: string) => void;
}

const usualShare = 0.5;

/** What a camera's next file is made of; null when it is done. */
export async function nextGroup(library: Library, job: StoredLeaving, camera: StoredCamera): Promise<Group | null> {
  // First this: once it is finished, it is among the rows that are read after it.
  const open = library.openRecording(camera.id);
  const begun = job.current?.cameraId === camera.id ? job.current : null;
  const fromMs = begun?.fromMs ?? camera.doneMs;
  const rows = await rowsFrom(library, camera.id, fromMs, job.startedMs);
  const isHalf = begun !== null && begun.parts > 0;
  const group = isHalf ? rows.filter(({ endMs }) => endMs <= begun.toMs) : firstGroup(rows);
  if (isHalf && group.length === 0 && open?.startMs !== fromMs) {
    // What was left of it was deleted meanwhile.
    camera.doneMs = Math.max(camera.doneMs, begun.toMs);
    job.current = null;
    return await nextGroup(library, job, camera);
  }
  const [first] = group;
  const last = group.at(-1);
  if (first && last) return { rows: group, open: null, fromMs: first.startMs, toMs: last.endMs };
  if (!open || open.startMs < fromMs || open.startMs >= job.startedMs) return null;
  return { rows: [], open, fromMs: open.startMs, toMs: job.startedMs };
}

/** Finished recordings that begin from `fromMs` on and before `beforeMs`, those of the first day that has any. */
async function rowsFrom(library: Library, cameraId: string, fromMs: number, beforeMs: number): Promise<RecordingRow[]> {
  for (const day of await library.days(cameraId)) {
    const dayStartMs = Date.parse(`${day}T00:00:00.000Z`);
    if (day < dayOf(fromMs) || dayStartMs >= beforeMs) continue;
    const touching = await library.covering(cameraId, { fromMs: dayStartMs, toMs: dayStartMs + dayMs });
    const rows = touching.filter(({ startMs }) => dayOf(startMs) === day && startMs >= fromMs && startMs < beforeMs);
    if (rows.length > 0) return rows;
  }
  return [];
}

/** Problems: `cancelled`; those of the target's disk, of ffmpeg and of the vault. Then the group is begun anew later. */
export async function writeGroup(work: GroupJob): Promise<Outcome<null>> {
  const { job, camera, group, library, vault, keep } = work;
  const clip = {
    library,
    vault,
    cameraId: camera.id,
    fromMs: group.fromMs,
    toMs: Math.max(group.toMs, group.fromMs + 1),
  };
  const losses: [number, number, string][] = [];
  const feed = await ClipFeed.open(clip, {
    ...{ rows: group.rows, open: group.open },
    lost: (...loss) => losses.push(loss),
  });
  try {
    const begun = await begin(work);
    if (!begun.ok) return begun;
    const refusal = await refusalOf(begun.value, feed.expectedBytes);
    if (refusal) return bad(refusal);
    for (let part = 0; await feed.more(); part += 1) {
      const written = await writePart(work, feed, part, begun.value);
      if (!written.ok) return written;
    }
  } catch (error) {
    const problem = problemOfVideo(error);
    if (!problem) throw error;
    return bad(problem);
  } finally {
    await feed.close();
  }
  for (const loss of losses) work.lost(...loss);
  job.doneBytes += [...group.rows, ...(group.open ? [group.open] : [])].reduce((sum, one) => sum + one.sizeBytes, 0);
  camera.doneMs = group.open ? job.startedMs : (group.rows.at(-1)?.startMs ?? group.toMs) + 1;
  job.current = null;
  await keep();
  return good(null);
}

/** After a kill: finds out whether the file that was about to get its name has it. */
export async function settlePlacing(job: StoredLeaving): Promise<void> {
  const placing = job.current?.placing;
  if (!job.current || !placing) return;
  if (await isPlaced(path.join(job.folder, placing.file), placing.sizeBytes)) placed(job, placing.recordedMs);
  else job.current = { ...job.current, placing: null };
}

/** Remembers what is about to be written, and makes its folder. */
async function begin({ job, camera, group, keep }: GroupJob): Promise<Outcome<string>> {
  const day = path.join(camera.folder, localDay(group.fromMs));
  const folder = path.join(job.folder, day);
  const { fromMs, toMs } = group;
  job.current ??= { cameraId: camera.id, fromMs, toMs, day, parts: 0, placing: null };
  job.current = { ...job.current, day, toMs, placing: null };
  await keep();
  try {
    await mkdir(folder, { recursive: true });
    return good(folder);
  } catch (error) {
    const problem = await problemOf(error, folder);
    if (!problem) throw error;
    return bad(problem);
  }
}

function placed(job: StoredLeaving, recordedMs: number): void {
  job.files += 1;
  job.recordedMs += recordedMs;
  if (job.current) job.current = { ...job.current, parts: job.current.parts + 1, placing: null };
}

async function writePart(work: GroupJob, feed: ClipFeed, part: number, folder: string): Promise<Outcome<null>> {
  const { job, ffmpeg, signal, keep } = work;
  const beganMs = feed.nextStartMs ?? work.group.fromMs;
  const beforeMs = feed.fedMs;
  const input = paced(work, feed);
  if (part < (job.current?.parts ?? 0)) {
    // It has its name already; what follows it is wanted.
    for await (const piece of input) if (signal.aborted || piece.length === 0) return bad({ code: 'cancelled' });
    return good(null);
  }
  const temporary = path.join(folder, temporaryName(job.id, part + 1));
  const written = await writeVideo({ ffmpeg, input, temporary, background: true, signal });
  // Everything in it was damaged: there is no picture to write.
  if (!written.ok && written.problem.code === 'ffmpegFailed' && feed.fedMs === beforeMs) return good(null);
  if (!written.ok) return written;
  const recordedMs = feed.fedMs - beforeMs;
  const name = await freeName(folder, localStamp(beganMs));
  if (!job.current) throw new Error('a file without a group');
  const { size: sizeBytes } = await stat(temporary);
  job.current = { ...job.current, placing: { file: path.join(job.current.day, name), sizeBytes, recordedMs } };
  await keep();
  const put = await putInPlace(temporary, path.join(folder, name));
  if (!put.ok) return put;
  placed(job, recordedMs);
  return good(null);
}

/** 'stamp.mp4', or, where two recordings began in one second, 'stamp (2).mp4'. */
async function freeName(folder: string, stamp: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stamp}.mp4` : `${stamp} (${number}).mp4`;
    if (!(await stat(path.join(folder, name)).catch(() => null))) return name;
  }
}

/** The part, slowly enough for recording and live pictures to come first: ffmpeg, which copies, does what it is fed. */
async function* paced(work: GroupJob, feed: ClipFeed): AsyncGenerator<Uint8Array, void, undefined> {
  const pace = new Pace(work.share ?? usualShare);
  for await (const bytes of feed.part()) {
    yield bytes;
    work.fed({ fedBytes: feed.fedBytes });
    await pace.rest(work.signal);
  }
}

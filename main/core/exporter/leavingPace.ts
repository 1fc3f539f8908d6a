/**
 * How far the export of everything is, as the page is told of it, and how fast it goes: by the bytes that were read since
 * this run began, because what an earlier run did says nothing of the disks now. Pure.
 */
import type { LeavingJob } from '../../contract/leaving.ts';
import type { StoredLeaving } from './leavingDocument.ts';

const rateAfterMs = 1500;

export class LeavingPace {
  readonly #job: StoredLeaving;
  readonly #beganMs: number;
  readonly #beganBytes: number;

  /** A run of this job begins; what is done of the job is read off it at each `now`. */
  constructor(job: StoredLeaving, nowMs: number) {
    this.#job = job;
    this.#beganMs = nowMs;
    this.#beganBytes = job.doneBytes;
  }

  /** `fedBytes`: read for the file that is being written. Speed and time left are null until they can be told. */
  now(fedBytes: number, nowMs: number): { job: LeavingJob; bytesPerSecond: number | null; leftMs: number | null } {
    const job = this.#job;
    const doneBytes = Math.min(job.doneBytes + fedBytes, job.totalBytes);
    const tookMs = nowMs - this.#beganMs;
    const rate = tookMs > rateAfterMs ? ((doneBytes - this.#beganBytes) / tookMs) * 1000 : null;
    const leftMs = rate !== null && rate > 0 ? ((job.totalBytes - doneBytes) / rate) * 1000 : null;
    return { job: { ...told(job), doneBytes }, bytesPerSecond: rate, leftMs };
  }
}

/** As the page is told of a job. */
export function told(job: StoredLeaving): LeavingJob {
  const { startedMs, folder, everything, totalBytes, doneBytes, files, recordedMs, lossCount } = job;
  const cameras = everything ? null : job.cameras.map(({ name }) => name);
  const done = Math.min(doneBytes, totalBytes);
  return { startedMs, folder, cameras, totalBytes, doneBytes: done, files, recordedMs, missing: lossCount };
}

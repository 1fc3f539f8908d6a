/**
 * Leaving with everything: all recordings of the vault, or of some cameras, as plain MP4 files in dated folders. One job
 * at a time, which goes on where it was after it was stopped, or ended by a closed program, a lock or a full disk.
 */
import type { Problem } from './problems.ts';

export interface LeavingJob {
  startedMs: number;
  /** The whole path of the folder that everything goes to. */
  folder: string;
  /** The cameras' names; null: everything in the vault. */
  cameras: string[] | null;
  /** Of the sealed recordings: all of them, and those that are done. */
  totalBytes: number;
  doneBytes: number;
  /** MP4 files that are complete. */
  files: number;
  /** Recorded time in them. */
  recordedMs: number;
  /** Stretches that did not open, each named in the report beside the files. */
  missing: number;
}

export type LeavingState =
  | { state: 'never' }
  | {
      state: 'running';
      job: LeavingJob;
      /** The camera whose recordings are written now. */
      camera: string;
      /** null until they can be told. */
      bytesPerSecond: number | null;
      leftMs: number | null;
    }
  /** By the user, because Nightjar was locked, or because it was closed. */
  | { state: 'stopped'; job: LeavingJob; by: 'user' | 'lock' | 'close' }
  | { state: 'failed'; job: LeavingJob; problem: Problem }
  | { state: 'done'; job: LeavingJob; finishedMs: number };

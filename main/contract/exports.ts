/**
 * Exports: several cameras and one span, cut, drawn on and sealed as the user wishes, as files in a folder. What is asked
 * for, what a job tells, and how it stands.
 */
import type { PackFinding } from './evidence/pack.ts';
import type { CameraId, GapCause } from './model.ts';
import type { Problem } from './problems.ts';

/**
 * fast: the recorded pictures as they are, from the keyframe before the span on; players begin at the exact moment, and
 * what lies before it is in the file. exact: nothing outside the span is in the file.
 */
export type ExportCut = 'fast' | 'exact';

/** Whom a sealed export is for. A passphrase is UTF-8 of NFKC; whoever takes it clears it. */
export type ExportSeal = { by: 'key'; key: string } | { by: 'passphrase'; passphrase: Uint8Array<ArrayBuffer> };

export interface ExportPicture {
  cut: ExportCut;
  /** The camera's name and the time, into the picture: only with the exact cut. */
  burnsIn: boolean;
  sound: boolean;
  /** How long a time-lapse lasts; it has no sound. null: real time. */
  timeLapseMs: number | null;
}

/** What an evidence pack always is: the recorded pictures and the recorded sound, in which the span is marked. */
export const packPicture: ExportPicture = { cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null };

/** Of an evidence pack the wishes for its picture are left aside: see `packPicture`. */
export interface ExportRequest extends ExportPicture {
  /** At least one; none twice. Those without a recording in the span are left out. */
  cameraIds: CameraId[];
  fromMs: number;
  toMs: number;
  result: { is: 'plain' } | { is: 'evidence' } | { is: 'sealed'; to: ExportSeal };
}

/** As a job tells it: nothing secret. */
export type ExportResult = { is: 'plain' } | { is: 'evidence' } | { is: 'sealed'; by: ExportSeal['by'] };

/** What of one camera an export would hold. */
export interface ExportShare {
  cameraId: CameraId;
  /** Recorded time inside the span; 0: it is all gap. */
  recordedMs: number;
  /** Where it is all gap, why for the most part; null where nothing was recorded before it either, and else. */
  allFor: GapCause | null;
  /** Gaps between what is recorded, and before and after it. */
  gaps: number;
  /** Of the recordings inside the span, as they are. */
  sizeBytes: number;
}

export type ExportState =
  /** `wasLocked`: it ran when Nightjar was locked, and begins anew. */
  | { state: 'waiting'; wasLocked: boolean }
  | {
      state: 'running';
      doneFraction: number;
      bytesWritten: number;
      /** What all files will come to, about; null where nothing can be said. */
      expectedBytes: number | null;
      /** How many times faster than it was recorded; null while it cannot be told. */
      timesRealTime: number | null;
      leftMs: number | null;
    }
  | { state: 'done'; sizeBytes: number; files: string[]; finishedMs: number }
  | { state: 'failed'; problem: Problem }
  | { state: 'cancelled'; doneFraction: number };

export interface ExportJob extends ExportPicture {
  id: string;
  /** In the order that they were asked for. */
  cameras: { id: CameraId; name: string }[];
  fromMs: number;
  toMs: number;
  result: ExportResult;
  /** Recorded time inside the span, of all cameras together. */
  recordedMs: number;
  /** Gaps inside the span, of all cameras. */
  gaps: number;
  /** The folder that its files go to, as the user chose it. */
  folder: string;
  /**
   * Pictures of these cameras (by their ids) could not be joined exactly, and were made anew as a whole: their codec has
   * no encoder here, or is of a kind that cannot be joined.
   */
  madeAnew: CameraId[];
  progress: ExportState;
}

/** What came of checking an evidence pack again. */
export interface EvidenceCheck {
  checkedMs: number;
  passed: boolean;
  /** The first things that are not as they were signed; what is only worth knowing is not among them. */
  findings: PackFinding[];
  /** How many such things there are. */
  count: number;
}

/** A folder for exports: `placeId` names it for the calls. */
export interface ExportPlace {
  placeId: string;
  folder: string;
  freeBytes: number;
}

export const mostExportCameras = 100;
/** A time-lapse lasts this long at least and at most. */
export const timeLapseAllowed = { leastMs: 1000, mostMs: 3_600_000 };

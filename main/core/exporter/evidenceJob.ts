/**
 * What the queue of exports asks for when the result is to be an evidence pack, and what it is told: the queue knows
 * when, for whom and where to, and remembers it over a restart; what a pack is made of is the writer's business. It always
 * is what was recorded, pictures and sound (`packPicture`).
 */
import type { CameraId } from '../../contract/model.ts';
import type { Outcome } from '../../contract/problems.ts';
import type { Library } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import type { WrittenExport } from './writeExport.ts';

export interface EvidenceJob {
  /** Names what is unfinished on the disk: `.nightjar-<id>-1.part` in `folder`. */
  id: string;
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

/** All of the pack or nothing of it. Throws only defects. */
export type WriteEvidence = (job: EvidenceJob) => Promise<Outcome<WrittenExport>>;

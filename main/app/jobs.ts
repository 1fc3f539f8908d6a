/**
 * What is done with the recordings at the user's wish and takes its time: exports, the export of everything, the check
 * of the vault, the search for motion. Each is on its own; together they go on after a start or unlocking, let go of
 * what is opened when the vault is locked, forget a camera, and end.
 */
import type { ExportJob } from '../contract/exports.ts';
import type { CameraId, CameraStatus } from '../contract/model.ts';
import type { Cameras } from '../core/cameras/cameras.ts';
import { Exporter } from '../core/exporter/exporter.ts';
import { exportsFile, readExports } from '../core/exporter/exportsDocument.ts';
import { Leaving } from '../core/exporter/leaving.ts';
import { leavingFile, readLeaving } from '../core/exporter/leavingDocument.ts';
import type { Library } from '../core/library/library.ts';
import { MotionSearch } from '../core/library/motionSearch.ts';
import type { Log } from '../core/log.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { Ffmpeg } from '../core/video/ffmpeg.ts';
import { Checking } from './checking.ts';
import { type EvidenceParts, evidenceWriter } from './evidence.ts';
import type { ClockBook } from './health/clockBook.ts';
import type { Tell } from './house.ts';
import { LateStore } from './lateStore.ts';
import { tellFinding } from './tellFinding.ts';
import { vaultDocuments } from './vaultDocuments.ts';

export interface JobsOptions {
  vault: Vault;
  ffmpeg: Ffmpeg;
  library: Library;
  cameras: Cameras;
  statuses: () => readonly CameraStatus[];
  clocks: () => ClockBook;
  /** What evidence packs are made with; without it none are made. */
  evidence: Pick<EvidenceParts, 'page' | 'app'> | undefined;
  log: Log;
  tell: Tell;
}

export class Jobs {
  readonly exporter: Exporter;
  readonly leaving: Leaving;
  readonly checking: Checking;
  readonly motion: MotionSearch;
  readonly #log: Log;

  constructor({ vault, ffmpeg, library, cameras, statuses, clocks, evidence, log, tell }: JobsOptions) {
    this.#log = log;
    const defect = (where: string) => (error: unknown) => log.defect(error, where);
    this.motion = new MotionSearch({
      ...{ ffmpeg, library, vault },
      on: { changed: (state) => tell('motion.changed', state), defect: defect('searching for motion') },
    });
    this.exporter = new Exporter({
      ffmpeg,
      library,
      vault,
      memory: new LateStore(vault, { file: exportsFile, initial: { version: 2, jobs: [] }, parse: readExports }),
      ...(evidence && {
        writeEvidence: evidenceWriter({ ...evidence, cameras: () => cameras.list(), statuses, clocks }),
      }),
      on: { changed: (jobs: ExportJob[]) => tell('exports.changed', jobs), defect: defect('export') },
    });
    this.leaving = new Leaving({
      ...{ ffmpeg, library, vault },
      memory: new LateStore(vault, { file: leavingFile, initial: { job: null }, parse: readLeaving }),
      on: { changed: (state) => tell('leaving.changed', state), defect: defect('leaving') },
    });
    this.checking = new Checking({
      ...{ vault, library, documents: vaultDocuments, tellFinding },
      nameOf: (cameraId) => [...cameras.list(), ...cameras.removed()].find(({ id }) => id === cameraId)?.name ?? '',
      on: { changed: (state) => tell('check.changed', state), defect: defect('check') },
    });
  }

  /** What was being exported when Nightjar ended, or was locked, goes on. */
  begin(): void {
    for (const one of [this.exporter, this.leaving])
      void one.begin().catch((error: unknown) => this.#log.defect(error, 'exports'));
  }

  /** The vault is locked: what runs stops, and nothing that was opened stays in memory. */
  async lock(): Promise<void> {
    await Promise.all([this.motion.forget(), this.checking.lock(), this.leaving.lock(), this.exporter.lock()]);
  }

  /** False where what is remembered may still name the camera: the vault is locked, or the disk takes no writing. */
  async forgetCamera(cameraId: CameraId): Promise<boolean> {
    const { exporter, leaving, checking } = this;
    const all = [exporter.forgetCamera(cameraId), leaving.forgetCamera(cameraId), checking.forget()];
    return (await Promise.all(all)).every((one) => one);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await Promise.all([this.checking.close(), this.leaving.close(), this.exporter.close(), this.motion.close()]);
  }
}

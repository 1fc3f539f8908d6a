/**
 * Writes one export: a file for each camera, more where its picture changes inside the span, each under a hidden name
 * until all are whole, and then all of them under their own. Either every file is there at the end, or none: trouble and
 * cancelling leave nothing behind.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExportPicture } from '../../contract/exports.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import type { Library } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import { problemOf } from '../vault/vaultError.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import { ClipPlan } from './clipPlan.ts';
import { joins } from './exactHead.ts';
import { freeNames, type Part } from './exportNames.ts';
import { shareOf } from './exportShare.ts';
import { causeOf } from './failure.ts';
import { makePart } from './makePart.ts';
import { soundBeforeMs } from './plannedPart.ts';
import { putInPlace, refusalOf, removeLeftovers, temporaryName } from './places.ts';
import type { SealTo } from './target.ts';
import { problemOfVideo } from './writeVideo.ts';

export interface ExportWork extends ExportPicture {
  /** Names what is unfinished on the disk. */
  id: string;
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  /** Those with a recording in the span. */
  cameras: readonly { id: CameraId; name: string }[];
  fromMs: number;
  toMs: number;
  folder: string;
  /** Whom the next file is sealed to. 'gone': it was to be sealed, and nothing is left to do it with. */
  sealTo: () => SealTo | 'gone';
  /** Its files are sealed. */
  sealed: boolean;
  signal: AbortSignal;
  onProgress: (progress: { doneFraction: number; bytesWritten: number }) => void;
  /** Told once of a camera whose pictures could not be joined exactly. */
  onMadeAnew: (cameraId: CameraId) => void;
  /** Awaited before whole files get their names. */
  onPlacing: (files: { file: string; sizeBytes: number }[]) => Promise<void>;
}

export interface WrittenExport {
  files: string[];
  sizeBytes: number;
}

interface WholeFile extends Part {
  temporary: string;
  sizeBytes: number;
}

const progressEveryMs = 250;

/** Problems: `notRecorded`, `recordingGone`, `cancelled`, `passphraseGone`, those of the vault, of ffmpeg and of the target's disk. */
export async function writeExport(work: ExportWork): Promise<Outcome<WrittenExport>> {
  const writing = new Writing(work);
  try {
    const refusal = await writing.measure();
    if (refusal) return bad(refusal);
    for (const camera of work.cameras) {
      const written = await writing.camera(camera);
      if (!written.ok) return bad(await writing.causeOf(written.problem));
    }
    return writing.whole.length === 0 ? bad({ code: 'notRecorded' }) : await placeAll(work, writing.whole);
  } catch (error) {
    const problem = problemOfVideo(error) ?? (await problemOf(error, path.join(work.folder, 'export')));
    if (!problem) throw error;
    return bad(await writing.causeOf(problem));
  } finally {
    await writing.close();
  }
}

class Writing {
  readonly whole: WholeFile[] = [];
  readonly #work: ExportWork;
  readonly #temporaries: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #expectedBytes = 0;
  /** Of the recordings, those that are in whole files, and those that are in the one that is being written. */
  #doneBytes = 0;
  #doneHere = 0;
  #writtenBytes = 0;

  constructor(work: ExportWork) {
    this.#work = work;
    this.#timer = setInterval(() => {
      const doneFraction = Math.min(0.99, (this.#doneBytes + this.#doneHere) / Math.max(1, this.#expectedBytes));
      work.onProgress({ doneFraction, bytesWritten: this.#writtenBytes });
    }, progressEveryMs);
  }

  /** What stands against beginning. A time-lapse takes a part of the room that nobody knows before. */
  async measure(): Promise<Problem | null> {
    const { id, library, cameras, folder, timeLapseMs } = this.#work;
    // What an earlier try could not remove, because its disk was pulled out.
    await removeLeftovers(folder, id);
    for (const { id } of cameras) this.#expectedBytes += (await shareOf(library, id, this.#work)).sizeBytes;
    return refusalOf(folder, timeLapseMs === null ? this.#expectedBytes : 0);
  }

  async camera(camera: { id: CameraId; name: string }): Promise<Outcome<null>> {
    const { signal } = this.#work;
    const { cut, burnsIn, timeLapseMs } = this.#work;
    const joinsHead = cut === 'exact' && !burnsIn && timeLapseMs === null;
    const plan = await ClipPlan.open(
      { ...this.#work, cameraId: camera.id },
      {
        sound: this.#work.sound && timeLapseMs === null,
        soundBeforeMs: cut === 'exact' ? 0 : soundBeforeMs,
        joins: (init) => joinsHead && joins(init),
      },
    );
    try {
      for (let part = await plan.next(signal); part; part = await plan.next(signal)) {
        const temporary = path.join(this.#work.folder, temporaryName(this.#work.id, this.#temporaries.length + 1));
        const sealTo = this.#work.sealTo();
        if (sealTo === 'gone') return bad({ code: 'passphraseGone' });
        this.#temporaries.push(temporary);
        const made = await makePart({
          ...{ work: this.#work, camera, part, sources: plan.sources, temporary, sealTo },
          wrote: (bytes) => (this.#writtenBytes += bytes),
          done: (fraction) => (this.#doneHere = fraction * part.dataBytes),
        });
        if (!made.ok) return made;
        this.#doneBytes += part.dataBytes;
        this.#doneHere = 0;
        const { size: sizeBytes } = await stat(temporary);
        this.whole.push({ cameraName: camera.name, startMs: part.startMs, temporary, sizeBytes });
      }
    } finally {
      await plan.close();
    }
    return signal.aborted ? bad({ code: 'cancelled' }) : good(null);
  }

  causeOf(problem: Problem): Promise<Problem> {
    const { folder, vault } = this.#work;
    const [expectedBytes, writtenBytes] = [this.#expectedBytes, this.#writtenBytes];
    return causeOf(problem, { folder, vaultFolder: vault.folder, expectedBytes, writtenBytes });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const temporary of this.#temporaries) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function placeAll(work: ExportWork, whole: readonly WholeFile[]): Promise<Outcome<WrittenExport>> {
  const files = await freeNames(work.folder, whole, work.sealed ? '.mp4.age' : '.mp4');
  await work.onPlacing(files.map((file, index) => ({ file, sizeBytes: whole[index]?.sizeBytes ?? 0 })));
  const placed: string[] = [];
  for (const [index, { temporary }] of whole.entries()) {
    const file = files[index] ?? '';
    const put = work.signal.aborted ? bad({ code: 'cancelled' }) : await putInPlace(temporary, file);
    if (!put.ok) {
      await removeAll(placed);
      return put;
    }
    placed.push(file);
  }
  return good({ files: placed, sizeBytes: whole.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true }).catch(() => undefined);
}

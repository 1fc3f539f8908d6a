/**
 * Trouble with the disk (full, gone, takes no writing): what it was, what it left unfinished, and when to try again.
 * Before every try it looks whether the disk is there and has room, without writing where it is not. The unfinished
 * recording stays readable through its writer, is made whole as soon as the disk takes it, and is otherwise left to
 * recovery at the next start. Stopping and going on with recording is the recorder's.
 */
import type { GapCause } from '../../contract/model.ts';
import type { Problem } from '../../contract/problems.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import { dayOf } from '../library/recordingName.ts';
import { floorOf, roomOf } from '../library/retention.ts';
import type { Vault } from '../vault/folder.ts';
import { takesFiles } from '../vault/folderReport.ts';
import { isDiskTrouble, VaultError } from '../vault/vaultError.ts';
import type { RecordingFile } from './recordingFile.ts';

export interface DiskTroubleOptions {
  vault: Vault;
  library: Library;
  /** Between two tries. */
  retryMs: number;
  /** Room that must be there before a try, so that the disk is not full again at once. */
  roomBytes: number;
  /** It is time for `tryAgain`. */
  onTime: () => void;
  onFinished: (row: Omit<RecordingRow, 'path'>) => void;
  onDefect: (error: unknown) => void;
}

export class DiskTrouble {
  readonly #options: DiskTroubleOptions;
  #problem: Problem | null = null;
  #cutOff: RecordingFile | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: DiskTroubleOptions) {
    this.#options = options;
  }

  /** What the gap is called while it lasts; null when all is well. */
  get cause(): GapCause | null {
    if (this.#problem === null) return null;
    if (this.#problem.code === 'diskFull') return 'diskFull';
    return isDiskTrouble(this.#problem) ? 'diskGone' : 'unknown';
  }

  /** `cutOff`: the recording that it hit, with what is whole in it. */
  begin(problem: Problem, cutOff: RecordingFile | null): void {
    this.#problem = problem;
    this.#cutOff = cutOff ?? this.#cutOff;
    // A disk that is to be checked or changed can be unmounted only when nobody has a file open on it.
    if (problem.code !== 'diskFull') void cutOff?.rest();
    this.#later();
  }

  /** Ends the trouble, or puts it off. Throws a VaultError when the disk refuses again. */
  async tryAgain(): Promise<void> {
    if (this.#problem === null) return;
    const still = await this.#refusal(this.#problem);
    if (still) {
      this.#problem = still;
      this.#later();
      return;
    }
    if (this.#cutOff) await this.#mend(this.#cutOff);
    await this.#options.library.saveNotes();
    this.#problem = null;
  }

  /** What is unfinished stays so. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#cutOff) await this.#letGo(this.#cutOff);
  }

  /** Why a try would be in vain; null when it would not. */
  async #refusal(problem: Problem): Promise<Problem | null> {
    const { vault, roomBytes } = this.#options;
    const away = await vault.away();
    if (away) return away;
    if (problem.code !== 'diskFull') return (await takesFiles(vault.folder)) ? null : problem;
    const { freeBytes, totalBytes } = await roomOf(vault.folder);
    // Retention makes no more room than the floor: to wait for more on a small disk would be to wait for ever.
    const neededBytes = Math.min(roomBytes, floorOf(totalBytes) / 2) + (this.#cutOff?.sizeBytes ?? 0);
    return freeBytes < neededBytes ? { code: 'diskFull', folder: vault.folder, freeBytes } : null;
  }

  /** Throws only when it is the disk that refuses, and not this one file that cannot be mended. */
  async #mend(cutOff: RecordingFile): Promise<void> {
    const { library, onFinished, onDefect } = this.#options;
    try {
      const row = await cutOff.mend();
      if (row) {
        await library.add(row);
        onFinished(row);
      }
    } catch (error) {
      if (!(error instanceof VaultError)) onDefect(error);
      else if (error.problem.code === 'diskFull' || (await this.#refusal(error.problem))) throw error;
      // The disk went between its renaming and its row: the folder knows.
      await library.saveNotes();
      await library.rebuildDay(cutOff.cameraId, dayOf(cutOff.startMs));
    }
    await this.#letGo(cutOff);
  }

  async #letGo(cutOff: RecordingFile): Promise<void> {
    const { library } = this.#options;
    this.#cutOff = null;
    if (library.openRecording(cutOff.cameraId) === cutOff) library.setOpen(cutOff.cameraId, null);
    await cutOff.close();
  }

  #later(): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#options.onTime, this.#options.retryMs);
    this.#timer.unref();
  }
}

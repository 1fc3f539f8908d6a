/**
 * Trouble with the disk: what it was, what it left unfinished, and when to try again. The unfinished recording stays
 * readable through its writer, is made whole as soon as there is room, and is otherwise left to recovery at the next
 * start. Stopping and going on with recording is the recorder's.
 */
import type { GapCause } from '../../contract/model.ts';
import type { Problem } from '../../contract/problems.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import { freeBytesOf, VaultError } from '../vault/vaultError.ts';
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
    return this.#problem.code === 'diskFull' ? 'diskFull' : 'unknown';
  }

  /** `cutOff`: the recording that it hit, with what is whole in it. */
  begin(problem: Problem, cutOff: RecordingFile | null): void {
    this.#problem = problem;
    this.#cutOff = cutOff ?? this.#cutOff;
    this.#later();
  }

  /** Ends the trouble, or puts it off. Throws a VaultError when the disk is full again. */
  async tryAgain(): Promise<void> {
    if (this.#problem === null) return;
    const { vault, roomBytes } = this.#options;
    const neededBytes = roomBytes + (this.#cutOff?.sizeBytes ?? 0);
    if (this.#problem.code === 'diskFull' && (await freeBytesOf(vault.folder)) < neededBytes) {
      this.#later();
      return;
    }
    if (this.#cutOff) await this.#mend(this.#cutOff);
    this.#problem = null;
  }

  /** What is unfinished stays so. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#cutOff) await this.#letGo(this.#cutOff);
  }

  /** Throws only when the disk is full again. */
  async #mend(cutOff: RecordingFile): Promise<void> {
    const { library, onFinished, onDefect } = this.#options;
    try {
      const row = await cutOff.mend();
      await library.add(row);
      onFinished(row);
    } catch (error) {
      if (!(error instanceof VaultError)) onDefect(error);
      else if (error.problem.code === 'diskFull') throw error;
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

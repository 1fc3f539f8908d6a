/**
 * What lay undone when a vault was opened: what a crash cut off is finished, the time in which nothing ran is told, and
 * then every day is looked at. What needs the vault's identity waits for it, and all of it for a disk that takes writing;
 * neither keeps the recording from beginning.
 */
import type { Problem } from '../contract/problems.ts';
import type { Library } from '../core/library/library.ts';
import type { Log } from '../core/log.ts';
import { LookAround } from '../core/recorder/lookAround.ts';
import { recoverRecent, type RecoveryReport } from '../core/recorder/recovery.ts';
import type { Vault } from '../core/vault/folder.ts';
import { type Absence, noteAbsence } from './noteAbsence.ts';
import { noteDeath } from './noteDeath.ts';

export interface PuttingRightOptions {
  vault: Vault;
  library: Library;
  log: Log;
  absence: Omit<Absence, 'library'>;
  on: {
    /** What the vault's status says may be another now. */
    status: () => void;
  };
}

export class PuttingRight {
  readonly #options: PuttingRightOptions;
  readonly #absence: Absence;
  #absenceIsNoted = false;
  #heldBack: Problem | null = null;
  #lookAround: LookAround | null = null;
  /** What waited for the identity; the vault is not closed in the middle of it. */
  #afterUnlocking: Promise<unknown> = Promise.resolve();

  constructor(options: PuttingRightOptions) {
    this.#options = options;
    this.#absence = { ...options.absence, library: options.library };
  }

  /** Before anything is recorded. Where nothing can be written it waits until that is over. */
  async start(): Promise<void> {
    const { vault } = this.#options;
    if ((await vault.away()) === null) {
      await this.#recover();
      await noteDeath({ ...this.#absence, vault });
      await this.#noteAbsenceOnce();
    }
    vault.holdBack(() => this.#heldBack);
  }

  /** After the recording has begun: the first look at a large vault reads every day's index. */
  lookAround(): void {
    const { vault, library, on } = this.#options;
    this.#lookAround = new LookAround({
      vault,
      library,
      on: {
        looked: (report) => {
          this.#noteRecovery('looked at every day', report);
          on.status();
        },
        defect: (error) => this.#defect(error, 'looking at every day'),
      },
    });
  }

  /** The vault has its identity: goes on with what waited for it, beside everything else. */
  unlocked(): void {
    const { vault, library, on } = this.#options;
    this.#afterUnlocking = library
      .unlocked()
      .then(async () => {
        if ((await vault.away()) === null) {
          await this.#recover();
          await this.#noteAbsenceOnce();
        }
        this.#lookAround?.again();
      })
      .then(on.status, (error: unknown) => this.#defect(error, 'recovery'));
  }

  /** The disk could not be written when the vault was opened, and can be now: does what was left undone. */
  async diskIsBack(): Promise<void> {
    const { vault, library } = this.#options;
    // The recorders wait meanwhile: what they began now would be taken for cut off.
    this.#heldBack = { code: 'diskReadOnly', folder: vault.folder };
    await this.#recover()
      .then(() => this.#noteAbsenceOnce())
      .catch((error: unknown) => this.#defect(error, 'recovery'));
    this.#heldBack = null;
    await library.saveNotes();
    this.#lookAround?.again();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#lookAround?.close();
    await this.#afterUnlocking;
  }

  /** Puts right what a crash left. */
  async #recover(): Promise<void> {
    const { vault, library } = this.#options;
    this.#noteRecovery('recovery', await recoverRecent(vault, library));
  }

  /** Waits for the identity. */
  async #noteAbsenceOnce(): Promise<void> {
    if (this.#absenceIsNoted || this.#options.vault.identity === null) return;
    this.#absenceIsNoted = true;
    await noteAbsence(this.#absence);
  }

  #noteRecovery(what: string, { unexplained, ...recovered }: RecoveryReport): void {
    this.#options.log.note(what, { ...recovered, unexplained: unexplained.length });
  }

  #defect(error: unknown, where: string): void {
    this.#options.log.defect(error, where);
  }
}

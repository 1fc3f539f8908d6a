/**
 * Moves the open vault to another folder. On the same disk its folder is renamed; to another disk it is copied while
 * recording goes on, then closed for as long as the rest takes, compared, and opened in the new place. Only then is the
 * old folder emptied, of what was copied and of nothing else. Trouble is a state with a problem; what was copied stays,
 * and the move goes on from there when it is asked for again, also after a restart.
 *
 * At any moment one whole vault is in use, said by one line of where.json that is replaced in one step: the old one until
 * the copy is whole, the new one from then on.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AppState, MoveState } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { folderMode, writeDurably } from '../../core/vault/durable.ts';
import { readVaultFile, vaultFileName } from '../../core/vault/folder.ts';
import {
  clearVaultFolder,
  type CopyProgress,
  leftMarkName,
  movingMarkName,
  VaultCopy,
} from '../../core/vault/moveFiles.ts';
import { problemOf, systemCode } from '../../core/vault/vaultError.ts';
import type { VaultMove, WhereVault } from '../whereVault.ts';
import { canTake, holdsAllOf, holdsVault, isCopyOf } from './destination.ts';
import {
  commit,
  handOverByRenaming,
  handOverCopy,
  type HandOverOptions,
  markLeft,
  type Relocation,
} from './handOver.ts';
import { onSameDisk } from './twoFolders.ts';

export interface MovingOptions {
  where: WhereVault;
  changed(state: MoveState): void;
  /** The app's state as it is now. */
  app(): AppState;
  /**
   * Closes the open vault while `work` puts its folder elsewhere, and opens it where that says; where it does not open
   * there, `undo` and it is opened where it was. `gone` when it is not open, or locked, or another one is.
   */
  relocate(to: string, work: Relocation): Promise<Outcome<null>>;
  /** Logs a defect and returns its id. */
  defect(error: unknown): string;
}

/** So little is left that the vault may be closed for it. */
const smallBytes = 32 * 2 ** 20;
const mostPasses = 6;
const tellEveryMs = 250;

export class Moving {
  readonly #options: MovingOptions;
  readonly #handOver: HandOverOptions;
  #state: MoveState = { state: 'none' };
  #stop = new AbortController();
  #running: Promise<void> | null = null;
  /** It is being found out whether a move can begin. */
  #beginning = false;
  #wake: (() => void) | null = null;
  /** When copying began, and what was there by then. */
  #since: { ms: number; bytes: number } | null = null;
  #toldMs = 0;
  /** It came to its end but for the old folder, before this start. */
  #unfinished: VaultMove | null = null;

  constructor(options: MovingOptions) {
    this.#options = options;
    this.#handOver = { where: options.where, problemOf: (error, folder) => this.#problemOf(error, folder) };
  }

  get state(): MoveState {
    return this.#state;
  }

  /** Before any vault is opened: finds out how far a move came that was interrupted. Never throws. */
  async settle(): Promise<void> {
    const { open, move } = await this.#options.where.all();
    if (!move) return;
    try {
      if (open === move.to) await this.#leftBehind(move);
      else if (open !== move.from) await this.#forget();
      else if (!(await holdsVault(move.from)) && (await holdsVault(move.to)))
        await commit(move, this.#options.where, false);
      else if (await holdsVault(move.from)) this.#become({ state: 'stopped', ...move, problem: null });
    } catch (error) {
      this.#become({ state: 'stopped', ...move, problem: await this.#problemOf(error, move.to) });
    }
  }

  /** Begins to move the open vault into that folder. What can be said beforehand is its problem, the rest a state. */
  async begin(to: string): Promise<Outcome<null>> {
    // A large vault takes a while to be looked at: a second click must not move it twice.
    if (this.#beginning) return bad({ code: 'gone' });
    this.#beginning = true;
    try {
      return await this.#begin(path.resolve(to));
    } finally {
      this.#beginning = false;
    }
  }

  async #begin(to: string): Promise<Outcome<null>> {
    const app = this.#options.app();
    if (app.phase !== 'open' || this.#isBusy()) return bad({ code: 'gone' });
    const move = { from: app.folder, to };
    const found = await canTake(move).catch(async (error: unknown) => bad(await this.#problemOf(error, to)));
    if (!found.ok) return found;
    const noted = await this.#options.where.change((before) => ({ ...before, move }));
    if (!noted.ok) return noted;
    // What an earlier move left behind may have begun to be taken away meanwhile.
    if (this.#isBusy()) return bad({ code: 'gone' });
    this.#stop = new AbortController();
    this.#become({ state: 'copying', ...move, doneBytes: 0, totalBytes: found.value, leftMs: null });
    this.#running = this.#run(move, this.#stop.signal).finally(() => (this.#running = null));
    return good(null);
  }

  /** Goes on with a move that was stopped, of the vault that was being moved and of no other. */
  async goOn(): Promise<Outcome<null>> {
    const app = this.#options.app();
    if (this.#state.state !== 'stopped' || app.phase !== 'open') return bad({ code: 'gone' });
    const { from, to } = this.#state;
    if (app.folder === from) return this.begin(to);
    if (app.folder !== to || this.#running) return bad({ code: 'gone' });
    // All but the old folder was done.
    this.#unfinished = { from, to };
    void this.#clean();
    return good(null);
  }

  /** Stops copying; what was copied stays. The last part, which takes seconds, is not stopped. */
  async stop(): Promise<Outcome<null>> {
    if (this.#state.state !== 'copying') return bad({ code: 'gone' });
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
    return good(null);
  }

  /** Gives a stopped move up, and takes away what it had copied. */
  async giveUp(): Promise<Outcome<null>> {
    if (this.#state.state === 'done') return this.#become({ state: 'none' });
    if (this.#state.state !== 'stopped' || this.#running) return bad({ code: 'gone' });
    const { from, to } = this.#state;
    try {
      if ((await isCopyOf(from, to)) && !(await this.#isInUse(to))) {
        await rm(path.join(to, vaultFileName), { force: true });
        await clearVaultFolder(to, null);
      }
    } catch (error) {
      const problem = await problemOf(error, path.join(to, vaultFileName));
      // A disk that is gone takes its copy along.
      if (!problem) throw error;
      if (problem.code !== 'vaultMissing') return bad(problem);
    }
    await this.#forget();
    return this.#become({ state: 'none' });
  }

  /** The app's state is another: a move that waits for the passphrase goes on, and one that was cut off is ended. */
  appChanged(): void {
    this.#wake?.();
    if (this.#options.app().phase === 'open' && this.#unfinished) void this.#clean();
  }

  /** Stops what is copied. May be called twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
  }

  /** What a move that was cut off left behind in its old folder goes. */
  async #clean(): Promise<void> {
    const move = this.#unfinished;
    const app = this.#options.app();
    if (!move || app.phase !== 'open' || app.folder !== move.to || this.#running) return;
    this.#unfinished = null;
    this.#running = this.#guarded(move, () => this.#remove(move, null)).finally(() => (this.#running = null));
    await this.#running;
  }

  #run(move: VaultMove, signal: AbortSignal): Promise<void> {
    return this.#guarded(move, async () => {
      // The folder for videos may not exist yet; anything further up must, or its drive is not connected.
      await mkdir(path.dirname(move.to), { mode: folderMode }).catch(ifThere);
      if (await onSameDisk(move.from, move.to)) {
        const renamed = await this.#renameIt(move, signal);
        if (renamed) return;
      }
      await this.#copyIt(move, signal);
    });
  }

  /** Whatever goes wrong is a state. */
  async #guarded(move: VaultMove, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = error instanceof Stopped ? error.problem : await this.#problemOf(error, move.to);
      this.#become({ state: 'stopped', ...move, problem });
    }
  }

  async #copyIt(move: VaultMove, signal: AbortSignal): Promise<void> {
    const file = await readVaultFile(move.from);
    if (!file.ok) throw new Stopped(file.problem);
    await mkdir(move.to, { mode: folderMode }).catch(ifThere);
    await writeDurably(path.join(move.to, movingMarkName), JSON.stringify({ version: 1, id: file.value.id }));
    // An earlier end that did not come to its end.
    await rm(path.join(move.to, vaultFileName), { force: true });
    const copy = new VaultCopy(move.from, move.to);
    this.#since = null;
    for (let passes = 0; passes < mostPasses; passes += 1) {
      await copy.pass(signal, (now) => this.#progress(move, now));
      if (signal.aborted) break;
      const { leftBytes } = await copy.survey();
      if (leftBytes < smallBytes) break;
    }
    await this.#untilOpen(signal);
    if (signal.aborted) throw new Stopped(null);
    await this.#relocate(move, signal, handOverCopy(move, copy, this.#handOver));
    await this.#remove(move, copy.copied);
  }

  /** False when the system does not rename across these two after all. */
  async #renameIt(move: VaultMove, signal: AbortSignal): Promise<boolean> {
    await this.#untilOpen(signal);
    if (signal.aborted) throw new Stopped(null);
    const renaming = handOverByRenaming(move, this.#handOver);
    await this.#relocate(move, signal, renaming);
    if (!renaming.crosses) this.#become({ state: 'done', ...move, kept: 0 });
    return !renaming.crosses;
  }

  /** Throws `Stopped` with its problem; the vault is open where it was then, or its state says why not. */
  async #relocate(move: VaultMove, signal: AbortSignal, work: Relocation): Promise<void> {
    this.#become({ state: 'ending', ...move });
    for (;;) {
      const done = await this.#options.relocate(move.to, work);
      if (done.ok) return;
      // Locked in between.
      const isLocked = done.problem.code === 'gone' && this.#options.app().phase === 'locked';
      if (!isLocked) throw new Stopped(done.problem);
      await this.#untilOpen(signal);
      if (signal.aborted) throw new Stopped(null);
    }
  }

  async #remove(move: VaultMove, copied: ReadonlySet<string> | null): Promise<void> {
    this.#become({ state: 'removing', ...move });
    const isLeft = await stat(path.join(move.from, leftMarkName)).then(
      () => true,
      () => false,
    );
    const stays = isLeft ? await clearVaultFolder(move.from, copied) : [];
    await this.#forget();
    this.#become({ state: 'done', ...move, kept: stays.length });
  }

  /**
   * A copy was whole and in use when Nightjar ended. If the old folder is a vault still, it is left only where every file
   * of it is in the new one; else it stays as it is, for the user to look at.
   */
  async #leftBehind(move: VaultMove): Promise<void> {
    await rm(path.join(move.to, movingMarkName), { force: true });
    if (!(await holdsVault(move.from))) {
      this.#unfinished = move;
      return;
    }
    if (!(await holdsAllOf(move))) {
      await this.#forget();
      return;
    }
    await markLeft(move);
    this.#unfinished = move;
  }

  async #forget(): Promise<void> {
    await this.#options.where.change((before) => ({ ...before, move: null }));
  }

  #isBusy(): boolean {
    return this.#running !== null;
  }

  async #isInUse(folder: string): Promise<boolean> {
    return (await this.#options.where.all()).open === folder;
  }

  async #untilOpen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#options.app().phase !== 'open') {
      await new Promise((resolve) => (this.#wake = () => resolve(null)));
      this.#wake = null;
    }
  }

  #progress(move: VaultMove, { doneBytes, totalBytes }: CopyProgress): void {
    const nowMs = performance.now();
    this.#since ??= { ms: nowMs, bytes: doneBytes };
    if (nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    const tookMs = nowMs - this.#since.ms;
    const perMs = (doneBytes - this.#since.bytes) / tookMs;
    const leftMs = tookMs > 1000 && perMs > 0 ? (totalBytes - doneBytes) / perMs : null;
    this.#become({ state: 'copying', ...move, doneBytes, totalBytes, leftMs });
  }

  async #problemOf(error: unknown, folder: string): Promise<Problem> {
    const problem = await problemOf(error, path.join(folder, vaultFileName));
    return problem ?? { code: 'defect', id: this.#options.defect(error) };
  }

  #become(state: MoveState): Outcome<null> {
    this.#state = state;
    this.#options.changed(state);
    return good(null);
  }
}

/** The user stopped it (null), or something stood in its way. */
class Stopped extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null) {
    super('the move was stopped');
    this.problem = problem;
  }
}

function ifThere(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}

/**
 * Moves the open vault to another folder. On the same disk its folder is renamed; to another disk it is copied while
 * recording goes on, then closed for as long as the rest takes, compared, and opened in the new place. Only then is the
 * old folder emptied, of what was copied and of nothing else. Trouble is a state with a problem; what was copied stays,
 * and the move goes on from there when it is asked for again, also after a restart.
 *
 * At any moment one whole vault is in use, said by one line of where.json that is replaced in one step: the old one until
 * the copy is whole, the new one from then on.
 */
import { mkdir, readdir, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AppState, MoveState } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import { folderMode, syncFolder, writeDurably } from '../core/vault/durable.ts';
import { isEmpty, readVaultFile, vaultFileName } from '../core/vault/folder.ts';
import { folderReport, type FolderReport } from '../core/vault/folderReport.ts';
import {
  clearVaultFolder,
  type CopyProgress,
  leftMarkName,
  listVaultFolder,
  movingMarkName,
  VaultCopy,
} from '../core/vault/moveFiles.ts';
import { problemOf, systemCode } from '../core/vault/vaultError.ts';
import type { Remembered, VaultMove, WhereVault } from './whereVault.ts';

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

export interface Relocation {
  /** The vault that is meant: no other one, which may have been opened meanwhile. */
  from: string;
  /** Returns the folder that holds the vault now. `release` lets go of the lock on the old one. */
  move(release: () => Promise<void>): Promise<Outcome<string>>;
  undo(): Promise<void>;
}

/** Room beyond what is copied, so that the new disk is not full at once. */
const spareBytes = 256_000_000;
/** So little is left that the vault may be closed for it. */
const smallBytes = 32 * 2 ** 20;
const mostPasses = 6;
const tellEveryMs = 250;

export class Moving {
  readonly #options: MovingOptions;
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
      else if (!(await holdsVault(move.from)) && (await holdsVault(move.to))) await this.#commit(move, false);
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
    const found = await this.#find(move);
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

  /** Whether the folder can take the vault; returns the bytes to be moved. */
  async #find({ from, to }: VaultMove): Promise<Outcome<number>> {
    if ((await isInside(from, to)) || (await isInside(to, from))) return bad({ code: 'moveIntoItself', folder: to });
    const report = await folderReport(to);
    const ours = await isCopyOf(from, to);
    if (report.holdsVault ? !ours : !report.empty && !ours) return bad({ code: 'folderNotEmpty', folder: to });
    if (!report.writable) return bad({ code: 'folderNotWritable', folder: to });
    return this.#room({ from, to }, report);
  }

  async #room({ from, to }: VaultMove, { freeBytes }: FolderReport): Promise<Outcome<number>> {
    try {
      const { leftBytes, totalBytes } = await new VaultCopy(from, to).survey();
      const neededBytes = leftBytes + spareBytes;
      if (!(await onSameDisk(from, to)) && freeBytes < neededBytes)
        return bad({ code: 'noRoom', folder: to, neededBytes, freeBytes });
      return good(totalBytes);
    } catch (error) {
      return bad(await this.#problemOf(error, to));
    }
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
    await this.#relocate(move, signal, {
      from: move.from,
      move: (release) => this.#endCopy(move, copy, release),
      undo: () => this.#undoCopy(move),
    });
    await this.#remove(move, copy.copied);
  }

  async #endCopy(move: VaultMove, copy: VaultCopy, release: () => Promise<void>): Promise<Outcome<string>> {
    try {
      await copy.finish();
    } catch (error) {
      await rm(path.join(move.to, vaultFileName), { force: true }).catch(() => undefined);
      return bad(await this.#problemOf(error, move.to));
    }
    const committed = await this.#commit(move, true);
    if (!committed.ok) {
      await rm(path.join(move.to, vaultFileName), { force: true }).catch(() => undefined);
      return committed;
    }
    await this.#markLeft(move);
    await release();
    return good(move.to);
  }

  /** From here on the old folder is no vault; its files are still all there. */
  async #markLeft({ from, to }: VaultMove): Promise<void> {
    await rename(path.join(from, vaultFileName), path.join(from, leftMarkName)).catch(() => undefined);
    await syncFolder(from).catch(() => undefined);
    await rm(path.join(to, movingMarkName), { force: true }).catch(() => undefined);
  }

  async #undoCopy(move: VaultMove): Promise<void> {
    const { from, to } = move;
    await rename(path.join(from, leftMarkName), path.join(from, vaultFileName)).catch(() => undefined);
    await this.#options.where.change((before) => moved(before, move.to, move.from, move));
    // No two vaults: the copy is one that can be gone on with, or given up.
    await rename(path.join(to, vaultFileName), path.join(to, movingMarkName)).catch(() => undefined);
  }

  /** False when the system does not rename across these two after all. */
  async #renameIt(move: VaultMove, signal: AbortSignal): Promise<boolean> {
    const found = { crosses: false };
    await this.#untilOpen(signal);
    if (signal.aborted) throw new Stopped(null);
    await this.#relocate(move, signal, {
      from: move.from,
      move: async (release) => {
        await release();
        try {
          await removeEmpty(move.to);
          await rename(move.from, move.to);
          await syncFolder(path.dirname(move.to));
          await syncFolder(path.dirname(move.from));
        } catch (error) {
          found.crosses = systemCode(error) === 'EXDEV';
          return found.crosses ? good(move.from) : bad(await this.#problemOf(error, move.to));
        }
        const committed = await this.#commit(move, false);
        if (!committed.ok) await rename(move.to, move.from);
        return committed.ok ? good(move.to) : committed;
      },
      undo: async () => {
        await rename(move.to, move.from);
        await this.#options.where.change((before) => moved(before, move.to, move.from, null));
      },
    });
    if (!found.crosses) this.#become({ state: 'done', ...move, kept: 0 });
    return !found.crosses;
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
    const { leftBytes } = await new VaultCopy(move.from, move.to).survey();
    const old = await listVaultFolder(move.from);
    const now = await listVaultFolder(move.to);
    const all = [...old.files].every(([file, { sizeBytes }]) => now.files.get(file)?.sizeBytes === sizeBytes);
    const documents = [...old.files].filter(([file]) => !/\d+-\d+\.mp4\.age$/.test(file));
    const documentBytes = documents.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
    // What a survey cannot compare is the documents: these are compared by their sizes above.
    if (!all || leftBytes > documentBytes) {
      await this.#forget();
      return;
    }
    await this.#markLeft(move);
    this.#unfinished = move;
  }

  /** The new folder is the vault from here on. `keepsMove`: something is left to be done in the old one. */
  #commit(move: VaultMove, keepsMove: boolean): Promise<Outcome<null>> {
    return this.#options.where.change((before) => moved(before, move.from, move.to, keepsMove ? move : null));
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

function moved(before: Remembered, from: string, to: string, move: VaultMove | null): Remembered {
  return { open: to, known: before.known.map((one) => (one === from ? to : one)), move };
}

async function holdsVault(folder: string): Promise<boolean> {
  return (await readVaultFile(folder)).ok;
}

/** `to` holds what an earlier move of the vault in `from` had copied. */
async function isCopyOf(from: string, to: string): Promise<boolean> {
  const file = await readVaultFile(from);
  if (!file.ok) return false;
  try {
    const mark: unknown = JSON.parse(await readFile(path.join(to, movingMarkName), 'utf8'));
    return typeof mark === 'object' && mark !== null && 'id' in mark && mark.id === file.value.id;
  } catch {
    return false;
  }
}

/** Whether `inner` is `outer`, or lies in it, through links too. */
async function isInside(outer: string, inner: string): Promise<boolean> {
  const relative = path.relative(await realPath(outer), await realPath(inner));
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/** Of a folder that need not exist yet. */
async function realPath(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : path.join(await realPath(above), path.basename(folder));
  }
}

async function onSameDisk(from: string, to: string): Promise<boolean> {
  let there = to;
  for (;;) {
    const found = await stat(there).catch(() => null);
    if (found) return found.dev === (await stat(from)).dev;
    const above = path.dirname(there);
    if (above === there) return false;
    there = above;
  }
}

/** A folder with nothing in it but what systems put there. */
async function removeEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (!isEmpty(names)) return;
  for (const name of names) await rm(path.join(folder, name), { force: true });
  await rmdir(folder).catch(() => undefined);
}

function ifThere(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}

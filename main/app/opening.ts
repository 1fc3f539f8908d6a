/**
 * The way to an open vault and back: first run (make it, show its recovery words, ask two back, prove them), opening it
 * at the start by the keychain, locking and unlocking by a passphrase, and getting in by the recovery words whatever the
 * keychain holds. While it is locked, or its key is missing, recording goes on where the recorder's key is at hand.
 *
 * Every way it can fail is a state with a problem and a remedy; the vault's own files are never changed by failing.
 */
import { rm } from 'node:fs/promises';
import { InTurn } from '../contract/inTurn.ts';
import type { AppState, PassphraseUse, RecordingCount } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import { openVault, openWithWords, readVaultFile, Vault } from '../core/vault/folder.ts';
import { folderReport } from '../core/vault/folderReport.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import type { Identity } from '../core/vault/keys.ts';
import { lockVault, type VaultLock } from '../core/vault/lock.ts';
import { movingMarkName } from '../core/vault/moveFiles.ts';
import { readRecorderKey, type RecorderKey, recorderKeyOf } from '../core/vault/recorderKey.ts';
import { keepPlain, readPassphraseFile } from './keyPlace.ts';
import { Making } from './making.ts';
import type { Relocation } from './moving/handOver.ts';
import { PassphraseLock } from './passphraseLock.ts';
import { scrubHeap } from './scrub.ts';
import type { Tries } from './tries.ts';
import type { WhereVault } from './whereVault.ts';

export interface OpeningOptions {
  keychain: Keychain;
  where: WhereVault;
  tries: Tries;
  changed(state: AppState): void;
  /**
   * Opens what lives in the vault; its problem closes the vault again. Without the vault's identity the recorder's key
   * opens what recording needs; it is wiped afterwards.
   */
  enter(vault: Vault, warning: Problem | null, recorder: RecorderKey | null): Promise<Outcome<null>>;
  /** The vault that was entered is locked from now on: what holds opened files lets go of them. */
  locked(): Promise<void>;
  /** It has its identity again, or for the first time. */
  unlocked(warning: Problem | null): Promise<void>;
  leave(): Promise<void>;
  /** The vault was opened on a disk that took no writing, and can be written from now on. */
  writable(): void;
  /** Of what was entered; null while nothing was. */
  recording(): RecordingCount | null;
  /** Logs a defect and returns its id. */
  defect(error: unknown): string;
  /** How often the vault's lock is touched, and looked at; every 2 s when not said. */
  touchEveryMs?: number;
}

export class Opening {
  readonly #options: OpeningOptions;
  readonly #passphrase: PassphraseLock;
  #state: AppState = { phase: 'firstRun', left: null };
  #making: Making | null = null;
  #lock: VaultLock | null = null;
  /** The vault that was entered: open, or recording without its identity. */
  #vault: Vault | null = null;
  /** The folder of the vault that was left so that another can be made or opened. */
  #left: string | null = null;
  /** One after the other: a second click must not open a vault twice. */
  readonly #turns = new InTurn();

  constructor(options: OpeningOptions) {
    this.#options = options;
    this.#passphrase = new PassphraseLock(options.keychain, options.tries);
  }

  get state(): AppState {
    return this.#state;
  }

  get passphraseUse(): PassphraseUse {
    return this.#passphrase.use;
  }

  /** When the program that had the vault before died at it; null: it did not. See `VaultLock`. */
  get diedMs(): number | null {
    return this.#lock?.diedMs ?? null;
  }

  /** Opens the vault that was open last, if there is one. */
  start(): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#start());
  }

  /** Opens the vault in that folder with the keychain's key. No effect while a vault is open or locked. */
  open(folder: string): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#open(folder));
  }

  /**
   * Prepares a new vault; its twelve words are proved before anything is written. With a passphrase (which stays the
   * caller's to wipe) it needs no keychain. No effect while a vault is open.
   */
  make(folder: string, passphrase: Uint8Array | null = null): Promise<Outcome<{ words: string[] }>> {
    return this.#turns.run(() => this.#make(folder, passphrase));
  }

  wordsAgain(): Outcome<{ words: string[] }> {
    return this.#making ? good({ words: this.#making.words }) : bad({ code: 'gone' });
  }

  startOver(): Outcome<null> {
    if (!this.#making) return bad({ code: 'gone' });
    this.#dropMaking();
    return this.#becomeFirstRun();
  }

  /** Two words back: right ones make the vault, and it is opened with nothing but its recovery words to prove them. */
  prove(given: string[]): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#prove(given));
  }

  /** The recovery words open the known vault on this computer; where it has no passphrase, the keychain gets its key. */
  openWithWords(words: string[]): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#openWithWords(words));
  }

  /** Wipes the identity; recording goes on. `gone` where there is no passphrase, or nothing open. */
  lock(): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#lockNow());
  }

  /** Problems: `passphraseWrong`, `passphraseTooSoon`, `keyWrong`. The passphrase stays the caller's to wipe. */
  unlock(passphrase: Uint8Array): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#unlock(passphrase));
  }

  /**
   * Sets, changes or takes away the app lock, or changes the passphrase of a vault without keychain. Both passphrases
   * stay the caller's to wipe. Problems: `passphraseWrong`, `passphraseTooSoon`, `passphraseShort`, those of the
   * keychain or the disk; then it is as before.
   */
  setPassphrase(current: Uint8Array | null, next: Uint8Array | null): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      if (this.#state.phase !== 'open' || !this.#vault) return bad({ code: 'gone' });
      return this.#passphrase.change(this.#vault, current, next);
    });
  }

  /**
   * Whoever is about to change the vault's keys knows its passphrase, or opened it with the recovery words. The passphrase
   * stays the caller's to wipe. Problems: `passphraseWrong`, `passphraseTooSoon`.
   */
  confirm(current: Uint8Array | null): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      if (this.#state.phase !== 'open' || !this.#vault) return bad({ code: 'gone' });
      return this.#passphrase.confirm(this.#vault, current);
    });
  }

  retry(): Promise<Outcome<null>> {
    return this.#turns.run(() => (this.#state.phase === 'closed' ? this.#open(this.#state.folder) : this.#start()));
  }

  /** Forgets where the vault lies, never the vault. */
  forget(): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      await this.#leave();
      this.#left = null;
      await this.#options.where.forget();
      return this.#becomeFirstRun();
    });
  }

  /** Leaves the vault so that another can be made or opened; `retry` and the next start open it again. */
  another(): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      if (this.#state.phase !== 'open') return bad({ code: 'gone' });
      this.#left = this.#state.folder;
      await this.#leave();
      return this.#becomeFirstRun();
    });
  }

  /** Leaves whatever is open, and opens the vault in that folder. One that cannot be had now changes nothing. */
  switchTo(folder: string): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      if (this.#vault?.folder === folder) return bad({ code: 'gone' });
      const file = await readVaultFile(folder);
      const probed = file.ok ? await lockVault(folder, {}) : file;
      if (!probed.ok) return probed;
      await probed.value.release();
      await this.#leave();
      this.#state = { phase: 'firstRun', left: null };
      return this.#open(folder);
    });
  }

  /** See `MovingOptions.relocate`. */
  relocate(to: string, work: Relocation): Promise<Outcome<null>> {
    return this.#turns.run(() => this.#relocate(to, work));
  }

  close(): Promise<void> {
    return this.#turns.run(() => this.#leave());
  }

  /** Another number of cameras is being recorded: tells it where nothing else may be told. */
  recordingChanged(): void {
    const { phase } = this.#state;
    if (phase !== 'closed' && phase !== 'locked') return;
    const recording = this.#options.recording();
    const before = this.#state.recording;
    if (JSON.stringify(before) === JSON.stringify(recording)) return;
    this.#state = { ...this.#state, recording };
    this.#options.changed(this.#state);
  }

  async #start(): Promise<Outcome<null>> {
    const { phase } = this.#state;
    if (phase === 'open' || phase === 'locked') return bad({ code: 'gone' });
    const folder = await this.#options.where.read();
    return folder === null ? this.#becomeFirstRun() : this.#open(folder);
  }

  async #open(folder: string): Promise<Outcome<null>> {
    const { phase } = this.#state;
    if (phase === 'open' || phase === 'locked') return bad({ code: 'gone' });
    // Another one than the one that records while it is closed.
    if (this.#vault && this.#vault.folder !== folder) await this.#leave();
    const file = await readVaultFile(folder);
    if (!file.ok) return this.#closed(folder, file.problem);
    const locked = this.#vault ? good(null) : await this.#lockFolder(folder);
    if (!locked.ok) return this.#closed(folder, locked.problem);
    const found = await this.#passphrase.find(folder, file.value);
    if (found.ok && found.value.use === 'none') return this.#admit(folder, found.value.identity);
    const recordable = found.ok ? found.value.use === 'lock' : ['keyMissing', 'keyWrong'].includes(found.problem.code);
    if (recordable && !this.#vault) await this.#recordOnly(new Vault(folder, file.value, null));
    if (!found.ok) return this.#closed(folder, found.problem);
    // A full disk elsewhere is no reason not to ask for the passphrase.
    await this.#options.where.write(folder);
    return this.#becomeLocked(folder, file.value.id, good(null));
  }

  async #make(folder: string, passphrase: Uint8Array | null): Promise<Outcome<{ words: string[] }>> {
    if (this.#vault) return bad({ code: 'gone' });
    const making = await Making.begin(folder, passphrase, this.#options.keychain);
    if (!making.ok) return making;
    this.#dropMaking();
    // A passphrase vault that is locked, with nothing entered, is left for the new one.
    await this.#releaseFolder();
    this.#making = making.value;
    const { words, askedWords } = making.value;
    return this.#become({ phase: 'proving', askedWords }, good({ words }));
  }

  async #prove(given: string[]): Promise<Outcome<null>> {
    const making = this.#making;
    if (!making) return bad({ code: 'gone' });
    if (!making.isRight(given)) return bad({ code: 'wordsWrong' });
    const { folder, hasPassphrase } = making;
    const made = await making.finish(async (vault) =>
      hasPassphrase ? good(null) : keepPlain(vault, this.#options.keychain),
    );
    if (!made.ok) return made;
    this.#dropMaking();
    const sealed = await readPassphraseFile(folder);
    this.#passphrase.take(hasPassphrase ? 'vault' : 'none', sealed.ok ? sealed.value : null);
    const locked = await this.#lockFolder(folder);
    if (locked.ok) return this.#enter(made.value, null);
    made.value.lock();
    return this.#closed(folder, locked.problem);
  }

  async #openWithWords(words: string[]): Promise<Outcome<null>> {
    if (this.#state.phase !== 'closed' && this.#state.phase !== 'locked') return bad({ code: 'gone' });
    const { folder, phase } = this.#state;
    const locked = this.#lock ? good(null) : await this.#lockFolder(folder);
    if (!locked.ok) return locked;
    const opened = await openWithWords(folder, words);
    const identity = opened.ok ? opened.value.identity : null;
    if (!opened.ok || !identity) {
      if (phase === 'closed' && !this.#vault) await this.#releaseFolder();
      return opened.ok ? bad({ code: 'keyMissing' }) : opened;
    }
    const trouble = phase === 'locked' ? null : await this.#passphrase.keepAfterWords(opened.value);
    // Footage comes first: a keychain that takes no key is no reason to stay locked out.
    const admitted = await this.#admit(folder, identity, trouble);
    this.#passphrase.openedWithWords = admitted.ok;
    return admitted;
  }

  async #lockNow(): Promise<Outcome<null>> {
    if (this.#state.phase !== 'open' || !this.#vault || !this.#passphrase.locks) return bad({ code: 'gone' });
    const { id, folder } = this.#vault;
    this.#vault.lock();
    this.#passphrase.openedWithWords = false;
    const done = await this.#becomeLocked(folder, id, good(null));
    await this.#options.locked();
    scrubHeap();
    return done;
  }

  async #unlock(passphrase: Uint8Array): Promise<Outcome<null>> {
    if (this.#state.phase !== 'locked') return bad({ code: 'gone' });
    const { folder } = this.#state;
    const file = this.#vault ? good(this.#vault) : await readVaultFile(folder);
    if (!file.ok) return file;
    const identity = await this.#passphrase.open(passphrase, file.value.id);
    if (identity.ok) return this.#admit(folder, identity.value);
    await this.#becomeLocked(folder, file.value.id, good(null));
    return identity;
  }

  /** The identity opens the vault: the one that records already, or a new one. */
  async #admit(folder: string, identity: Identity, warning: Problem | null = null): Promise<Outcome<null>> {
    if (!this.#vault) {
      const opened = await openVault(folder, identity);
      if (opened.ok) return this.#enter(opened.value, warning);
      identity.wipe();
      return this.#closed(folder, opened.problem);
    }
    if (!this.#vault.unlock(identity)) return this.#closed(folder, { code: 'keyWrong' });
    await this.#options.unlocked(warning);
    return this.#become({ phase: 'open', folder }, good(null));
  }

  async #relocate(to: string, work: Relocation): Promise<Outcome<null>> {
    const identity = this.#state.phase === 'open' ? this.#vault?.identity?.copy() : null;
    if (!identity || this.#vault?.folder !== work.from) {
      identity?.wipe();
      return bad({ code: 'gone' });
    }
    const folder = work.from;
    this.#become({ phase: 'moving', folder, to }, good(null));
    try {
      await this.#options.leave();
      this.#vault = null;
      const moved = await work.move(() => this.#releaseFolder());
      const opened = await this.#openAgain(moved.ok ? moved.value : folder, identity);
      if (opened.ok || !moved.ok || moved.value === folder) return moved.ok ? opened : moved;
      await this.#releaseFolder();
      await work.undo();
      await this.#openAgain(folder, identity);
      return opened;
    } catch (error) {
      const problem: Problem = { code: 'defect', id: this.#options.defect(error) };
      await this.#openAgain(folder, identity);
      return bad(problem);
    } finally {
      identity.wipe();
    }
  }

  /** With a copy of the identity. */
  async #openAgain(folder: string, identity: Identity): Promise<Outcome<null>> {
    const locked = await this.#lockFolder(folder);
    return locked.ok ? this.#admit(folder, identity.copy()) : this.#closed(folder, locked.problem);
  }

  async #leave(): Promise<void> {
    await this.#options.leave();
    this.#vault = null;
    this.#passphrase.take('none', null);
    await this.#releaseFolder();
  }

  async #lockFolder(folder: string): Promise<Outcome<null>> {
    await this.#releaseFolder();
    const locked = await lockVault(folder, {
      ...(this.#options.touchEveryMs !== undefined && { touchEveryMs: this.#options.touchEveryMs }),
      onLost: () => void this.#giveWay(folder),
      onTaken: () => this.#options.writable(),
    });
    if (!locked.ok) return locked;
    this.#lock = locked.value;
    return good(null);
  }

  /** Another computer took the vault while this one slept: two must not write into it. */
  #giveWay(folder: string): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      if (!this.#lock || !('folder' in this.#state) || this.#state.folder !== folder) return bad({ code: 'gone' });
      await this.#options.leave();
      this.#vault = null;
      return this.#closed(folder, { code: 'otherInstance', folder });
    });
  }

  async #releaseFolder(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }

  #dropMaking(): void {
    this.#making?.wipe();
    this.#making = null;
  }

  /** Records what can be recorded; where that fails the vault is as closed or locked as it was. */
  async #recordOnly(vault: Vault): Promise<void> {
    const recorder = await readRecorderKey(this.#options.keychain, vault.id);
    if (!recorder) return;
    const entered = await this.#enterWith(vault, await this.#warning(vault.folder), recorder);
    if (entered.ok) this.#vault = vault;
  }

  async #enter(vault: Vault, trouble: Problem | null): Promise<Outcome<null>> {
    const found = await this.#warning(vault.folder);
    const warning = trouble ?? found;
    // Without a keychain there is no such key, and nothing is recorded before the vault is opened.
    const hasKeychain = this.#passphrase.use !== 'vault' && trouble === null;
    const recorder = hasKeychain
      ? await recorderKeyOf(this.#options.keychain, vault.id, vault.identity?.recipient ?? null)
      : null;
    const entered = await this.#enterWith(vault, warning, recorder);
    if (!entered.ok) {
      vault.lock();
      return this.#closed(vault.folder, entered.problem);
    }
    this.#vault = vault;
    this.#left = null;
    return this.#become({ phase: 'open', folder: vault.folder }, good(null));
  }

  /** Remembers the folder, and says what the user should know about it. */
  async #warning(folder: string): Promise<Problem | null> {
    const report = await folderReport(folder);
    const exposed: Problem | null = report.keepsPrivate ? null : { code: 'folderNotPrivate', folder };
    // A full disk elsewhere is no reason not to open the vault.
    const remembered = await this.#options.where.write(folder);
    return remembered.ok ? exposed : remembered.problem;
  }

  async #enterWith(vault: Vault, warning: Problem | null, recorder: RecorderKey | null): Promise<Outcome<null>> {
    const lock = this.#lock;
    vault.holdBack(() => lock?.waitsFor ?? null);
    // What is recorded into is no copy any more that a move could go on with, or take away.
    await rm(vault.path(movingMarkName), { force: true }).catch(() => undefined);
    try {
      return await this.#options.enter(vault, warning, recorder);
    } catch (error) {
      return bad({ code: 'defect', id: this.#options.defect(error) });
    } finally {
      recorder?.identity.wipe();
    }
  }

  async #closed(folder: string, problem: Problem): Promise<Outcome<null>> {
    if (!this.#vault) await this.#releaseFolder();
    return this.#become({ phase: 'closed', folder, problem, recording: this.#options.recording() }, bad(problem));
  }

  async #becomeLocked(folder: string, vaultId: string, outcome: Outcome<null>): Promise<Outcome<null>> {
    const nextTryMs = await this.#passphrase.nextMs(vaultId);
    return this.#become({ phase: 'locked', folder, recording: this.#options.recording(), nextTryMs }, outcome);
  }

  #becomeFirstRun(): Outcome<null> {
    return this.#become({ phase: 'firstRun', left: this.#left }, good(null));
  }

  #become<Value>(state: AppState, outcome: Outcome<Value>): Outcome<Value> {
    this.#state = state;
    this.#options.changed(state);
    return outcome;
  }
}

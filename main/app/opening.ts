/**
 * The way to an open vault: first run (make it, show its recovery words, ask two back, prove them), opening it at the
 * start by the keychain, and getting in by the recovery words when the keychain has no key. Nothing of a new vault
 * lies on disk or in the keychain before its recovery words are proved, so an interrupted first run leaves nothing.
 *
 * Every way it can fail is a state with a problem and a remedy; the vault's own files are never changed by failing.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { AppState } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import {
  createVault,
  openVault,
  openWithWords,
  proveRecovery,
  readVaultFile,
  removeUnusedVault,
  type Vault,
} from '../core/vault/folder.ts';
import { folderReport } from '../core/vault/folderReport.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import { identityFromSecret, makeWords } from '../core/vault/keys.ts';
import { lockVault, type VaultLock } from '../core/vault/lock.ts';
import { chooseAsked } from '../core/vault/newRecovery.ts';
import type { WhereVault } from './whereVault.ts';

export interface OpeningOptions {
  keychain: Keychain;
  where: WhereVault;
  changed(state: AppState): void;
  /** Opens what lives in the vault; its problem closes the vault again. */
  enter(vault: Vault, warning: Problem | null): Promise<Outcome<null>>;
  leave(): Promise<void>;
  /** The vault was opened on a disk that took no writing, and can be written from now on. */
  writable(): void;
  /** Logs a defect and returns its id. */
  defect(error: unknown): string;
  /** How often the vault's lock is touched, and looked at; every 2 s when not said. */
  touchEveryMs?: number;
}

interface Making {
  folder: string;
  words: string[];
  askedWords: [number, number];
}

export class Opening {
  readonly #options: OpeningOptions;
  #state: AppState = { phase: 'firstRun' };
  #making: Making | null = null;
  #lock: VaultLock | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  get state(): AppState {
    return this.#state;
  }

  /** Opens the vault that was open last, if there is one. */
  start(): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#start());
  }

  /** Opens the vault in that folder with the keychain's key. No effect while a vault is open. */
  open(folder: string): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#open(folder));
  }

  /** Prepares a new vault; its twelve words are proved before anything is written. No effect while one is open. */
  make(folder: string): Promise<Outcome<{ words: string[] }>> {
    return this.#inTurn(() => this.#make(folder));
  }

  wordsAgain(): Outcome<{ words: string[] }> {
    return this.#making ? good({ words: this.#making.words }) : bad({ code: 'gone' });
  }

  startOver(): Outcome<null> {
    if (!this.#making) return bad({ code: 'gone' });
    this.#making = null;
    return this.#become({ phase: 'firstRun' }, good(null));
  }

  /** Two words back: right ones make the vault, and it is opened with nothing but its recovery words to prove them. */
  prove(given: string[]): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#prove(given));
  }

  /** The recovery words open the known vault on this computer, and its key goes into the keychain. */
  openWithWords(words: string[]): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#openWithWords(words));
  }

  retry(): Promise<Outcome<null>> {
    return this.#inTurn(() => (this.#state.phase === 'closed' ? this.#open(this.#state.folder) : this.#start()));
  }

  /** Forgets where the vault lies, never the vault. */
  forget(): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      await this.#leave();
      await this.#options.where.forget();
      return this.#become({ phase: 'firstRun' }, good(null));
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#leave());
  }

  async #start(): Promise<Outcome<null>> {
    const folder = await this.#options.where.read();
    return folder === null ? this.#become({ phase: 'firstRun' }, good(null)) : this.#open(folder);
  }

  async #open(folder: string): Promise<Outcome<null>> {
    if (this.#state.phase === 'open') return bad({ code: 'gone' });
    const opened = await this.#openByKeychain(folder);
    return opened.ok ? this.#enter(opened.value) : this.#closed(folder, opened.problem);
  }

  async #make(folder: string): Promise<Outcome<{ words: string[] }>> {
    if (this.#state.phase === 'open') return bad({ code: 'gone' });
    const report = await folderReport(folder);
    if (report.holdsVault || !report.empty) return bad({ code: 'folderNotEmpty', folder });
    if (!report.writable) return bad({ code: 'folderNotWritable', folder });
    const keychain = await this.#options.keychain.read('test');
    if (!keychain.ok) return keychain;
    const words = makeWords();
    const askedWords = chooseAsked(words.length);
    this.#making = { folder, words, askedWords };
    return this.#become({ phase: 'proving', askedWords }, good({ words }));
  }

  async #prove(given: string[]): Promise<Outcome<null>> {
    const making = this.#making;
    if (!making) return bad({ code: 'gone' });
    const right = making.askedWords.every((number, at) => given[at]?.trim().toLowerCase() === making.words[number - 1]);
    if (!right) return bad({ code: 'wordsWrong' });
    // The folder for videos may not exist yet; anything further up must, or its drive is not connected.
    await mkdir(path.dirname(making.folder)).catch(() => undefined);
    const made = await createVault(making.folder, making.words);
    if (!made.ok) return made;
    const vault = made.value;
    const proved = await proveRecovery(vault, making.words);
    const kept = proved.ok ? await this.#keepKey(vault) : proved;
    if (!kept.ok) {
      await removeUnusedVault(vault);
      return kept;
    }
    this.#making = null;
    const locked = await this.#lockFolder(vault.folder);
    if (!locked.ok) return this.#closed(vault.folder, locked.problem);
    return this.#enter(vault);
  }

  async #openWithWords(words: string[]): Promise<Outcome<null>> {
    if (this.#state.phase !== 'closed') return bad({ code: 'gone' });
    const { folder } = this.#state;
    const locked = await this.#lockFolder(folder);
    if (!locked.ok) return locked;
    const opened = await openWithWords(folder, words);
    if (!opened.ok) {
      await this.#unlock();
      return opened;
    }
    const kept = await this.#keepKey(opened.value);
    // Footage comes first: a keychain that takes no key is no reason to stay locked out.
    return this.#enter(opened.value, kept.ok ? null : kept.problem);
  }

  /** One after the other: a second click must not open a vault twice. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #leave(): Promise<void> {
    await this.#options.leave();
    await this.#unlock();
  }

  async #openByKeychain(folder: string): Promise<Outcome<Vault>> {
    const file = await readVaultFile(folder);
    if (!file.ok) return file;
    const locked = await this.#lockFolder(folder);
    if (!locked.ok) return locked;
    const secret = await this.#options.keychain.read(file.value.id);
    if (!secret.ok) return secret;
    const identity = secret.value === null ? null : identityFromSecret(secret.value);
    if (!identity) return bad({ code: secret.value === null ? 'keyMissing' : 'keyWrong' });
    return openVault(folder, identity);
  }

  async #lockFolder(folder: string): Promise<Outcome<null>> {
    await this.#unlock();
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
    return this.#inTurn(async () => {
      if (this.#state.phase !== 'open' || this.#state.folder !== folder) return bad({ code: 'gone' });
      await this.#options.leave();
      return this.#closed(folder, { code: 'otherInstance', folder });
    });
  }

  async #unlock(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }

  async #keepKey(vault: Vault): Promise<Outcome<null>> {
    if (!vault.identity) return bad({ code: 'keyMissing' });
    return this.#options.keychain.write(vault.id, vault.identity.toSecretString());
  }

  async #enter(vault: Vault, trouble: Problem | null = null): Promise<Outcome<null>> {
    const report = await folderReport(vault.folder);
    const exposed: Problem | null = report.keepsPrivate ? null : { code: 'folderNotPrivate', folder: vault.folder };
    // A full disk elsewhere is no reason not to open the vault.
    const remembered = await this.#options.where.write(vault.folder);
    const warning = trouble ?? (remembered.ok ? exposed : remembered.problem);
    const lock = this.#lock;
    vault.holdBack(() => lock?.waitsFor ?? null);
    const entered = await this.#options.enter(vault, warning).catch((error: unknown) => {
      return bad({ code: 'defect', id: this.#options.defect(error) });
    });
    if (!entered.ok) {
      vault.lock();
      return this.#closed(vault.folder, entered.problem);
    }
    return this.#become({ phase: 'open', folder: vault.folder }, good(null));
  }

  async #closed(folder: string, problem: Problem): Promise<Outcome<null>> {
    await this.#unlock();
    return this.#become({ phase: 'closed', folder, problem }, bad(problem));
  }

  #become<Value>(state: AppState, outcome: Outcome<Value>): Outcome<Value> {
    this.#state = state;
    this.#options.changed(state);
    return outcome;
  }
}

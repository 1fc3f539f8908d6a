/**
 * A vault in the making: its place, its recovery words, which two are asked back, and its passphrase where it is to have
 * one. Lies in memory alone: nothing is written before the words are proved, and what fails then is taken back.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { createVault, proveRecovery, removeUnusedVault, type Vault } from '../core/vault/folder.ts';
import { folderReport } from '../core/vault/folderReport.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import { makeWords } from '../core/vault/keys.ts';
import { chooseAsked } from '../core/vault/newRecovery.ts';
import { tooShort } from '../core/vault/passphrase.ts';
import { secretBytes, wipe } from '../core/vault/sodium.ts';

export class Making {
  readonly folder: string;
  readonly words: string[];
  /** Which two are asked back, from 1 to 12. */
  readonly askedWords: [number, number];
  readonly #passphrase: Uint8Array | null;

  private constructor(folder: string, passphrase: Uint8Array | null) {
    this.folder = folder;
    this.words = makeWords();
    this.askedWords = chooseAsked(this.words.length);
    this.#passphrase = passphrase && secretBytes(passphrase.byteLength);
    if (passphrase) this.#passphrase?.set(passphrase);
  }

  /**
   * The passphrase stays the caller's to wipe; with one, no keychain is asked. Problems: `folderNotEmpty`,
   * `folderNotWritable`, `passphraseShort`, those of the keychain.
   */
  static async begin(folder: string, passphrase: Uint8Array | null, keychain: Keychain): Promise<Outcome<Making>> {
    const report = await folderReport(folder);
    if (report.holdsVault || !report.empty) return bad({ code: 'folderNotEmpty', folder });
    if (!report.writable) return bad({ code: 'folderNotWritable', folder });
    if (passphrase) {
      const short = tooShort(passphrase, 'vault');
      return short ? bad({ code: 'passphraseShort', ...short }) : good(new Making(folder, passphrase));
    }
    const tried = await keychain.read('test');
    return tried.ok ? good(new Making(folder, null)) : tried;
  }

  /** The passphrase opens it, not the keychain. */
  get hasPassphrase(): boolean {
    return this.#passphrase !== null;
  }

  isRight(given: readonly string[]): boolean {
    return this.askedWords.every((number, at) => given[at]?.trim().toLowerCase() === this.words[number - 1]);
  }

  /**
   * Writes the vault, opens it with nothing but its words to prove them, and keeps its key; else there is nothing of it.
   * Problems: those of the disk and of `keep`.
   */
  async finish(keep: (vault: Vault) => Promise<Outcome<null>>): Promise<Outcome<Vault>> {
    // The folder for videos may not exist yet; anything further up must, or its drive is not connected.
    await mkdir(path.dirname(this.folder)).catch(() => undefined);
    const made = await createVault(this.folder, this.words, this.#passphrase);
    if (!made.ok) return made;
    const proved = await proveRecovery(made.value, this.words);
    const kept = proved.ok ? await keep(made.value) : proved;
    if (kept.ok) return made;
    await removeUnusedVault(made.value);
    return kept;
  }

  /** May be called twice. */
  wipe(): void {
    if (this.#passphrase) wipe(this.#passphrase);
    this.words.fill('');
  }
}

/**
 * Where the key of the vault at hand lies on this computer, what its passphrase is for and opens, and how often that may
 * be tried. Holds only what is sealed, never the passphrase or the identity: a keychain that is locked later must not
 * keep the right person out.
 */
import type { PassphraseUse } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import type { Vault, VaultFile } from '../core/vault/folder.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import type { Identity } from '../core/vault/keys.ts';
import { openIdentityWith, type SealedIdentity, sealIdentityWith, tooShort } from '../core/vault/passphrase.ts';
import { findKey, type FoundKey, keepPlain, keepSealed } from './keyPlace.ts';
import type { Tries } from './tries.ts';

export class PassphraseLock {
  readonly #keychain: Keychain;
  readonly #tries: Tries;
  #use: PassphraseUse = 'none';
  #sealed: SealedIdentity | null = null;
  /** Whoever knows the recovery words need not know the passphrase to set another, until it is locked again. */
  openedWithWords = false;

  constructor(keychain: Keychain, tries: Tries) {
    this.#keychain = keychain;
    this.#tries = tries;
  }

  get use(): PassphraseUse {
    return this.#use;
  }

  /** There is something to lock with: else locking would lock out. */
  get locks(): boolean {
    return this.#use !== 'none' && this.#sealed !== null;
  }

  /**
   * Where its key lies on this computer; of a plain one, that it is this vault's. Whoever takes the identity wipes it.
   * Problems: as `findKey`.
   */
  async find(folder: string, file: VaultFile): Promise<Outcome<FoundKey>> {
    const found = await findKey(folder, file.id, this.#keychain);
    if (!found.ok) return found;
    this.take(found.value.use, found.value.use === 'none' ? null : found.value.sealed);
    if (found.value.use !== 'none' || file.recipients.includes(found.value.identity.recipient)) return found;
    found.value.identity.wipe();
    return bad({ code: 'keyWrong' });
  }

  /**
   * The words put the keychain's entry right where it is missing or another vault's. One that is sealed with the
   * passphrase stays, and so does one that cannot be read now: it may be sealed.
   * Returns why the keychain did not take it; null where nothing is to be said.
   */
  async keepAfterWords(vault: Vault): Promise<Problem | null> {
    const found = await findKey(vault.folder, vault.id, this.#keychain);
    if (found.ok) {
      this.take(found.value.use, found.value.use === 'none' ? null : found.value.sealed);
      if (found.value.use !== 'none') return null;
      found.value.identity.wipe();
    } else {
      const { code } = found.problem;
      // Every other one is of passphrase.age, in the vault's folder.
      this.take(code.startsWith('key') ? 'none' : 'vault', null);
      if (code !== 'keyMissing' && code !== 'keyWrong') return found.problem;
    }
    const kept = await keepPlain(vault, this.#keychain);
    return kept.ok ? null : kept.problem;
  }

  /** `sealed`: null without a passphrase, and where passphrase.age is damaged. */
  take(use: PassphraseUse, sealed: SealedIdentity | null): void {
    this.#use = use;
    this.#sealed = sealed;
    this.openedWithWords = false;
  }

  /** When the next passphrase is looked at; null: now. */
  nextMs(vaultId: string): Promise<number | null> {
    return this.#tries.nextMs(vaultId);
  }

  /** One try, counted. Whoever takes the identity wipes it. Problems: `passphraseWrong`, `passphraseTooSoon`. */
  async open(passphrase: Uint8Array, vaultId: string): Promise<Outcome<Identity>> {
    const nextMs = await this.#tries.nextMs(vaultId);
    if (nextMs !== null) return bad({ code: 'passphraseTooSoon', nextTryMs: nextMs });
    const identity = this.#sealed && (await openIdentityWith(passphrase, this.#sealed));
    if (identity) {
      await this.#tries.right(vaultId);
      return good(identity);
    }
    await this.#tries.wrong(vaultId);
    return bad({ code: 'passphraseWrong', nextTryMs: await this.#tries.nextMs(vaultId) });
  }

  /**
   * Before the keys of an open vault change: where there is a passphrase it must be right, and null is a wrong one.
   * Problems: as `open`.
   */
  async confirm(vault: Vault, current: Uint8Array | null): Promise<Outcome<null>> {
    if (this.#use === 'none' || (this.openedWithWords && current === null)) return good(null);
    const known = await this.open(current ?? new Uint8Array(), vault.id);
    if (!known.ok) return known;
    known.value.wipe();
    return good(null);
  }

  /**
   * Sets, changes or (null) takes away the passphrase of an open vault. Problems: as `open`, `passphraseShort`, those of
   * the keychain or the disk; then it is as before. A vault without keychain has nothing else to be opened by, so its
   * passphrase can only be changed: `keychainMissing`.
   */
  async change(vault: Vault, current: Uint8Array | null, next: Uint8Array | null): Promise<Outcome<null>> {
    if (!vault.identity) return bad({ code: 'locked' });
    const use = this.#use === 'vault' ? 'vault' : 'lock';
    const short = next && tooShort(next, use);
    if (short) return bad({ code: 'passphraseShort', ...short });
    const confirmed = await this.confirm(vault, current);
    if (!confirmed.ok) return confirmed;
    if (next === null && use === 'vault') return bad({ code: 'keychainMissing' });
    const sealed = next && (await sealIdentityWith(next, vault.identity));
    const kept = sealed ? await keepSealed(vault, use, sealed, this.#keychain) : await keepPlain(vault, this.#keychain);
    if (!kept.ok) return kept;
    this.#use = sealed ? use : 'none';
    this.#sealed = sealed;
    await this.#tries.right(vault.id);
    return good(null);
  }
}

/**
 * Whom an open vault is sealed to: its own key and those that the user added. The sealed list (keyList.ts) is what
 * holds; vault.json, which lies in the clear, is compared with it at the start and put right: an id that was altered, a
 * key that is missing. A key that only vault.json names was not added here: it is told, nothing is sealed to it, and it
 * stays in vault.json until the user takes it out. A list that does not open never keeps the vault closed.
 *
 * Adding takes effect with the list and removing too, so that a crash leaves one or the other. What is sealed already
 * is not sealed again here.
 */
import { readFile, rename } from 'node:fs/promises';
import { InTurn } from '../../contract/inTurn.ts';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { removeTemporaries, writeDurably } from './durable.ts';
import { readVaultFile, type Vault, type VaultFile, vaultFileName, vaultVersion } from './folder.ts';
import { type KeyList, keyListForm, keyListVersion, type OtherKey, prove, type ProvedKeyList } from './keyList.ts';
import type { Identity } from './keys.ts';
import { readRecipient } from './recipients.ts';
import { openStore, previousOf, type SealedStore } from './sealedStore.ts';
import { problemOf, systemCode } from './vaultError.ts';

/** With the vault's own eight: beyond that a recording's mark (fileMark.ts) would not be found any more. */
export const mostOtherKeys = 7;

export class VaultKeys {
  readonly #vault: Vault;
  /** The vault's own public key. */
  readonly own: string;
  readonly #store: SealedStore<ProvedKeyList>;
  #foreign: readonly string[] = [];
  #warning: Problem | null;
  readonly #turns = new InTurn();

  private constructor(vault: Vault, own: string, store: SealedStore<ProvedKeyList>, warning: Problem | null) {
    this.#vault = vault;
    this.own = own;
    this.#store = store;
    this.#warning = warning;
  }

  /** For the one that holds the vault's lock. Problems: `keyMissing` when it is locked; those of the disk. */
  static async open(vault: Vault): Promise<Outcome<VaultKeys>> {
    const { identity } = vault;
    if (!identity) return bad({ code: 'keyMissing' });
    // What a crash left of a vault.json that was being replaced.
    await removeTemporaries(vault.folder, vaultFileName).catch(() => undefined);
    const opened = await openList(vault, identity);
    if (!opened.ok) return opened;
    const { store, lost } = opened.value;
    const keys = new VaultKeys(vault, identity.recipient, store, lost ? { code: 'keysLost' } : store.warning);
    keys.#takeUp();
    const compared = await keys.#compare();
    return compared.ok ? good(keys) : compared;
  }

  get others(): readonly OtherKey[] {
    return this.#store.value.others;
  }

  /** Keys in vault.json that nobody added here. */
  get foreign(): readonly string[] {
    return this.#foreign;
  }

  get warning(): Problem | null {
    const [key] = this.#foreign;
    return key === undefined ? this.#warning : { code: 'foreignKey', key };
  }

  /** Seals to one more key from now on. Problems: `badKey`, `keyKnown`, `tooManyKeys`, those of the disk. */
  add(typed: string, name: string, addedMs = Date.now()): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      const read = readRecipient(typed);
      if (!read.ok) return read;
      const recipient = read.value;
      if (recipient === this.own) return bad({ code: 'badKey', is: 'own' });
      const known = this.others.find((one) => one.recipient === recipient);
      if (known) return bad({ code: 'keyKnown', name: known.name });
      if (this.others.length >= mostOtherKeys) return bad({ code: 'tooManyKeys', most: mostOtherKeys });
      const before = this.others;
      const listed = await this.#list([...before, { recipient, name, addedMs }]);
      if (!listed.ok) return listed;
      this.#foreign = this.#foreign.filter((one) => one !== recipient);
      const written = await this.#writeVaultFile();
      // Taken back whole; if that fails too, the list holds, and vault.json is put right at the next start.
      if (!written.ok) await this.#list(before);
      return written;
    });
  }

  /** Seals to this key no more, or takes a foreign one out of vault.json. Problems: `gone`; those of the disk. */
  remove(recipient: string): Promise<Outcome<null>> {
    return this.#turns.run(async () => {
      const others = this.others.filter((one) => one.recipient !== recipient);
      const foreign = this.#foreign.filter((one) => one !== recipient);
      const isKnown = others.length < this.others.length;
      if (!isKnown && foreign.length === this.#foreign.length) return bad({ code: 'gone' });
      // vault.json first: in between, a crash leaves a key that the list has, and it is put back.
      const written = await this.#writeVaultFile(others, foreign);
      if (!written.ok) return written;
      this.#foreign = foreign;
      return isKnown ? this.#list(others) : good(null);
    });
  }

  async #list(others: readonly OtherKey[]): Promise<Outcome<null>> {
    // Another object after each unlocking.
    const { identity } = this.#vault;
    if (!identity) return bad({ code: 'keyMissing' });
    const updated = await this.#store.update(({ vaultId }) => prove({ vaultId, others }, identity));
    if (updated.ok) this.#takeUp();
    return updated;
  }

  #takeUp(): void {
    this.#vault.sealTo(this.#recipients(this.others));
  }

  #recipients(others: readonly OtherKey[]): string[] {
    return [this.own, ...others.map(({ recipient }) => recipient)];
  }

  /** Finds what vault.json says otherwise than the list, and puts right what can be. */
  async #compare(): Promise<Outcome<null>> {
    const file = await readVaultFile(this.#vault.folder);
    if (!file.ok && file.problem.code !== 'vaultDamaged') return file;
    const said: Pick<VaultFile, 'id' | 'recipients'> = file.ok ? file.value : { id: '', recipients: [] };
    const { id, recipients } = said;
    const known = this.#recipients(this.others);
    this.#foreign = recipients.filter((one) => !known.includes(one));
    const isRight = id === this.#vault.id && known.every((one) => recipients.includes(one));
    if (isRight) return good(null);
    this.#warning ??= { code: 'vaultRestored', file: vaultFileName };
    const written = await this.#writeVaultFile();
    // A vault on a disk that takes nothing now opens all the same; it is compared again at the next start.
    if (!written.ok) this.#warning = written.problem;
    return good(null);
  }

  /** Leaves what it does not know in vault.json as it is. */
  async #writeVaultFile(others = this.others, foreign = this.#foreign): Promise<Outcome<null>> {
    const path = this.#vault.path(vaultFileName);
    const away = await this.#vault.away();
    // With another id in it, the vault seems to be another; that is what is put right.
    if (away && away.code !== 'vaultMissing') return bad(away);
    try {
      const isDamaged = !(await readVaultFile(this.#vault.folder)).ok;
      const before: unknown = isDamaged ? { version: vaultVersion } : JSON.parse(await readFile(path, 'utf8'));
      const file = {
        ...(typeof before === 'object' ? before : {}),
        id: this.#vault.id,
        recipients: [...this.#recipients(others), ...foreign],
      };
      await writeDurably(path, `${JSON.stringify(file, null, 2)}\n`);
      return good(null);
    } catch (error) {
      const problem = await problemOf(error, path);
      if (!problem) throw error;
      return bad(problem);
    }
  }
}

/** The list, begun when there is none. `lost`: there was one, and it does not open. */
async function openList(
  vault: Vault,
  identity: Identity,
): Promise<Outcome<{ store: SealedStore<ProvedKeyList>; lost: boolean }>> {
  const form = keyListForm(vault.folder, identity);
  const first: KeyList = { vaultId: vault.id, others: [] };
  const options = { ...form, vault, version: keyListVersion, initial: prove(first, identity) };
  let opened = await openStore<ProvedKeyList>(options);
  const lost = !opened.ok && opened.problem.code === 'vaultDamaged';
  if (lost) {
    const aside = await putAside(form.path);
    if (!aside.ok) return aside;
    opened = await openStore<ProvedKeyList>(options);
  }
  if (!opened.ok) return opened;
  const store = opened.value;
  // Written at once: from now on vault.json has something to be compared with. A disk that takes nothing now is told
  // by whoever records.
  if (!store.existed) await store.update((value) => ({ ...value }));
  return good({ store, lost });
}

/** The newest stays to be looked at, as `<name>.damaged`. */
async function putAside(path: string): Promise<Outcome<null>> {
  for (const one of [previousOf(path), path]) {
    try {
      await rename(one, `${path}.damaged`);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue;
      const problem = await problemOf(error, one);
      if (!problem) throw error;
      return bad(problem);
    }
  }
  return good(null);
}

/**
 * What a keychain keeps, in a document of the vault: for systems without one. Has the keychain's calls, and the same
 * accounts; opened by the identity alone, and from then on held in memory, so that recording goes on while the vault is
 * locked. Problems: those of sealed documents and of the disk.
 */
import { good, type Outcome } from '../../contract/problems.ts';
import { openStore, type SealedStore, type StoreOptions } from './sealedStore.ts';

export const credentialsName = 'credentials.json.age';
export const credentialsVersion = 1;

export interface SealedEntries {
  /** By account, which is a camera's id. */
  entries: Record<string, string>;
}

const mostEntries = 1000;
const longestEntry = 16_384;

/** null when anything in it is not as it was written. */
export function parseEntries(value: unknown): SealedEntries | null {
  if (typeof value !== 'object' || value === null || !('entries' in value)) return null;
  const { entries } = value;
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) return null;
  const kept: Record<string, string> = {};
  for (const [account, secret] of Object.entries(entries)) {
    if (!/^[0-9a-f]{16}$/.test(account) || typeof secret !== 'string' || secret.length > longestEntry) return null;
    kept[account] = secret;
  }
  return Object.keys(kept).length > mostEntries ? null : { entries: kept };
}

export class SealedKeychain {
  readonly #store: SealedStore<SealedEntries>;

  private constructor(store: SealedStore<SealedEntries>) {
    this.#store = store;
  }

  static async open(
    vault: StoreOptions<SealedEntries>['vault'] & { path(name: string): string },
  ): Promise<Outcome<SealedKeychain>> {
    const store = await openStore<SealedEntries>({
      path: vault.path(credentialsName),
      vault,
      version: credentialsVersion,
      initial: { entries: {} },
      parse: parseEntries,
      lost: { code: 'passwordsLost' },
    });
    return store.ok ? good(new SealedKeychain(store.value)) : store;
  }

  /** See `SealedStore.warning`. */
  get warning(): SealedStore<SealedEntries>['warning'] {
    return this.#store.warning;
  }

  read(account: string): Promise<Outcome<string | null>> {
    return Promise.resolve(good(this.#store.value.entries[account] ?? null));
  }

  write(account: string, secret: string): Promise<Outcome<null>> {
    return this.#store.update(({ entries }) => ({ entries: { ...entries, [account]: secret } }));
  }

  /** Seals it again as it is, to whom the vault is sealed now. Problems: those of the disk. */
  sealAgain(): Promise<Outcome<null>> {
    return this.#store.sealAgain();
  }

  /** Out of the version before too. */
  remove(account: string): Promise<Outcome<null>> {
    return this.#store.erase((value) => {
      if (!Object.hasOwn(value.entries, account)) return value;
      const { [account]: _gone, ...entries } = value.entries;
      return { entries };
    });
  }
}

import { wipe } from '../../core/vault/sodium.ts';

/** Passphrases that a call brought are gone when it is answered, whatever came of it. */
export async function thenWiped<Value>(
  passphrases: readonly (Uint8Array | null)[],
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } finally {
    for (const each of passphrases) if (each) wipe(each);
  }
}

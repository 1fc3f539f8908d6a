/** Answers the calls about the vault: where it lies, the way into it, its lock. */
import type { Handlers } from '../../contract/calls.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { wipe } from '../../core/vault/sodium.ts';
import type { KeyCalls } from './keyCalls.ts';
import type { Rooms } from './rooms.ts';

type VaultCalls = Exclude<Extract<keyof Handlers, `vault.${string}`>, KeyCalls>;

export function vaultCalls({ opening, places, desk, tell, withHouse }: Rooms): Pick<Handlers, VaultCalls> {
  async function placed<Value>(
    placeId: string,
    work: (folder: string) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    const folder = places.folderOf(placeId);
    return folder === null ? bad({ code: 'gone' }) : work(folder);
  }

  return {
    'vault.places': () => places.list(),
    'vault.choosePlace': async () => {
      const folder = await desk.chooseFolder('vault');
      return folder === null ? good(null) : places.chosen(folder);
    },
    'vault.create': ({ placeId, passphrase }) =>
      thenWiped([passphrase], () => placed(placeId, (folder) => opening.make(folder, passphrase))),
    'vault.prove': ({ words }) => opening.prove(words),
    'vault.wordsAgain': async () => opening.wordsAgain(),
    'vault.startOver': async () => opening.startOver(),
    'vault.open': ({ placeId }) => placed(placeId, (folder) => opening.open(folder)),
    'vault.openWithWords': ({ words }) => opening.openWithWords(words),
    'vault.retry': () => opening.retry(),
    'vault.forget': () => opening.forget(),
    'vault.lock': () => opening.lock(),
    'vault.unlock': ({ passphrase }) => thenWiped([passphrase], () => opening.unlock(passphrase)),
    'vault.setPassphrase': ({ current, passphrase }) =>
      thenWiped([current, passphrase], async () => {
        const set = await opening.setPassphrase(current, passphrase);
        const status = set.ok ? await withHouse(async (open) => good(await open.status())) : set;
        if (status.ok) tell('vault.changed', status.value);
        return set;
      }),
    'vault.status': () => withHouse(async (open) => good(await open.status())),
  };
}

/** Passphrases are cleared when they were used, whatever came of it. */
async function thenWiped<Value>(passphrases: (Uint8Array | null)[], work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } finally {
    for (const each of passphrases) if (each) wipe(each);
  }
}

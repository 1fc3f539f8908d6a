/** Answers the calls about the vault: where it lies, the way into it, its lock. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { KeyCalls } from './keyCalls.ts';
import { placed, type PlaceCalls } from './placeCalls.ts';
import type { Rooms } from './rooms.ts';
import { thenWiped } from './wiped.ts';

type VaultCalls = Exclude<Extract<keyof Handlers, `vault.${string}`>, KeyCalls | PlaceCalls>;

export function vaultCalls({ opening, places, tell, withHouse }: Rooms): Pick<Handlers, VaultCalls> {
  return {
    'vault.create': ({ placeId, passphrase }) =>
      thenWiped([passphrase], () => placed(places, placeId, (folder) => opening.make(folder, passphrase))),
    'vault.prove': ({ words }) => opening.prove(words),
    'vault.wordsAgain': async () => opening.wordsAgain(),
    'vault.startOver': async () => opening.startOver(),
    'vault.open': ({ placeId }) => placed(places, placeId, (folder) => opening.open(folder)),
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

/** Answers the calls about the open vault's keys: other recovery words, and the public keys that it is sealed to. */
import type { Handlers } from '../../contract/calls.ts';
import type { VaultKeyList } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { VaultKeys } from '../../core/vault/vaultKeys.ts';
import type { House } from '../house.ts';
import type { Rooms } from './rooms.ts';
import { thenWiped } from './wiped.ts';

export type KeyCalls =
  'vault.newWords' | 'vault.proveNewWords' | 'vault.cancelNewWords' | 'vault.keys' | 'vault.addKey' | 'vault.removeKey';

export function keyCalls({ house, withHouse, opening }: Rooms): Pick<Handlers, KeyCalls> {
  /** What is sealed to one more, or one less, is sealed again where it is small. */
  async function changed(open: House, change: Outcome<null>): Promise<Outcome<VaultKeyList>> {
    if (!change.ok) return change;
    const sealed = await open.resealDocuments();
    return sealed.ok ? withKeys(open, async (keys) => good(listOf(keys))) : sealed;
  }

  async function withKeys<Value>(
    { keys }: House,
    work: (keys: VaultKeys) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    return keys ? work(keys) : bad({ code: 'keysLost' });
  }

  /** What hands the vault to somebody asks for its passphrase, where it has one. The passphrase is wiped. */
  async function confirmed<Value>(
    current: Uint8Array | null,
    work: (open: House) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    const confirmation = await thenWiped([current], () => opening.confirm(current));
    return confirmation.ok ? withHouse(work) : confirmation;
  }

  return {
    'vault.newWords': ({ current }) => confirmed(current, async ({ newWords }) => newWords.begin()),
    'vault.proveNewWords': ({ words }) => withHouse(({ newWords }) => newWords.prove(words)),
    'vault.cancelNewWords': async () => {
      house()?.newWords.cancel();
      return null;
    },
    'vault.keys': () => withHouse((open) => withKeys(open, async (keys) => good(listOf(keys)))),
    'vault.addKey': ({ key, name, current }) =>
      confirmed(current, (open) => withKeys(open, async (keys) => changed(open, await keys.add(key, name)))),
    'vault.removeKey': ({ key }) =>
      withHouse((open) => withKeys(open, async (keys) => changed(open, await keys.remove(key)))),
  };
}

function listOf({ own, others, foreign }: VaultKeys): VaultKeyList {
  return {
    own,
    others: others.map(({ recipient, name, addedMs }) => ({ key: recipient, name, addedMs })),
    foreign: [...foreign],
  };
}

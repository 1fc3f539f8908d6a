/**
 * For tests and benchmarks: the house of an open vault, with an ffmpeg that nothing is recorded by, and nobody who is
 * told unless it is asked for. Its keychain has a name of its own; mostly the environment has none
 * (DBUS_SESSION_BUS_ADDRESS).
 */
import type { House } from '../../../main/app/house.ts';
import { type HouseOptions, openHouse } from '../../../main/app/openHouse.ts';
import { openLog } from '../../../main/core/log.ts';
import type { Vault } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';

const keychainDeadlineMs = 1000;

/** Throws when it does not open. */
export async function bareHouse(
  vault: Vault,
  { log = openLog(), tell = () => undefined }: Partial<Pick<HouseOptions, 'log' | 'tell'>> = {},
): Promise<House> {
  const opened = await openHouse({
    ...{ vault, keychain: new Keychain('Nightjar test', keychainDeadlineMs), log },
    ffmpeg: { path: 'ffmpeg', version: '', major: 6, minor: 1 },
    ...{ tell, warning: null, recorder: null, passphrase: () => 'none' },
  });
  if (!opened.ok) throw new Error(`the house does not open: ${opened.problem.code}`);
  return opened.value;
}

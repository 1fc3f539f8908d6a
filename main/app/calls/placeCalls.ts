/** Answers the calls about where vaults lie: places for one, the known ones, and the move of the open one. */
import type { Handlers } from '../../contract/calls.ts';
import type { KnownVault } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { readVaultFile } from '../../core/vault/folder.ts';
import type { Places } from '../places.ts';
import type { Rooms } from './rooms.ts';

export type PlaceCalls =
  | 'vault.places'
  | 'vault.choosePlace'
  | 'vault.known'
  | 'vault.switch'
  | 'vault.another'
  | 'vault.drop'
  | 'vault.move'
  | 'vault.moveState'
  | 'vault.stopMove'
  | 'vault.goOnMoving'
  | 'vault.giveUpMove';

export function placeCalls({ opening, moving, where, places, desk, withHouse }: Rooms): Pick<Handlers, PlaceCalls> {
  const isOpen = (folder: string): boolean => 'folder' in opening.state && opening.state.folder === folder;

  async function known(): Promise<KnownVault[]> {
    const all = await where.all();
    return Promise.all(
      all.known.map(async (folder) => ({
        placeId: places.idOf(folder),
        folder,
        isOpen: isOpen(folder),
        isThere: isOpen(folder) || (await readVaultFile(folder)).ok,
      })),
    );
  }

  /** A move needs the vault as it is: it is not left while one goes on. */
  async function unlessMoving(work: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    const { state } = moving.state;
    return ['copying', 'ending', 'removing'].includes(state) ? bad({ code: 'moving' }) : work();
  }

  return {
    'vault.places': async () => places.list((await where.all()).known),
    'vault.choosePlace': async () => {
      const folder = await desk.chooseFolder('vault');
      return folder === null ? good(null) : places.chosen(folder);
    },
    'vault.known': known,
    'vault.switch': ({ placeId }) => unlessMoving(() => placed(places, placeId, (folder) => opening.switchTo(folder))),
    'vault.another': () => unlessMoving(() => opening.another()),
    'vault.drop': ({ placeId }) =>
      placed(places, placeId, async (folder) => (isOpen(folder) ? bad({ code: 'gone' }) : where.drop(folder))),
    'vault.move': ({ placeId }) => withHouse(() => placed(places, placeId, (folder) => moving.begin(folder))),
    'vault.moveState': async () => moving.state,
    'vault.stopMove': () => moving.stop(),
    'vault.goOnMoving': () => withHouse(() => moving.goOn()),
    'vault.giveUpMove': () => withHouse(() => moving.giveUp()),
  };
}

/** Does something with the folder of a place that the page names. Problems: `gone`. */
export async function placed<Value>(
  places: Places,
  placeId: string,
  work: (folder: string) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const folder = places.folderOf(placeId);
  return folder === null ? bad({ code: 'gone' }) : work(folder);
}

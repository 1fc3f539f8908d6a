/** Disks that are nearly full, although Nightjar deletes the oldest. A disk that cannot be asked has no trouble to tell. */
import { stat } from 'node:fs/promises';
import { isFull, roomOf } from '../../core/library/retention.ts';
import type { House } from '../house.ts';
import type { Trouble } from './rules.ts';

/** Of the room that recordings may take. */
const protectedShare = 0.9;

export async function diskTroubles(house: House, systemFolder: string): Promise<Trouble[]> {
  const { vault, keeping } = house;
  const troubles: Trouble[] = [];
  if ((await vault.away()) === null) {
    if (isFull(await roomOf(vault.folder).catch(() => null))) troubles.push({ cause: 'vaultDisk', cameraId: null });
    const protectedBytes = await keeping.protectedBytes();
    if (protectedBytes > 0 && protectedBytes >= protectedShare * (await keeping.keepBytes())) {
      troubles.push({ cause: 'protected', cameraId: null });
    }
  }
  const same = (await diskOf(systemFolder)) === (await diskOf(vault.folder));
  if (!same && isFull(await roomOf(systemFolder).catch(() => null))) {
    troubles.push({ cause: 'systemDisk', cameraId: null });
  }
  return troubles;
}

/** null where the folder is not there. */
async function diskOf(folder: string): Promise<number | null> {
  return await stat(folder).then(
    ({ dev }) => dev,
    () => null,
  );
}

/**
 * Puts right what the check of a vault found and called repairable: ends recordings that were cut off, and makes indexes
 * say what their folders hold. Deletes nothing but an index or a month's cache that does not open, which are made again
 * from the folder, and what recovery explains. Whether it is right now is for another look to say (checkVault.ts).
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import { daysOf } from '../library/checkDay.ts';
import { isOfMonth } from '../library/checkMonth.ts';
import { Library } from '../library/library.ts';
import { indexName, recordingsFolder } from '../library/recordingName.ts';
import type { Vault } from '../vault/folder.ts';
import { previousOf } from '../vault/sealedStore.ts';
import { endCutOff, recover } from './recovery.ts';

/** A version of an index, or a month's outlines, that do not open are worth nothing: the folder says the same. */
async function removeClosedCaches(vault: Vault, wrong: readonly Finding[]): Promise<void> {
  const closed = wrong.filter(
    ({ file, kind }) => isOfMonth(file) || (path.basename(file) === previousOf(indexName) && kind !== 'newer'),
  );
  for (const { file } of closed) await rm(vault.path(file), { force: true });
}

/** Of a vault that nobody else has open: ends what was cut off, then makes each day's index say what its folder holds. */
export async function mendVault(vault: Vault, wrong: readonly Finding[], signal: AbortSignal): Promise<void> {
  const library = new Library({ vault });
  try {
    await removeClosedCaches(vault, wrong);
    await recover(vault, library, signal);
    for (const { cameraId, day } of daysOf(wrong)) {
      if (signal.aborted) return;
      await library.rebuildDay(cameraId, day);
    }
  } finally {
    await library.close();
  }
}

/** The same by the library of the vault in use, and only what was found, until `isStopped`. */
export async function mendVaultInUse(
  { vault, library }: { vault: Vault; library: Library },
  wrong: readonly Finding[],
  isStopped: () => boolean,
): Promise<void> {
  for (const { kind, file } of wrong) {
    if (isStopped()) return;
    if (kind === 'unfinished') await endCutOff(vault, library, vault.path(file));
  }
  await removeClosedCaches(
    vault,
    wrong.filter(({ file }) => isOfMonth(file)),
  );
  for (const { cameraId, day } of daysOf(wrong)) {
    if (isStopped()) return;
    const ofDay = wrong.filter(({ file }) => file.startsWith(path.join(recordingsFolder, cameraId, day)));
    await library.inTurn(cameraId, day, () => removeClosedCaches(vault, ofDay));
    await library.rebuildDay(cameraId, day);
  }
}

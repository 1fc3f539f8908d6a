/**
 * The moment at which the new folder of a vault takes over from the old one, and the way back where the vault does not
 * open there: by a copy that is whole, or by renaming. One line of where.json says which of the two is the vault; it is
 * replaced in one step, so that whatever ends the program in between, one whole vault is in use. The vault is closed
 * meanwhile; that is left to whoever takes a `Relocation`.
 */
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { syncFolder } from '../../core/vault/durable.ts';
import { isEmpty, vaultFileName } from '../../core/vault/folder.ts';
import { leftMarkName, movingMarkName, type VaultCopy } from '../../core/vault/moveFiles.ts';
import { systemCode } from '../../core/vault/vaultError.ts';
import type { Remembered, VaultMove, WhereVault } from '../whereVault.ts';

export interface Relocation {
  /** The vault that is meant: no other one, which may have been opened meanwhile. */
  from: string;
  /** Returns the folder that holds the vault now. `release` lets go of the lock on the old one. */
  move(release: () => Promise<void>): Promise<Outcome<string>>;
  undo(): Promise<void>;
}

export interface HandOverOptions {
  where: WhereVault;
  /** What was thrown while something was done in that folder, as the user is told it. */
  problemOf: (error: unknown, folder: string) => Promise<Problem>;
}

/** Ends a copy of which little is missing; the old folder is left with all its files, but as no vault. */
export function handOverCopy(move: VaultMove, copy: VaultCopy, options: HandOverOptions): Relocation {
  return {
    from: move.from,
    move: (release) => endCopy(move, copy, release, options),
    undo: () => undoCopy(move, options.where),
  };
}

/** `crosses`: the system does not rename across these two after all, and nothing was changed. */
export function handOverByRenaming(
  move: VaultMove,
  { where, problemOf }: HandOverOptions,
): Relocation & { readonly crosses: boolean } {
  let crosses = false;
  return {
    from: move.from,
    get crosses() {
      return crosses;
    },
    async move(release) {
      await release();
      try {
        await removeEmpty(move.to);
        await rename(move.from, move.to);
        await syncFolder(path.dirname(move.to));
        await syncFolder(path.dirname(move.from));
      } catch (error) {
        crosses = systemCode(error) === 'EXDEV';
        return crosses ? good(move.from) : bad(await problemOf(error, move.to));
      }
      const committed = await commit(move, where, false);
      if (!committed.ok) await rename(move.to, move.from);
      return committed.ok ? good(move.to) : committed;
    },
    async undo() {
      await rename(move.to, move.from);
      await where.change((before) => moved(before, move.to, move.from, null));
    },
  };
}

/** The new folder is the vault from here on. `keepsMove`: something is left to be done in the old one. */
export function commit(move: VaultMove, where: WhereVault, keepsMove: boolean): Promise<Outcome<null>> {
  return where.change((before) => moved(before, move.from, move.to, keepsMove ? move : null));
}

/** From here on the old folder is no vault; its files are still all there. */
export async function markLeft({ from, to }: VaultMove): Promise<void> {
  await rename(path.join(from, vaultFileName), path.join(from, leftMarkName)).catch(() => undefined);
  await syncFolder(from).catch(() => undefined);
  await rm(path.join(to, movingMarkName), { force: true }).catch(() => undefined);
}

async function endCopy(
  move: VaultMove,
  copy: VaultCopy,
  release: () => Promise<void>,
  { where, problemOf }: HandOverOptions,
): Promise<Outcome<string>> {
  try {
    await copy.finish();
  } catch (error) {
    await rm(path.join(move.to, vaultFileName), { force: true }).catch(() => undefined);
    return bad(await problemOf(error, move.to));
  }
  const committed = await commit(move, where, true);
  if (!committed.ok) {
    await rm(path.join(move.to, vaultFileName), { force: true }).catch(() => undefined);
    return committed;
  }
  await markLeft(move);
  await release();
  return good(move.to);
}

async function undoCopy(move: VaultMove, where: WhereVault): Promise<void> {
  const { from, to } = move;
  await rename(path.join(from, leftMarkName), path.join(from, vaultFileName)).catch(() => undefined);
  await where.change((before) => moved(before, move.to, move.from, move));
  // No two vaults: the copy is one that can be gone on with, or given up.
  await rename(path.join(to, vaultFileName), path.join(to, movingMarkName)).catch(() => undefined);
}

function moved(before: Remembered, from: string, to: string, move: VaultMove | null): Remembered {
  return { open: to, known: before.known.map((one) => (one === from ? to : one)), move };
}

/** A folder with nothing in it but what systems put there. */
async function removeEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (!isEmpty(names)) return;
  for (const name of names) await rm(path.join(folder, name), { force: true });
  await rmdir(folder).catch(() => undefined);
}

/**
 * Saves pictures that the user took of what is on screen: PNG files outside the vault, in the clear, by the user's own
 * act. The first of a run of the program asks where, by the system's dialog; the next ones go to the same folder at once.
 * The folder is not kept in the settings: whoever can write to the vault's folder could name another one there. A file
 * that nobody agreed to replace is never replaced. What was not saved leaves nothing behind.
 */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import { markOf, putInPlace, type FileMark } from '../core/exporter/places.ts';
import { localStamp, safeName } from '../core/exporter/stamps.ts';
import { problemOf } from '../core/vault/vaultError.ts';
import { chosenFile } from './chosenFile.ts';
import { isInsideVault } from './outsideVault.ts';

/** So many pictures of one camera in one second have names of their own. */
const mostOfOneSecond = 1000;

export interface Snapshot {
  cameraName: string;
  /** When the picture was taken, not when it is saved. */
  atMs: number;
  png: Uint8Array;
  /** Asks for the place again. */
  elsewhere: boolean;
}

export interface SavedSnapshot {
  name: string;
  folder: string;
}

/** "Front door 2026-11-17 17.56.10.png" */
export function snapshotName(cameraName: string, atMs: number): string {
  return `${safeName(cameraName) || 'Camera'} ${localStamp(atMs)}.png`;
}

export class Snapshots {
  readonly #choose: (suggestedName: string) => Promise<string | null>;
  /** Where the last one went, and from which vault. */
  #place: { folder: string; vaultFolder: string } | null = null;
  #last: string | null = null;

  /** `choose`: the system's dialog; null when the user cancelled. */
  constructor(choose: (suggestedName: string) => Promise<string | null>) {
    this.#choose = choose;
  }

  /** The file that was saved last in this run. */
  get last(): string | null {
    return this.#last;
  }

  /**
   * null when the user cancelled. `closed`: why nothing of the vault may be written any more, asked when the user has
   * chosen. Problems: that one, `insideVault`, `fileExists`, and those of the disk.
   */
  async save(
    snapshot: Snapshot,
    vaultFolder: string,
    closed: () => Problem | null,
  ): Promise<Outcome<SavedSnapshot | null>> {
    const name = snapshotName(snapshot.cameraName, snapshot.atMs);
    const folder = snapshot.elsewhere ? null : await this.#folderBeside(vaultFolder);
    const saved = folder === null ? null : await writeBeside(path.join(folder, name), snapshot.png);
    // The folder that was chosen is gone: another one is chosen.
    if (saved === null || (!saved.ok && saved.problem.code === 'vaultMissing'))
      return await this.#ask(name, snapshot.png, vaultFolder, closed);
    return saved.ok ? good(this.#saved(saved.value)) : saved;
  }

  /** The folder that was chosen, as long as the same vault is where it was then, and not around that folder. */
  async #folderBeside(vaultFolder: string): Promise<string | null> {
    if (this.#place === null) return null;
    const { folder, vaultFolder: before } = this.#place;
    if (before !== vaultFolder || (await isInsideVault(folder, vaultFolder))) this.#place = null;
    return this.#place === null ? null : folder;
  }

  async #ask(
    name: string,
    png: Uint8Array,
    vaultFolder: string,
    closed: () => Problem | null,
  ): Promise<Outcome<SavedSnapshot | null>> {
    const typed = await this.#choose(name);
    if (typed === null) return good(null);
    // The dialog may stand open for hours.
    const problem = closed();
    if (problem !== null) return bad(problem);
    const file = await chosenFile(typed, ['png']);
    if (!file.ok) return file;
    const folder = path.dirname(file.value);
    if (await isInsideVault(folder, vaultFolder)) return bad({ code: 'insideVault', folder });
    // What is there was seen by the dialog, which asked whether to replace it.
    const saved = await writeAs(file.value, png, markOf(file.value));
    if (!saved.ok) return saved;
    this.#place = { folder, vaultFolder };
    return good(this.#saved(file.value));
  }

  #saved(file: string): SavedSnapshot {
    this.#last = file;
    return { name: path.basename(file), folder: path.dirname(file) };
  }
}

/** Under this name, or the next one that is free: 'Door 2.png'. */
async function writeBeside(file: string, png: Uint8Array): Promise<Outcome<string>> {
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? file : path.join(dir, `${name} ${number}${ext}`);
    if (markOf(candidate) !== null && number < mostOfOneSecond) continue;
    const saved = await writeAs(candidate, png, null);
    if (saved.ok) return good(candidate);
    if (saved.problem.code !== 'fileExists' || number >= mostOfOneSecond) return saved;
  }
}

async function writeAs(file: string, png: Uint8Array, agreed: FileMark | null): Promise<Outcome<null>> {
  const temporary = path.join(path.dirname(file), `.nightjar-${randomBytes(4).toString('hex')}.part.png`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(png);
    } finally {
      await handle.close();
    }
    const placed = await putInPlace(temporary, file, agreed);
    if (!placed.ok) await rm(temporary, { force: true });
    return placed;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const problem = await problemOf(error, file);
    if (!problem) throw error;
    return bad(problem);
  }
}

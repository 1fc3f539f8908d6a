/**
 * Places where a vault could lie: the user's own folders and the disks that are connected, most room first. Each gets
 * an id, so that the page never names a path. A place is a folder that need not exist yet.
 */
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { VaultPlace } from '../contract/model.ts';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { en } from '../contract/text/en.ts';
import { folderReport } from '../core/vault/folderReport.ts';

const vaultName = 'Nightjar vault';
const leastBytes = 1_000_000_000;

export class Places {
  readonly #folders = new Map<string, string>();
  readonly #home: string;

  readonly #onlyHome: boolean;

  /** `home`: the user's folder for videos. `onlyHome`: the disks are not looked at. */
  constructor(home: string, onlyHome: boolean) {
    this.#home = home;
    this.#onlyHome = onlyHome;
  }

  folderOf(placeId: string): string | null {
    return this.#folders.get(placeId) ?? null;
  }

  /** `known`: folders of vaults that were opened before. */
  async list(known: readonly string[] = []): Promise<VaultPlace[]> {
    const roots = this.#onlyHome ? [] : await disks();
    const places = await Promise.all([
      this.#place(path.join(this.#home, vaultName), en.firstRun.thisComputer),
      ...roots.map((root) => this.#place(path.join(root, vaultName), path.basename(root) || root)),
      ...known.map((folder) => this.#known(folder)),
    ]);
    const seen = new Set<string>();
    return places
      .filter((place) => place !== null)
      .filter((place) => place.freeBytes > leastBytes || place.holdsVault)
      .filter(({ folder }) => !seen.has(folder) && seen.add(folder))
      .sort((one, other) => other.freeBytes - one.freeBytes);
  }

  /**
   * The place that a chosen folder stands for: itself when it is empty or holds a vault, else a new folder in it.
   * Problems: `folderNotWritable`.
   */
  async chosen(folder: string): Promise<Outcome<VaultPlace>> {
    const report = await folderReport(folder);
    const itself = report.holdsVault || report.empty;
    const place = await this.#place(itself ? folder : path.join(folder, vaultName), path.basename(folder) || folder);
    return place ? good(place) : bad({ code: 'folderNotWritable', folder });
  }

  /** The id of a folder that need not be there now. */
  idOf(folder: string): string {
    const known = [...this.#folders].find(([, one]) => one === folder)?.[0];
    const placeId = known ?? randomBytes(8).toString('hex');
    this.#folders.set(placeId, folder);
    return placeId;
  }

  async #known(folder: string): Promise<VaultPlace | null> {
    const place = await this.#place(folder, path.basename(folder) || folder);
    return place?.holdsVault ? place : null;
  }

  async #place(folder: string, label: string): Promise<VaultPlace | null> {
    const report = await folderReport(folder);
    if (!report.writable && !report.holdsVault) return null;
    const placeId = this.idOf(folder);
    const { freeBytes, totalBytes, keepsPrivate, holdsVault } = report;
    return { placeId, label, folder, freeBytes, totalBytes, keepsPrivate, holdsVault };
  }
}

/** Folders under which the system shows connected disks. */
async function disks(): Promise<string[]> {
  if (process.platform === 'win32') return 'DEFGHIJKLMNOPQRSTUVWXYZ'.split('').map((letter) => `${letter}:\\`);
  const user = os.userInfo().username;
  const parents = process.platform === 'darwin' ? ['/Volumes'] : [`/media/${user}`, `/run/media/${user}`, '/mnt'];
  const found: string[] = [];
  for (const parent of parents) {
    const names = await readdir(parent, { withFileTypes: true }).catch(() => []);
    const own = await stat(parent).catch(() => null);
    for (const entry of names) {
      const folder = path.join(parent, entry.name);
      const there = entry.isDirectory() ? await stat(folder).catch(() => null) : null;
      // A folder on the same device as its parent is no disk of its own.
      if (there && there.dev !== own?.dev) found.push(folder);
    }
  }
  return found;
}

/**
 * Which sealed files of events there are, by camera and day: listed once from the folder, and then known. Opens nothing,
 * so it holds while the vault is locked. A folder that cannot be listed has no files, and is listed again next time.
 */
import { readdir } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import type { Vault } from '../vault/folder.ts';
import { dayOfEventsName, eventsFolder } from './eventDocument.ts';

export class EventNames {
  readonly #vault: Vault;
  readonly #names = new Map<CameraId, Promise<Map<string, Set<string>>>>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Names of files by day; whoever deletes a file takes its name out. */
  async of(cameraId: CameraId): Promise<Map<string, Set<string>>> {
    const known = this.#names.get(cameraId) ?? this.#list(cameraId);
    this.#names.set(cameraId, known);
    return await known;
  }

  async #list(cameraId: CameraId): Promise<Map<string, Set<string>>> {
    const days = new Map<string, Set<string>>();
    const names = await readdir(this.#vault.path(eventsFolder, cameraId)).catch(() => []);
    for (const name of names) {
      const day = dayOfEventsName(name);
      if (day !== null) days.set(day, (days.get(day) ?? new Set<string>()).add(name));
    }
    // None: perhaps the drive is not connected. That is not to be remembered.
    if (days.size === 0) this.#names.delete(cameraId);
    return days;
  }

  /** A file is there that was not before. */
  async add(cameraId: CameraId, day: string, name: string): Promise<void> {
    const names = await this.of(cameraId);
    names.set(day, (names.get(day) ?? new Set<string>()).add(name));
    if (!this.#names.has(cameraId)) this.#names.set(cameraId, Promise.resolve(names));
  }

  /** Nothing of this camera is there any more. */
  forget(cameraId: CameraId): void {
    this.#names.delete(cameraId);
  }
}

/**
 * The days of all cameras: which there are, by the names of their folders, and their indexes, of which the last used
 * ones stay in memory. One step at a time works on a day; different days side by side. Keeps the sum of all sizes.
 * Never fails on what lies in the folders; a folder that cannot be listed has no days, and is listed again next time.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import type { Vault } from '../vault/folder.ts';
import type { DayRow } from './dayDocument.ts';
import { DayIndex } from './dayIndex.ts';
import { isCameraId, isDay, readOpenName, recordingsFolder } from './recordingName.ts';
import { Turns } from './turns.ts';

/** Rows kept in memory, over all days: about 20 MB, a month of four cameras. */
const mostRowsInMemory = 200_000;

export class DayShelf {
  readonly #vault: Vault;
  readonly #turns = new Turns();
  /** Least recently used first. */
  readonly #loaded = new Map<string, DayIndex>();
  readonly #days = new Map<CameraId, readonly string[]>();
  readonly #sizes = new Map<string, number>();
  #measured: Promise<void> | null = null;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Cameras with a folder. */
  async cameras(): Promise<CameraId[]> {
    return (await namesIn(this.#vault.path(recordingsFolder))).filter(isCameraId).sort();
  }

  /** UTC days of which there is a folder, in order. */
  async days(cameraId: CameraId): Promise<readonly string[]> {
    const known = this.#days.get(cameraId);
    if (known) return known;
    const days = (await namesIn(this.#vault.path(recordingsFolder, cameraId))).filter(isDay).sort();
    // No days: perhaps the drive is not connected. That is not to be remembered.
    if (days.length > 0 && !this.#days.has(cameraId)) this.#days.set(cameraId, days);
    return this.#days.get(cameraId) ?? days;
  }

  async read(cameraId: CameraId, day: string): Promise<DayIndex> {
    return await this.#turns.take(keyOf(cameraId, day), () => this.#take(cameraId, day));
  }

  /** `expected`: a recording that was just finished and is not in the index yet. */
  async change<Value>(
    cameraId: CameraId,
    day: string,
    step: (index: DayIndex) => Promise<Value>,
    expected: DayRow | null = null,
  ): Promise<Value> {
    const value = await this.#turns.take(keyOf(cameraId, day), async () => {
      const index = await this.#take(cameraId, day, expected);
      const changed = await step(index);
      this.#sizes.set(keyOf(cameraId, day), index.sizeBytes);
      return changed;
    });
    const days = await this.days(cameraId);
    if (!days.includes(day)) this.#days.set(cameraId, [...days, day].sort());
    return value;
  }

  /** Tries again to write what the disk refused. */
  async saveUnsaved(): Promise<void> {
    for (const [key, { holdsUnsaved }] of [...this.#loaded]) {
      if (!holdsUnsaved) continue;
      const [cameraId = '', day = ''] = key.split('/');
      await this.#turns.take(key, async () => {
        await (await this.#take(cameraId, day)).saveAgain();
      });
    }
  }

  /** Reads a day anew from the disk. */
  async reread(cameraId: CameraId, day: string): Promise<DayIndex> {
    return await this.#turns.take(keyOf(cameraId, day), async () => {
      if (!this.#loaded.get(keyOf(cameraId, day))?.holdsUnsaved) this.#loaded.delete(keyOf(cameraId, day));
      return await this.#take(cameraId, day);
    });
  }

  /** Takes up what happened to the days in memory while their indexes could not be opened. */
  async unlocked(): Promise<void> {
    for (const [key, index] of [...this.#loaded]) {
      const [cameraId = '', day = ''] = key.split('/');
      if (index.stale) await this.read(cameraId, day);
    }
  }

  /** Removes a day's folder that holds no recording any more, and with it what was noted on that day. */
  async removeEmpty(cameraId: CameraId, day: string): Promise<void> {
    await this.#turns.take(keyOf(cameraId, day), async () => {
      const index = await this.#take(cameraId, day);
      const names = await namesIn(index.folder);
      // Whatever else lies there was not put there by us, or is being written.
      if (index.rows.length > 0 || names.some((name) => !DayIndex.owns(name))) return;
      for (const name of names) await rm(this.#vault.path(recordingsFolder, cameraId, day, name), { force: true });
      await rmdir(index.folder).catch(() => undefined);
      this.#loaded.delete(keyOf(cameraId, day));
      this.#sizes.delete(keyOf(cameraId, day));
      const days = await this.days(cameraId);
      this.#days.set(
        cameraId,
        days.filter((other) => other !== day),
      );
    });
  }

  /** Removes what was cut off while it was recorded, of all days: nothing of this camera is being written. */
  async removeCutOff(cameraId: CameraId): Promise<void> {
    // A day of which nothing was finished is not known yet.
    this.#days.delete(cameraId);
    for (const day of await this.days(cameraId)) {
      await this.#turns.take(keyOf(cameraId, day), async () => {
        const folder = this.#vault.path(recordingsFolder, cameraId, day);
        for (const name of await namesIn(folder)) {
          if (readOpenName(name)) await rm(path.join(folder, name), { force: true });
        }
      });
    }
  }

  /** Removes a camera's folder when nothing lies in it. */
  async removeCamera(cameraId: CameraId): Promise<void> {
    await rmdir(this.#vault.path(recordingsFolder, cameraId)).catch(() => undefined);
    this.#days.delete(cameraId);
  }

  /** Bytes of all finished recordings. Reads every day once, at the first call. */
  async usedBytes(): Promise<number> {
    this.#measured ??= this.#measure();
    await this.#measured;
    let sum = 0;
    for (const sizeBytes of this.#sizes.values()) sum += sizeBytes;
    return sum;
  }

  /** Waits for what is being written. May be called twice. */
  async close(): Promise<void> {
    await this.#turns.close();
    this.#loaded.clear();
  }

  async #measure(): Promise<void> {
    for (const cameraId of await this.cameras()) {
      for (const day of await this.days(cameraId)) {
        if (!this.#sizes.has(keyOf(cameraId, day))) await this.read(cameraId, day);
      }
    }
  }

  /** Only inside the day's turn. */
  async #take(cameraId: CameraId, day: string, expected: DayRow | null = null): Promise<DayIndex> {
    const key = keyOf(cameraId, day);
    const known = this.#loaded.get(key);
    this.#loaded.delete(key);
    const index = known && !known.stale ? known : await DayIndex.open(this.#vault, cameraId, day, expected);
    if (known && known !== index) await index.inherit(known);
    this.#loaded.set(key, index);
    this.#sizes.set(key, index.sizeBytes);
    this.#forgetOldest();
    return index;
  }

  #forgetOldest(): void {
    let rows = 0;
    for (const index of this.#loaded.values()) rows += index.rows.length;
    for (const [key, index] of this.#loaded) {
      if (rows <= mostRowsInMemory || this.#loaded.size <= 1) return;
      if (index.holdsUnsaved) continue;
      rows -= index.rows.length;
      this.#loaded.delete(key);
    }
  }
}

function keyOf(cameraId: CameraId, day: string): string {
  return `${cameraId}/${day}`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

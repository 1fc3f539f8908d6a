/**
 * The days of all cameras: which there are, by the names of their folders, and their indexes, of which the last used
 * ones stay in memory. One step at a time works on a day; different days side by side. Keeps how large they are
 * (daySizes.ts), and of settled days what they came to, so that a start opens only the days that it shows (daySums.ts).
 * Never fails on what lies in the folders; a folder that cannot be listed has no days, and is listed again next time.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CameraId } from '../../contract/model.ts';
import { isTemporary } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import type { DayRow } from './dayDocument.ts';
import { DayIndex } from './dayIndex.ts';
import { type DayOutline, outlineOf } from './dayOutline.ts';
import { DaySizes } from './daySizes.ts';
import { changedMsOf, type DaySum, DaySums, sumOf } from './daySums.ts';
import { monthOf } from './monthDocument.ts';
import { MonthOutlines } from './monthOutlines.ts';
import { isCameraId, isDay, readFinishedName, readOpenName, recordingsFolder } from './recordingName.ts';
import { Turns } from './turns.ts';

/** Rows kept in memory, over all days: about 20 MB, a month of four cameras. */
const mostRowsInMemory = 200_000;
/** Deleting begins at the oldest days: their sums may be older than what was deleted before the last end. */
const doubtedDays = 2;
/** Nearer to now than this, a second change could have left a folder's time of change as it was (FAT keeps 2 s). */
const settledMs = 3000;

/** What was found by looking at a day anew. */
export interface DayLook {
  /** Recordings that were in the folder and not in the index. */
  added: number;
  /** Names in its folder that are neither a finished recording nor the index's own. */
  others: readonly string[];
  sum: DaySum;
  /** null where not all of the day could be read. */
  outline: DayOutline | null;
}

export class DayShelf {
  readonly outlines: MonthOutlines;
  readonly #vault: Vault;
  readonly #turns = new Turns();
  /** Least recently used first. */
  readonly #loaded = new Map<string, DayIndex>();
  readonly #days = new Map<CameraId, readonly string[]>();
  readonly #sizes = new DaySizes(() => this.sums());
  #sums: Promise<DaySums> | null = null;
  #measured: Promise<void> | null = null;

  constructor(vault: Vault) {
    this.#vault = vault;
    this.outlines = new MonthOutlines(vault);
  }

  get isLocked(): boolean {
    return this.#vault.identity === null;
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
      (await this.sums()).drop(cameraId, day);
      const changed = await step(index);
      this.#sizes.set(cameraId, day, index.sizeBytes);
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

  async inTurn<Value>(cameraId: CameraId, day: string, step: () => Promise<Value>): Promise<Value> {
    return await this.#turns.take(keyOf(cameraId, day), step);
  }

  /** Reads a day anew from the disk. */
  async reread(cameraId: CameraId, day: string): Promise<DayIndex> {
    return await this.#turns.take(keyOf(cameraId, day), async () => {
      if (!this.#loaded.get(keyOf(cameraId, day))?.holdsUnsaved) this.#loaded.delete(keyOf(cameraId, day));
      return await this.#take(cameraId, day);
    });
  }

  /** What the settled days came to: read once, and then known. */
  async sums(): Promise<DaySums> {
    this.#sums ??= DaySums.open(this.#vault);
    return await this.#sums;
  }

  /** Looks at a day anew, whatever is known of it. It is kept in memory only if it was, or if `keep` says so. */
  async look(cameraId: CameraId, day: string, keep: boolean): Promise<DayLook> {
    return await this.#turns.take(keyOf(cameraId, day), async () => {
      const folder = this.#vault.path(recordingsFolder, cameraId, day);
      const changedMs = (await changedMsOf(folder)) ?? 0;
      const known = this.#loaded.get(keyOf(cameraId, day));
      if (known?.holdsUnsaved) {
        const names = (await namesIn(folder)).filter((name) => !DayIndex.owns(name) && !readFinishedName(name));
        return { added: 0, others: names, sum: sumOf(known, 0), outline: null };
      }
      this.#loaded.delete(keyOf(cameraId, day));
      const index = await (keep || known ? this.#take(cameraId, day) : DayIndex.open(this.#vault, cameraId, day));
      this.#sizes.set(cameraId, day, index.sizeBytes);
      const outline = index.isWhole ? outlineOf(index) : null;
      return { added: index.repaired.added, others: index.others, sum: sumOf(index, changedMs), outline };
    });
  }

  /** A day that nobody writes into any more came to this, if its folder is still what was looked at. */
  async settle(cameraId: CameraId, day: string, { sum, outline }: DayLook, nowMs: number): Promise<void> {
    if (Math.abs(nowMs - sum.changedMs) < settledMs) return;
    await this.#turns.take(keyOf(cameraId, day), async () => {
      const changedMs = await changedMsOf(this.#vault.path(recordingsFolder, cameraId, day));
      if (changedMs !== sum.changedMs) return;
      (await this.sums()).set(cameraId, day, sum);
      if (outline) await this.outlines.put(cameraId, day, changedMs, outline);
    });
  }

  /** What only the identity can open goes; the days' indexes stay, for what is recorded is noted there. */
  lock(): void {
    this.outlines.lock();
  }

  /** Takes up what happened to the days in memory while their indexes could not be opened. */
  async unlocked(): Promise<void> {
    this.outlines.unlocked();
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
      this.#sizes.drop(cameraId, day);
      (await this.sums()).drop(cameraId, day);
      await this.outlines.drop(cameraId, day);
      const days = await this.days(cameraId);
      this.#days.set(
        cameraId,
        days.filter((other) => other !== day),
      );
    });
  }

  /** Removes what was cut off while it was written, of all days: nothing of this camera is being written. */
  async removeCutOff(cameraId: CameraId): Promise<void> {
    // A day of which nothing was finished is not known yet.
    this.#days.delete(cameraId);
    for (const day of await this.days(cameraId)) {
      await this.#turns.take(keyOf(cameraId, day), async () => {
        const folder = this.#vault.path(recordingsFolder, cameraId, day);
        for (const name of await namesIn(folder)) {
          if (readOpenName(name) || isTemporary(name)) await rm(path.join(folder, name), { force: true });
        }
      });
    }
  }

  /** Removes a camera's folder when nothing lies in it. */
  async removeCamera(cameraId: CameraId): Promise<void> {
    await rmdir(this.#vault.path(recordingsFolder, cameraId)).catch(() => undefined);
    this.#days.delete(cameraId);
    await (await this.sums()).forget(cameraId);
    await this.outlines.forget(cameraId);
  }

  /** Bytes of all finished recordings, as far as they are known. */
  async knownBytes(): Promise<number> {
    return await this.#sizes.sumBytes();
  }

  /** Bytes of all finished recordings. Waits until every day is known: at the first call each that is not is read. */
  async usedBytes(): Promise<number> {
    this.#measured ??= this.#measure();
    await this.#measured;
    return await this.knownBytes();
  }

  /** Somebody looks at every day, and has when this resolves: until then `usedBytes` waits, and reads nothing itself. */
  measuredBy(looking: Promise<void>): void {
    this.#measured ??= looking;
  }

  /** What is known of days whose folders are gone is forgotten. */
  async forgetGone(): Promise<void> {
    // Of a drive that is not connected nothing is there.
    if (await this.#vault.away()) return;
    const there = new Set<string>();
    for (const cameraId of await this.cameras()) {
      for (const day of await this.days(cameraId)) there.add(keyOf(cameraId, day)).add(keyOf(cameraId, monthOf(day)));
      await setImmediate();
    }
    await this.outlines.forgetGone((cameraId, dayOrMonth) => there.has(keyOf(cameraId, dayOrMonth)));
    const sums = await this.sums();
    for (const [cameraId, day] of await this.#sizes.daysBeside(there)) {
      // It can have begun meanwhile.
      if ((await this.days(cameraId)).includes(day)) continue;
      sums.drop(cameraId, day);
      this.#sizes.drop(cameraId, day);
    }
  }

  /** Waits for what is being written. May be called twice. */
  async close(): Promise<void> {
    await this.#turns.close();
    await this.outlines.close();
    this.#loaded.clear();
    await (await this.#sums)?.save();
  }

  async #measure(): Promise<void> {
    const sums = await this.sums();
    await this.#sizes.takeUp();
    for (const cameraId of await this.cameras()) {
      for (const [nth, day] of (await this.days(cameraId)).entries()) {
        const known = this.#sizes.has(cameraId, day);
        const doubted = nth < doubtedDays && !this.#loaded.has(keyOf(cameraId, day));
        if (known && !(doubted && (await sums.current(cameraId, day)) === null)) continue;
        await this.read(cameraId, day);
      }
    }
    await this.forgetGone();
  }

  /** Only inside the day's turn. */
  async #take(cameraId: CameraId, day: string, expected: DayRow | null = null): Promise<DayIndex> {
    const key = keyOf(cameraId, day);
    const known = this.#loaded.get(key);
    this.#loaded.delete(key);
    const index = known && !known.stale ? known : await DayIndex.open(this.#vault, cameraId, day, expected);
    if (known && known !== index) await index.inherit(known);
    this.#loaded.set(key, index);
    this.#sizes.set(cameraId, day, index.sizeBytes);
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

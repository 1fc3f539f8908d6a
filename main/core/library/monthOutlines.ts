/**
 * The outlines of settled days (dayOutline.ts), one sealed document a camera and month, so that a month of sixteen
 * cameras is sixteen files and not 480. A cache, never a truth: an outline holds as long as its day's folder has the time
 * of change that it was made at, and whatever is missing, damaged or not proved is made anew from the days' indexes. While
 * the vault is locked none is read and none is written. What is in memory is written a little later, and when it closes;
 * what the disk refuses is tried again with the next change. Never throws for what lies on the disk.
 */
import { timingSafeEqual } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import { isTemporary } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import type { Identity } from '../vault/keys.ts';
import { sealToFile } from '../vault/sealedFile.ts';
import { readDocument } from '../vault/sealedStore.ts';
import type { DayOutline } from './dayOutline.ts';
import {
  monthFile,
  monthOf,
  type MonthOutline,
  monthsFolder,
  monthVersion,
  parseSaidMonth,
  readMonthFile,
  readMonthText,
  type SaidMonth,
  textOfMonth,
} from './monthDocument.ts';

/** Months kept in memory over all cameras: a year of sixteen, some 2 MB. */
const mostMonths = 256;
const usuallySavedAfterMs = 5000;

interface Kept {
  cameraId: CameraId;
  month: string;
  days: MonthOutline;
  changed: boolean;
}

export class MonthOutlines {
  readonly #vault: Vault;
  readonly #savedAfterMs: number;
  /** Least recently used first. */
  readonly #months = new Map<string, Promise<Kept>>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(vault: Vault, savedAfterMs = usuallySavedAfterMs) {
    this.#vault = vault;
    this.#savedAfterMs = savedAfterMs;
  }

  /** The day's outline, when it was made of a folder that changed last at `changedMs`; null when it is not known. */
  async get(cameraId: CameraId, day: string, changedMs: number): Promise<DayOutline | null> {
    const known = (await this.#month(cameraId, monthOf(day)))?.days.get(day);
    return known?.changedMs === changedMs ? known.outline : null;
  }

  /** Of a day that was read with the identity, and that nobody is writing into. */
  async put(cameraId: CameraId, day: string, changedMs: number, outline: DayOutline): Promise<void> {
    const kept = await this.#month(cameraId, monthOf(day));
    if (!kept) return;
    kept.days.set(day, { changedMs, outline });
    this.#change(kept);
  }

  /** The day's folder is gone. */
  async drop(cameraId: CameraId, day: string): Promise<void> {
    const kept = await this.#month(cameraId, monthOf(day));
    if (kept?.days.delete(day)) this.#change(kept);
  }

  /** Nothing of that camera is left: nor is its id on the disk. */
  async forget(cameraId: CameraId): Promise<void> {
    await this.#forgetWhere((found) => found.cameraId === cameraId);
  }

  /** Forgets days whose folders are gone. `isThere` says whether there is one of that camera, on that day or in that month. */
  async forgetGone(isThere: (cameraId: CameraId, dayOrMonth: string) => boolean): Promise<void> {
    await this.#forgetWhere(({ cameraId, month }) => !isThere(cameraId, month));
    for (const opening of [...this.#months.values()]) {
      const kept = await opening;
      const gone = [...kept.days.keys()].filter((day) => !isThere(kept.cameraId, day));
      for (const day of gone) kept.days.delete(day);
      if (gone.length > 0) this.#change(kept);
    }
  }

  /** Writes what changed. */
  save(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#saving = this.#saving.then(() => this.#save()).catch(() => undefined);
    return this.#saving;
  }

  /** The vault is locked: nothing of what was opened stays in memory. What was not written yet is made again. */
  lock(): void {
    this.#months.clear();
  }

  /** The identity is there again: what was not known without it is read. */
  unlocked(): void {
    this.#months.clear();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.save();
    this.#months.clear();
  }

  /** null while the vault is locked. */
  async #month(cameraId: CameraId, month: string): Promise<Kept | null> {
    if (this.#vault.identity === null) return null;
    const key = monthFile(cameraId, month);
    const known = this.#months.get(key);
    this.#months.delete(key);
    const opening = known ?? this.#read(cameraId, month);
    this.#months.set(key, opening);
    if (!known) void this.#forgetOldest();
    return await opening;
  }

  async #read(cameraId: CameraId, month: string): Promise<Kept> {
    const { identity } = this.#vault;
    const none: Kept = { cameraId, month, days: new Map(), changed: false };
    if (identity === null) return none;
    const file = monthFile(cameraId, month);
    const path = this.#vault.path(monthsFolder, file);
    const form = { path, version: monthVersion, parse: provedMonth(identity, file) };
    const read = await readDocument(form, identity, path).catch(() => null);
    return { ...none, days: (read?.ok && readMonthText(read.value.value.said, month)) || none.days };
  }

  #change(kept: Kept): void {
    kept.changed = true;
    this.#timer ??= setTimeout(() => void this.save(), this.#savedAfterMs).unref();
  }

  async #save(): Promise<void> {
    if (this.#vault.identity === null || (await this.#vault.away())) return;
    for (const opening of [...this.#months.values()]) {
      const kept = await opening;
      if (!kept.changed) continue;
      kept.changed = false;
      try {
        await this.#write(kept);
      } catch (error) {
        kept.changed = true;
        throw error;
      }
    }
  }

  async #write({ cameraId, month, days }: Kept): Promise<void> {
    const { identity } = this.#vault;
    if (identity === null) return;
    const file = monthFile(cameraId, month);
    const path = this.#vault.path(monthsFolder, file);
    if (days.size === 0) {
      await rm(path, { force: true });
      return;
    }
    const said = textOfMonth(days);
    const value: SaidMonth = { said, proof: identity.mark(infoOf(file), said) };
    const folder = await this.#vault.makeFolder(monthsFolder);
    if (!folder.ok) return;
    const text = JSON.stringify({ version: monthVersion, of: file, serial: 1, value });
    await sealToFile(path, this.#vault.recipients, Buffer.from(text));
  }

  async #forgetWhere(isGone: (found: { cameraId: CameraId; month: string }) => boolean): Promise<void> {
    // Not in the middle of a write that would put it back.
    const forgotten = this.#saving.then(async () => {
      for (const [key, opening] of [...this.#months]) if (isGone(await opening)) this.#months.delete(key);
      const names = await readdir(this.#vault.path(monthsFolder)).catch(() => []);
      for (const name of names) {
        const found = readMonthFile(name);
        // What a crash left of a replacement goes too: nothing is being replaced now.
        if (isTemporary(name) || (found && isGone(found)))
          await rm(this.#vault.path(monthsFolder, name), { force: true });
      }
    });
    this.#saving = forgotten.catch(() => undefined);
    await this.#saving;
  }

  async #forgetOldest(): Promise<void> {
    for (const [key, opening] of [...this.#months]) {
      if (this.#months.size <= mostMonths) return;
      if (!(await opening).changed) this.#months.delete(key);
    }
  }
}

function infoOf(file: string): string {
  return `nightjar.month.v1 ${file}`;
}

/** Reads a month's document as far as its proof: null for one that only somebody without the identity can have sealed. */
export function provedMonth(identity: Identity, file: string): (json: unknown) => SaidMonth | null {
  const mark = identity.marker(infoOf(file));
  return (json) => {
    const read = parseSaidMonth(json);
    return read && timingSafeEqual(Buffer.from(mark(read.said), 'hex'), Buffer.from(read.proof, 'hex')) ? read : null;
  };
}

/**
 * What each day came to: its bytes, and when its first recording began and its last ended. Kept in days.json in the
 * vault's folder, so that a start need not look into every day. Not sealed: it says nothing that the names and sizes in
 * the folder do not say, and is to be read while the vault is locked. A sum holds as long as its day's folder has the
 * time of change that it had; whatever else the file says is measured anew. A day that is being written has no sum on
 * the disk, so that the next start knows where a crash can have left something. Never fails: without the file, or with a
 * damaged one, there are no sums.
 */
import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import type { CameraId } from '../../contract/model.ts';
import { writeDurably } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { isCameraId, isDay, recordingsFolder } from './recordingName.ts';

export const daySumsName = 'days.json';

export interface DaySum {
  sizeBytes: number;
  /** Start of the first recording, start and end of the one that ends last; 0 where there is no recording. */
  firstMs: number;
  lastStartMs: number;
  lastEndMs: number;
  /** Of the folder. */
  changedMs: number;
}

const version = 1;
/** A hundred cameras for ten years. */
const largestBytes = 64 * 2 ** 20;
const file = v.object({ version: v.literal(version), cameras: v.record(v.string(), v.array(v.unknown())) });

export class DaySums {
  readonly #vault: Vault;
  readonly #sums = new Map<string, DaySum>();
  /** Days of which the file has a sum. */
  readonly #onDisk = new Set<string>();
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(vault: Vault) {
    this.#vault = vault;
  }

  static async open(vault: Vault): Promise<DaySums> {
    const sums = new DaySums(vault);
    for (const [cameraId, day, sum] of readDaySums(await textOf(vault.path(daySumsName)))) {
      sums.#sums.set(keyOf(cameraId, day), sum);
      sums.#onDisk.add(keyOf(cameraId, day));
    }
    return sums;
  }

  /** All of them, by `<camera id>/<day>`. */
  get all(): ReadonlyMap<string, DaySum> {
    return this.#sums;
  }

  get(cameraId: CameraId, day: string): DaySum | null {
    return this.#sums.get(keyOf(cameraId, day)) ?? null;
  }

  /** The sum, when the folder is still what it was made of. */
  async current(cameraId: CameraId, day: string): Promise<DaySum | null> {
    const sum = this.get(cameraId, day);
    if (!sum) return null;
    const changedMs = await changedMsOf(this.#vault.path(recordingsFolder, cameraId, day));
    return this.get(cameraId, day) === sum && sum.changedMs === changedMs ? sum : null;
  }

  set(cameraId: CameraId, day: string, sum: DaySum): void {
    this.#sums.set(keyOf(cameraId, day), sum);
    this.#changed = true;
  }

  drop(cameraId: CameraId, day: string): void {
    if (this.#sums.delete(keyOf(cameraId, day))) this.#changed = true;
  }

  /** Nothing of that camera is left: nor is its id on the disk. */
  async forget(cameraId: CameraId): Promise<void> {
    for (const key of this.#sums.keys()) if (key.startsWith(keyOf(cameraId, ''))) this.#sums.delete(key);
    this.#changed = true;
    await this.save();
  }

  /** Something will be written into that day: from now on its sum is not on the disk either, as far as that can be. */
  async unsettle(cameraId: CameraId, day: string): Promise<void> {
    this.drop(cameraId, day);
    if (this.#onDisk.has(keyOf(cameraId, day))) await this.save();
  }

  /** Writes what changed. What the disk refuses is tried again the next time. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save()).catch(() => undefined);
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#changed || (await this.#vault.away())) return;
    this.#changed = false;
    const keys = [...this.#sums.keys()];
    try {
      await writeDurably(this.#vault.path(daySumsName), textOfSums(this.#sums));
    } catch (error) {
      this.#changed = true;
      throw error;
    }
    this.#onDisk.clear();
    for (const key of keys) this.#onDisk.add(key);
  }
}

/** Times of change are compared, never reckoned with: a clock that was set wrong makes no difference. */
export async function changedMsOf(folder: string): Promise<number | null> {
  const found = await stat(folder).catch(() => null);
  return found?.isDirectory() ? found.mtimeMs : null;
}

/** Takes any text: what is no sum of a day is left out. */
export function readDaySums(text: string): [CameraId, string, DaySum][] {
  const parsed = v.safeParse(file, parseJson(text));
  if (!parsed.success) return [];
  const found: [CameraId, string, DaySum][] = [];
  for (const [cameraId, days] of Object.entries(parsed.output.cameras)) {
    if (!isCameraId(cameraId)) continue;
    for (const entry of days) {
      const [day, ...numbers]: readonly unknown[] =
        Array.isArray(entry) && entry.length === 6 ? (entry as unknown[]) : [];
      if (typeof day !== 'string' || !isDay(day) || !numbers.every(isAmount)) continue;
      const [sizeBytes = 0, firstMs = 0, lastStartMs = 0, lastEndMs = 0, changedMs = 0] = numbers;
      found.push([cameraId, day, { sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs }]);
    }
  }
  return found;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function textOfSums(sums: ReadonlyMap<string, DaySum>): string {
  const cameras: Record<CameraId, unknown[]> = {};
  for (const [key, { sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs }] of sums) {
    const [cameraId = '', day = ''] = key.split('/');
    (cameras[cameraId] ??= []).push([day, sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs]);
  }
  return JSON.stringify({ version, cameras });
}

async function textOf(path: string): Promise<string> {
  try {
    return (await stat(path)).size > largestBytes ? '' : await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function keyOf(cameraId: CameraId, day: string): string {
  return `${cameraId}/${day}`;
}

/**
 * What each day came to: its bytes, and when its first recording began and its last ended. Kept in days.json in the
 * vault's folder, so that a start need not look into every day. Not sealed: it says nothing that the names and sizes in
 * the folder do not say, and is to be read while the vault is locked. A sum holds as long as its day's folder has the
 * time of change that it had; whatever else the file says is measured anew. A day that is being written has no sum on
 * the disk, so that the next start knows where a crash can have left something. What goes for want of room is reckoned
 * from these sums, so they end with a hash: a flipped bit must not make a day ten times as large. Never fails: without
 * the file, or with a damaged one, there are no sums.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { CameraId } from '../../contract/model.ts';
import { writeDurably } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import type { DayRow } from './dayDocument.ts';
import { isCameraId, recordingsFolder } from './recordingName.ts';

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

export type SumsOfCamera = ReadonlyMap<string, DaySum>;

export class DaySums {
  readonly #vault: Vault;
  readonly #cameras: Map<CameraId, Map<string, DaySum>>;
  /** Sums that hold no more, and that the file may still have. */
  readonly #outdated = new Set<string>();
  /** Sums whose folders were found unchanged since the program began: what changes them after that drops them. */
  readonly #trusted = new WeakSet<DaySum>();
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(vault: Vault, cameras: Map<CameraId, Map<string, DaySum>>) {
    this.#vault = vault;
    this.#cameras = cameras;
  }

  static async open(vault: Vault): Promise<DaySums> {
    return new DaySums(vault, readDaySums(wholeOf(await textOf(vault.path(daySumsName)))));
  }

  get all(): ReadonlyMap<CameraId, SumsOfCamera> {
    return this.#cameras;
  }

  get(cameraId: CameraId, day: string): DaySum | null {
    return this.#cameras.get(cameraId)?.get(day) ?? null;
  }

  /** The sum, when the folder is still what it was made of. */
  async current(cameraId: CameraId, day: string): Promise<DaySum | null> {
    const sum = this.get(cameraId, day);
    if (!sum) return null;
    const changedMs = await changedMsOf(this.#vault.path(recordingsFolder, cameraId, day));
    return this.get(cameraId, day) === sum && sum.changedMs === changedMs ? sum : null;
  }

  /** As `current`, and the folder is looked at only once. */
  async trusted(cameraId: CameraId, day: string): Promise<DaySum | null> {
    const sum = this.get(cameraId, day);
    if (!sum || this.#trusted.has(sum)) return sum;
    const current = await this.current(cameraId, day);
    if (current) this.#trusted.add(current);
    return current;
  }

  set(cameraId: CameraId, day: string, sum: DaySum): void {
    const days = this.#cameras.get(cameraId) ?? new Map<string, DaySum>();
    this.#cameras.set(cameraId, days.set(day, sum));
    this.#changed = true;
  }

  drop(cameraId: CameraId, day: string): void {
    if (!this.#cameras.get(cameraId)?.delete(day)) return;
    this.#outdated.add(`${cameraId}/${day}`);
    this.#changed = true;
  }

  /** Nothing of that camera is left: nor is its id on the disk. */
  async forget(cameraId: CameraId): Promise<void> {
    this.#cameras.delete(cameraId);
    this.#changed = true;
    await this.save();
  }

  /** Something will be written into that day: from now on its sum is not on the disk either, as far as that can be. */
  async unsettle(cameraId: CameraId, day: string): Promise<void> {
    this.drop(cameraId, day);
    if (this.#outdated.has(`${cameraId}/${day}`)) await this.save();
  }

  /** Writes what changed. What the disk refuses is tried again the next time. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save()).catch(() => undefined);
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#changed || (await this.#vault.away())) return;
    this.#changed = false;
    const outdated = [...this.#outdated];
    try {
      await writeDurably(this.#vault.path(daySumsName), await this.#text());
    } catch (error) {
      this.#changed = true;
      throw error;
    }
    for (const key of outdated) this.#outdated.delete(key);
  }

  /** A camera at a time: for all of them at once a large vault would hold up the program. */
  async #text(): Promise<string> {
    const hash = createHash('sha256');
    let text = take(hash, `{"version":${version},"cameras":{`);
    let nth = 0;
    for (const [cameraId, sums] of this.#cameras) {
      text += take(hash, `${nth++ === 0 ? '' : ','}${JSON.stringify(cameraId)}:${textOfSums(sums)}`);
      await setImmediate();
    }
    text += take(hash, '}}');
    return `${text}\n${hash.digest('hex')}\n`;
  }
}

/** What a day came to, by its rows (in order) and its folder's time of change. */
export function sumOf({ rows, sizeBytes }: { rows: readonly DayRow[]; sizeBytes: number }, changedMs: number): DaySum {
  const [first] = rows;
  const last = rows.reduce<DayRow | undefined>(
    (late, row) => (late && late.endMs >= row.endMs ? late : row),
    undefined,
  );
  const { startMs: lastStartMs = 0, endMs: lastEndMs = 0 } = last ?? {};
  return { sizeBytes, firstMs: first?.startMs ?? 0, lastStartMs, lastEndMs, changedMs };
}

/** Times of change are compared, never reckoned with: a clock that was set wrong makes no difference. */
export async function changedMsOf(folder: string): Promise<number | null> {
  const found = await stat(folder).catch(() => null);
  return found?.isDirectory() ? found.mtimeMs : null;
}

/**
 * Takes any text: what is no sum is left out, and a name that is no day is asked for by nobody. Looked at by hand: a year
 * of sixteen cameras has 5840 of them, and every start reads them.
 */
export function readDaySums(text: string): Map<CameraId, Map<string, DaySum>> {
  const found = new Map<CameraId, Map<string, DaySum>>();
  const json = parseJson(text);
  if (!isObject(json) || json['version'] !== version || !isObject(json['cameras'])) return found;
  for (const [cameraId, days] of Object.entries(json['cameras'])) {
    if (!isCameraId(cameraId) || !Array.isArray(days)) continue;
    const sums = new Map<string, DaySum>();
    found.set(cameraId, sums);
    for (const entry of days as unknown[]) {
      if (!Array.isArray(entry)) continue;
      const day: unknown = entry[0];
      const sum = readSum(entry);
      if (sum && typeof day === 'string') sums.set(day, sum);
    }
  }
  return found;
}

/** By number: taking a list apart costs more than all the rest. */
function readSum(entry: readonly unknown[]): DaySum | null {
  const sizeBytes = entry[1];
  const firstMs = entry[2];
  const lastStartMs = entry[3];
  const lastEndMs = entry[4];
  const changedMs = entry[5];
  if (!isAmount(sizeBytes) || !isAmount(firstMs)) return null;
  if (!isAmount(lastStartMs) || !isAmount(lastEndMs) || !isAmount(changedMs)) return null;
  return { sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs };
}

/** The first line, when the second is its hash; '' else. */
function wholeOf(text: string): string {
  const [line = '', hash = ''] = text.split('\n', 2);
  return createHash('sha256').update(line).digest('hex') === hash ? line : '';
}

function take(hash: ReturnType<typeof createHash>, text: string): string {
  hash.update(text);
  return text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function textOfSums(sums: SumsOfCamera): string {
  const days = [...sums].map(([day, { sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs }]) => {
    return [day, sizeBytes, firstMs, lastStartMs, lastEndMs, changedMs];
  });
  return JSON.stringify(days);
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

/**
 * The events of single days: opens a day's files when it is asked for, lays over them what is not on the disk yet, and
 * keeps the days that were used last in memory, up to a bound, so that the next question opens nothing. A day that is over
 * and lies in many files is merged into one. What does not open is passed over. Nothing can be asked while the vault is
 * locked: `keyMissing`.
 */
import { rm } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import type { Identity } from '../vault/keys.ts';
import {
  eventsFolder,
  mergeEvents,
  newEventsName,
  type ReadEventFile,
  readEvents,
  type StoredEvent,
  writeEvents,
} from './eventDocument.ts';
import type { EventNames } from './eventNames.ts';
import type { EventWriter } from './eventWriter.ts';
import { dayOf } from './recordingName.ts';
import { Turns } from './turns.ts';

/** Over all days: about 40 MB. */
const mostInMemory = 200_000;
/** A day that is over and lies in more files than this is merged into one. */
const mostFiles = 4;

export interface EventDaysOptions {
  vault: Vault;
  now: () => number;
  names: EventNames;
  /** What it has in memory is laid over the files, and what it holds of a day that goes is dropped. */
  writer: EventWriter;
  defect: (error: unknown) => void;
}

interface Day {
  /** By their ids. */
  events: Map<string, StoredEvent>;
  /** In order; null when something changed since. */
  inOrder: StoredEvent[] | null;
}

export class EventDays {
  readonly #options: EventDaysOptions;
  readonly #turns = new Turns();
  /** Least recently used first. */
  readonly #days = new Map<string, Day>();
  /** Events that go on, as far as anybody here knows. */
  readonly #going = new Set<string>();

  constructor(options: EventDaysOptions) {
    this.#options = options;
  }

  /** An event is new, or another than before: a day that is in memory has it at once. */
  put(cameraId: CameraId, stored: StoredEvent): void {
    if (stored.toMs === null) this.#going.add(stored.id);
    else this.#going.delete(stored.id);
    const day = this.#days.get(keyOf(cameraId, dayOf(stored.fromMs)));
    day?.events.set(stored.id, stored);
    if (day) day.inOrder = null;
  }

  /** In order. Problems: `keyMissing`. */
  async read(cameraId: CameraId, day: string): Promise<Outcome<StoredEvent[]>> {
    const key = keyOf(cameraId, day);
    const { identity } = this.#options.vault;
    if (identity === null) return bad({ code: 'keyMissing' });
    const known = this.#days.get(key) ?? (await this.#turns.take(key, () => this.#load(cameraId, day, identity)));
    // It may have been locked meanwhile.
    if (this.#options.vault.identity !== identity) return bad({ code: 'keyMissing' });
    // Or the day removed.
    if (this.#days.get(key) === known) {
      this.#days.delete(key);
      this.#days.set(key, known);
    }
    this.#forgetOldest();
    known.inOrder ??= mergeEvents([{ savedMs: this.#options.now(), events: [...known.events.values()] }], (id) =>
      this.#going.has(id),
    );
    return good(known.inOrder);
  }

  /** Deletes a day's files for good, and what is not on the disk yet. */
  async remove(cameraId: CameraId, day: string): Promise<void> {
    const { vault, writer } = this.#options;
    await this.#turns.take(keyOf(cameraId, day), async () => {
      await writer.drop(cameraId, (one) => one === day);
      const names = await this.#options.names.of(cameraId);
      for (const name of names.get(day) ?? []) await rm(vault.path(eventsFolder, cameraId, name), { force: true });
      names.delete(day);
      this.#days.delete(keyOf(cameraId, day));
    });
  }

  /** The vault is locked: nothing of what was opened stays in memory. */
  lock(): void {
    this.#days.clear();
  }

  /** Waits for what is being read or deleted. May be called twice. */
  async close(): Promise<void> {
    await this.#turns.close();
    this.#days.clear();
  }

  async #load(cameraId: CameraId, day: string, identity: Identity): Promise<Day> {
    const known = this.#days.get(keyOf(cameraId, day));
    if (known) return known;
    const { vault } = this.#options;
    const files: ReadEventFile[] = [];
    const read: string[] = [];
    const names = (await this.#options.names.of(cameraId)).get(day) ?? new Set<string>();
    for (const name of names) {
      const file = await readEvents(vault.path(eventsFolder, cameraId, name), identity, { cameraId, day });
      if (!file.ok) continue;
      files.push(file.value);
      // What only a newer Nightjar understands stays as it is.
      if (file.value.isUnderstood) read.push(name);
    }
    const inMemory = this.#options.writer.inMemory(cameraId, day);
    const events = mergeEvents([...files, ...inMemory], (id) => this.#going.has(id));
    const loaded = { events: new Map(events.map((event) => [event.id, event])), inOrder: events };
    // It may have been locked meanwhile.
    if (vault.identity === identity) this.#days.set(keyOf(cameraId, day), loaded);
    if (inMemory.length === 0 && read.length > mostFiles && day < dayOf(this.#options.now())) {
      await this.#merge({ cameraId, day }, files, read).catch(this.#options.defect);
    }
    return loaded;
  }

  /**
   * One file in the place of several (`before`): first it is there, then they go. A file that is not understood whole is
   * none of them, and what is as new in it is left to it.
   */
  async #merge(of: { cameraId: CameraId; day: string }, files: ReadEventFile[], before: string[]): Promise<void> {
    const { vault } = this.#options;
    const name = newEventsName(of.day);
    const { true: ours = [], false: others = [] } = Object.groupBy(files, (file) => `${file.isUnderstood}`);
    const elsewhere = new Map(mergeEvents(others, () => false).map(({ id, revision }) => [id, revision]));
    const stored = mergeEvents(ours, (id) => this.#going.has(id))
      .filter(({ id, revision }) => (elsewhere.get(id) ?? 0) < revision)
      .map((event) => ({ ...event, revision: event.revision + 1 }));
    const file = { savedMs: this.#options.now(), events: stored };
    await writeEvents(vault.path(eventsFolder, of.cameraId, name), vault.recipients, of, file);
    await this.#options.names.add(of.cameraId, of.day, name);
    const names = (await this.#options.names.of(of.cameraId)).get(of.day);
    for (const one of before) {
      await rm(vault.path(eventsFolder, of.cameraId, one), { force: true });
      names?.delete(one);
    }
  }

  #forgetOldest(): void {
    let count = 0;
    for (const { events } of this.#days.values()) count += events.size;
    for (const [key, { events }] of this.#days) {
      if (count <= mostInMemory || this.#days.size <= 1) return;
      count -= events.size;
      this.#days.delete(key);
    }
  }
}

function keyOf(cameraId: CameraId, day: string): string {
  return `${cameraId}/${day}`;
}

/**
 * Seals events to the disk as they come, also while the vault is locked: each camera's day has one file that grows, kept
 * whole in memory and replaced at most 2 s after something changed, and begun anew when it holds 500 events and at every
 * start. A crash loses those 2 s. What still goes on is written again every 30 s, so that after a crash it is known how
 * long it went on at least. What the disk refuses waits in memory, up to a bound; beyond it the oldest are given up, and
 * counted. Never throws: trouble is told to `on.defect`.
 */
import { readdir, rm } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import { isTemporary } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { VaultError } from '../vault/vaultError.ts';
import { type EventFile, eventsFolder, newEventsName, type StoredEvent, writeEvents } from './eventDocument.ts';
import { dayOf } from './recordingName.ts';

const afterMs = 2000;
const goingOnMs = 30_000;
const refusedMs = 5000;
const fullAt = 500;
/** Of all cameras, while the disk takes nothing: about 10 MB. */
const mostWaiting = 20_000;

interface Open {
  cameraId: CameraId;
  day: string;
  name: string;
  events: Map<string, StoredEvent>;
  /** Its newest version is not on the disk. */
  unsaved: boolean;
}

export interface EventWriterOptions {
  vault: Vault;
  now: () => number;
  on: {
    /** A file is there that was not before. */
    began: (cameraId: CameraId, day: string, name: string) => void;
    /** Up to so many events are lost, because the disk took nothing for too long. */
    lost: (events: number) => void;
    defect: (error: unknown) => void;
  };
}

export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #open = new Map<string, Open>();
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Infinity;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** An event is new, or is another than before. */
  put(cameraId: CameraId, event: StoredEvent): void {
    if (this.#closed) return;
    const day = dayOf(event.fromMs);
    const key = `${cameraId}/${day}`;
    const open = this.#open.get(key) ?? { cameraId, day, name: newEventsName(day), events: new Map(), unsaved: true };
    this.#open.set(key, open);
    open.events.set(event.id, event);
    open.unsaved = true;
    this.#giveUp();
    this.#soon(afterMs);
  }

  /** What is in memory of a day: newer than what its file may hold, or the same. */
  inMemory(cameraId: CameraId, day: string): EventFile[] {
    return [...this.#open.values()]
      .filter((one) => one.cameraId === cameraId && one.day === day)
      .map(({ events }) => ({ savedMs: this.#options.now(), events: [...events.values()] }));
  }

  /** Days of which something is in memory. */
  days(cameraId: CameraId): string[] {
    return [...this.#open.values()].filter((one) => one.cameraId === cameraId).map(({ day }) => day);
  }

  /** Cameras of which something is in memory. */
  cameras(): CameraId[] {
    return [...this.#open.values()].map(({ cameraId }) => cameraId);
  }

  /** Writes what is not on the disk. */
  async save(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#saveAll());
    await this.#writing;
  }

  /** Nothing of these days is written any more; of what went on since, the rest is. */
  async drop(cameraId: CameraId, goes: (day: string) => boolean): Promise<void> {
    this.#writing = this.#writing.then(() => {
      for (const [key, one] of [...this.#open]) {
        if (one.cameraId === cameraId && goes(one.day)) this.#open.delete(key);
      }
    });
    await this.#writing;
  }

  /** Removes what a crash left of replacements. Before the first event. */
  async removeTemporaries(cameraId: CameraId): Promise<void> {
    const folder = this.#options.vault.path(eventsFolder, cameraId);
    for (const name of await readdir(folder).catch(() => [])) {
      if (isTemporary(name)) await rm(this.#options.vault.path(eventsFolder, cameraId, name), { force: true });
    }
  }

  /** Writes what waits. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.save();
    this.#open.clear();
  }

  #soon(ms: number): void {
    const dueMs = performance.now() + ms;
    if (this.#closed || dueMs >= this.#dueMs) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      void this.save();
    }, ms).unref();
  }

  async #saveAll(): Promise<void> {
    let goesOn = false;
    let isRefused = false;
    for (const [key, one] of [...this.#open]) {
      const going = [...one.events.values()].filter(({ toMs }) => toMs === null);
      if (one.unsaved || going.length > 0) isRefused = !(await this.#save(one)) || isRefused;
      goesOn ||= going.length > 0;
      // More may have come meanwhile.
      if (one.unsaved) continue;
      if (one.events.size >= fullAt) {
        const still = [...one.events.values()].filter(({ toMs }) => toMs === null);
        this.#open.delete(key);
        for (const event of still) this.put(one.cameraId, event);
      } else if (going.length === 0 && one.day !== dayOf(this.#options.now())) this.#open.delete(key);
    }
    if (isRefused) this.#soon(refusedMs);
    else if ([...this.#open.values()].some(({ unsaved }) => unsaved)) this.#soon(afterMs);
    else if (goesOn) this.#soon(goingOnMs);
  }

  /** False when the disk took nothing. */
  async #save(one: Open): Promise<boolean> {
    const { vault, on, now } = this.#options;
    const { cameraId, day, name } = one;
    one.unsaved = false;
    try {
      const folder = await vault.makeFolder(eventsFolder, cameraId);
      if (folder.ok) {
        const value = { savedMs: now(), events: [...one.events.values()] };
        await writeEvents(vault.path(eventsFolder, cameraId, name), vault.recipients, { cameraId, day }, value);
        on.began(cameraId, day, name);
        return true;
      }
    } catch (error) {
      if (!(error instanceof VaultError)) on.defect(error);
    }
    one.unsaved = true;
    return false;
  }

  #giveUp(): void {
    let waiting = [...this.#open.values()].reduce((sum, { events }) => sum + events.size, 0);
    for (const [key, { events }] of waiting > mostWaiting ? [...this.#open] : []) {
      if (waiting <= mostWaiting * 0.9) return;
      waiting -= events.size;
      this.#options.on.lost(events.size);
      this.#open.delete(key);
    }
  }
}

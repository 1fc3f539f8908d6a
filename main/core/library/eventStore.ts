/**
 * What cameras told, of all days: remembers events, and finds them again. Which days there are comes from the names of
 * the files (eventDocument.ts); of each day that was asked for, the events stay in memory up to a bound, so that the next
 * question opens nothing. What does not open is passed over, and named by the check of the vault. While the vault is
 * locked events are remembered and nothing can be asked: `keyMissing`. Which days go is decided by others.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import type { CameraEvent, EventKind, EventList, EventTicks } from '../../contract/cameraEvents.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { syncFolder } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import type { Identity } from '../vault/keys.ts';
import {
  dayOfEventsName,
  eventsFolder,
  mergeEvents,
  newEventsName,
  type ReadEventFile,
  readEvents,
  type StoredEvent,
  writeEvents,
} from './eventDocument.ts';
import { EventMonths } from './eventMonths.ts';
import { outlineStepMs } from './eventOutline.ts';
import { EventWriter } from './eventWriter.ts';
import { dayMs, dayOf, isCameraId } from './recordingName.ts';
import { Turns } from './turns.ts';

/** Over all days: about 40 MB. */
const mostInMemory = 200_000;
/** So many days with events are looked through for the next one. */
const mostDaysBeside = 100;
/** A day that is over and lies in more files than this is merged into one. */
const mostFiles = 4;

export interface EventStoreOptions {
  vault: Vault;
  now?: () => number;
  on: {
    /** So many events are lost, because the disk took nothing for too long. */
    lost: (events: number) => void;
    defect: (error: unknown) => void;
  };
}

export interface EventQuestion {
  /** null: all that have any. */
  cameraIds: readonly CameraId[] | null;
  /** null: all. */
  kinds: readonly EventKind[] | null;
}

interface Day {
  /** By their ids. */
  events: Map<string, StoredEvent>;
  /** In order; null when something changed since. */
  inOrder: StoredEvent[] | null;
}

export class EventStore {
  readonly #options: EventStoreOptions;
  readonly #writer: EventWriter;
  readonly #months: EventMonths;
  readonly #now: () => number;
  readonly #turns = new Turns();
  /** Names of files by day. */
  readonly #names = new Map<CameraId, Promise<Map<string, Set<string>>>>();
  /** Least recently used first. */
  readonly #days = new Map<string, Day>();
  /** Events that go on, as far as anybody here knows. */
  readonly #going = new Set<string>();

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#writer = new EventWriter({
      vault: options.vault,
      now: this.#now,
      on: {
        ...options.on,
        began: (cameraId, day, name) => void this.#began(cameraId, day, name),
      },
    });
    this.#months = new EventMonths({
      vault: options.vault,
      filesOf: async (cameraId, day) => [...((await this.#namesOf(cameraId)).get(day) ?? [])].sort(),
      read: (cameraId, day) => this.#read(cameraId, day),
      isOver: (cameraId, day) => day < dayOf(this.#now()) && !this.#writer.days(cameraId).includes(day),
    });
  }

  /** An event is new, or another than before; `revision` says which is newer. On the disk within 2 s. */
  put({ cameraId, ...event }: CameraEvent, revision: number): void {
    const stored = { ...event, revision };
    if (event.toMs === null) this.#going.add(event.id);
    else this.#going.delete(event.id);
    this.#writer.put(cameraId, stored);
    const day = this.#days.get(keyOf(cameraId, dayOf(event.fromMs)));
    day?.events.set(event.id, stored);
    if (day) day.inOrder = null;
  }

  /**
   * What touches the span, in order, at most so many, the first or the last. An event that is longer than a day is found
   * in its first two days.
   */
  async list(
    question: EventQuestion & { fromMs: number; toMs: number; most: number; which?: 'first' | 'last' | undefined },
  ): Promise<Outcome<EventList>> {
    const { fromMs, toMs, most, which = 'first' } = question;
    const found: CameraEvent[] = [];
    const lists = await this.#between(question, fromMs - dayMs, toMs);
    if (!lists.ok) return lists;
    for (const [cameraId, events] of lists.value) {
      for (const event of events) {
        if (event.fromMs < toMs && (event.toMs ?? Infinity) >= fromMs) found.push(asEvent(cameraId, event));
      }
    }
    found.sort(inOrder);
    const events = which === 'first' ? found.slice(0, most) : found.slice(Math.max(0, found.length - most));
    return good({ events, more: found.length > most });
  }

  /** The event that begins next after the moment, or last before it; within a hundred days that have any. */
  async beside(
    question: EventQuestion & { atMs: number; way: 'before' | 'after' },
  ): Promise<Outcome<CameraEvent | null>> {
    const { atMs, way } = question;
    const cameras = await this.#camerasOf(question);
    const days = new Set<string>();
    for (const cameraId of cameras) for (const day of await this.#daysOf(cameraId)) days.add(day);
    const today = dayOf(atMs);
    const inTurn = [...days].filter((day) => (way === 'after' ? day >= today : day <= today)).sort();
    if (way === 'before') inTurn.reverse();
    for (const day of inTurn.slice(0, mostDaysBeside)) {
      const found: CameraEvent[] = [];
      for (const cameraId of cameras) {
        const events = await this.#read(cameraId, day);
        if (!events.ok) return events;
        const fitting = events.value.filter(
          (event) => (way === 'after' ? event.fromMs > atMs : event.fromMs < atMs) && isAsked(question, event),
        );
        const one = way === 'after' ? fitting[0] : fitting.at(-1);
        if (one) found.push(asEvent(cameraId, one));
      }
      found.sort(inOrder);
      const nearest = way === 'after' ? found[0] : found.at(-1);
      if (nearest) return good(nearest);
    }
    return good(null);
  }

  /** How many events began in each step of the span. Of long steps the outlines of months say it, to ten minutes. */
  async ticks(
    question: EventQuestion & { fromMs: number; toMs: number; stepMs: number },
  ): Promise<Outcome<EventTicks[]>> {
    const { fromMs, toMs, stepMs } = question;
    const [first, last] = [dayOf(fromMs), dayOf(Math.max(fromMs, toMs - 1))];
    const ticks: EventTicks[] = [];
    for (const cameraId of await this.#camerasOf(question)) {
      const steps = new Map<number, number>();
      const count = (atMs: number, events: number): void => {
        if (atMs < fromMs || atMs >= toMs) return;
        const step = Math.floor((atMs - fromMs) / stepMs);
        steps.set(step, (steps.get(step) ?? 0) + events);
      };
      const days = (await this.#daysOf(cameraId)).filter((day) => day >= first && day <= last);
      const read = await (stepMs >= outlineStepMs
        ? this.#months.count(cameraId, days, question.kinds, count)
        : this.#countEvents(question, cameraId, days, count));
      if (!read.ok) return read;
      if (steps.size > 0) ticks.push({ cameraId, steps: [...steps] });
    }
    return good(ticks);
  }

  /** Cameras with events. */
  async cameras(): Promise<CameraId[]> {
    const names = await readdir(this.#options.vault.path(eventsFolder)).catch(() => []);
    return [...new Set([...names.filter(isCameraId), ...this.#writer.cameras()])].sort();
  }

  /** UTC days with events, in order. */
  async days(cameraId: CameraId): Promise<string[]> {
    return await this.#daysOf(cameraId);
  }

  /** Deletes the events of those days for good; what goes on is kept. */
  async remove(cameraId: CameraId, goes: (day: string) => boolean): Promise<void> {
    const going = (await this.#daysOf(cameraId)).filter(goes);
    await this.#months.remove(cameraId, going, () => this.#removeDays(cameraId, going));
  }

  /** Nothing of this camera is there afterwards. It must not be followed any more. */
  async forgetCamera(cameraId: CameraId): Promise<void> {
    await this.#writer.removeTemporaries(cameraId);
    const going = await this.#daysOf(cameraId);
    await this.#months.remove(cameraId, null, () => this.#removeDays(cameraId, going));
    this.#names.delete(cameraId);
  }

  /** Removes what a crash left. Once, before the first event. */
  async tidy(): Promise<void> {
    for (const cameraId of await this.cameras()) await this.#writer.removeTemporaries(cameraId);
  }

  /** Puts on the disk what waits. */
  async save(): Promise<void> {
    await this.#writer.save();
  }

  /** The vault is locked: nothing of what was opened stays in memory. */
  lock(): void {
    this.#days.clear();
    this.#months.lock();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#turns.close();
    this.#days.clear();
  }

  async #removeDays(cameraId: CameraId, going: readonly string[]): Promise<void> {
    const { vault } = this.#options;
    const folder = vault.path(eventsFolder, cameraId);
    for (const day of going) {
      await this.#turns.take(keyOf(cameraId, day), async () => {
        await this.#writer.drop(cameraId, (one) => one === day);
        const names = await this.#namesOf(cameraId);
        for (const name of names.get(day) ?? []) await rm(vault.path(eventsFolder, cameraId, name), { force: true });
        names.delete(day);
        this.#days.delete(keyOf(cameraId, day));
      });
    }
    if ((await this.#namesOf(cameraId)).size > 0) await syncFolder(folder).catch(() => undefined);
    else await rmdir(folder).catch(() => undefined);
  }

  async #countEvents(
    question: EventQuestion,
    cameraId: CameraId,
    days: readonly string[],
    count: (atMs: number, events: number) => void,
  ): Promise<Outcome<null>> {
    for (const day of days) {
      const events = await this.#read(cameraId, day);
      if (!events.ok) return events;
      for (const event of events.value) if (isAsked(question, event)) count(event.fromMs, 1);
    }
    return good(null);
  }

  /** By camera, in order, of the days that the span touches. */
  async #between(question: EventQuestion, fromMs: number, toMs: number): Promise<Outcome<[CameraId, StoredEvent[]][]>> {
    const [first, last] = [dayOf(fromMs), dayOf(Math.max(fromMs, toMs - 1))];
    const lists: [CameraId, StoredEvent[]][] = [];
    for (const cameraId of await this.#camerasOf(question)) {
      const events: StoredEvent[] = [];
      for (const day of await this.#daysOf(cameraId)) {
        if (day < first || day > last) continue;
        const read = await this.#read(cameraId, day);
        if (!read.ok) return read;
        for (const event of read.value) if (isAsked(question, event)) events.push(event);
      }
      lists.push([cameraId, events]);
    }
    return good(lists);
  }

  async #camerasOf({ cameraIds }: EventQuestion): Promise<readonly CameraId[]> {
    return cameraIds ?? (await this.cameras());
  }

  /** In order. */
  async #daysOf(cameraId: CameraId): Promise<string[]> {
    const days = new Set([...(await this.#namesOf(cameraId)).keys(), ...this.#writer.days(cameraId)]);
    return [...days].sort();
  }

  async #namesOf(cameraId: CameraId): Promise<Map<string, Set<string>>> {
    const known = this.#names.get(cameraId) ?? this.#listNames(cameraId);
    this.#names.set(cameraId, known);
    return await known;
  }

  async #listNames(cameraId: CameraId): Promise<Map<string, Set<string>>> {
    const days = new Map<string, Set<string>>();
    const names = await readdir(this.#options.vault.path(eventsFolder, cameraId)).catch(() => []);
    for (const name of names) {
      const day = dayOfEventsName(name);
      if (day !== null) days.set(day, (days.get(day) ?? new Set<string>()).add(name));
    }
    // None: perhaps the drive is not connected. That is not to be remembered.
    if (days.size === 0) this.#names.delete(cameraId);
    return days;
  }

  async #began(cameraId: CameraId, day: string, name: string): Promise<void> {
    const names = await this.#namesOf(cameraId);
    names.set(day, (names.get(day) ?? new Set<string>()).add(name));
    if (!this.#names.has(cameraId)) this.#names.set(cameraId, Promise.resolve(names));
  }

  async #read(cameraId: CameraId, day: string): Promise<Outcome<StoredEvent[]>> {
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
    known.inOrder ??= mergeEvents([{ savedMs: this.#now(), events: [...known.events.values()] }], (id) =>
      this.#going.has(id),
    );
    return good(known.inOrder);
  }

  async #load(cameraId: CameraId, day: string, identity: Identity): Promise<Day> {
    const known = this.#days.get(keyOf(cameraId, day));
    if (known) return known;
    const { vault } = this.#options;
    const files: ReadEventFile[] = [];
    const read: string[] = [];
    const names = (await this.#namesOf(cameraId)).get(day) ?? new Set<string>();
    for (const name of names) {
      const file = await readEvents(vault.path(eventsFolder, cameraId, name), identity, { cameraId, day });
      if (!file.ok) continue;
      files.push(file.value);
      // What only a newer Nightjar understands stays as it is.
      if (file.value.isUnderstood) read.push(name);
    }
    const inMemory = this.#writer.inMemory(cameraId, day);
    const events = mergeEvents([...files, ...inMemory], (id) => this.#going.has(id));
    const loaded = { events: new Map(events.map((event) => [event.id, event])), inOrder: events };
    // It may have been locked meanwhile.
    if (vault.identity === identity) this.#days.set(keyOf(cameraId, day), loaded);
    if (inMemory.length === 0 && read.length > mostFiles && day < dayOf(this.#now())) {
      await this.#merge({ cameraId, day }, files, read).catch(this.#options.on.defect);
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
    const file = { savedMs: this.#now(), events: stored };
    await writeEvents(vault.path(eventsFolder, of.cameraId, name), vault.recipients, of, file);
    await this.#began(of.cameraId, of.day, name);
    const names = (await this.#namesOf(of.cameraId)).get(of.day);
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

function isAsked({ kinds }: EventQuestion, { kind }: Pick<StoredEvent, 'kind'>): boolean {
  return kinds === null || kinds.includes(kind);
}

function asEvent(cameraId: CameraId, { revision: _, ...event }: StoredEvent): CameraEvent {
  return { ...event, cameraId };
}

function inOrder(a: CameraEvent, b: CameraEvent): number {
  return a.fromMs - b.fromMs || (a.id < b.id ? -1 : 1);
}

function keyOf(cameraId: CameraId, day: string): string {
  return `${cameraId}/${day}`;
}

/**
 * What cameras told, of all days: remembers events, and finds them again. Which days there are comes from the names of
 * the files (eventNames.ts), what lies in one from eventDays.ts. What does not open is passed over, and named by the check
 * of the vault. While the vault is locked events are remembered and nothing can be asked: `keyMissing`. Which days go is
 * decided by others.
 */
import { readdir, rmdir } from 'node:fs/promises';
import type { CameraEvent, EventKind, EventList, EventTicks } from '../../contract/cameraEvents.ts';
import type { CameraId } from '../../contract/model.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { syncFolder } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { EventDays } from './eventDays.ts';
import { eventsFolder, type StoredEvent } from './eventDocument.ts';
import { EventMonths } from './eventMonths.ts';
import { EventNames } from './eventNames.ts';
import { outlineStepMs } from './eventOutline.ts';
import { EventWriter } from './eventWriter.ts';
import { dayMs, dayOf, isCameraId } from './recordingName.ts';

/** So many days with events are looked through for the next one. */
const mostDaysBeside = 100;
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

export class EventStore {
  readonly #options: EventStoreOptions;
  readonly #writer: EventWriter;
  readonly #months: EventMonths;
  readonly #now: () => number;
  readonly #names: EventNames;
  readonly #days: EventDays;

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { vault } = options;
    this.#names = new EventNames(vault);
    this.#writer = new EventWriter({
      vault,
      now: this.#now,
      on: {
        ...options.on,
        began: (cameraId, day, name) => void this.#names.add(cameraId, day, name),
      },
    });
    this.#days = new EventDays({
      ...{ vault, now: this.#now, names: this.#names, writer: this.#writer },
      defect: options.on.defect,
    });
    this.#months = new EventMonths({
      vault,
      filesOf: async (cameraId, day) => [...((await this.#names.of(cameraId)).get(day) ?? [])].sort(),
      read: (cameraId, day) => this.#days.read(cameraId, day),
      isOver: (cameraId, day) => day < dayOf(this.#now()) && !this.#writer.days(cameraId).includes(day),
    });
  }

  /** An event is new, or another than before; `revision` says which is newer. On the disk within 2 s. */
  put({ cameraId, ...event }: CameraEvent, revision: number): void {
    const stored = { ...event, revision };
    this.#writer.put(cameraId, stored);
    this.#days.put(cameraId, stored);
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
        const events = await this.#days.read(cameraId, day);
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
    this.#names.forget(cameraId);
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
    this.#days.lock();
    this.#months.lock();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#days.close();
  }

  async #removeDays(cameraId: CameraId, going: readonly string[]): Promise<void> {
    const folder = this.#options.vault.path(eventsFolder, cameraId);
    for (const day of going) await this.#days.remove(cameraId, day);
    if ((await this.#names.of(cameraId)).size > 0) await syncFolder(folder).catch(() => undefined);
    else await rmdir(folder).catch(() => undefined);
  }

  async #countEvents(
    question: EventQuestion,
    cameraId: CameraId,
    days: readonly string[],
    count: (atMs: number, events: number) => void,
  ): Promise<Outcome<null>> {
    for (const day of days) {
      const events = await this.#days.read(cameraId, day);
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
        const read = await this.#days.read(cameraId, day);
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
    const days = new Set([...(await this.#names.of(cameraId)).keys(), ...this.#writer.days(cameraId)]);
    return [...days].sort();
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

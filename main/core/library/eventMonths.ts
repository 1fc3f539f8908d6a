/**
 * Counts events of many days by the outlines of their months (eventOutline.ts). Days that are not over are read; so are
 * those that an outline does not know as they are now, and it learns them. Of one camera it counts or removes, one after the
 * other, so that no outline tells of events that are gone. An outline that does not open, or cannot be
 * written, costs the time to read its days and nothing else.
 */
import { readdir, rm } from 'node:fs/promises';
import type { EventKind } from '../../contract/cameraEvents.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { eventsFolder, type StoredEvent } from './eventDocument.ts';
import {
  type DayTicks,
  type MonthTicks,
  monthOfOutline,
  outlineName,
  outlineStepMs,
  readMonth,
  ticksOfDay,
  writeMonth,
} from './eventOutline.ts';
import { Turns } from './turns.ts';

export interface EventMonthsOptions {
  vault: Vault;
  /** Names of the day's files, in order. */
  filesOf: (cameraId: CameraId, day: string) => Promise<string[]>;
  read: (cameraId: CameraId, day: string) => Promise<Outcome<StoredEvent[]>>;
  /** Nothing is added to the day any more, as far as anybody knows. */
  isOver: (cameraId: CameraId, day: string) => boolean;
}

export class EventMonths {
  readonly #options: EventMonthsOptions;
  /** By their paths. */
  readonly #known = new Map<string, MonthTicks>();
  readonly #turns = new Turns();

  constructor(options: EventMonthsOptions) {
    this.#options = options;
  }

  /** Tells how many events of these kinds (null: of all) began in each ten minutes of the days. Problems: `keyMissing`. */
  async count(
    cameraId: CameraId,
    days: readonly string[],
    kinds: readonly EventKind[] | null,
    tell: (atMs: number, events: number) => void,
  ): Promise<Outcome<null>> {
    return await this.#turns.take(cameraId, () => this.#count(cameraId, days, kinds, tell));
  }

  /**
   * Lets `go` remove these days (null: every day of the camera). An outline tells of events that go: it goes with any of
   * them, and is made again of those that stay.
   */
  async remove(cameraId: CameraId, days: readonly string[] | null, go: () => Promise<void>): Promise<void> {
    await this.#turns.take(cameraId, async () => {
      await this.#removeOutlines(cameraId, days);
      await go();
    });
  }

  /** Nothing of what was opened stays in memory. */
  lock(): void {
    this.#known.clear();
  }

  async #count(
    cameraId: CameraId,
    days: readonly string[],
    kinds: readonly EventKind[] | null,
    tell: (atMs: number, events: number) => void,
  ): Promise<Outcome<null>> {
    const { vault } = this.#options;
    const { identity } = vault;
    if (identity === null) return bad({ code: 'keyMissing' });
    for (const [month, inMonth] of Map.groupBy(days, (day) => day.slice(0, 7))) {
      const path = vault.path(eventsFolder, cameraId, outlineName(month));
      const known = this.#known.get(path) ?? (await readMonth(path, identity, { cameraId, month }));
      const before = [...known.values()];
      await this.#dropGone(cameraId, known);
      for (const day of inMonth) {
        const ticks = await this.#ticksOf(cameraId, day, known);
        if (!ticks.ok) return ticks;
        const startMs = Date.parse(`${day}T00:00:00.000Z`);
        for (const [step, kind, events] of ticks.value.steps) {
          if (kinds === null || kinds.includes(kind)) tell(startMs + step * outlineStepMs, events);
        }
      }
      // It may have been locked meanwhile.
      if (vault.identity === identity) this.#known.set(path, known);
      const isNew = known.size < before.length || [...known.values()].some((ticks) => !before.includes(ticks));
      if (isNew) await writeMonth(path, vault.recipients, { cameraId, month }, known).catch(() => undefined);
    }
    return good(null);
  }

  async #removeOutlines(cameraId: CameraId, days: readonly string[] | null): Promise<void> {
    const { vault } = this.#options;
    const months = days && new Set(days.map((day) => day.slice(0, 7)));
    for (const name of await readdir(vault.path(eventsFolder, cameraId)).catch(() => [])) {
      const month = monthOfOutline(name);
      if (month === null || months?.has(month) === false) continue;
      const path = vault.path(eventsFolder, cameraId, name);
      this.#known.delete(path);
      await rm(path, { force: true });
    }
  }

  /** Days that are not there, as a crash in the middle of a removal leaves them. */
  async #dropGone(cameraId: CameraId, known: MonthTicks): Promise<void> {
    for (const day of [...known.keys()]) {
      if ((await this.#options.filesOf(cameraId, day)).length === 0) known.delete(day);
    }
  }

  /** `known` learns a day that is over. */
  async #ticksOf(cameraId: CameraId, day: string, known: MonthTicks): Promise<Outcome<DayTicks>> {
    const { filesOf, read, isOver } = this.#options;
    const over = isOver(cameraId, day);
    const outline = over ? known.get(day) : undefined;
    if (outline?.files.join() === (await filesOf(cameraId, day)).join()) return good(outline);
    const events = await read(cameraId, day);
    if (!events.ok) return events;
    // Reading may have made one file of several.
    const ticks = ticksOfDay(day, events.value, await filesOf(cameraId, day));
    // It may have gone since the question was asked.
    if (over && ticks.files.length > 0) known.set(day, ticks);
    return good(ticks);
  }
}

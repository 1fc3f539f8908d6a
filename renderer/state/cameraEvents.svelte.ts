/**
 * What cameras told, as the archive shows it: the list of the window, the ticks on the timeline, and the way to the event
 * before and the next one. Asks again when main says that something changed, at most once a second, and only for what is
 * on screen; an answer to an older question is dropped.
 *
 * For whoever draws ticks: `$effect(() => cameraEvents.watch())` once, `$effect(() => cameraEvents.askTicks(span))` for
 * each span that is drawn (cheap: pages are kept, and asked at most every 100 ms), and `cameraEvents.ticksOf(cameraId,
 * span)` for each row: the times, in order, at which an event began, to about a pixel. What is filtered out of the list
 * has no tick.
 */
import type { CameraEvent, EventKind } from '../../main/contract/cameraEvents.ts';
import type { CameraId } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import type { Trouble } from './asking.svelte.ts';
import { defectOf } from './defect.ts';
import { bestPage, pageFor, readPage, ticksIn, type TickPage } from './eventTicks.ts';
import { text } from './text.ts';
import type { TimeSpan } from './time.ts';

const paceMs = 1000;
const askMs = 100;
const mostListed = 500;
const mostPages = 8;

class CameraEvents {
  /** Of the span that was asked for last, filtered, in order. */
  list = $state.raw<readonly CameraEvent[]>([]);
  /** There are more in it than are listed. */
  more = $state(false);
  /** What `list` is of; null before the first answer. */
  listed = $state.raw<TimeSpan | null>(null);
  /** Why the list could not be read. */
  problem = $state.raw<Trouble | null>(null);
  /** What is shown: these kinds, and this camera, alone; null: all. */
  kinds = $state.raw<readonly EventKind[] | null>(null);
  only = $state<CameraId | null>(null);
  #pages = $state.raw<readonly TickPage[]>([]);
  #span: TimeSpan | null = null;
  #spans: TimeSpan[] = [];
  #watchers = 0;
  #stopListening = (): void => undefined;
  #listTimer: ReturnType<typeof setTimeout> | null = null;
  #tickTimer: ReturnType<typeof setTimeout> | null = null;
  #question = 0;
  /** When something changed and was asked about last. */
  #askedMs = 0;

  /** Keeps everything fresh until the function returned is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1)
      this.#stopListening = on('events.changed', () => this.#askAgain(this.#askedMs + paceMs - Date.now()));
    return () => {
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.#stopListening();
      for (const timer of [this.#listTimer, this.#tickTimer]) if (timer) clearTimeout(timer);
      this.#listTimer = this.#tickTimer = null;
    };
  }

  /** Of this span the list is to be. */
  askList(span: TimeSpan): void {
    if (this.#span?.fromMs === span.fromMs && this.#span.toMs === span.toMs) return;
    this.#span = span;
    this.#listTimer ??= setTimeout(() => void this.#readList(), askMs);
  }

  /** Of this span ticks are drawn, too. */
  askTicks(span: TimeSpan): void {
    const { fromMs, toMs } = pageFor(span);
    this.#spans = [...this.#spans.filter((one) => !isSame(pageFor(one), { fromMs, toMs })), span].slice(-mostPages);
    if (this.#pages.some((page) => isSame(page, { fromMs, toMs }))) return;
    this.#tickTimer ??= setTimeout(() => void this.#readTicks(), Math.max(0, this.#askedMs + askMs - Date.now()));
  }

  /** Times in order, as far as they are known, at which an event of the camera began. */
  ticksOf(cameraId: CameraId, span: TimeSpan): readonly number[] {
    if (this.only !== null && this.only !== cameraId) return [];
    const ticks = bestPage(this.#pages, span)?.ticks.get(cameraId);
    return ticks ? ticksIn(ticks, span) : [];
  }

  /** What is known of the span's events (it must have been listed), of one camera or (null) of all. */
  eventsBetween(cameraId: CameraId | null, { fromMs, toMs }: TimeSpan): CameraEvent[] {
    return this.list.filter(
      (event) =>
        (cameraId === null || event.cameraId === cameraId) && event.fromMs < toMs && (event.toMs ?? Infinity) >= fromMs,
    );
  }

  /** The event that begins next after the moment, or last before it, of what is shown; null when there is none. */
  async beside(way: 'before' | 'after', atMs: number, cameraIds: CameraId[] | null): Promise<CameraEvent | null> {
    try {
      const answer = await call('events.beside', {
        cameraIds: this.only === null ? cameraIds : [this.only],
        kinds: this.kinds === null ? null : [...this.kinds],
        ...{ atMs: Math.max(0, Math.round(atMs)), way },
      });
      return answer.ok ? answer.value : null;
    } catch {
      // A defect, logged where it happened.
      return null;
    }
  }

  /** Shows these kinds alone (null: all), and this camera alone (null: all). */
  filter(kinds: readonly EventKind[] | null, only: CameraId | null): void {
    this.kinds = kinds;
    this.only = only;
    this.#pages = [];
    this.#askAgain(0);
  }

  #askAgain(afterMs: number): void {
    if (this.#span) this.#listTimer ??= setTimeout(() => void this.#readList(), afterMs);
    if (this.#spans.length > 0) this.#tickTimer ??= setTimeout(() => void this.#readTicks(true), afterMs);
  }

  async #readList(): Promise<void> {
    this.#listTimer = null;
    this.#askedMs = Date.now();
    const span = this.#span;
    if (!span) return;
    this.#question += 1;
    const question = this.#question;
    try {
      const answer = await call('events.list', {
        ...{ cameraIds: this.only === null ? null : [this.only], kinds: this.kinds === null ? null : [...this.kinds] },
        ...{ fromMs: Math.floor(span.fromMs), toMs: Math.ceil(span.toMs), most: mostListed },
      });
      if (question !== this.#question) return;
      this.problem = answer.ok ? null : answer.problem;
      if (!answer.ok) return;
      this.list = answer.value.events;
      this.more = answer.value.more;
      this.listed = span;
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
    }
  }

  /** `again`: also what is known, for something changed. */
  async #readTicks(again = false): Promise<void> {
    this.#tickTimer = null;
    this.#askedMs = Date.now();
    const wanted = this.#spans.map(pageFor);
    const kinds = this.kinds;
    for (const page of wanted) {
      if (!again && this.#pages.some((known) => isSame(known, page))) continue;
      try {
        const answer = await call('events.ticks', {
          ...{ cameraIds: null, kinds: kinds === null ? null : [...kinds] },
          ...page,
        });
        // It was filtered otherwise meanwhile.
        if (!answer.ok || kinds !== this.kinds) return;
        const kept = this.#pages.filter((known) => !isSame(known, page)).slice(1 - mostPages);
        this.#pages = [...kept, readPage(page, answer.value)];
      } catch {
        // A defect, logged where it happened; the next change asks again.
        return;
      }
    }
  }
}

function isSame(a: TimeSpan, b: TimeSpan): boolean {
  return a.fromMs === b.fromMs && a.toMs === b.toMs;
}

export const cameraEvents = new CameraEvents();

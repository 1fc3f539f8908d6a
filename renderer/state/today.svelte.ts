/**
 * What one camera told today, and when it was not recorded: the list beside its picture, the newest first. Asked again
 * when something of it changes, at most every second for events and every ten seconds for gaps, and when a new day
 * begins. A question that fails leaves what was known.
 */
import type { CameraEvent, EventKind } from '../../main/contract/cameraEvents.ts';
import type { CameraId, GapCause } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { dayHolding, secondMs } from './time.ts';

export type TodayRow =
  | { is: 'event'; id: string; fromMs: number; event: CameraEvent }
  | { is: 'gap'; id: string; fromMs: number; toMs: number; cause: GapCause };

const eventsPaceMs = secondMs;
const gapsPaceMs = 10 * secondMs;
const mostRows = 300;
/** A shorter one is the moment between two connections. */
const leastGapMs = 2 * secondMs;
/** Who moved, where somebody told it; all of them are found by 'person'. */
const people: readonly EventKind[] = ['person', 'face', 'doorBell'];

export class Today {
  shown = $state<'all' | 'person' | 'gaps'>('all');
  read = $state(false);
  #events = $state.raw<readonly CameraEvent[]>([]);
  #gaps = $state.raw<readonly TodayRow[]>([]);
  readonly rows = $derived.by<readonly TodayRow[]>(() => {
    const { shown } = this;
    const events = shown === 'gaps' ? [] : this.#events;
    const wanted = shown === 'person' ? events.filter(({ kind }) => people.includes(kind)) : events;
    const rows = wanted.map((event): TodayRow => ({ is: 'event', id: event.id, fromMs: event.fromMs, event }));
    const all = shown === 'person' ? rows : [...rows, ...this.#gaps];
    return all.sort((a, b) => b.fromMs - a.fromMs).slice(0, mostRows);
  });
  readonly #cameraId: CameraId;
  readonly #stopListening: (() => void)[];
  readonly #timers: { [what in 'events' | 'gaps']?: ReturnType<typeof setTimeout> | undefined } = {};
  /** When the day began of which events were asked last. */
  #dayMs = dayHolding(Date.now()).fromMs;
  #closed = false;

  constructor(cameraId: CameraId) {
    this.#cameraId = cameraId;
    this.#stopListening = [
      on('events.changed', (changed) => {
        if (changed.cameraId === cameraId) this.#soon('events', eventsPaceMs / 4);
      }),
      on('library.changed', (changed) => {
        if (changed.cameraId === cameraId) this.#soon('gaps', gapsPaceMs);
      }),
    ];
    this.#soon('events', 0);
    this.#soon('gaps', 0);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stopListening) stop();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  #soon(what: 'events' | 'gaps', afterMs: number): void {
    if (this.#closed || this.#timers[what] !== undefined) return;
    const read = (): void => {
      this.#timers[what] = undefined;
      void (what === 'events' ? this.#readEvents() : this.#readGaps()).catch(() => undefined);
    };
    this.#timers[what] = setTimeout(read, afterMs);
  }

  async #readEvents(): Promise<void> {
    const { fromMs, toMs } = dayHolding(Date.now());
    this.#dayMs = fromMs;
    const answer = await call('events.list', {
      ...{ cameraIds: [this.#cameraId], kinds: null, fromMs, toMs, most: 5000, which: 'last' },
    });
    this.read = true;
    if (answer.ok && !this.#closed) this.#events = answer.value.events;
  }

  async #readGaps(): Promise<void> {
    const nowMs = Date.now();
    const { fromMs, toMs } = dayHolding(nowMs);
    if (this.#dayMs !== fromMs) this.#soon('events', 0);
    // What goes on with nothing changing, a gap for instance, is asked for all the same; so is a new day.
    const again = (): void => this.#soon('gaps', Math.min(3 * gapsPaceMs, Math.max(0, toMs - Date.now())));
    const answer = await call('library.spans', { cameraId: this.#cameraId, fromMs, toMs: nowMs }).finally(again);
    if (!answer.ok || this.#closed) return;
    this.#gaps = answer.value.flatMap((span): TodayRow[] => {
      if (span.kind === 'recorded' || span.toMs - span.fromMs < leastGapMs) return [];
      return [{ is: 'gap', id: `gap-${span.fromMs}`, fromMs: span.fromMs, toMs: span.toMs, cause: span.cause }];
    });
  }
}

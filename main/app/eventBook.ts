/**
 * Makes events, each with its id, beginning and end, out of what one camera tells. A camera that tells more than can be
 * of use (more than 60 at once and 20 a minute: a loose contact, a tree before a cheap sensor) is not let fill the
 * vault: what it tells beyond that continues the last event of the same kind, and is counted in it; one that is over for a minute is not
 * continued any more, and then a new one begins all the same. Keeps only what goes
 * on, and the last of each kind. Pure but for the random ids.
 */
import { randomBytes } from 'node:crypto';
import type { CameraEvent, EventKind } from '../contract/cameraEvents.ts';
import type { CameraId } from '../contract/model.ts';
import type { EventChange } from '../core/cameras/eventStates.ts';

const mostAtOnce = 60;
const everyMs = 3000;
/** An event that is over for longer is another one. */
const continuesMs = 60_000;

/** An event, and which version of it this is, from 1. */
export interface Noted {
  event: CameraEvent;
  revision: number;
}

interface Kept extends Noted {
  /** What holds it open. */
  keys: Set<string>;
  /** When it was told of last, by the clock that is never set. */
  toldMs: number;
}

export class EventBook {
  readonly #cameraId: CameraId;
  readonly #steadyMs: () => number;
  readonly #open = new Map<string, Kept>();
  readonly #last = new Map<EventKind, Kept>();
  #allowance = mostAtOnce;
  #countedMs: number;

  /** `steadyMs`: a clock that is never set. */
  constructor(cameraId: CameraId, steadyMs: () => number = () => performance.now()) {
    this.#cameraId = cameraId;
    this.#steadyMs = steadyMs;
    this.#countedMs = steadyMs();
  }

  /** What goes on. */
  get going(): CameraEvent[] {
    return [...new Set(this.#open.values())].map(({ event }) => event);
  }

  /** What the change makes of an event; null when it changes none. `atMs`: when it was, by this computer's clock. */
  take(change: EventChange, atMs: number): Noted | null {
    const { key, is } = change;
    if (is === 'begins' || is === 'moment') return this.#begin(change, Math.round(atMs));
    const kept = this.#open.get(key);
    this.#open.delete(key);
    kept?.keys.delete(key);
    if (!kept || kept.keys.size > 0) return null;
    const toMs = Math.max(kept.event.fromMs, Math.round(atMs));
    return this.#note(kept, { toMs, endUnknown: is === 'over' });
  }

  #begin({ key, kind, source, topic, is }: EventChange, atMs: number): Noted {
    const isMoment = is === 'moment';
    const last = this.#last.get(kind);
    if (!this.#allows() && last && this.#continues(last)) {
      if (!isMoment) this.#hold(key, last);
      const toMs = last.keys.size > 0 ? null : Math.max(last.event.toMs ?? 0, atMs);
      return this.#note(last, { toMs, endUnknown: false, count: last.event.count + 1 });
    }
    const id = randomBytes(8).toString('hex');
    const event = { id, cameraId: this.#cameraId, kind, source, topic, fromMs: atMs };
    const toMs = isMoment ? atMs : null;
    const kept: Kept = {
      event: { ...event, toMs, endUnknown: false, count: 1 },
      revision: 1,
      keys: new Set(),
      toldMs: this.#steadyMs(),
    };
    this.#last.set(kind, kept);
    if (!isMoment) this.#hold(key, kept);
    return { event: kept.event, revision: 1 };
  }

  #continues({ keys, toldMs }: Kept): boolean {
    return keys.size > 0 || this.#steadyMs() - toldMs < continuesMs;
  }

  #hold(key: string, kept: Kept): void {
    this.#open.set(key, kept);
    kept.keys.add(key);
  }

  #note(kept: Kept, change: Partial<CameraEvent>): Noted {
    kept.event = { ...kept.event, ...change };
    kept.revision += 1;
    kept.toldMs = this.#steadyMs();
    return { event: kept.event, revision: kept.revision };
  }

  #allows(): boolean {
    const nowMs = this.#steadyMs();
    this.#allowance = Math.min(mostAtOnce, this.#allowance + (nowMs - this.#countedMs) / everyMs);
    this.#countedMs = nowMs;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }
}

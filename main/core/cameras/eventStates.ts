/**
 * Makes events out of what a camera says of its states. A state that is told twice is one event, also when it is told by
 * two topics or of two lenses: many cameras say each motion in two ways. Only inputs, and what Nightjar does not know the
 * meaning of, are told apart. A camera that was rebooted or subscribed to anew says what holds now, and what ended
 * meanwhile ends. So no event is told twice, and none stays open for ever. Pure.
 */
import type { EventKind } from '../../contract/cameraEvents.ts';
import type { EventMessage } from './eventReplies.ts';

/** Something that a camera saw begin or end, or saw in a moment. */
export interface EventChange {
  /** Of one camera, tells what begins and ends apart. */
  key: string;
  kind: EventKind;
  /** As in `CameraEvent`: of what began it. */
  topic: string;
  /** Which lens, rule or input, in the camera's own words. */
  source: string;
  /** over: it has ended meanwhile, nobody knows when. */
  is: 'begins' | 'ends' | 'over' | 'moment';
  /** By the camera's own clock; null where it does not say. */
  cameraMs: number | null;
}

interface Active {
  kind: EventKind;
  topic: string;
  source: string;
  /** Who says that it holds, by topic and source. `told`: since the camera was last subscribed to. */
  tellers: Map<string, { told: boolean }>;
}

/** A camera that makes sources up is not followed any further. */
const mostTellers = 200;

export class EventStates {
  readonly #active = new Map<string, Active>();
  /** It has not told all that holds since it was subscribed to. */
  #beginning = false;

  /** What the message changes; null when it says what was known. */
  take({ kind, topic, source, active, tells, cameraMs }: EventMessage): EventChange | null {
    const key = keyOf(kind, topic, source);
    if (active === null) return { key, kind, topic, source, is: 'moment', cameraMs };
    const known = this.#active.get(key);
    const teller = `${topic} ${source}`;
    if (!active) {
      if (!known?.tellers.delete(teller) || known.tellers.size > 0) return null;
      this.#active.delete(key);
      const { topic: firstTopic, source: firstSource } = known;
      // How a subscription begins: it ended while nobody listened.
      const isOver = tells === 'state' || (tells === 'either' && this.#beginning);
      return { key, kind, topic: firstTopic, source: firstSource, is: isOver ? 'over' : 'ends', cameraMs };
    }
    if (!known?.tellers.has(teller) && this.#tellers >= mostTellers) return null;
    if (known) {
      known.tellers.set(teller, { told: true });
      return null;
    }
    this.#active.set(key, { kind, topic, source, tellers: new Map([[teller, { told: true }]]) });
    return { key, kind, topic, source, is: 'begins', cameraMs };
  }

  /** The camera is subscribed to anew: it tells again what holds. */
  subscribed(): void {
    this.#beginning = true;
    for (const { tellers } of this.#active.values()) for (const teller of tellers.values()) teller.told = false;
  }

  /** Of something that was active it has not told yet whether it holds. */
  get holdsUntold(): boolean {
    return [...this.#active.values()].some(({ tellers }) => [...tellers.values()].some(({ told }) => !told));
  }

  /** It has told what holds: everything else has ended meanwhile. */
  allTold(): EventChange[] {
    this.#beginning = false;
    return this.#end(({ told }) => !told);
  }

  /** The camera is not heard any more: what was active ends, as far as anybody can know. */
  endAll(): EventChange[] {
    return this.#end(() => true);
  }

  get #tellers(): number {
    let count = 0;
    for (const { tellers } of this.#active.values()) count += tellers.size;
    return count;
  }

  #end(isOver: (teller: { told: boolean }) => boolean): EventChange[] {
    const over: EventChange[] = [];
    for (const [key, { kind, topic, source, tellers }] of [...this.#active]) {
      for (const [teller, state] of [...tellers]) if (isOver(state)) tellers.delete(teller);
      if (tellers.size > 0) continue;
      this.#active.delete(key);
      over.push({ key, kind, topic, source, is: 'over', cameraMs: null });
    }
    return over;
  }
}

function keyOf(kind: EventKind, topic: string, source: string): string {
  if (kind === 'input') return `${kind} ${source}`;
  return kind === 'other' ? `${kind} ${topic} ${source}` : kind;
}

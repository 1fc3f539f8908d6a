/**
 * Makes events out of what a camera says of its states. A state that is told twice is one event; a camera that was
 * rebooted or subscribed to anew says what holds now, and what ended meanwhile ends. So no event is told twice, and none
 * stays open for ever. Pure.
 */
import type { EventKind, EventMessage } from './eventReplies.ts';

/** Something that a camera saw begin or end, or saw in a moment. */
export interface CameraEvent {
  kind: EventKind;
  /** Which lens, rule or input, in the camera's own words. */
  source: string;
  is: 'begins' | 'ends' | 'moment';
  /** By the camera's own clock; null where it does not say. */
  cameraMs: number | null;
}

/** A camera that makes sources up is not followed any further. */
const mostSources = 200;

export class EventStates {
  /** What is active, by kind and source. `told`: since the camera was last subscribed to. */
  readonly #active = new Map<string, Pick<CameraEvent, 'kind' | 'source'> & { told: boolean }>();

  /** What the message changes; null when it says what was known. */
  take({ kind, source, active, cameraMs }: EventMessage): CameraEvent | null {
    if (active === null) return { kind, source, is: 'moment', cameraMs };
    const key = `${kind} ${source}`;
    const known = this.#active.get(key);
    if (known) known.told = true;
    if ((known !== undefined) === active || (active && this.#active.size >= mostSources)) return null;
    if (active) this.#active.set(key, { kind, source, told: true });
    else this.#active.delete(key);
    return { kind, source, is: active ? 'begins' : 'ends', cameraMs };
  }

  /** The camera is subscribed to anew: it tells again what holds. */
  subscribed(): void {
    for (const one of this.#active.values()) one.told = false;
  }

  /** It has told what holds: everything else has ended meanwhile. */
  allTold(): CameraEvent[] {
    return this.#end(({ told }) => !told);
  }

  /** The camera is not heard any more: what was active ends, as far as anybody can know. */
  endAll(): CameraEvent[] {
    return this.#end(() => true);
  }

  #end(isOver: (one: { told: boolean }) => boolean): CameraEvent[] {
    const over = [...this.#active].filter(([, one]) => isOver(one));
    for (const [key] of over) this.#active.delete(key);
    return over.map(([, { kind, source }]) => ({ kind, source, is: 'ends', cameraMs: null }));
  }
}

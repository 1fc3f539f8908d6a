/**
 * The keys that move a camera: arrows, + and − while they are held, Home, 1 to 9 and, with Shift, storing. Keys that
 * this camera has no use for are left to others.
 */
import type { Moves } from '../../main/contract/model.ts';
import type { Direction, Head } from './head.svelte.ts';
import { hasNoModifier } from './keyboard.ts';

/** A preset by its number from 1, or the home position. */
export type Stored = number | 'home';

const arrows: Record<string, Direction> = {
  ArrowLeft: { pan: -1, tilt: 0, zoom: 0 },
  ArrowRight: { pan: 1, tilt: 0, zoom: 0 },
  ArrowUp: { pan: 0, tilt: 1, zoom: 0 },
  ArrowDown: { pan: 0, tilt: -1, zoom: 0 },
};
/** On many keyboards + is Shift and another key, and = is the same key without it. */
const lens: Record<string, Direction> = {
  '+': { pan: 0, tilt: 0, zoom: 1 },
  '=': { pan: 0, tilt: 0, zoom: 1 },
  '-': { pan: 0, tilt: 0, zoom: -1 },
  '−': { pan: 0, tilt: 0, zoom: -1 },
};

/** True when the key was one of these; the view asked before whether keys are for it at all. */
export function headKey(event: KeyboardEvent, head: Head, moves: Moves | null, store: (what: Stored) => void): boolean {
  if (moves === null || event.ctrlKey || event.metaKey || event.altKey) return false;
  const arrow = moves.panTilt && hasNoModifier(event) ? arrows[event.key] : undefined;
  const direction = arrow ?? (moves.zoom ? lens[event.key] : undefined);
  if (direction !== undefined) {
    if (!event.repeat) head.press(sourceOf(event), direction);
    return true;
  }
  if (event.key === 'Home') return homeKey(event, head, moves, store);
  // By its place on the keyboard: with Shift, and on some without, it prints another sign.
  const number = Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? (/^[1-9]$/.test(event.key) ? event.key : 0));
  if (number === 0 || moves.presets === 0) return false;
  const preset = head.presets?.[number - 1];
  if (event.repeat) return true;
  if (event.shiftKey) store(number);
  else if (preset) head.goTo(preset);
  return true;
}

export function headKeyUp(event: KeyboardEvent, head: Head): void {
  // On a Mac no other key is heard of while Cmd is down.
  if (event.key === 'Meta') head.letGo();
  else head.release(sourceOf(event));
}

function homeKey(event: KeyboardEvent, head: Head, moves: Moves, store: (what: Stored) => void): boolean {
  if (event.shiftKey ? !moves.storesHome : !moves.home) return false;
  if (event.repeat) return true;
  if (event.shiftKey) store('home');
  else head.home();
  return true;
}

function sourceOf(event: KeyboardEvent): string {
  return `key ${event.code}`;
}

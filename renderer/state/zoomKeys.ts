/**
 * The keys of digital zoom: Ctrl (Cmd on a Mac) + and −, Shift and arrows while it is zoomed, 0 for the whole picture.
 * Pure, so that every case can be tried.
 */
import { keyFactor, keyPan } from './zoom.ts';

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** What the keys do it to: `Zoom`. */
export interface Zoomable {
  readonly zoomed: boolean;
  by(factor: number): void;
  pan(right: number, down: number): void;
  whole(): void;
}

const arrows: Record<string, readonly [right: number, down: number]> = {
  ArrowLeft: [-keyPan, 0],
  ArrowRight: [keyPan, 0],
  ArrowUp: [0, -keyPan],
  ArrowDown: [0, keyPan],
};

/** True when the key was one of these; the view asked before whether keys are for it at all. */
export function zoomKey(event: KeyPress, zoom: Zoomable, controlKeyIsCommand: boolean): boolean {
  const { key, altKey, shiftKey } = event;
  const [control, other] = controlKeyIsCommand ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (altKey || other) return false;
  if (control) return controlKey(key, zoom);
  if (key === '0' && !shiftKey) {
    zoom.whole();
    return true;
  }
  const arrow = arrows[key];
  if (arrow === undefined || !shiftKey || !zoom.zoomed) return false;
  zoom.pan(...arrow);
  return true;
}

/** On many keyboards + is Shift and another key, and = is the same key without it. */
function controlKey(key: string, zoom: Zoomable): boolean {
  if (key === '+' || key === '=') zoom.by(keyFactor);
  else if (key === '-' || key === '_') zoom.by(1 / keyFactor);
  else return false;
  return true;
}

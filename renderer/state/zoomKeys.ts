/** The keys of digital zoom: Ctrl + and −, Shift and arrows while it is zoomed, 0 for the whole picture. */
import { hasControl, hasNoModifier } from './keyboard.ts';
import { keyFactor, keyPan } from './zoom.ts';
import type { Zoom } from './zoom.svelte.ts';

const arrows: Record<string, readonly [right: number, down: number]> = {
  ArrowLeft: [-keyPan, 0],
  ArrowRight: [keyPan, 0],
  ArrowUp: [0, -keyPan],
  ArrowDown: [0, keyPan],
};

/** True when the key was one of these; the view asked before whether keys are for it at all. */
export function zoomKey(event: KeyboardEvent, zoom: Zoom): boolean {
  if (hasControl(event) && !event.altKey) return controlKey(event.key, zoom);
  if (event.key === '0' && hasNoModifier(event)) {
    zoom.whole();
    return true;
  }
  const arrow = arrows[event.key];
  const isShiftAlone = event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
  if (arrow === undefined || !isShiftAlone || !zoom.zoomed) return false;
  zoom.pan(...arrow);
  return true;
}

/** On many keyboards + is Shift and another key, and = is the same key without it. */
function controlKey(key: string, zoom: Zoom): boolean {
  if (key === '+' || key === '=') zoom.by(keyFactor);
  else if (key === '-' || key === '_') zoom.by(1 / keyFactor);
  else return false;
  return true;
}

/**
 * Questions about a key that several views ask. Leaves what a key does to the view that has it.
 */
const isMac = navigator.userAgent.includes('Mac');

/** Ctrl, or Cmd on a Mac. */
export function hasControl(event: KeyboardEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

export function hasNoModifier(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
}

/** Single letters are off where text is entered, and everything of a view is off while a sheet is open above it. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null) return true;
  const target = event.target;
  // A box to tick takes its one key alone.
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return event.key === ' ';
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** A key that a focused control has a meaning of its own for: Enter on a button. */
export function isForControl(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && target.closest('button, a, [role="slider"]') !== null;
}

export const controlKeyIsCommand = isMac;

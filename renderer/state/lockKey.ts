/**
 * Ctrl+L, or Cmd+L on a Mac: by the letter wherever the keyboard has it, and by its place on a keyboard that has no such
 * letter. Pure.
 */
export interface KeyPress {
  key: string;
  /** The key's place, as on an American keyboard. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

export function isLockKey(press: KeyPress, controlIsCommand: boolean): boolean {
  const { key, code, ctrlKey, metaKey, shiftKey, altKey } = press;
  if (shiftKey || altKey || ctrlKey === controlIsCommand || metaKey !== controlIsCommand) return false;
  return key.toLowerCase() === 'l' || (code === 'KeyL' && !/^[a-z]$/i.test(key));
}

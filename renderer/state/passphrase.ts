/**
 * What can honestly be said of a passphrase while it is typed, and the bytes in which it is handed over. Pure; keeps
 * nothing. It does not measure strength: it says what is plainly weak, and otherwise leaves judging to the person.
 */

const fairCharacters = 14;
const longCharacters = 24;

export type PassphraseLook =
  | { is: 'empty' }
  | { is: 'tooShort'; left: number }
  | { is: 'onlyDigits' | 'oneRepeated' | 'short' | 'middling' | 'long' };

/** As it counts: one normal form, whichever way the keyboard composed its letters. */
function normal(typed: string): string {
  return typed.normalize('NFKC');
}

/** UTF-8 of the normal form; whoever takes it wipes it. */
export function passphraseBytes(typed: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(normal(typed));
}

export function lookAtPassphrase(typed: string, leastCharacters: number): PassphraseLook {
  const characters = Array.from(normal(typed));
  const { length } = characters;
  if (length === 0) return { is: 'empty' };
  if (length < leastCharacters) return { is: 'tooShort', left: leastCharacters - length };
  if (new Set(characters).size < 4) return { is: 'oneRepeated' };
  if (characters.every((character) => /\p{Nd}/u.test(character))) return { is: 'onlyDigits' };
  if (length < fairCharacters) return { is: 'short' };
  return { is: length < longCharacters ? 'middling' : 'long' };
}

/** In constant time nothing is gained here: both were typed a moment ago by the same person. */
export function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Clears the bytes when the work with them is done, whatever came of it. */
export async function thenWiped<Value>(
  bytes: readonly (Uint8Array | null)[],
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } finally {
    for (const each of bytes) each?.fill(0);
  }
}

/**
 * Tells whether a value from the page is small enough to be looked at more closely. Counts with an upper bound and
 * stops there, so a hostile value costs no more than a good one. Knows only what the contract uses: plain objects,
 * arrays, bytes, strings, numbers, booleans, null, undefined. Everything else is not small.
 */

/** One value's weight: `isSmall` takes from it what it meets. */
interface Weight {
  values: number;
  characters: number;
  /** Room that is for bytes alone. */
  bytes: number;
}

const mostValues = 5000;
const mostCharacters = 64 * 1024;
const deepest = 8;

/** `moreBytes`: what a call that carries a picture may hold in bytes beside the usual. */
export function isSmall(value: unknown, moreBytes = 0): boolean {
  const left = { values: mostValues, characters: mostCharacters, bytes: moreBytes };
  return fits(value, 0, left);
}

function fits(value: unknown, depth: number, left: Weight): boolean {
  left.values -= 1;
  if (left.values < 0 || depth > deepest) return false;
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return true;
    case 'string':
      left.characters -= value.length;
      return left.characters >= 0;
    case 'object':
      if (value === null) return true;
      if (value instanceof Uint8Array) return fitsBytes(value, left);
      if (Array.isArray(value))
        return value.length <= left.values && value.every((each) => fits(each, depth + 1, left));
      return isPlain(value) && fitsObject(value, depth, left);
    default:
      return false;
  }
}

function fitsBytes({ byteLength }: Uint8Array, left: Weight): boolean {
  const fromTheirOwn = Math.min(byteLength, left.bytes);
  left.bytes -= fromTheirOwn;
  left.characters -= byteLength - fromTheirOwn;
  return left.characters >= 0;
}

function fitsObject(value: object, depth: number, left: Weight): boolean {
  for (const [key, each] of Object.entries(value)) {
    left.characters -= key.length;
    if (left.characters < 0 || !fits(each, depth + 1, left)) return false;
  }
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Clears what JavaScript has let go of. A string cannot be wiped: where an identity was one (it came from the keychain,
 * or went there, before there was a passphrase), it lies in V8's heap until something else is put in its place. Collects
 * the garbage twice, once for what is young and once for all, with V8 told to overwrite what it frees: 30 ms. And again
 * some seconds later: what was going on at the lock held some of it still.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const againAfterMs = [1000, 4000];

/** Does nothing where V8 does not offer it. */
export function scrubHeap(): void {
  scrubNow();
  for (const afterMs of againAfterMs) setTimeout(scrubNow, afterMs).unref();
}

function scrubNow(): void {
  setFlagsFromString('--clear-free-memory');
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : null");
  setFlagsFromString('--no-expose-gc');
  if (isCollect(collect)) for (let times = 0; times < 2; times++) collect();
  setFlagsFromString('--no-clear-free-memory');
}

function isCollect(value: unknown): value is () => void {
  return typeof value === 'function';
}

/**
 * How far the heap may grow before V8 collects all of it. By itself V8 allows 16 MB at the size that Nightjar has, and what
 * 16 cameras let go of fills that in a second: it then marks everything once a second, for 6 % of a core, and the cheap
 * collection of what is young never gets its turn. Twice the size is 40 MB more at the most, and every marking is of what
 * is old.
 */
import { setFlagsFromString } from 'node:v8';

/** To be called once, at the start. Does nothing where V8 does not offer it. */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=100');
}

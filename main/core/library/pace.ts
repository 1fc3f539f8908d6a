/**
 * Keeps long work at a share of one processor: after each piece it rests as long as it takes for the work to have had
 * no more than its share. Time is what the clock says, so where the computer is busy or the disk slow it rests longer,
 * and recording and live pictures come first. Short pieces are saved up: timers of less are not worth their cost.
 */
import { setTimeout as wait } from 'node:timers/promises';

const leastMs = 15;
/** After a pause of the computer there is no reason to rest for minutes. */
const mostMs = 1000;

export class Pace {
  readonly #share: number;
  readonly #now: () => number;
  #sinceMs: number;

  /** `share`: above 0, at most 1. */
  constructor(share: number, now: () => number = () => performance.now()) {
    this.#share = share;
    this.#now = now;
    this.#sinceMs = now();
  }

  /** Called between pieces. Resolves early when it is aborted. */
  async rest(signal?: AbortSignal): Promise<void> {
    const workedMs = this.#now() - this.#sinceMs;
    if (workedMs < leastMs) return;
    const restMs = Math.min(mostMs, workedMs * (1 / this.#share - 1));
    await wait(restMs, undefined, signal && { signal }).catch(() => undefined);
    this.#sinceMs = this.#now();
  }
}

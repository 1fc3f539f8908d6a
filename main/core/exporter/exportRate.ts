/**
 * How fast an export goes, of what share is done and since when: speed, time left, and what its files will come to. A
 * computer that slept, and a clock that was set, count for nothing.
 */

/** A rate is worth telling after this much time, and this much of the work. */
const settleMs = 1000;
const settleFraction = 0.02;
/** Progress is told every quarter of a second: a longer silence is no work. */
const longestStepMs = 5000;

export interface Rate {
  doneFraction: number;
  bytesWritten: number;
  expectedBytes: number | null;
  timesRealTime: number | null;
  leftMs: number | null;
}

export class ExportRate {
  readonly #recordedMs: number;
  readonly #now: () => number;
  #lastMs: number;
  #tookMs = 0;

  constructor(recordedMs: number, now: () => number) {
    this.#recordedMs = recordedMs;
    this.#now = now;
    this.#lastMs = now();
  }

  /** Of work, up to now. */
  get tookMs(): number {
    return this.#upToNow();
  }

  #upToNow(): number {
    const nowMs = this.#now();
    this.#tookMs += Math.min(longestStepMs, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    return this.#tookMs;
  }

  tell({ doneFraction, bytesWritten }: Pick<Rate, 'doneFraction' | 'bytesWritten'>): Rate {
    const tookMs = this.#upToNow();
    const settled = tookMs > settleMs && doneFraction > 0;
    return {
      ...{ doneFraction, bytesWritten },
      expectedBytes: doneFraction > settleFraction ? bytesWritten / doneFraction : null,
      timesRealTime: settled ? (doneFraction * this.#recordedMs) / tookMs : null,
      leftMs: settled ? (tookMs / doneFraction) * (1 - doneFraction) : null,
    };
  }
}

/** How fast an export goes, of what share is done and since when: speed, time left, and what its files will come to. */

/** A rate is worth telling after this much time, and this much of the work. */
const settleMs = 1000;
const settleFraction = 0.02;

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
  readonly #startedMs: number;

  constructor(recordedMs: number, now: () => number) {
    this.#recordedMs = recordedMs;
    this.#now = now;
    this.#startedMs = now();
  }

  tell({ doneFraction, bytesWritten }: Pick<Rate, 'doneFraction' | 'bytesWritten'>): Rate {
    const tookMs = this.#now() - this.#startedMs;
    const settled = tookMs > settleMs && doneFraction > 0;
    return {
      ...{ doneFraction, bytesWritten },
      expectedBytes: doneFraction > settleFraction ? bytesWritten / doneFraction : null,
      timesRealTime: settled ? (doneFraction * this.#recordedMs) / tookMs : null,
      leftMs: settled ? (tookMs / doneFraction) * (1 - doneFraction) : null,
    };
  }
}

/**
 * Whether the clock may say that recordings are too old. One that leapt ahead (a battery that is empty, a year mistyped)
 * would have them deleted for good, and is often put right within minutes: so a leap is doubted for a while. After a
 * night switched off it looks the same, and what is too old goes that much later. Pure but for the two clocks.
 */

/** Between two looks at the clock, or since the newest recording, this much is no leap. */
const leapMs = 60 * 60_000;
const doubtMs = 15 * 60_000;

export class ClockTrust {
  /** Counts milliseconds whatever the clock is set to. */
  readonly #steadyMs: () => number;
  #lastMs: number | null = null;
  #doubtedSinceMs: number | null = null;

  constructor(steadyMs: () => number = () => performance.now()) {
    this.#steadyMs = steadyMs;
  }

  /** Asked at least once a minute. `newestMs`: end of what was recorded last before now, null: nothing was. */
  async believes(nowMs: number, newestMs: () => Promise<number | null>): Promise<boolean> {
    const beforeMs = this.#lastMs ?? (await newestMs());
    this.#lastMs = nowMs;
    if (beforeMs !== null && nowMs - beforeMs > leapMs) this.#doubtedSinceMs = this.#steadyMs();
    if (this.#doubtedSinceMs === null || this.#steadyMs() - this.#doubtedSinceMs < doubtMs)
      return this.#doubtedSinceMs === null;
    this.#doubtedSinceMs = null;
    return true;
  }

  /** The user saw what goes by today's clock, and wants it. */
  trust(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#doubtedSinceMs = null;
  }
}

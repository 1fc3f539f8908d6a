/**
 * How often pictures come, and when the one on screen is to be called old: after 0.6 s, or, for a camera that sends
 * few, after two pictures' time. Pure: times are given.
 */
const usualStaleMs = 600;
const longestIntervalMs = 5000;

export class Pace {
  #lastMs: number | null = null;
  #intervalMs = 0;
  #wasLong = false;

  picture(nowMs: number): void {
    if (this.#lastMs !== null) {
      const gapMs = Math.min(longestIntervalMs, Math.max(0, nowMs - this.#lastMs));
      // One long gap is a stall, two in a row are a slow camera.
      const isStall = gapMs > this.staleAfterMs && !this.#wasLong;
      this.#wasLong = gapMs > this.staleAfterMs;
      if (!isStall) this.#intervalMs = this.#intervalMs === 0 ? gapMs : this.#intervalMs * 0.9 + gapMs * 0.1;
    }
    this.#lastMs = nowMs;
  }

  /** Nothing was expected meanwhile: the time until the next picture says nothing about the camera. */
  pause(): void {
    this.#lastMs = null;
  }

  get staleAfterMs(): number {
    return Math.max(usualStaleMs, 2 * this.#intervalMs + 250);
  }
}

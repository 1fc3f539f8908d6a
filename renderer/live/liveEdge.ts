/**
 * Where a stream's newest picture stands in time, and from that how far behind any other one is. Pure: times are given.
 * A camera's clock runs a little faster or slower than this computer's, so only the last seconds count.
 */

/** The newest picture is looked for among this long; the camera's clock cannot stray far meanwhile. */
const spanMs = 5000;
/** A clock that leaps begins anew. */
const leapMs = 10_000;

export class LiveEdge {
  /** Greatest media time minus arrival time of the present span, and of the one before. */
  #leadMs = -Infinity;
  #leadBeforeMs = -Infinity;
  #spanBeganMs = -Infinity;
  #lastTimeMs: number | null = null;

  /** A packet came: its media time, and the time now. */
  arrived(timeMs: number, nowMs: number): void {
    if (this.#lastTimeMs !== null && Math.abs(timeMs - this.#lastTimeMs) > leapMs) this.reset();
    this.#lastTimeMs = timeMs;
    if (nowMs - this.#spanBeganMs > spanMs) {
      this.#leadBeforeMs = this.#leadMs;
      this.#leadMs = -Infinity;
      this.#spanBeganMs = nowMs;
    }
    this.#leadMs = Math.max(this.#leadMs, timeMs - nowMs);
  }

  /** How much older the picture of that media time is than what should be on screen now; never below 0. */
  behindMs(timeMs: number, nowMs: number): number {
    const leadMs = Math.max(this.#leadMs, this.#leadBeforeMs);
    return leadMs === -Infinity ? 0 : Math.max(0, leadMs + nowMs - timeMs);
  }

  reset(): void {
    this.#leadMs = -Infinity;
    this.#leadBeforeMs = -Infinity;
    this.#spanBeganMs = -Infinity;
    this.#lastTimeMs = null;
  }
}

/** A picture this much behind the newest one belongs to the past. */
const caughtUpMs = 250;
/**
 * Without a painted picture for this long one of the past is better: decoding may be what is slow, and then every picture
 * is behind. Painting one costs a tenth of decoding it.
 */
const longestWithoutMs = 100;

/** Whether a decoded picture is to be painted, or left out because a newer one is on its way. */
export function isWorthPainting(behindMs: number, sincePaintedMs: number): boolean {
  return behindMs <= caughtUpMs || sincePaintedMs > longestWithoutMs;
}

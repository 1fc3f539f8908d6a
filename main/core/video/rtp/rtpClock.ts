/**
 * Turns a track's 32-bit timestamps into milliseconds that run on: across their wrap, and across a jump of the camera's
 * clock (a reboot, a new time), where the next picture is put where it arrived.
 */

/** A stream that stands still for longer is a new one. */
const mostStepMs = 10_000;

export class RtpClock {
  readonly #rate: number;
  #last: { timestamp: number; timeMs: number; arrivalMs: number } | null = null;

  /** Ticks a second. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /**
   * The first timestamp counts as `arrivalMs`; what follows goes by the track's clock. May step back: with B-frames a
   * picture is sent after one that is shown later.
   */
  timeMs(timestamp: number, arrivalMs: number): number {
    const last = this.#last;
    let timeMs = arrivalMs;
    if (last) {
      const ticks = (timestamp - last.timestamp) | 0;
      const stepMs = (ticks / this.#rate) * 1000;
      const isJump = Math.abs(stepMs) > mostStepMs + Math.max(0, arrivalMs - last.arrivalMs);
      timeMs = last.timeMs + (isJump ? Math.max(0, arrivalMs - last.arrivalMs) : stepMs);
    }
    this.#last = { timestamp, timeMs, arrivalMs };
    return timeMs;
  }

  /** The time of another timestamp nearby; null before the first. */
  peekMs(timestamp: number): number | null {
    return this.#last && this.#last.timeMs + (((timestamp - this.#last.timestamp) | 0) / this.#rate) * 1000;
  }
}

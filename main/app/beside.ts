/**
 * Whether a camera is asked for another connection beside the one that is recorded. Many cameras grant few; some refuse
 * one more, some end the older for it. The recording comes first: after a refusal the camera is left with one connection
 * for an hour, and after a recording that was lost twice soon after another connection began for a day, because trying
 * again would cost seconds of it. Kept for as long as the vault is open; pure, the caller brings the time.
 */

/** A recording that ends so soon after another connection began may have ended for it. A stall takes 5 s to be noticed. */
const soonMs = 15_000;
/** After the first such loss, which may have been a coincidence. */
const secondTryMs = 60_000;
const refusedForMs = 3_600_000;
const harmfulForMs = 86_400_000;
const mostLosses = 2;

export class Beside {
  #notBeforeMs = -Infinity;
  #beganMs = -Infinity;
  #losses = 0;

  /** All times are of one steady clock. */
  mayAsk(nowMs: number): boolean {
    return nowMs >= this.#notBeforeMs;
  }

  /** How long until it may be asked; 0 when it may. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs);
  }

  /** Another connection is being made, or has just been. */
  began(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  /** The camera does not grant it. */
  refused(nowMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs + refusedForMs);
  }

  /**
   * The recording was lost. `both`: the other connection as well, as when a camera starts anew; only that it happens
   * again is suspicious then. True when the other connection may be why, and has to go.
   */
  recordingLost(nowMs: number, both: boolean): boolean {
    if (nowMs - this.#beganMs > soonMs) {
      this.#losses = 0;
      return false;
    }
    this.#losses += 1;
    if (this.#losses >= mostLosses) this.#notBeforeMs = nowMs + harmfulForMs;
    else if (!both) this.#notBeforeMs = nowMs + secondTryMs;
    return !this.mayAsk(nowMs);
  }
}

/**
 * Notices when the computer's clock was set and when the computer slept: the two things that break the reckoning
 * "wall clock at the start of a run, steady clock inside it". Tells each once, at the next check; leaves to the
 * caller what to do about it.
 */
import { uptime } from 'node:os';

export interface Clock {
  /** UTC ms; can be set. */
  wallMs(): number;
  /** Never set; stands still while the computer sleeps on some systems, and runs on on others. */
  steadyMs(): number;
  /** Since the computer was started, sleep included. */
  uptimeMs(): number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  uptimeMs: () => uptime() * 1000,
};

const clockSetMs = 500;
const sleptMs = 10_000;

export class ClockWatch {
  readonly #clock: Clock;
  #offsetMs: number;
  #lastUptimeMs: number;
  #lastWallMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.steadyMs();
    this.#lastUptimeMs = clock.uptimeMs();
    this.#lastWallMs = clock.wallMs();
  }

  /**
   * To be called every second or so. asleep: nothing ran for more than 10 s, since `sinceMs` (UTC ms) at the earliest.
   * clock: it was set by `byMs`, against the last time that this was told (or the start).
   */
  check(): { what: 'asleep'; sinceMs: number } | { what: 'clock'; byMs: number } | null {
    const offsetMs = this.#clock.wallMs() - this.#clock.steadyMs();
    const uptimeMs = this.#clock.uptimeMs();
    const slept = uptimeMs - this.#lastUptimeMs > sleptMs;
    const byMs = offsetMs - this.#offsetMs;
    const sinceMs = this.#lastWallMs;
    this.#lastUptimeMs = uptimeMs;
    this.#lastWallMs = this.#clock.wallMs();
    if (!slept && Math.abs(byMs) <= clockSetMs) return null;
    this.#offsetMs = offsetMs;
    return slept ? { what: 'asleep', sinceMs } : { what: 'clock', byMs };
  }
}

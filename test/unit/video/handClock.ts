/** A clock that tests set by hand, or that runs like the system's with what is added by hand. */
import { type Clock, systemClock } from '../../../main/core/video/clock.ts';

export class HandClock implements Clock {
  readonly #base: Clock | null;
  #wallMs = 1_800_000_000_000;
  #steadyMs = 5000;
  #uptimeMs = 9000;

  /** `running`: on top of the system's clock, so that time passes by itself. */
  constructor(running: 'running' | 'standing' = 'standing') {
    this.#base = running === 'running' ? systemClock : null;
    if (this.#base) this.#wallMs = this.#steadyMs = this.#uptimeMs = 0;
  }

  wallMs(): number {
    return this.#wallMs + (this.#base?.wallMs() ?? 0);
  }
  steadyMs(): number {
    return this.#steadyMs + (this.#base?.steadyMs() ?? 0);
  }
  uptimeMs(): number {
    return this.#uptimeMs + (this.#base?.uptimeMs() ?? 0);
  }

  pass(byMs: number): void {
    this.sleep(byMs, true);
  }

  /** Someone sets the wall clock. */
  set(byMs: number): void {
    this.#wallMs += byMs;
  }

  sleep(byMs: number, steadyToo: boolean): void {
    this.#wallMs += byMs;
    this.#uptimeMs += byMs;
    if (steadyToo) this.#steadyMs += byMs;
  }
}

/**
 * The clocks that events are told by: how long ago something was, by what nobody sets; and a camera's clock beside this
 * computer's, which may be set while a subscription lasts: what was measured against it before is then off by as much.
 */
import { uptime } from 'node:os';

/** A moment by the clocks that nobody sets. */
export interface Moment {
  /** Stands still on some systems while the computer sleeps. */
  steadyMs: number;
  /** Goes on then, and counts whole seconds on some. */
  uptimeMs: number;
}

/** Further apart than two clocks of which one counts whole seconds: the computer slept. */
const sleptMs = 2500;
/** A smaller difference is that of two looks at the clocks. */
const setMs = 500;

export function momentNow(): Moment {
  return { steadyMs: performance.now(), uptimeMs: uptime() * 1000 };
}

export function momentAgo(ms: number): Moment {
  const { steadyMs, uptimeMs } = momentNow();
  return { steadyMs: steadyMs - ms, uptimeMs: uptimeMs - ms };
}

/** Milliseconds from one moment to the other, sleep included. */
export function between(one: Moment, other: Moment): number {
  const steadyMs = other.steadyMs - one.steadyMs;
  const uptimeMs = other.uptimeMs - one.uptimeMs;
  return uptimeMs - steadyMs > sleptMs ? uptimeMs : steadyMs;
}

export interface OffsetClocks {
  wallMs: () => number;
  moment: () => Moment;
}

const ownClocks: OffsetClocks = { wallMs: () => Date.now(), moment: momentNow };

/** A camera's clock minus this computer's, however this one is set after it was measured. */
export class ClockOffset {
  readonly #measured: () => number | null;
  readonly #clocks: OffsetClocks;
  #last: number | null = null;
  #wallMs = 0;
  #moment: Moment;

  /** `measured`: what was measured last; to be measured about now. */
  constructor(measured: () => number | null, clocks: OffsetClocks = ownClocks) {
    this.#measured = measured;
    this.#clocks = clocks;
    this.#moment = clocks.moment();
    this.#wallMs = clocks.wallMs();
    this.#last = measured();
  }

  /** Milliseconds; null where it is not known. To be asked with every answer of the camera. */
  nowMs(): number | null {
    const offsetMs = this.#measured();
    const { wallMs, moment } = this.#clocks;
    if (offsetMs !== this.#last) {
      this.#last = offsetMs;
      this.#moment = moment();
      this.#wallMs = wallMs();
    }
    const byMs = wallMs() - this.#wallMs - between(this.#moment, moment());
    return offsetMs === null || Math.abs(byMs) < setMs ? offsetMs : offsetMs - byMs;
  }
}

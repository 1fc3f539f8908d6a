/**
 * Makes runs out of one connection's fragments: says at which moment the media time 0 of each run was, begins each
 * with a fragment that begins at a keyframe, and ends it when the clock was set or the camera's own clock has run
 * away from it, so that no run holds two reckonings. Inside a run, times follow from its start alone.
 */
import type { GapCause } from '../../contract/model.ts';
import type { Fragment, Init } from './fmp4.ts';
import type { FeedListener } from './feed.ts';

type RunListener = Pick<FeedListener, 'run' | 'fragment' | 'runEnd'>;

/** The camera's clock against ours: beyond this, for a whole window, the run's times are wrong. */
const driftLimitMs = 2000;
const driftWindowFragments = 60;

export class Runs {
  readonly #on: RunListener;
  #init: Init | null = null;
  /** Of the first picture on the live output: its time there, and the least of (arrival − time) over the pictures. */
  #live: { firstMs: number; zeroMs: number } | null = null;
  #startMs: number | null = null;
  /** How long after its end a fragment arrives, at the start of the reckoning. */
  #usualLagMs = 0;
  #window = { fragments: 0, leastLagMs: Infinity };
  #running = false;

  constructor(on: RunListener) {
    this.#on = on;
  }

  get running(): boolean {
    return this.#running;
  }

  init(init: Init): void {
    this.#init = init;
  }

  /** A picture on the live output: it arrives as soon as it is there, while a fragment is only complete at its end. */
  picture(timeMs: number, arrivalMs: number): void {
    if (this.#startMs !== null) return;
    const zeroMs = arrivalMs - timeMs;
    if (this.#live === null) this.#live = { firstMs: timeMs, zeroMs };
    else if (zeroMs < this.#live.zeroMs) this.#live.zeroMs = zeroMs;
  }

  fragment(fragment: Fragment, arrivalMs: number): void {
    if (this.#init === null) return;
    const endMs = (fragment.startSeconds + fragment.durationSeconds) * 1000;
    this.#startMs ??= this.#reckon(fragment, arrivalMs, endMs);
    if (this.#startMs === null) return;
    this.#watchDrift(arrivalMs - endMs - this.#startMs);
    if (!this.#running) {
      if (!fragment.keyframe) return;
      this.#running = true;
      this.#on.run?.({ init: this.#init, startMs: this.#startMs });
    }
    this.#on.fragment?.(fragment, arrivalMs);
  }

  /** The wall clock was set by so much: what follows is another run, from the next keyframe on. */
  clockSet(byMs: number): void {
    if (this.#startMs !== null) this.#startMs += byMs;
    if (this.#live) this.#live.zeroMs += byMs;
    this.end('clock');
  }

  end(cause: GapCause): void {
    if (!this.#running) return;
    this.#running = false;
    this.#on.runEnd?.(cause);
  }

  /** UTC ms of media time 0; null as long as no picture says. */
  #reckon(fragment: Fragment, arrivalMs: number, endMs: number): number | null {
    if (fragment.pictureStartSeconds === null) return null;
    const startMs = this.#live
      ? this.#live.zeroMs + this.#live.firstMs - fragment.pictureStartSeconds * 1000
      : arrivalMs - endMs;
    this.#usualLagMs = arrivalMs - endMs - startMs;
    return startMs;
  }

  #watchDrift(lagMs: number): void {
    this.#window.fragments++;
    this.#window.leastLagMs = Math.min(this.#window.leastLagMs, lagMs);
    if (this.#window.fragments < driftWindowFragments) return;
    const driftMs = this.#window.leastLagMs - this.#usualLagMs;
    this.#window = { fragments: 0, leastLagMs: Infinity };
    if (Math.abs(driftMs) > driftLimitMs) this.clockSet(driftMs);
  }
}

/**
 * The time of a run's fragments: UTC at the start of the run, the camera's own media time inside it. Cameras' clocks
 * run fast or slow, so arrival is watched too: the earliest arrivals of one recording against those of the first. When
 * they differ by more than half a second, the next recording begins at the corrected time. A start that was reckoned late,
 * because the computer was busy when the first pictures came, shows when a fragment is there before its own end: nothing
 * arrives before it was. That is put right with the next recording, too. Pure.
 */
export interface TimedFragment {
  startSeconds: number;
  durationSeconds: number;
}

/** Less is the network's and the disk's doing. */
const driftMs = 500;
/** Sooner than its own end by more than this is the start's fault, and no rounding. */
const earlyMs = 100;
/** Media time that jumps by more than this is not one stream of pictures any more. */
const jumpSeconds = 1;

export class RunClock {
  #anchorMs: number;
  /** Least lateness of a recording when all was well; null during the first. */
  #usualMs: number | null = null;
  #leastMs = Infinity;
  #endSeconds: number | null = null;

  /** `startMs`: UTC of media time 0. */
  constructor(startMs: number) {
    this.#anchorMs = startMs;
  }

  utcOf(mediaSeconds: number): number {
    return this.#anchorMs + mediaSeconds * 1000;
  }

  /** Whether this fragment does not follow the one before it. */
  jumps(fragment: TimedFragment): boolean {
    return this.#endSeconds !== null && Math.abs(fragment.startSeconds - this.#endSeconds) > jumpSeconds;
  }

  arrived(fragment: TimedFragment, arrivalMs: number): void {
    this.#endSeconds = fragment.startSeconds + fragment.durationSeconds;
    this.#leastMs = Math.min(this.#leastMs, arrivalMs - this.utcOf(this.#endSeconds));
  }

  /** A new recording begins: corrects what drifted during the last one. */
  settle(): void {
    if (this.#leastMs === Infinity) return;
    this.#usualMs ??= Math.max(this.#leastMs, 0);
    const drift = this.#leastMs - this.#usualMs;
    if (Math.abs(drift) > driftMs || this.#leastMs < -earlyMs) this.#anchorMs += drift;
    this.#leastMs = Infinity;
  }

  /** Media time jumped: from this fragment on, arrival says what time it is. */
  land(fragment: TimedFragment, arrivalMs: number): void {
    const lateMs = arrivalMs - this.utcOf(fragment.startSeconds + fragment.durationSeconds);
    const usualMs = this.#usualMs ?? (this.#leastMs === Infinity ? 0 : this.#leastMs);
    if (Math.abs(lateMs - usualMs) > driftMs) this.#anchorMs += lateMs - usualMs;
    this.#usualMs = usualMs;
    this.#leastMs = Infinity;
  }
}

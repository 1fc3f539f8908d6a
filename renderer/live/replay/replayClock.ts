/**
 * The one clock of all cameras that are played in step: from this computer's steady time to a moment in the archive, at a
 * speed, backwards too, perhaps round and round in a span. Pure: times are given.
 */
export interface LoopSpan {
  fromMs: number;
  toMs: number;
}

export class ReplayClock {
  loop: LoopSpan | null = null;
  #rate = 1;
  #running = false;
  #anchorMs: number;
  #anchoredAt = 0;

  constructor(startMs: number) {
    this.#anchorMs = startMs;
  }

  get rate(): number {
    return this.#rate;
  }

  get running(): boolean {
    return this.#running;
  }

  momentAt(now: number): number {
    if (!this.#running) return this.#anchorMs;
    return this.#looped(this.#anchorMs + (now - this.#anchoredAt) * this.#rate);
  }

  /** The moment is this one now. */
  set(momentMs: number, now: number): void {
    this.#anchorMs = momentMs;
    this.#anchoredAt = now;
  }

  /** How long until that moment is reached, in ms of steady time; 0 when it is behind, Infinity while it stands. */
  until(momentMs: number, now: number): number {
    if (!this.#running) return Infinity;
    return Math.max(0, (momentMs - this.momentAt(now)) / this.#rate);
  }

  run(running: boolean, now: number): void {
    this.set(this.momentAt(now), now);
    this.#running = running;
  }

  /** Not 0; below 0 backwards. */
  setRate(rate: number, now: number): void {
    this.set(this.momentAt(now), now);
    this.#rate = rate;
  }

  /** Where a loop goes on when nothing lies between here and that moment and it ends before; null: it does not. */
  loopedOver(nextMs: number): number | null {
    const { loop } = this;
    if (loop === null || loop.toMs <= loop.fromMs) return null;
    if (this.#rate > 0) return nextMs >= loop.toMs ? loop.fromMs : null;
    return nextMs <= loop.fromMs ? loop.toMs : null;
  }

  #looped(momentMs: number): number {
    const { loop } = this;
    if (loop === null || loop.toMs <= loop.fromMs) return momentMs;
    const lengthMs = loop.toMs - loop.fromMs;
    // Who stands outside of it, on the side that time comes from, plays into it.
    if (this.#rate > 0) return momentMs < loop.toMs ? momentMs : loop.fromMs + ((momentMs - loop.fromMs) % lengthMs);
    return momentMs > loop.fromMs ? momentMs : loop.toMs - ((loop.toMs - momentMs) % lengthMs);
  }
}

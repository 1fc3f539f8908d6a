/**
 * The time for everything on screen that counts: whole seconds for words, quarters of a second for the age of a
 * picture. Two timers for the whole page.
 */
const fineStepMs = 250;

class Clock {
  /** Changes on the second. */
  nowMs = $state(Date.now());
  /** Changes four times a second. */
  fineMs = $state(Date.now());

  #ranMs = Date.now();
  #waited = false;

  constructor() {
    this.#tick();
    setInterval(() => this.#runFine(), fineStepMs);
  }

  /**
   * A window that was held up hears first what the worker said meanwhile, or live pictures would be called old for a
   * moment; but it waits for that only once.
   */
  #runFine(): void {
    const nowMs = Date.now();
    this.#waited = nowMs - this.#ranMs > 2 * fineStepMs && !this.#waited;
    this.#ranMs = nowMs;
    if (!this.#waited) this.fineMs = nowMs;
  }

  #tick(): void {
    this.nowMs = Date.now();
    setTimeout(() => this.#tick(), 1000 - (this.nowMs % 1000) + 2);
  }
}

export const clock = new Clock();

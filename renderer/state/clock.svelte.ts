/**
 * The time for everything on screen that counts: whole seconds for words, quarters of a second for the age of a
 * picture. Two timers for the whole page.
 */
class Clock {
  /** Changes on the second. */
  nowMs = $state(Date.now());
  /** Changes four times a second. */
  fineMs = $state(Date.now());

  constructor() {
    this.#tick();
    setInterval(() => (this.fineMs = Date.now()), 250);
  }

  #tick(): void {
    this.nowMs = Date.now();
    setTimeout(() => this.#tick(), 1000 - (this.nowMs % 1000) + 2);
  }
}

export const clock = new Clock();

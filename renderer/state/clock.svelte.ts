/**
 * The time for everything on screen that counts seconds: one timer, on the second, for the whole page.
 */
class Clock {
  nowMs = $state(Date.now());

  constructor() {
    this.#tick();
  }

  #tick(): void {
    this.nowMs = Date.now();
    setTimeout(() => this.#tick(), 1000 - (this.nowMs % 1000) + 2);
  }
}

export const clock = new Clock();

/**
 * Wakes whoever waits for "something changed, look again". A waiter names how often the bell had rung when it last
 * looked, so that a ring between looking and waiting is not missed. The bell has no deadline: the life of its owner
 * bounds every wait, because closing rings it.
 */
export class Bell {
  rings = 0;
  #waiting: (() => void)[] = [];

  ring(): void {
    this.rings++;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves at once when it has rung since. */
  async since(rings: number): Promise<void> {
    if (this.rings !== rings) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/**
 * What is done one after another: each thing begins when the one before it is over, whatever came of that. For the page and
 * for the program behind it.
 */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Returns, or rejects, as `act` does. */
  run<Value>(act: () => Promise<Value>): Promise<Value> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when all is over that was asked for up to now. */
  async over(): Promise<void> {
    await this.#last;
  }
}

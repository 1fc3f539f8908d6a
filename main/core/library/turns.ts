/**
 * One thing at a time for each key: steps under the same key run in the order they were asked for, steps under
 * different keys run side by side. A step that throws does not keep the next one from running.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<Value>(key: string, step: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(step, step);
    const settled = mine.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }

  /** Waits for what was asked for up to now. */
  async close(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}

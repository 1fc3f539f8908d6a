/**
 * Of a value that main tells whole by an event with every change, and that is asked for once to begin with. The two come
 * by different ways: a change may overtake the answer, which is old then, and stays unused.
 */
export class Changes {
  #heard = 0;

  /** For the event. */
  heard<Value>(take: (value: Value) => void): (value: Value) => void {
    return (value) => {
      this.#heard += 1;
      take(value);
    };
  }

  /** For the question, asked just now. Rejects as it does. */
  async answered<Value>(question: Promise<Value>, take: (value: Value) => void): Promise<void> {
    const before = this.#heard;
    const value = await question;
    if (before === this.#heard) take(value);
  }
}

/**
 * What is done one after another: each thing begins when the one before it is over, whatever came of that. So who takes
 * back what was done last, right behind a change, takes back that change, though it is on screen before its answer.
 */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Returns, or rejects, as `act` does. */
  run<Value>(act: () => Promise<Value>): Promise<Value> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Everything in the archive that Ctrl+Z takes back: bookmarks and protected clips. */
export const archiveChanges = new InTurn();

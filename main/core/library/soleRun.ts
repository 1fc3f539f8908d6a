/**
 * A long piece of work of which at most one runs, stopped by the user, by locking or by the end. Whoever stops it waits
 * for its end, and it is told who did. What it throws is its own to catch: its rejection reaches whoever stops it.
 */
export type StoppedBy = 'user' | 'lock' | 'close';

export interface Run {
  readonly signal: AbortSignal;
  /** Who stopped it; nothing is meant by it before that. */
  readonly by: StoppedBy;
}

export class SoleRun {
  #stop: ((by: StoppedBy) => void) | null = null;
  #ended: Promise<void> = Promise.resolve();

  get isGoing(): boolean {
    return this.#stop !== null;
  }

  /** Nothing happens while one runs. */
  begin(work: (run: Run) => Promise<void>): void {
    if (this.#stop) return;
    const ending = new AbortController();
    const run: { signal: AbortSignal; by: StoppedBy } = { signal: ending.signal, by: 'user' };
    this.#stop = (by) => {
      run.by = by;
      ending.abort();
    };
    this.#ended = work(run).finally(() => {
      this.#stop = null;
    });
  }

  /** Resolves when nothing runs any more. */
  async stop(by: StoppedBy): Promise<void> {
    this.#stop?.(by);
    await this.ended();
  }

  /** Resolves when what runs now came to its end by itself, at once where nothing does. */
  async ended(): Promise<void> {
    if (this.#stop) await this.#ended;
  }
}

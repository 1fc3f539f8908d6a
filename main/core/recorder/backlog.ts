/**
 * What waits to be done by the recorder: steps in order, one at a time, and how much they weigh, so that a disk that
 * stands still costs bounded memory. It only says when it is full; what is left out then is the owner's decision.
 */
export interface Weight {
  sizeBytes: number;
  mediaMs: number;
}

const nothing: Weight = { sizeBytes: 0, mediaMs: 0 };

export class Backlog<Step> {
  readonly #take: (step: Step) => Promise<void>;
  readonly #most: Weight;
  readonly #waiting: { step: Step; weight: Weight }[] = [];
  #sizeBytes = 0;
  #mediaMs = 0;
  #working: Promise<void> | null = null;

  /** `take` does one step. What it throws ends nothing, and reaches the process as an unhandled rejection: a defect. */
  constructor(most: Weight, take: (step: Step) => Promise<void>) {
    this.#most = most;
    this.#take = take;
  }

  /** Nothing of weight waits or is being done. */
  get drained(): boolean {
    return this.#sizeBytes === 0;
  }

  fits(weight: Weight): boolean {
    return this.#sizeBytes + weight.sizeBytes <= this.#most.sizeBytes && this.#mediaMs <= this.#most.mediaMs;
  }

  push(step: Step, weight: Weight = nothing): void {
    this.#waiting.push({ step, weight });
    this.#sizeBytes += weight.sizeBytes;
    this.#mediaMs += weight.mediaMs;
    this.#working ??= this.#work();
  }

  /** Resolves when everything is done that was pushed until then. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        await this.#take(next.step);
        this.#sizeBytes -= next.weight.sizeBytes;
        this.#mediaMs -= next.weight.mediaMs;
      }
    } finally {
      this.#working = null;
    }
  }
}

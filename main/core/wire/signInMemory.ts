/**
 * What a camera asked with when somebody signed in to it last, so that the next connection answers before it is asked
 * and saves a round trip. A camera that does not take an old challenge costs one refused question once, and is then
 * always let ask: some count refused answers, and lock. Holds no password; lives as long as its owner.
 */

export interface Challenged {
  /** `WWW-Authenticate` headers as they came. */
  headers: readonly string[];
  /** How often this challenge was answered: every answer has a number of its own. */
  count: number;
}

export class SignInMemory {
  #challenged: Challenged | null = null;
  #takesOld = true;

  /** null: it has to ask. */
  get challenged(): Challenged | null {
    return this.#challenged;
  }

  /** The camera took an answer to this. */
  accepted(challenged: Challenged): void {
    if (this.#takesOld) this.#challenged = challenged;
  }

  /** The camera did not take the answer to what is remembered. */
  refused(): void {
    this.#challenged = null;
    this.#takesOld = false;
  }
}

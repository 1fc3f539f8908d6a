/**
 * The mean bit rate of the last seconds, out of a count of bytes that only grows. Says nothing until there is a second
 * to judge by.
 */
const mostSamples = 6;

export class BitRate {
  #samples: { bytes: number; atMs: number }[] = [];

  /** Takes the count as it is now; returns bits per second, or null as long as nothing can be said. */
  sample(bytes: number, atMs: number): number | null {
    this.#samples.push({ bytes, atMs });
    if (this.#samples.length > mostSamples) this.#samples.shift();
    const [first] = this.#samples;
    if (!first || atMs - first.atMs < 900) return null;
    return Math.round(((bytes - first.bytes) * 8000) / (atMs - first.atMs));
  }

  reset(): void {
    this.#samples = [];
  }
}

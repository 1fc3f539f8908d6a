/**
 * Whether a decoder stands still: packets went in, and for a while no picture came out. Pure: times are given. A decoder
 * may hold a few pictures back for good, to put them in order; that is not standing still.
 */
const fewestWithoutPicture = 3;
const standsStillMs = 500;
/** After so many decoders in vain each next one is given twice as long, up to this. */
const quickTries = 12;
const longestStandsStillMs = 5000;

export class DecoderWatch {
  /** Packets whose pictures have not come out, as far as is known. */
  #inside = 0;
  #gaveMs = 0;
  #tries = 0;
  #patienceMs = standsStillMs;

  /** A new decoder takes over, with nothing in it. */
  begin(nowMs: number): void {
    this.#inside = 0;
    this.#gaveMs = nowMs;
  }

  fed(nowMs: number): void {
    if (this.#inside === 0) this.#gaveMs = nowMs;
    this.#inside += 1;
  }

  /** A picture came out while so many packets still wait to be decoded: it counts for all before it. */
  gave(nowMs: number, waiting: number): void {
    this.#gaveMs = nowMs;
    this.#tries = 0;
    this.#patienceMs = standsStillMs;
    this.#inside = Math.max(0, Math.min(this.#inside - 1, waiting));
  }

  /** No picture is on its way: the one that came last is the newest. */
  get isEmpty(): boolean {
    return this.#inside === 0;
  }

  /** True once for each decoder that is to be replaced. */
  standsStill(nowMs: number): boolean {
    if (this.#inside < fewestWithoutPicture || nowMs - this.#gaveMs < this.#patienceMs) return false;
    this.#gaveMs = nowMs;
    this.#tries += 1;
    if (this.#tries > quickTries) this.#patienceMs = Math.min(longestStandsStillMs, 2 * this.#patienceMs);
    return true;
  }
}

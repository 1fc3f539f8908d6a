/**
 * Collects a known number of bytes out of chunks of any size, for the readers of streams. Each collected piece is a
 * new array that owns its whole buffer, so it is safe to keep and to transfer; every byte is copied once. The caller
 * bounds the sizes: this allocates what it is asked for.
 */
export class Gather {
  readonly #target: Uint8Array<ArrayBuffer>;
  #filledBytes: number;

  /** `beginning` are the first of the bytes, where some are there already. */
  constructor(sizeBytes: number, beginning: Uint8Array | null = null) {
    this.#target = new Uint8Array(sizeBytes);
    this.#filledBytes = beginning?.length ?? 0;
    if (beginning) this.#target.set(beginning);
  }

  /** Takes what it still needs from `chunk`, starting at `offset`; returns the offset behind what it took. */
  take(chunk: Uint8Array, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#target.length - this.#filledBytes);
    this.#target.set(chunk.subarray(offset, end), this.#filledBytes);
    this.#filledBytes += end - offset;
    return end;
  }

  get full(): boolean {
    return this.#filledBytes === this.#target.length;
  }

  /** The collected bytes; only complete when `full`. They belong to the caller: take nothing more after that. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#target;
  }
}

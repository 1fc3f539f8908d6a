/**
 * Puts together what comes in parts. Each part is copied at once: parts are views of read buffers many times their size,
 * and a camera may send any number of small or empty ones, which must hold nothing. The room is used again for what
 * comes next, so that a stream that flows evenly allocates none.
 */
import { MediaError } from '../mediaError.ts';

const firstRoomBytes = 65_536;
/** What a larger one needed is given back: the keyframes of a 4K camera are smaller. */
const mostKeptBytes = 4 * 2 ** 20;

export class Parts {
  readonly #what: string;
  readonly #mostBytes: number;
  #room = new Uint8Array(0);
  #sizeBytes = 0;

  /** `what`: named when it is larger than `mostBytes`. */
  constructor(what: string, mostBytes: number) {
    this.#what = what;
    this.#mostBytes = mostBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Throws MediaError when it becomes too large. */
  add(part: Uint8Array): void {
    const sizeBytes = this.#sizeBytes + part.length;
    if (sizeBytes > this.#mostBytes) throw new MediaError(`RTP: ${this.#what} too large`);
    if (sizeBytes > this.#room.length) {
      const room = new Uint8Array(Math.max(firstRoomBytes, this.#room.length * 2, sizeBytes));
      room.set(this.#room.subarray(0, this.#sizeBytes));
      this.#room = room;
    }
    this.#room.set(part, this.#sizeBytes);
    this.#sizeBytes = sizeBytes;
  }

  /** A view of all parts, until the next one is added. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#sizeBytes);
  }

  clear(): void {
    this.#sizeBytes = 0;
    if (this.#room.length > mostKeptBytes) this.#room = new Uint8Array(0);
  }
}

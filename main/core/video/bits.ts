/**
 * Reads bits, most significant first, and the Exp-Golomb numbers of H.264 and H.265 (H.264 §9.1), out of a NAL unit
 * whose emulation prevention bytes are already gone. Throws MediaError when it is asked for more than there is.
 */
import { MediaError } from './mediaError.ts';

export class Bits {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) throw new MediaError('parameter set: cut off');
    const value = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position++;
    return value;
  }

  /** An unsigned number of at most 32 bits. */
  number(bitCount: number): number {
    let value = 0;
    for (let index = 0; index < bitCount; index++) value = value * 2 + this.bit();
    return value;
  }

  skip(bitCount: number): void {
    this.#position += bitCount;
  }

  /** ue(v) */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) if (++zeros > 32) throw new MediaError('parameter set: number too long');
    return 2 ** zeros - 1 + this.number(zeros);
  }

  /** se(v) */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}

/** A NAL unit without its emulation prevention bytes (00 00 03 becomes 00 00). */
export function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/**
 * The parameter sets of an H.264 or H.265 stream, as they come in its description and in between its pictures, and the
 * configuration record that a decoder wants made of them (avcC: ISO 14496-15 §5.3.3, hvcC: §8.3.3). Sets with the same
 * number replace each other. Throws MediaError for sets that are cut off or too many.
 */
import type { VideoConfig } from '../../../contract/stream.ts';
import { Bits, withoutEmulationPrevention } from '../bits.ts';
import { avcCodec, avcSize, hevcCodec, hevcSize } from '../codecs.ts';
import { MediaError } from '../mediaError.ts';

const mostSets = 64;
const mostSetBytes = 65_535;

/** Sets of one kind by their number. */
class Sets {
  readonly #byNumber = new Map<number, Uint8Array<ArrayBuffer>>();

  /** False when nothing changed. */
  put(number: number, nal: Uint8Array): boolean {
    if (nal.length > mostSetBytes) throw new MediaError('parameter set: too large');
    const known = this.#byNumber.get(number);
    if (known && Buffer.compare(known, nal) === 0) return false;
    this.#byNumber.set(number, nal.slice());
    if (this.#byNumber.size > mostSets) throw new MediaError('parameter set: too many of them');
    return true;
  }

  get all(): Uint8Array<ArrayBuffer>[] {
    return [...this.#byNumber.values()];
  }
}

/** The number of a set: the first Exp-Golomb number after so many bits. */
function numberAfter(nal: Uint8Array, bitCount: number): number {
  // Numbers stand in the first bytes; a set that is all emulation prevention is hostile, and short of them.
  const bits = new Bits(withoutEmulationPrevention(nal.subarray(0, 64)));
  bits.skip(bitCount);
  return bits.unsigned();
}

export class AvcSets {
  readonly #sequence = new Sets();
  readonly #picture = new Sets();

  /** Takes an SPS (type 7) or a PPS (type 8); true when it is new. */
  put(nal: Uint8Array): boolean {
    const type = (nal[0] ?? 0) & 0x1f;
    return type === 7 ? this.#sequence.put(numberAfter(nal, 8 + 24), nal) : this.#picture.put(numberAfter(nal, 8), nal);
  }

  /** null as long as one of the two is missing. */
  config(): VideoConfig | null {
    const sequence = this.#sequence.all;
    const [first] = sequence;
    if (!first || this.#picture.all.length === 0) return null;
    if (first.length < 4) throw new MediaError('SPS: cut off');
    const head = [1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | Math.min(31, sequence.length)];
    const description = joined([
      Uint8Array.from(head),
      ...sequence.slice(0, 31).flatMap(withLength),
      Uint8Array.of(this.#picture.all.length),
      ...this.#picture.all.flatMap(withLength),
    ]);
    return { codec: avcCodec(description), ...avcSize(description), description };
  }
}

export class HevcSets {
  readonly #video = new Sets();
  readonly #sequence = new Sets();
  readonly #picture = new Sets();

  /** Takes a VPS (type 32), SPS (33) or PPS (34); true when it is new. */
  put(nal: Uint8Array): boolean {
    const type = ((nal[0] ?? 0) >> 1) & 0x3f;
    if (type === 32) return this.#video.put((nal[2] ?? 0) >> 4, nal);
    if (type === 34) return this.#picture.put(numberAfter(nal, 16), nal);
    return this.#sequence.put(readHevcSequence(nal).number, nal);
  }

  /** null as long as one of the three is missing. */
  config(): VideoConfig | null {
    const kinds = [
      { type: 32, nals: this.#video.all },
      { type: 33, nals: this.#sequence.all },
      { type: 34, nals: this.#picture.all },
    ];
    const [first] = this.#sequence.all;
    if (!first || kinds.some(({ nals }) => nals.length === 0)) return null;
    const { general, layers, nested, chroma, lumaBits, chromaBits } = readHevcSequence(first);
    const last = (Math.min(7, layers) << 3) | (nested << 2) | 3;
    const description = joined([
      Uint8Array.of(1),
      general,
      // No limits on slices or parallel decoding are known; nor is the mean rate.
      Uint8Array.of(0xf0, 0, 0xfc, 0xfc | chroma, 0xf8 | lumaBits, 0xf8 | chromaBits, 0, 0, last, kinds.length),
      ...kinds.flatMap(({ type, nals }) => [Uint8Array.of(0x80 | type, 0, nals.length), ...nals.flatMap(withLength)]),
    ]);
    return { codec: hevcCodec(description), ...hevcSize(description), description };
  }
}

interface HevcSequence {
  number: number;
  /** Profile, tier, compatibility, constraints, level: 12 bytes, as in the record. */
  general: Uint8Array<ArrayBuffer>;
  layers: number;
  nested: number;
  chroma: number;
  lumaBits: number;
  chromaBits: number;
}

/** H.265 §7.3.2.2.1, up to the bit depths. */
function readHevcSequence(nal: Uint8Array): HevcSequence {
  const plain = withoutEmulationPrevention(nal);
  const bits = new Bits(plain);
  bits.skip(16 + 4);
  const subLayers = bits.number(3);
  const nested = bits.bit();
  const general = plain.slice(3, 15);
  if (general.length < 12) throw new MediaError('SPS: cut off');
  bits.skip(88 + 8);
  const present = Array.from({ length: subLayers }, () => [bits.bit(), bits.bit()] as const);
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const [profile, level] of present) bits.skip(profile * 88 + level * 8);
  const number = bits.unsigned();
  const chroma = bits.unsigned();
  if (chroma === 3) bits.skip(1);
  bits.unsigned();
  bits.unsigned();
  if (bits.bit() === 1) for (let side = 0; side < 4; side++) bits.unsigned();
  const lumaBits = bits.unsigned();
  const chromaBits = bits.unsigned();
  if (chroma > 3 || lumaBits > 7 || chromaBits > 7 || number > 15) throw new MediaError('SPS: of no known format');
  return { number, general, layers: subLayers + 1, nested, chroma, lumaBits, chromaBits };
}

function withLength(nal: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Reads the picture's size out of an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1). Every bit is checked to be
 * there; a set that is cut off or absurd gives null. Never throws. Nothing else of the set is of use here.
 */

export interface PictureSize {
  widthPixels: number;
  heightPixels: number;
}

/** Raised inside this file only, when the bits run out or a value is absurd. */
class BadBits extends Error {}

class BitReader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new BadBits();
    const value = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return value;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.bit();
    return value;
  }

  /** ue(v) */
  golomb(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 31) throw new BadBits();
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v) */
  signedGolomb(): number {
    const value = this.golomb();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

const profilesWithChroma = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** `nal` is one NAL unit, its header byte first. */
export function readPictureSize(nal: Uint8Array): PictureSize | null {
  if (nal.length < 5 || nal.length > 1024 || ((nal[0] ?? 0) & 31) !== 7) return null;
  try {
    return readSize(new BitReader(withoutEmulation(nal.subarray(1))));
  } catch (error) {
    if (error instanceof BadBits) return null;
    throw error;
  }
}

function readSize(reader: BitReader): PictureSize | null {
  const profile = reader.bits(8);
  reader.bits(16);
  reader.golomb();
  let chromaFormat = 1;
  let separatePlanes = false;
  if (profilesWithChroma.has(profile)) {
    chromaFormat = reader.golomb();
    if (chromaFormat === 3) separatePlanes = reader.bit() === 1;
    reader.golomb();
    reader.golomb();
    reader.bit();
    if (reader.bit() === 1) skipScalingLists(reader, chromaFormat === 3 ? 12 : 8);
  }
  reader.golomb();
  skipPictureOrder(reader);
  reader.golomb();
  reader.bit();
  const widthBlocks = reader.golomb() + 1;
  const heightUnits = reader.golomb() + 1;
  const framesOnly = reader.bit();
  if (framesOnly === 0) reader.bit();
  reader.bit();
  const crop = reader.bit() === 1 ? [reader.golomb(), reader.golomb(), reader.golomb(), reader.golomb()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const subsampled = separatePlanes ? 0 : chromaFormat;
  const cropX = subsampled === 1 || subsampled === 2 ? 2 : 1;
  const cropY = (subsampled === 1 ? 2 : 1) * (2 - framesOnly);
  const widthPixels = widthBlocks * 16 - (left + right) * cropX;
  const heightPixels = heightUnits * 16 * (2 - framesOnly) - (top + bottom) * cropY;
  const sane = (pixels: number) => pixels >= 16 && pixels <= 16_384;
  return sane(widthPixels) && sane(heightPixels) ? { widthPixels, heightPixels } : null;
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.golomb();
  if (type === 0) reader.golomb();
  if (type !== 1) return;
  reader.bit();
  reader.signedGolomb();
  reader.signedGolomb();
  const cycles = reader.golomb();
  if (cycles > 255) throw new BadBits();
  for (let i = 0; i < cycles; i += 1) reader.signedGolomb();
}

function skipScalingLists(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list += 1) {
    if (reader.bit() === 0) continue;
    let last = 8;
    let next = 8;
    for (let i = 0; i < (list < 6 ? 16 : 64); i += 1) {
      if (next !== 0) next = (last + reader.signedGolomb() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** 00 00 03 xx → 00 00 xx */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  const kept: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    kept.push(byte);
  }
  return Uint8Array.from(kept);
}

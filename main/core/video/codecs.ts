/**
 * Names what a decoder needs from the configuration records of MP4 and FLV: the codec string of RFC 6381 and the
 * picture's size out of avcC (ISO 14496-15 §5.3.3), hvcC (§8.3.3) and AudioSpecificConfig (ISO 14496-3 §1.6.2).
 * Throws MediaError for a record that is cut off or not version 1. A size that cannot be read is 0 × 0: the codec
 * string and the record are enough to decode with.
 */
import { Bits, withoutEmulationPrevention } from './bits.ts';
import { MediaError } from './mediaError.ts';

export interface PictureSize {
  widthPixels: number;
  heightPixels: number;
}

const unknownSize: PictureSize = { widthPixels: 0, heightPixels: 0 };
/** No camera makes larger pictures; a parameter set that claims one is wrong. */
const largestSidePixels = 16_384;

/** 'avc1.64001f' */
export function avcCodec(avcC: Uint8Array): string {
  const [version, profile, constraints, level] = avcC;
  if (version !== 1 || avcC.length < 7 || profile === undefined || constraints === undefined || level === undefined) {
    throw new MediaError('avcC: cut off or of an unknown version');
  }
  return `avc1.${hexByte(profile)}${hexByte(constraints)}${hexByte(level)}`;
}

/** 'hvc1.1.6.L93.B0' (ISO 14496-15 annex E.3). */
export function hevcCodec(hvcC: Uint8Array): string {
  const head = hvcC.subarray(0, 23);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 23 || view.getUint8(0) !== 1) throw new MediaError('hvcC: cut off or of an unknown version');
  const profile = view.getUint8(1);
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? '';
  const compatibility = reversedBits(view.getUint32(2)).toString(16).toUpperCase();
  const tier = (profile & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...head.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tail = constraints.map((byte) => `.${byte.toString(16).toUpperCase()}`).join('');
  return `hvc1.${space}${profile & 0x1f}.${compatibility}.${tier}${view.getUint8(12)}${tail}`;
}

const sampleRates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** Codec string, rate and channels out of an AudioSpecificConfig. */
export function aacFormat(config: Uint8Array): { codec: string; sampleRate: number; channels: number } {
  try {
    const bits = new Bits(config);
    let type = bits.number(5);
    if (type === 31) type = 32 + bits.number(6);
    const rateIndex = bits.number(4);
    const sampleRate = rateIndex === 15 ? bits.number(24) : (sampleRates[rateIndex] ?? 0);
    const channels = bits.number(4);
    if (type === 0 || sampleRate === 0) throw new MediaError('AudioSpecificConfig: no such format');
    return { codec: `mp4a.40.${type}`, sampleRate, channels: channels === 7 ? 8 : channels };
  } catch (error) {
    if (error instanceof MediaError) throw new MediaError('AudioSpecificConfig: cut off or hostile', { cause: error });
    throw error;
  }
}

/** The size that the first sequence parameter set of an avcC states; 0 × 0 where there is none that can be read. */
export function avcSize(avcC: Uint8Array): PictureSize {
  const count = (avcC[5] ?? 0) & 0x1f;
  const sps = count === 0 ? null : lengthPrefixed(avcC, 6);
  return sps === null ? unknownSize : sizeOrUnknown(() => pick(readAvcSequence(sps)));
}

/** The size that the first sequence parameter set of an hvcC states; 0 × 0 where there is none that can be read. */
export function hevcSize(hvcC: Uint8Array): PictureSize {
  const arrays = hvcC[22] ?? 0;
  let offset = 23;
  for (let array = 0; array < arrays; array++) {
    const type = (hvcC[offset] ?? 0) & 0x3f;
    const count = (hvcC[offset + 1] ?? 0) * 256 + (hvcC[offset + 2] ?? 0);
    offset += 3;
    for (let index = 0; index < count; index++) {
      const nal = lengthPrefixed(hvcC, offset);
      if (nal === null) return unknownSize;
      if (type === 33) return sizeOrUnknown(() => readHevcSize(nal));
      offset += 2 + nal.length;
    }
  }
  return unknownSize;
}

function lengthPrefixed(bytes: Uint8Array, offset: number): Uint8Array | null {
  const high = bytes[offset];
  const low = bytes[offset + 1];
  if (high === undefined || low === undefined) return null;
  const end = offset + 2 + high * 256 + low;
  return end > bytes.length ? null : bytes.subarray(offset + 2, end);
}

function sizeOrUnknown(read: () => PictureSize): PictureSize {
  try {
    const size = read();
    const sides = [size.widthPixels, size.heightPixels];
    return sides.every((side) => side > 0 && side <= largestSidePixels) ? size : unknownSize;
  } catch (error) {
    if (error instanceof MediaError) return unknownSize;
    throw error;
  }
}

/** Profiles whose parameter set tells the chroma format (H.264 §7.3.2.1.1). */
const profilesWithChroma = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

export interface AvcSequence extends PictureSize {
  number: number;
  profile: number;
  /** 1: 4:2:0. */
  chroma: number;
  /** More than 8 bits of luma or chroma. */
  deep: boolean;
  /** No picture is sent as two fields. */
  wholeFrames: boolean;
}

/** Reads a sequence parameter set (H.264 §7.3.2.1.1). Throws MediaError. */
export function readAvcSequence(nal: Uint8Array): AvcSequence {
  const bits = new Bits(withoutEmulationPrevention(nal));
  bits.skip(8);
  const profile = bits.number(8);
  bits.skip(16);
  const number = bits.unsigned();
  let chroma = 1;
  let deep = false;
  if (profilesWithChroma.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3 && bits.bit() === 1) chroma = 0;
    deep = bits.unsigned() + bits.unsigned() > 0;
    bits.skip(1);
    if (bits.bit() === 1) skipScalingLists(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  else if (orderType === 1) skipOrderCycle(bits);
  bits.unsigned();
  bits.skip(1);
  const widthBlocks = bits.unsigned() + 1;
  const heightUnits = bits.unsigned() + 1;
  const wholeFrames = bits.bit();
  if (wholeFrames === 0) bits.skip(1);
  bits.skip(1);
  const crop = bits.bit() === 1 ? readCrop(bits) : { across: 0, down: 0 };
  const cropAcross = chroma === 1 || chroma === 2 ? 2 : 1;
  const cropDown = (chroma === 1 ? 2 : 1) * (2 - wholeFrames);
  return {
    ...{ number, profile, chroma, deep, wholeFrames: wholeFrames === 1 },
    widthPixels: widthBlocks * 16 - crop.across * cropAcross,
    heightPixels: heightUnits * 16 * (2 - wholeFrames) - crop.down * cropDown,
  };
}

function pick({ widthPixels, heightPixels }: PictureSize): PictureSize {
  return { widthPixels, heightPixels };
}

function readCrop(bits: Bits): { across: number; down: number } {
  const [left, right, top, bottom] = [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()];
  return { across: left + right, down: top + bottom };
}

function skipScalingLists(bits: Bits, count: number): void {
  for (let list = 0; list < count; list++) {
    if (bits.bit() === 0) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index++) {
      if (next !== 0) next = (last + bits.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

function skipOrderCycle(bits: Bits): void {
  bits.skip(1);
  bits.signed();
  bits.signed();
  const count = bits.unsigned();
  if (count > 255) throw new MediaError('parameter set: order cycle too long');
  for (let index = 0; index < count; index++) bits.signed();
}

/** H.265 §7.3.2.2.1, up to the conformance window. */
function readHevcSize(nal: Uint8Array): PictureSize {
  const bits = new Bits(withoutEmulationPrevention(nal));
  bits.skip(16 + 4);
  const subLayers = bits.number(3);
  bits.skip(1);
  bits.skip(88 + 8);
  const present = Array.from({ length: subLayers }, () => [bits.bit(), bits.bit()] as const);
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const [profile, level] of present) bits.skip(profile * 88 + level * 8);
  bits.unsigned();
  const chroma = bits.unsigned();
  const separate = chroma === 3 ? bits.bit() : 0;
  const width = bits.unsigned();
  const height = bits.unsigned();
  const crop = bits.bit() === 1 ? readCrop(bits) : { across: 0, down: 0 };
  const cropAcross = separate === 0 && (chroma === 1 || chroma === 2) ? 2 : 1;
  const cropDown = separate === 0 && chroma === 1 ? 2 : 1;
  return { widthPixels: width - crop.across * cropAcross, heightPixels: height - crop.down * cropDown };
}

function reversedBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) reversed += 2 ** (31 - bit);
  return reversed;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

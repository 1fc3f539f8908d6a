/**
 * Two H.264 streams in one track: the description (avcC) holds the parameter sets of both, under numbers of their own, so
 * that every picture finds its own, whichever was shown before it. Only for streams that any encoder can match: pictures
 * sent whole, 4:2:0 and 8 bits, of the profiles baseline, main and high, in one size. Throws MediaError on bytes that are no
 * such description.
 */
import { type Box, boxes, boxesIn, optional, viewOf } from '../boxes.ts';
import { readAvcSequence } from '../codecs.ts';
import { Bits, withoutEmulationPrevention } from '../bits.ts';
import { MediaError } from '../mediaError.ts';
import { box, fullBox, joined } from './movieBoxes.ts';

export interface AvcDescription {
  head: Uint8Array;
  sequences: Uint8Array[];
  pictures: Uint8Array[];
  /** Chroma and depth, of the profiles that tell them. */
  tail: Uint8Array;
}

/** What an encoder must be asked for. */
export interface AvcMatch {
  profile: 'baseline' | 'main' | 'high';
  /** A number that none of the stream's parameter sets has. */
  freeNumber: number;
}

const profiles = new Map([
  [66, 'baseline'],
  [77, 'main'],
  [100, 'high'],
] as const);
/** x264 counts further; decoders need not. */
const mostNumber = 15;
const entryHeadBytes = 78;

/** null where what an encoder makes could not be joined to it. */
export function matchOf(trak: Uint8Array): AvcMatch | null {
  const avcC = avcCOf(trak);
  if (!avcC) return null;
  const { head, sequences, pictures } = readDescription(avcC);
  const [first] = sequences;
  // Lengths of 4 bytes, as ffmpeg writes them.
  if (!first || pictures.length === 0 || ((head[4] ?? 0) & 3) !== 3) return null;
  const all = sequences.map(readAvcSequence);
  const [{ profile, widthPixels, heightPixels }] = [readAvcSequence(first)];
  const name = [...profiles].find(([number]) => number === profile)?.[1];
  const alike = all.every(
    (one) =>
      one.wholeFrames &&
      !one.deep &&
      one.chroma === 1 &&
      one.widthPixels === widthPixels &&
      one.heightPixels === heightPixels,
  );
  if (!name || !alike) return null;
  const taken = new Set([...all.map(({ number }) => number), ...pictures.map(pictureNumber)]);
  const freeNumber = Array.from({ length: mostNumber }, (_, at) => mostNumber - at).find(
    (number) => !taken.has(number),
  );
  return freeNumber === undefined ? null : { profile: name, freeNumber };
}

/** The stream's trak, its description with the other one's parameter sets too. */
export function joinedTrak(trak: Uint8Array, other: Uint8Array): Uint8Array {
  const [own, more] = [avcCOf(trak), avcCOf(other)];
  if (!own || !more) throw new MediaError('MP4: no avcC');
  const [one, two] = [readDescription(own), readDescription(more)];
  const head = one.head.slice();
  // A decoder is told the most that it must be able to do.
  head[3] = Math.max(one.head[3] ?? 0, two.head[3] ?? 0);
  const sequences = [...one.sequences, ...two.sequences];
  const pictures = [...one.pictures, ...two.pictures];
  if (sequences.length > 31 || pictures.length > 255) throw new MediaError('avcC: too many parameter sets');
  const avcC = box('avcC', [
    head.subarray(0, 5),
    Uint8Array.of(0xe0 | sequences.length),
    ...sequences.map(withLength),
    Uint8Array.of(pictures.length),
    ...pictures.map(withLength),
    one.tail,
  ]);
  return withAvcC(trak, avcC);
}

function pictureNumber(nal: Uint8Array): number {
  const bits = new Bits(withoutEmulationPrevention(nal.subarray(0, 64)));
  bits.skip(8);
  return bits.unsigned();
}

function withLength(nal: Uint8Array): Uint8Array {
  return joined([Uint8Array.of(nal.length >> 8, nal.length), nal]);
}

function readDescription(avcC: Uint8Array): AvcDescription {
  let offset = 5;
  const byte = (): number => {
    const value = avcC[offset++];
    if (value === undefined) throw new MediaError('avcC: cut off');
    return value;
  };
  const list = (count: number): Uint8Array[] =>
    Array.from({ length: count }, () => {
      const length = byte() * 256 + byte();
      if (offset + length > avcC.length) throw new MediaError('avcC: cut off');
      offset += length;
      return avcC.subarray(offset - length, offset);
    });
  const sequences = list(byte() & 0x1f);
  const pictures = list(byte());
  return { head: avcC.subarray(0, 5), sequences, pictures, tail: avcC.subarray(offset) };
}

/** The content of the avcC; null where it is no track of H.264 with its parameter sets there. */
function avcCOf(trak: Uint8Array): Uint8Array | null {
  const entry = entryOf(trak);
  if (entry?.type !== 'avc1') return null;
  const avcC = optional(boxes(viewOf(trak), entry.content + entryHeadBytes, entry.end), 'avcC');
  return avcC && trak.subarray(avcC.content, avcC.end);
}

function entryOf(trak: Uint8Array): Box | null {
  const view = viewOf(trak);
  const [outer] = boxes(view, 0, trak.length);
  let inside: Box | null = outer ?? null;
  for (const type of ['mdia', 'minf', 'stbl', 'stsd']) inside = inside && optional(boxesIn(view, inside), type);
  if (!inside || inside.end - inside.content < 8) return null;
  const entries = boxes(view, inside.content + 8, inside.end);
  return entries.length === 1 ? (entries[0] ?? null) : null;
}

function withAvcC(trak: Uint8Array, avcC: Uint8Array): Uint8Array {
  const view = viewOf(trak);
  const rebuilt = (outer: Box, path: readonly string[]): Uint8Array => {
    const [next, ...rest] = path;
    const children = boxesIn(view, outer).map((child) =>
      child.type === next ? rebuilt(child, rest) : trak.subarray(child.start, child.end),
    );
    if (outer.type !== 'stbl') return box(outer.type, children);
    const others = boxesIn(view, outer).filter(({ type }) => type !== 'stsd');
    return box('stbl', [stsdWith(trak, avcC), ...others.map(({ start, end }) => trak.subarray(start, end))]);
  };
  const [outer] = boxes(view, 0, trak.length);
  if (!outer) throw new MediaError('MP4: no trak');
  return rebuilt(outer, ['mdia', 'minf', 'stbl']);
}

function stsdWith(trak: Uint8Array, avcC: Uint8Array): Uint8Array {
  const entry = entryOf(trak);
  if (!entry) throw new MediaError('MP4: no sample entry');
  const children = boxes(viewOf(trak), entry.content + entryHeadBytes, entry.end);
  const entryBox = box('avc1', [
    trak.subarray(entry.content, entry.content + entryHeadBytes),
    ...children.map(({ type, start, end }) => (type === 'avcC' ? avcC : trak.subarray(start, end))),
  ]);
  return fullBox('stsd', 0, 0, [Uint8Array.of(0, 0, 0, 1), entryBox]);
}

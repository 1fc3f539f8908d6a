/**
 * Writes the boxes of an ordinary MP4, its tables before its pictures (ISO 14496-12 §8.2 to 8.7): `ftyp` and `moov` from
 * what is known of the tracks. Streams are described as their init segment describes them, byte for byte; edit lists say
 * which part of each track is shown.
 */
import { boxes, boxesIn, fullHead, optional, required, viewOf } from '../boxes.ts';
import { MediaError } from '../mediaError.ts';
import type { MovieTrack, Repeated } from './movieTrack.ts';

export interface MovieHead {
  tracks: readonly MovieTrack[];
  /** Of each piece, where it begins behind the first. */
  pieceOffsets: readonly number[];
  /** Of all pieces together. */
  dataBytes: number;
  /** UTC of the first picture that is shown. */
  startMs: number;
}

const brands = ['isom', 'iso2', 'avc1', 'mp41'];
/** From 1904 to 1970. */
const epochSeconds = 2_082_844_800;
/** Units of the movie's own time in a second: finer than any track's that is met. */
const movieTimescale = 90_000;
const furthestShort = 2 ** 32 - 1;

/** Everything up to the first byte of the first piece. */
export function movieHead(head: MovieHead): Uint8Array {
  const ftyp = box('ftyp', [fourCc('isom'), u32(0x200), ...brands.map(fourCc)]);
  const mdat = mdatHead(head.dataBytes);
  // The tables' sizes do not depend on what is in them, but for how long an offset is.
  const isLong =
    ftyp.length + 2 ** 26 + head.tracks.reduce((sum, one) => sum + one.samples * 16, 0) + head.dataBytes >
    furthestShort;
  const measured = moov(head, 0, isLong);
  const first = ftyp.length + measured.length + mdat.length;
  return joined([ftyp, moov(head, first, isLong), mdat]);
}

function mdatHead(dataBytes: number): Uint8Array {
  if (dataBytes + 8 <= furthestShort) return joined([u32(dataBytes + 8), fourCc('mdat')]);
  return joined([u32(1), fourCc('mdat'), u64(dataBytes + 16)]);
}

function moov(head: MovieHead, first: number, isLong: boolean): Uint8Array {
  const tracks = head.tracks.filter(({ samples }) => samples > 0);
  const created = Math.floor(head.startMs / 1000) + epochSeconds;
  const traks = tracks.map((track) => trak(track, created, first, head.pieceOffsets, isLong));
  const lasts = Math.max(0, ...tracks.map(shownUnits));
  const nextId = Math.max(...tracks.map(({ track }) => track.id)) + 1;
  const mvhd = fullBox('mvhd', 1, 0, [
    ...[u64(created), u64(created), u32(movieTimescale), u64(lasts), u32(0x10000), u16(0x100), zeros(10)],
    ...[unityMatrix, zeros(24), u32(nextId)],
  ]);
  return box('moov', [mvhd, ...traks]);
}

/** How long the track is shown, in the movie's units, with the wait before it. */
function shownUnits(track: MovieTrack): number {
  const { fromUnits, toUnits } = shownOf(track);
  return waitUnits(track) + scaled(toUnits - fromUnits, track);
}

function shownOf({ shown, startUnits, endUnits }: MovieTrack): { fromUnits: number; toUnits: number } {
  const fromUnits = Math.max(startUnits, shown?.fromUnits ?? startUnits);
  return { fromUnits, toUnits: Math.max(fromUnits, Math.min(endUnits, shown?.toUnits ?? endUnits)) };
}

/** From the beginning of what is shown to the track's own first sample, in the movie's units. */
function waitUnits(track: MovieTrack): number {
  const { shown, startUnits } = track;
  return shown && startUnits > shown.fromUnits ? scaled(startUnits - shown.fromUnits, track) : 0;
}

function scaled(units: number, { track }: MovieTrack): number {
  return Math.round((units / track.timescale) * movieTimescale);
}

function trak(
  track: MovieTrack,
  created: number,
  first: number,
  pieceOffsets: readonly number[],
  isLong: boolean,
): Uint8Array {
  const view = viewOf(track.trak);
  const [outer] = boxes(view, 0, track.trak.length);
  if (outer?.type !== 'trak') throw new MediaError('MP4: no trak');
  const inside = boxesIn(view, outer);
  const mdia = required(inside, 'mdia');
  const inMdia = boxesIn(view, mdia);
  const inMinf = boxesIn(view, required(inMdia, 'minf'));
  const stsd = required(boxesIn(view, required(inMinf, 'stbl')), 'stsd');
  const bytesOf = (found: { start: number; end: number } | null): Uint8Array =>
    found ? track.trak.subarray(found.start, found.end) : new Uint8Array(0);
  const stbl = box('stbl', [bytesOf(stsd), ...tables(track, first, pieceOffsets, isLong)]);
  const keep = ['vmhd', 'smhd', 'nmhd', 'dinf'].map((type) => bytesOf(optional(inMinf, type)));
  const minf = box('minf', [...keep, stbl]);
  return box('trak', [
    tkhd(track, created, bytesOf(required(inside, 'tkhd'))),
    box('edts', [elst(track)]),
    box('mdia', [mdhd(track, created, bytesOf(required(inMdia, 'mdhd'))), bytesOf(optional(inMdia, 'hdlr')), minf]),
  ]);
}

/** The end of the box is the same in both versions: layer, volume, matrix, width and height. */
function tkhd(track: MovieTrack, created: number, own: Uint8Array): Uint8Array {
  const tail = own.slice(-60);
  return fullBox('tkhd', 1, 3, [
    u64(created),
    u64(created),
    u32(track.track.id),
    zeros(4),
    u64(shownUnits(track)),
    tail,
  ]);
}

/** The end of the box: language. */
function mdhd({ track, startUnits, endUnits }: MovieTrack, created: number, own: Uint8Array): Uint8Array {
  const { version } = fullHead(viewOf(own), { type: 'mdhd', start: 0, content: 8, end: own.length });
  if (own.length < (version === 1 ? 44 : 32)) throw new MediaError('MP4: mdhd cut off');
  return fullBox('mdhd', 1, 0, [
    u64(created),
    u64(created),
    u32(track.timescale),
    u64(endUnits - startUnits),
    own.slice(-4),
  ]);
}

function elst(track: MovieTrack): Uint8Array {
  const { fromUnits, toUnits } = shownOf(track);
  const wait = waitUnits(track);
  const entry = (units: number, media: bigint): Uint8Array => joined([u64(units), big(media), u32(0x10000)]);
  const shown = entry(scaled(toUnits - fromUnits, track), BigInt(fromUnits - track.startUnits));
  const entries = wait > 0 ? [entry(wait, -1n), shown] : [shown];
  return fullBox('elst', 1, 0, [u32(entries.length), ...entries]);
}

function tables(track: MovieTrack, first: number, pieceOffsets: readonly number[], isLong: boolean): Uint8Array[] {
  const { durations, shownAfter, inSync, samples, sizes, chunkPieces, chunkSamples } = track;
  const sizeTable = new Uint8Array(sizes.length * 4);
  const sizeView = viewOf(sizeTable);
  for (const [at, size] of sizes.entries()) sizeView.setUint32(at * 4, size);
  const perChunk = stretches(chunkSamples);
  const offsets = chunkPieces.map((piece) => first + (pieceOffsets[piece] ?? 0));
  const isPlain = shownAfter.every(({ value }) => value === 0);
  const sees = track.track.kind === 'video' && inSync.length < samples;
  return [
    fullBox('stts', 0, 0, [u32(durations.length), ...pairs(durations)]),
    ...(isPlain ? [] : [fullBox('ctts', 1, 0, [u32(shownAfter.length), ...pairs(shownAfter)])]),
    ...(sees ? [fullBox('stss', 0, 0, [u32(inSync.length), words(inSync)])] : []),
    fullBox('stsc', 0, 0, [
      u32(perChunk.length),
      ...perChunk.map(([at, count]) => joined([u32(at), u32(count), u32(1)])),
    ]),
    fullBox('stsz', 0, 0, [u32(0), u32(samples), sizeTable]),
    isLong
      ? fullBox('co64', 0, 0, [u32(offsets.length), ...offsets.map(u64)])
      : fullBox('stco', 0, 0, [u32(offsets.length), words(offsets)]),
  ];
}

/** The number of the first chunk, from 1, of each row of chunks with as many samples. */
function stretches(counts: readonly number[]): [number, number][] {
  const rows: [number, number][] = [];
  for (const [at, count] of counts.entries()) if (rows.at(-1)?.[1] !== count) rows.push([at + 1, count]);
  return rows;
}

function pairs(list: Repeated): Uint8Array[] {
  return list.map(({ count, value }) => joined([u32(count), u32(value >>> 0)]));
}

export const unityMatrix = joined([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32));

export function box(type: string, parts: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = 8 + parts.reduce((sum, part) => sum + part.length, 0);
  return joined([u32(sizeBytes), fourCc(type), ...parts]);
}

export function fullBox(type: string, version: number, flags: number, parts: readonly Uint8Array[]): Uint8Array {
  return box(type, [u32(version * 2 ** 24 + flags), ...parts]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function fourCc(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function u64(value: number): Uint8Array {
  return big(BigInt(value));
}

function big(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigInt64(0, value);
  return bytes;
}

function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  for (const [at, value] of values.entries()) view.setUint32(at * 4, value);
  return bytes;
}

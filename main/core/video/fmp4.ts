/**
 * Cuts the fragmented MP4 that ffmpeg writes for the disk (ISO 14496-12 §8.8) into its init segment (ftyp and moov)
 * and its fragments (moof and mdat), reads when each begins, how long it is and whether it begins at a keyframe, and
 * moves a fragment in time. What it hands on owns its buffer and is safe to keep. Sizes are bounded. Throws MediaError
 * on bytes that are no such stream; a reader must not be used after that.
 */
import { boxes, boxesIn, type Box, fourCc, fullHead, optional, requireBytes, required, viewOf } from './boxes.ts';
import { Gather } from './gather.ts';
import { MediaError } from './mediaError.ts';
import { readSampleEntry, type SampleEntry } from './sampleEntry.ts';
import { mostTracks, readMoof } from './trackFragment.ts';

export interface Track {
  id: number;
  /** Units of time in one second. */
  timescale: number;
  kind: 'video' | 'audio';
  /** What holds for samples of which a fragment does not say it (`trex`). */
  defaults: { durationUnits: number; sizeBytes: number; sampleFlags: number };
}

export interface Init {
  bytes: Uint8Array;
  /** 'video/mp4; codecs="avc1.64001f,mp4a.40.2"' */
  mime: string;
  /** 'avc1.64001f,mp4a.40.2' */
  codecs: string;
  tracks: Track[];
  /** 0 where there is no picture. */
  widthPixels: number;
  heightPixels: number;
  /** How the samples of each track are decoded, in the order of `tracks`. */
  entries: SampleEntry[];
}

export interface FragmentHead {
  /** The least decode time of its tracks. */
  startSeconds: number;
  /** From there to the end of the track that lasts longest. */
  durationSeconds: number;
  /** Decode time of its first picture; null where it holds only sound. */
  pictureStartSeconds: number | null;
  /** It begins with a picture that can be decoded without what came before. */
  keyframe: boolean;
  /** moof and mdat together. */
  sizeBytes: number;
}

export type Fragment = Omit<FragmentHead, 'sizeBytes'> & { bytes: Uint8Array };

export interface Fmp4Listener {
  init(init: Init): void;
  fragment(fragment: Fragment): void;
}

export const largestInitBytes = 2 ** 20;
export const largestFragmentBytes = 64 * 2 ** 20;
const largestMoofBytes = 4 * 2 ** 20;
const headBytes = 8;

export class Fmp4Reader {
  readonly #on: Fmp4Listener;
  #gather = new Gather(headBytes);
  /** Type of the box that is gathered; null while it is the next box's head. */
  #type: string | null = null;
  /** Bytes still to be passed over. */
  #skipBytes = 0;
  #ftyp: Uint8Array | null = null;
  #moof: Uint8Array | null = null;
  #tracks: Track[] | null = null;

  constructor(on: Fmp4Listener) {
    this.#on = on;
  }

  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#skipBytes > 0) {
        const skipBytes = Math.min(this.#skipBytes, bytes.length - offset);
        this.#skipBytes -= skipBytes;
        offset += skipBytes;
        continue;
      }
      offset = this.#gather.take(bytes, offset);
      if (this.#gather.full) this.#piece(this.#gather.bytes);
    }
  }

  #piece(bytes: Uint8Array): void {
    const type = this.#type;
    this.#type = null;
    if (type === null) {
      this.#boxHead(bytes);
      return;
    }
    this.#gather = new Gather(headBytes);
    this.#box(type, bytes);
  }

  #boxHead(head: Uint8Array): void {
    const view = viewOf(head);
    const sizeBytes = view.getUint32(0);
    const type = fourCc(view, 4);
    if (sizeBytes < headBytes) throw new MediaError('MP4: box of impossible size');
    const moof = this.#moof;
    this.#moof = null;
    if (moof !== null && type !== 'mdat') throw new MediaError('MP4: moof without its mdat');
    const limitBytes = moof ? largestFragmentBytes - moof.length : gatheredBoxes.get(type);
    if (limitBytes === undefined) {
      this.#skipBytes = sizeBytes - headBytes;
      this.#gather = new Gather(headBytes);
      return;
    }
    if (sizeBytes > limitBytes) throw new MediaError('MP4: box too large');
    // The mdat is gathered behind its moof, so that a fragment becomes one array without another copy.
    const beginning = moof ? joined(moof, head) : head;
    this.#type = type;
    this.#gather = new Gather(beginning.length - headBytes + sizeBytes, beginning);
    if (this.#gather.full) this.#piece(this.#gather.bytes);
  }

  #box(type: string, bytes: Uint8Array): void {
    switch (type) {
      case 'ftyp':
        this.#ftyp = bytes;
        return;
      case 'moov': {
        if (this.#tracks !== null) throw new MediaError('MP4: second moov');
        const init = readInit(joined(this.#ftyp ?? new Uint8Array(0), bytes));
        this.#tracks = init.tracks;
        this.#on.init(init);
        return;
      }
      case 'moof':
        this.#moof = bytes;
        return;
      default: {
        if (this.#tracks === null) throw new MediaError('MP4: fragment before moov');
        const { sizeBytes: _sizeBytes, ...head } = readFragmentHead(bytes, this.#tracks);
        this.#on.fragment({ bytes, ...head });
      }
    }
  }
}

/** Largest sizes of the boxes that are kept; all others are passed over. */
const gatheredBoxes = new Map([
  ['ftyp', largestInitBytes],
  ['moov', largestInitBytes],
  ['moof', largestMoofBytes],
]);

/** Reads an init segment: the bytes from the start of a file up to the end of its moov, and no more. */
export function readInit(bytes: Uint8Array): Init {
  if (bytes.length > largestInitBytes * 2) throw new MediaError('MP4: init segment too large');
  const view = viewOf(bytes);
  const moov = boxesIn(view, required(boxes(view, 0, bytes.length), 'moov'));
  const mvex = optional(moov, 'mvex');
  const defaults = new Map((mvex ? boxesIn(view, mvex) : []).flatMap((box) => readDefaults(view, box)));
  const found = moov.filter((box) => box.type === 'trak').flatMap((trak) => readTrack(view, trak, defaults));
  if (found.length === 0) throw new MediaError('MP4: no tracks');
  if (found.length > mostTracks) throw new MediaError('MP4: too many tracks');
  const codecs = found.map(({ entry }) => entry.codec).join(',');
  const picture = found.find(({ track }) => track.kind === 'video')?.entry.size;
  return {
    bytes,
    mime: `video/mp4; codecs="${codecs}"`,
    codecs,
    tracks: found.map(({ track }) => track),
    widthPixels: picture?.widthPixels ?? 0,
    heightPixels: picture?.heightPixels ?? 0,
    entries: found.map(({ entry }) => entry),
  };
}

const noDefaults: Track['defaults'] = { durationUnits: 0, sizeBytes: 0, sampleFlags: 0 };

function readDefaults(view: DataView, box: Box): [number, Track['defaults']][] {
  if (box.type !== 'trex') return [];
  requireBytes(box, 24);
  const id = view.getUint32(box.content + 4);
  const [durationUnits, sizeBytes, sampleFlags] = [12, 16, 20].map((at) => view.getUint32(box.content + at));
  return [[id, { durationUnits: durationUnits ?? 0, sizeBytes: sizeBytes ?? 0, sampleFlags: sampleFlags ?? 0 }]];
}

/** The track, or nothing for tracks that are neither picture nor sound. */
function readTrack(
  view: DataView,
  trak: Box,
  defaults: ReadonlyMap<number, Track['defaults']>,
): { track: Track; entry: SampleEntry }[] {
  const inTrak = boxesIn(view, trak);
  const mdia = boxesIn(view, required(inTrak, 'mdia'));
  const hdlr = required(mdia, 'hdlr');
  requireBytes(hdlr, 12);
  const handler = fourCc(view, hdlr.content + 8);
  if (handler !== 'vide' && handler !== 'soun') return [];
  const kind = handler === 'vide' ? 'video' : 'audio';
  const id = fieldBehindDates(view, required(inTrak, 'tkhd'));
  const timescale = fieldBehindDates(view, required(mdia, 'mdhd'));
  if (timescale === 0) throw new MediaError('MP4: timescale 0');
  const stbl = required(boxesIn(view, required(mdia, 'minf')), 'stbl');
  const stsd = required(boxesIn(view, stbl), 'stsd');
  requireBytes(stsd, 8);
  const [entry] = boxes(view, stsd.content + 8, stsd.end);
  if (entry === undefined) throw new MediaError('MP4: no sample entry');
  const track: Track = { id, timescale, kind, defaults: defaults.get(id) ?? noDefaults };
  return [{ track, entry: readSampleEntry(view, entry, kind) }];
}

/** What follows the two dates: the id in tkhd, the timescale in mdhd. */
function fieldBehindDates(view: DataView, box: Box): number {
  const { version } = fullHead(view, box);
  const offset = version === 1 ? 20 : 12;
  requireBytes(box, offset + 4);
  return view.getUint32(box.content + offset);
}

/** Reads a fragment's moof. `bytes` may end behind the moof: the head tells how long the whole fragment is. */
export function readFragmentHead(bytes: Uint8Array, tracks: readonly Track[]): FragmentHead {
  const { moof, trackFragments } = readMoof(bytes, tracks);
  const view = viewOf(bytes);
  if (bytes.length < moof.end + headBytes) throw new MediaError('MP4: mdat cut off');
  if (fourCc(view, moof.end + 4) !== 'mdat') throw new MediaError('MP4: moof without its mdat');
  const mdatBytes = view.getUint32(moof.end);
  if (mdatBytes < headBytes || moof.end + mdatBytes > largestFragmentBytes) throw new MediaError('MP4: odd mdat size');
  const startSeconds = Math.min(...trackFragments.map(({ startUnits, track }) => startUnits / track.timescale));
  const endSeconds = Math.max(
    ...trackFragments.map(({ startUnits, durationUnits, track }) => (startUnits + durationUnits) / track.timescale),
  );
  const picture = trackFragments.find(({ track }) => track.kind === 'video');
  return {
    startSeconds,
    durationSeconds: endSeconds - startSeconds,
    pictureStartSeconds: picture ? picture.startUnits / picture.track.timescale : null,
    keyframe: picture?.beginsInSync ?? false,
    sizeBytes: moof.end + mdatBytes,
  };
}

/** The same fragment, later by `bySeconds` (earlier, when negative; never before 0). */
export function moveFragment(bytes: Uint8Array, tracks: readonly Track[], bySeconds: number): Uint8Array<ArrayBuffer> {
  // Not `slice`, which shares the memory when the bytes are a Buffer.
  const moved = new Uint8Array(bytes);
  const view = viewOf(moved);
  for (const { track, startUnits, time } of readMoof(bytes, tracks).trackFragments) {
    writeTime(view, time, Math.max(0, startUnits + Math.round(bySeconds * track.timescale)));
  }
  return moved;
}

/**
 * The same fragment, its only picture later by `bySeconds`, and shorter by as much, so that it ends when it did. Null
 * where it has no picture, more than one, or one that does not last so long.
 */
export function delayPicture(fragment: Fragment, tracks: readonly Track[], bySeconds: number): Fragment | null {
  const bytes = new Uint8Array(fragment.bytes);
  const picture = readMoof(bytes, tracks).trackFragments.find(({ track }) => track.kind === 'video');
  if (!picture || picture.durationOffset === null) return null;
  const byUnits = Math.round(bySeconds * picture.track.timescale);
  if (byUnits < 0 || byUnits >= picture.durationUnits) return null;
  const view = viewOf(bytes);
  writeTime(view, picture.time, picture.startUnits + byUnits);
  view.setUint32(picture.durationOffset, picture.durationUnits - byUnits);
  const { sizeBytes: _sizeBytes, ...head } = readFragmentHead(bytes, tracks);
  return { bytes, ...head };
}

function writeTime(view: DataView, time: { offset: number; version: number }, units: number): void {
  const limit = time.version === 1 ? Number.MAX_SAFE_INTEGER : 2 ** 32 - 1;
  if (units > limit) throw new MediaError('MP4: moved beyond what its time can hold');
  if (time.version === 1) view.setBigUint64(time.offset, BigInt(units));
  else view.setUint32(time.offset, units);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

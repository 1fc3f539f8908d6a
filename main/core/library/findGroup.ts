/**
 * Finds the fragments from one keyframe to the next around a moment, in a recording of which nothing is known but its
 * length: looks for the head of a fragment near where the moment should lie, and goes on from there by the fragments'
 * own lengths. Opens a few chunks, where reading the whole table opens nearly all of them (a minute of 4 Mbit/s: 2 ms
 * instead of 20). The bytes are hostile: a head is believed when it reads as one of this recording's and another follows
 * it, or the end. Where that leads nowhere the answer is null, and the table (recordingTable.ts) says the truth.
 */
import { good, type Outcome } from '../../contract/problems.ts';
import { viewOf } from '../video/boxes.ts';
import { type Init, readFragmentHead } from '../video/fmp4.ts';
import { MediaError } from '../video/mediaError.ts';
import type { FragmentPlace } from './openRecording.ts';
import type { SealedBytes } from './recordingTable.ts';

export interface Group {
  /** From a keyframe on; never empty. */
  places: FragmentPlace[];
  /** Where the next keyframe begins; null at the recording's end. */
  nextMs: number | null;
}

export interface SearchedRecording {
  file: SealedBytes;
  init: Init;
  startMs: number;
  endMs: number;
}

const windowBytes = 384 * 1024;
const mostTries = 6;
const mostFragments = 10_000;

export async function findGroup(recording: SearchedRecording, atMs: number): Promise<Outcome<Group | null>> {
  const { file, init, startMs, endMs } = recording;
  const first = init.bytes.length;
  const bytesPerMs = (file.sizeBytes - first) / Math.max(1, endMs - startMs);
  const within = (offset: number): number => Math.min(Math.max(first, Math.floor(offset)), file.sizeBytes);
  // More lies before the moment than behind: the keyframe is there.
  let from = within(first + (atMs - startMs) * bytesPerMs - windowBytes * 0.6);
  let backBytes = windowBytes;
  for (let tries = 0; tries < mostTries; tries++) {
    const read = await file.read(from, windowBytes);
    if (!read.ok) return read;
    const heads = headsIn(read.value, from, recording);
    const key = heads.findLast((place) => place.keyframe && place.startMs <= atMs);
    const last = heads.at(-1);
    if (!last) return good(null);
    if (!key) {
      // The first keyframe of all counts for what little lies before it.
      if (from === first) return await ahead(recording, heads);
      from = within(from - backBytes);
      backBytes *= 2;
    } else if (last.startMs + last.durationMs < atMs && last.offset + last.length < file.sizeBytes) {
      const behind = last.offset + last.length + (atMs - last.startMs) * bytesPerMs - windowBytes * 0.6;
      // A long group of pictures is left in sight of its keyframe.
      if (behind > key.offset + windowBytes / 2) from = within(Math.max(behind, from + windowBytes / 4));
      else return await ahead(recording, heads.slice(heads.indexOf(key)), atMs);
    } else {
      return await ahead(recording, heads.slice(heads.indexOf(key)), atMs);
    }
  }
  return good(null);
}

/** The group of these heads that holds the moment, with what of it lies behind them. */
async function ahead(
  recording: SearchedRecording,
  heads: readonly FragmentPlace[],
  atMs = -Infinity,
): Promise<Outcome<Group | null>> {
  let places: FragmentPlace[] = [];
  const more = (place: FragmentPlace): boolean => {
    if (place.keyframe && places.length > 0) {
      if (place.startMs > atMs) return false;
      places = [];
    }
    places.push(place);
    return true;
  };
  for (const head of heads) if (!more(head)) return good({ places, nextMs: head.startMs });
  const { file } = recording;
  while (places.length < mostFragments) {
    const last = places.at(-1);
    const offset = last ? last.offset + last.length : file.sizeBytes;
    if (offset >= file.sizeBytes) return good(places.length > 0 ? { places, nextMs: null } : null);
    // Heads are far apart here: the pictures between them are not read.
    const read = await file.read(offset, 8192);
    if (!read.ok) return read;
    const [next] = headsIn(read.value, offset, recording, true);
    if (!next) return good(null);
    if (!more(next)) return good({ places, nextMs: next.startMs });
  }
  return good(null);
}

/**
 * The fragments whose heads lie in the bytes, which begin at `offset` of the file. `exactly`: the first one must begin
 * there, perhaps behind `free` boxes; else it is looked for.
 */
function headsIn(bytes: Uint8Array, offset: number, recording: SearchedRecording, exactly = false): FragmentPlace[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (exactly || offset === recording.init.bytes.length) return chainFrom(bytes, 0, offset, recording);
  for (let at = view.indexOf('moof', 4, 'latin1'); at !== -1; at = view.indexOf('moof', at + 1, 'latin1')) {
    const chain = chainFrom(bytes, at - 4, offset, recording);
    const last = chain.at(-1);
    // One alone could be pictures that happen to read so: the next head, or the file's end, says that it is none.
    if (chain.length > 1 || (last && last.offset + last.length === recording.file.sizeBytes)) return chain;
    if (last && last.offset + last.length > offset + bytes.length) return chain;
  }
  return [];
}

function chainFrom(bytes: Uint8Array, begin: number, offset: number, recording: SearchedRecording): FragmentPlace[] {
  const { file, init, startMs } = recording;
  const found: FragmentPlace[] = [];
  let at = begin;
  while (at + 8 <= bytes.length) {
    const free = freeBox(bytes, at);
    if (free > 0) {
      at += free;
      continue;
    }
    const head = headAt(bytes.subarray(at), init);
    if (head === null || offset + at + head.sizeBytes > file.sizeBytes) break;
    found.push({
      offset: offset + at,
      length: head.sizeBytes,
      startMs: startMs + head.startSeconds * 1000,
      durationMs: head.durationSeconds * 1000,
      keyframe: head.keyframe,
    });
    at += head.sizeBytes;
  }
  return found;
}

function freeBox(bytes: Uint8Array, at: number): number {
  const view = viewOf(bytes);
  const isFree = view.getUint32(at + 4) === 0x66726565;
  return isFree ? Math.max(8, view.getUint32(at)) : 0;
}

function headAt(bytes: Uint8Array, init: Init): ReturnType<typeof readFragmentHead> | null {
  try {
    return readFragmentHead(bytes, init.tracks);
  } catch (error) {
    if (error instanceof MediaError) return null;
    throw error;
  }
}

/** ftyp and moov at the beginning of a recording, out of its first bytes; null when they are not whole there. */
export function initLengthIn(bytes: Uint8Array): number | null {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length;) {
    const sizeBytes = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (sizeBytes < 8 || at + sizeBytes > bytes.length) return null;
    at += sizeBytes;
    if (type === 0x6d6f6f76) return at;
  }
  return null;
}

/**
 * Decides when an unsealed chunk is filled up and sealed before its time, so that what a crash takes stays within the
 * bound: 2 s, or 64 KiB where that is longer (DESIGN P5). What waits unsealed is a fragment in ffmpeg and a chunk here.
 * A chunk that fills in less than a second is never filled up: from 520 kbit/s on, and from 800 where ffmpeg converts
 * the sound and holds for up to 1 s what comes: a fragment, and of those behind it what came meanwhile. Slower, both
 * together could be more than 2 s and more than 64 KiB: before what comes next would make them so, a `free` box (ISO
 * 14496-12 §8.1.2) takes the rest of the chunk. How much that is for which rate, test/unit/recorder/padding.test.ts
 * simulates. What is larger by more than a tenth than the last of its kind can still pass 64 KiB by the difference, for
 * as long as ffmpeg holds it. Pure.
 */
import type { FragmentPlace } from '../library/openRecording.ts';
import { chunkBytes } from '../vault/stream.ts';

/** Of the bound's 2 s; the rest is for the fdatasync, without which a power cut takes what was sealed. */
const unsealedMs = 1700;
/** What the next fragment may come later than the last ones did: a busy computer. */
const laterMs = 100;
/** What it may be larger: without this one of 523 cameras killed lost 93 bytes more than 64 KiB, and 14 ms more than 2 s. */
const largerShare = 1.1;
/** Fragments that tell how large and how late the next one may be: at two a second, those of 10 s. */
export const toldBy = 20;
/** Before so many have told it, a fragment may be held as long as the worst that was seen: sound that is converted. */
const fewTold = 6;
const worstHeldMs = 1050;
const boxHeadBytes = 8;

export interface Unsealed {
  /** In order; the last of them was appended just now. */
  fragments: readonly FragmentPlace[];
  /** Of the file, sealed and not. */
  sizeBytes: number;
  /** Of them, those that are sealed and written. */
  writtenBytes: number;
  /**
   * How long ffmpeg held each of the last fragments, of the recordings before in this run too: from its first picture
   * to its arrival here.
   */
  heldMs: readonly number[];
}

/** How long the `free` box must be that fills the chunk; 0 where none is needed. */
export function paddingBytes({ fragments, sizeBytes, writtenBytes, heldMs }: Unsealed): number {
  const last = fragments.at(-1);
  if (!last) return 0;
  const oldest = fragments.find(({ offset, length }) => offset + length > writtenBytes) ?? last;
  const told = heldMs.slice(-toldBy);
  const nextMs = largest(told.length < fewTold ? [worstHeldMs, ...told] : told) + laterMs;
  const waitingMs = last.startMs + last.durationMs - oldest.startMs;
  const waitingBytes = sizeBytes - writtenBytes;
  if (waitingMs + nextMs <= unsealedMs || waitingBytes + bytesWithin(nextMs, fragments) <= chunkBytes) return 0;
  // A full chunk is sealed only when one more byte shows that it is not the last.
  return Math.max(boxHeadBytes, chunkBytes - waitingBytes + 1);
}

/** What a camera sends in so many milliseconds from the last fragment's end on: at most one keyframe, if one is due. */
function bytesWithin(ms: number, fragments: readonly FragmentPlace[]): number {
  const recent = fragments.slice(-toldBy);
  const others = recent.filter(({ keyframe }) => !keyframe);
  const largestOther = others.length > 0 ? largest(others.map(({ length }) => length)) : 0;
  const durationMs = largest((others.length > 0 ? others : recent).map((one) => one.durationMs)) || ms;
  const rest = Math.max(1, ms / durationMs);
  const expected = keyframeIsDue(fragments, ms)
    ? largest(fragments.map(({ length }) => length)) + largestOther * (rest - 1)
    : largestOther * rest;
  return expected * largerShare;
}

/** Whether a keyframe may come in so many milliseconds: its fragment is several times as large as others. */
function keyframeIsDue(fragments: readonly FragmentPlace[], withinMs: number): boolean {
  const starts = fragments.filter(({ keyframe }) => keyframe).map(({ startMs }) => startMs);
  const apartMs = starts.slice(1).map((startMs, nth) => startMs - (starts[nth] ?? 0));
  const last = fragments.at(-1);
  const lastStartMs = starts.at(-1);
  if (!last || lastStartMs === undefined || apartMs.length === 0) return true;
  return last.startMs + last.durationMs + withinMs >= lastStartMs + Math.min(...apartMs);
}

function largest(numbers: readonly number[]): number {
  return Math.max(0, ...numbers);
}

/** A box that every reader passes over. */
export function freeBox(sizeBytes: number): Uint8Array {
  const box = new Uint8Array(sizeBytes);
  const view = new DataView(box.buffer);
  view.setUint32(0, sizeBytes);
  box.set(new TextEncoder().encode('free'), 4);
  return box;
}

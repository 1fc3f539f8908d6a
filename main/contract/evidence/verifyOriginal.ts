/**
 * Compares one original file of an evidence pack, which holds pieces of a recording, with what the manifest says of it.
 * Where they differ it says what was done: pieces altered, left out, put in another order, moved in time, or put in. One
 * pass over a file that is as it should be; only one that is not is cut up by what lies in it.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ManifestPiece, ManifestRecording } from './manifest.ts';
import { type Hasher, type PackFile, type PackFinding, type PackPlace, readingAhead, windowBytes } from './pack.ts';
import { boxHead, decodeTimeOf, timescaleOf } from './pieces.ts';

export interface OriginalCheck {
  file: PackFile;
  recording: ManifestRecording;
  camera: string;
  hasher: () => Hasher;
  /** Told of every piece that was read; throws when nobody waits any more. */
  worked: (bytes: number) => void;
}

interface Found {
  fromByte: number;
  toByte: number;
  hash: string;
  /** When a fragment says that it begins, in seconds; null where it says nothing. */
  seconds: number | null;
}

/** More than any piece of a recording. */
const largestPieceBytes = 80 * 2 ** 20;
/** More boxes than a piece of a recording has beside one another. */
const mostBoxes = 16;
/** No time is later (ECMA-262 §21.4.1.1). */
const latestMs = 8.64e15;
/** Times in the manifest are rounded to a millisecond, and a track may begin a little behind the other. */
const sameTimeSeconds = 0.25;

/** Nothing when it is as it was made. `sha256`: of the whole file, as it is. */
export async function verifyOriginal(check: OriginalCheck): Promise<{ findings: PackFinding[]; sha256: string }> {
  const { file, recording, hasher, worked } = check;
  const whole = hasher();
  const read = readingAhead(file);
  let at = 0;
  let same = true;
  for (const [, hash, sizeBytes] of here(recording)) {
    // Where the manifest says more than there can be, the rest is only read for the sum.
    same &&= sizeBytes <= largestPieceBytes && at + sizeBytes <= file.sizeBytes;
    if (!same) break;
    const bytes = await read(at, at + sizeBytes);
    whole.update(bytes);
    worked(bytes.length);
    at += bytes.length;
    same = bytes.length === sizeBytes && hashOf(hasher, bytes) === hash;
  }
  while (at < file.sizeBytes) {
    same = false;
    const bytes = await file.read(at, Math.min(file.sizeBytes, at + windowBytes));
    if (bytes.length === 0) break;
    whole.update(bytes);
    worked(bytes.length);
    at += bytes.length;
  }
  const sha256 = bytesToHex(whole.digest());
  if (same) return { findings: [], sha256 };
  const findings = await whatWasDone(check);
  // All pieces are there, and not of the size that the manifest says.
  return { findings: findings.length > 0 ? findings : [{ is: 'content', ...placeOf(check, null) }], sha256 };
}

/** The pieces that lie in the file. */
export function here({ pieces }: ManifestRecording): ManifestPiece[] {
  return pieces.filter((piece) => piece[3] === 1);
}

async function whatWasDone(check: OriginalCheck): Promise<PackFinding[]> {
  const expected = here(check.recording);
  const found = await cutUp(check);
  const places = placesOf(expected, found);
  const inOrder = longestRising(places);
  const known = new Set(places.filter((place) => place !== null));
  const taken = new Set<number>();
  const findings: PackFinding[] = [];
  let next = 0;
  for (const [index, piece] of expected.entries()) {
    const place = places[index] ?? null;
    if (place !== null) {
      if (inOrder.has(index)) next = place + 1;
      else findings.push({ is: 'moved', ...placeOf(check, piece) });
      continue;
    }
    const instead = found[next];
    if (!instead || known.has(next)) {
      findings.push({ is: 'dropped', ...placeOf(check, piece) });
      continue;
    }
    taken.add(next);
    next += 1;
    findings.push(changed(check, piece, instead));
  }
  for (const { fromByte, toByte } of stretches(found, (index) => !known.has(index) && !taken.has(index))) {
    findings.push({ is: 'inserted', fromByte, toByte, ...placeOf(check, null) });
  }
  return findings;
}

/** Of every piece expected, which of those found it is; null: none. Of several that are alike, the first comes first. */
function placesOf(expected: readonly ManifestPiece[], found: readonly Found[]): (number | null)[] {
  const indexesOf = new Map<string, number[]>();
  for (let index = found.length - 1; index >= 0; index--) {
    const hash = found[index]?.hash ?? '';
    const alike = indexesOf.get(hash);
    if (alike) alike.push(index);
    else indexesOf.set(hash, [index]);
  }
  return expected.map((piece) => indexesOf.get(piece[1])?.pop() ?? null);
}

/** Bytes of the pieces that are meant; of those that lie side by side together. */
function stretches(found: readonly Found[], isMeant: (index: number) => boolean): Omit<Found, 'hash' | 'seconds'>[] {
  const together: { fromByte: number; toByte: number }[] = [];
  for (const [index, { fromByte, toByte }] of found.entries()) {
    if (!isMeant(index)) continue;
    const last = together.at(-1);
    if (last?.toByte === fromByte) last.toByte = toByte;
    else together.push({ fromByte, toByte });
  }
  return together;
}

function changed(check: OriginalCheck, piece: ManifestPiece, { fromByte, toByte, seconds }: Found): PackFinding {
  const place = placeOf(check, piece);
  if (piece[0] === 'fragment' && seconds !== null) {
    const byMs = Math.round(seconds * 1000 - (piece[4] - check.recording.startMs));
    if (Math.abs(byMs) > sameTimeSeconds * 1000) return { is: 'shifted', byMs, ...place };
  }
  return { is: 'altered', fromByte, toByte, ...place };
}

/** The time of a fragment; of another piece that of the recording. */
function placeOf({ file, recording, camera }: OriginalCheck, piece: ManifestPiece | null): PackPlace {
  const isFragment = piece?.[0] === 'fragment';
  const fromMs = isFragment ? piece[4] : recording.startMs;
  return {
    file: file.name,
    camera,
    fromMs,
    toMs: isFragment ? Math.min(latestMs, fromMs + piece[5]) : recording.endMs,
  };
}

/** By the boxes in it; from where they make no sense on, or are far more than there should be, the rest is one piece. */
async function cutUp({ file, recording, hasher, worked }: OriginalCheck): Promise<Found[]> {
  const found: Found[] = [];
  const most = 4 * recording.pieces.length + 1000;
  let timescale: number | null = null;
  for (let at = 0; at < file.sizeBytes;) {
    const pieceBytes = found.length < most ? await pieceAt(file, at, found.length === 0) : null;
    const sizeBytes = pieceBytes ?? file.sizeBytes - at;
    const toByte = Math.min(file.sizeBytes, at + sizeBytes);
    const bytes = await file.read(at, Math.min(toByte, at + largestPieceBytes));
    worked(0);
    if (found.length === 0) timescale = timescaleOf(bytes);
    const units = boxHead(bytes)?.type === 'moof' ? decodeTimeOf(bytes) : null;
    const seconds = units !== null && timescale !== null ? units / timescale : null;
    found.push({ fromByte: at, toByte, hash: hashOf(hasher, bytes), seconds });
    at = toByte;
  }
  return found;
}

/** Size of the piece that begins here: at the beginning up to the end of moov, a moof with its mdat, or another box. */
async function pieceAt(file: PackFile, at: number, isFirst: boolean): Promise<number | null> {
  let end = at;
  for (let boxes = 0; boxes < mostBoxes; boxes++) {
    const head = boxHead(await file.read(end, end + 8));
    if (!head || end + head.sizeBytes > file.sizeBytes || end + head.sizeBytes - at > largestPieceBytes) return null;
    end += head.sizeBytes;
    if (isFirst ? head.type === 'moov' : head.type !== 'moof') return end - at;
  }
  return null;
}

function hashOf(hasher: () => Hasher, bytes: Uint8Array): string {
  const one = hasher();
  one.update(bytes);
  return bytesToHex(one.digest());
}

/** Indexes of as many numbers as possible that rise one after the other. */
function longestRising(numbers: readonly (number | null)[]): Set<number> {
  /** At n: the index of the least number that ends a rising row of n + 1. */
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const [index, number] of numbers.entries()) {
    if (number === null) continue;
    let length = 0;
    for (let beyond = ends.length; length < beyond;) {
      const middle = (length + beyond) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) length = middle + 1;
      else beyond = middle;
    }
    before.set(index, ends[length - 1]);
    ends[length] = index;
  }
  const rising = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = before.get(index)) rising.add(index);
  return rising;
}

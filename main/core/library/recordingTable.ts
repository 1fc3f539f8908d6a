/**
 * Where the fragments of a recording lie: read from the heads of its boxes, by random access, so that a seek opens only
 * the chunks that hold a head and not the pictures between them. The bytes are hostile: every length is checked, what
 * is no recording is null. The end may be cut off: whole fragments count, and `wholeBytes` says where they end. Between
 * fragments may lie `free` boxes (recorder/padding.ts), before and behind them `uuid` boxes (contract/evidence/link.ts):
 * they are passed over, and listed.
 */
import type { Outcome } from '../../contract/problems.ts';
import { good } from '../../contract/problems.ts';
import {
  type FragmentHead,
  type Init,
  largestFragmentBytes,
  largestInitBytes,
  readFragmentHead,
  readInit,
} from '../video/fmp4.ts';
import { MediaError } from '../video/mediaError.ts';
import type { FragmentPlace } from './openRecording.ts';

export interface RecordingTable {
  init: Init;
  fragments: FragmentPlace[];
  /** `free` and `uuid` boxes, in order. With init and fragments they are all the bytes. */
  others: OtherBox[];
  /** End of the last whole fragment, or of the last whole other box behind it. */
  wholeBytes: number;
  /** What follows `wholeBytes` was altered, and does not open: there were more fragments. */
  damaged: boolean;
}

export interface OtherBox {
  type: 'free' | 'uuid';
  offset: number;
  length: number;
}

export interface SealedBytes {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Outcome<Uint8Array>>;
}

/** Shown the head of each fragment as it is read: at least its moof. May throw MediaError. */
export type SeesHead = (head: Uint8Array, place: FragmentPlace, init: Init) => void;

/** Enough for the head of a fragment of 1 s at 60 pictures a second, with sound. */
const usualHeadBytes = 4096;
/** Of a camera that sends one keyframe in a week. */
const mostFragments = 1_000_000;
const boxHeadBytes = 8;

/** null when the bytes are no recording. `startMs`: UTC of its media time 0. */
export async function readRecordingTable(
  file: SealedBytes,
  startMs: number,
  see?: SeesHead,
): Promise<Outcome<RecordingTable | null>> {
  try {
    return await readTable(file, startMs, see);
  } catch (error) {
    if (error instanceof MediaError) return good(null);
    throw error;
  }
}

async function readTable(file: SealedBytes, startMs: number, see?: SeesHead): Promise<Outcome<RecordingTable | null>> {
  const beginning = await readInitOf(file);
  if (!beginning.ok || beginning.value === null) return beginning.ok ? good(null) : beginning;
  const init = beginning.value;
  const fragments: FragmentPlace[] = [];
  const others: OtherBox[] = [];
  let offset = init.bytes.length;
  while (offset + boxHeadBytes <= file.sizeBytes && fragments.length < mostFragments) {
    const read = await readHead(file, offset, init);
    if (!read.ok) {
      if (read.problem.code === 'vaultDamaged')
        return good({ init, fragments, others, wholeBytes: offset, damaged: true });
      return read;
    }
    const head = read.value;
    if (head === null || offset + head.sizeBytes > file.sizeBytes) break;
    offset += head.sizeBytes;
    if ('type' in head) {
      if (others.push({ type: head.type, offset: offset - head.sizeBytes, length: head.sizeBytes }) > mostFragments)
        break;
      continue;
    }
    const place = {
      offset: offset - head.sizeBytes,
      length: head.sizeBytes,
      startMs: startMs + head.startSeconds * 1000,
      durationMs: head.durationSeconds * 1000,
      keyframe: head.keyframe,
    };
    fragments.push(place);
    see?.(head.bytes, place, init);
  }
  return good({ init, fragments, others, wholeBytes: offset, damaged: false });
}

/** ftyp and moov; null when the file ends before them. Throws MediaError. */
async function readInitOf(file: SealedBytes): Promise<Outcome<Init | null>> {
  let offset = 0;
  for (;;) {
    const head = await file.read(offset, boxHeadBytes);
    if (!head.ok) return head;
    if (head.value.length < boxHeadBytes) return good(null);
    const { sizeBytes, type } = boxHead(head.value);
    offset += sizeBytes;
    if (offset > largestInitBytes * 2) throw new MediaError('MP4: no moov near the start');
    if (offset > file.sizeBytes) return good(null);
    if (type === 'moov') break;
    if (type === 'moof' || type === 'mdat') throw new MediaError('MP4: fragment before moov');
  }
  const bytes = await file.read(0, offset);
  return bytes.ok ? good(readInit(bytes.value)) : bytes;
}

/** Of a fragment, or of another box; null when the file ends before the head does. Throws MediaError. */
async function readHead(
  file: SealedBytes,
  offset: number,
  init: Init,
): Promise<
  Outcome<(FragmentHead & { bytes: Uint8Array }) | (Omit<OtherBox, 'offset' | 'length'> & { sizeBytes: number }) | null>
> {
  let bytes = await file.read(offset, usualHeadBytes);
  if (!bytes.ok) return bytes;
  const { sizeBytes: moofBytes, type } = boxHead(bytes.value);
  if (type === 'free' || type === 'uuid') return good({ type, sizeBytes: moofBytes });
  const headBytes = moofBytes + boxHeadBytes;
  if (headBytes > largestFragmentBytes) throw new MediaError('MP4: moof too large');
  if (offset + headBytes > file.sizeBytes) return good(null);
  if (headBytes > bytes.value.length) bytes = await file.read(offset, headBytes);
  return bytes.ok ? good({ ...readFragmentHead(bytes.value, init.tracks), bytes: bytes.value }) : bytes;
}

function boxHead(bytes: Uint8Array): { sizeBytes: number; type: string } {
  if (bytes.length < boxHeadBytes) throw new MediaError('MP4: box head cut off');
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (sizeBytes < boxHeadBytes) throw new MediaError('MP4: box of impossible size');
  return { sizeBytes, type: String.fromCharCode(...bytes.subarray(4, 8)) };
}

/**
 * What travels over a playback stream: the page asks for groups of pictures of one camera by their moment, main answers
 * each question in turn. A group is what lies from one keyframe to the next, inside one recording; it comes as a few
 * binary messages (`encodeSamples`), one a fragment, each against one credit. So playing on, backwards, one frame at a
 * time and scrubbing are all the page's: main knows no playhead.
 */
import * as v from 'valibot';
import type { GapCause } from './model.ts';
import type { AudioConfig, VideoConfig } from './stream.ts';

const timeMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(8.64e15));
/** Questions that wait; beyond these the oldest are given up. */
export const mostAsks = 64;

export const playbackAsk = v.strictObject({
  is: v.literal('ask'),
  /** Carried by every answer; 1..65535. */
  ticket: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  /** The group that holds this moment. */
  atMs: timeMs,
  /** 'keyframe': its first picture alone, for a small picture of that moment. */
  want: v.picklist(['group', 'keyframe']),
  /** So many of its fragments are there already: of a group that is still being recorded only the rest is sent. */
  have: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)),
});
export type PlaybackAsk = v.InferOutput<typeof playbackAsk>;

/** Every question so far is given up; an answer that has begun breaks off. */
export const playbackForget = v.strictObject({ is: v.literal('forget') });

/** How a recording's samples are decoded. null: it has none of that kind. */
export interface PlaybackFormat {
  /** 'avc1.64001f,mp4a.40.2', for what cannot be decoded. */
  codecs: string;
  video: VideoConfig | null;
  audio: AudioConfig | null;
}

/** Each question gets one answer: a group, a gap, or why there is none. Times are UTC ms. */
export type PlaybackNotice =
  /** How the groups of this number are decoded; comes before the first of them. */
  | { is: 'format'; format: number; value: PlaybackFormat }
  | {
      is: 'group';
      ticket: number;
      format: number;
      /** It shows from there on. Where another recording shows before, its first pictures are of an earlier time. */
      startMs: number;
      /** Up to there no other group shows; the next one begins there, unless there is a gap. */
      endMs: number;
      /** It is still being recorded: more fragments come, `grew` tells when. */
      open: boolean;
      /** So many binary messages follow. */
      messages: number;
    }
  /** Nothing is recorded there. `fromMs` is null before the first recording, `toMs` behind the last one. */
  | { is: 'gap'; ticket: number; fromMs: number | null; toMs: number | null; cause: GapCause }
  /** What should be there does not open; what comes next begins at `toMs`. Also in the middle of a group. */
  | { is: 'failed'; ticket: number; code: 'vaultDamaged' | 'gone'; fromMs: number; toMs: number }
  /** More is recorded now than when the end was told last. */
  | { is: 'grew' };

export interface Sample {
  track: 'video' | 'audio';
  /** It can be decoded without what came before. */
  keyframe: boolean;
  /** When it is shown or heard, UTC ms. */
  timeMs: number;
  durationMs: number;
  data: Uint8Array;
}

/** Ticket u16, count u16, then for each sample flags u8, three bytes of nothing, size u32, duration f32, time f64. */
const headBytes = 4;
const entryBytes = 20;
export const mostSamplesAMessage = 65_535;

/** One message whose buffer holds nothing else, in the order of decoding. Copies the data. Throws beyond 65535 samples. */
export function encodeSamples(ticket: number, samples: readonly Sample[]): Uint8Array<ArrayBuffer> {
  if (samples.length > mostSamplesAMessage) throw new RangeError('too many samples for one message');
  const tableBytes = headBytes + samples.length * entryBytes;
  const bytes = new Uint8Array(samples.reduce((sum, { data }) => sum + data.byteLength, tableBytes));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ticket, true);
  view.setUint16(2, samples.length, true);
  let at = tableBytes;
  for (const [index, { track, keyframe, timeMs: shownMs, durationMs, data }] of samples.entries()) {
    const entry = headBytes + index * entryBytes;
    view.setUint8(entry, (track === 'audio' ? 2 : 0) | (keyframe ? 1 : 0));
    view.setUint32(entry + 4, data.byteLength, true);
    view.setFloat32(entry + 8, durationMs, true);
    view.setFloat64(entry + 12, shownMs, true);
    bytes.set(data, at);
    at += data.byteLength;
  }
  return bytes;
}

/** null when the bytes are no such message. The data are views into `bytes`. */
export function decodeSamples(
  bytes: Uint8Array<ArrayBuffer>,
): { ticket: number; samples: (Sample & { data: Uint8Array<ArrayBuffer> })[] } | null {
  if (bytes.byteLength < headBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(2, true);
  let at = headBytes + count * entryBytes;
  if (bytes.byteLength < at) return null;
  const samples: (Sample & { data: Uint8Array<ArrayBuffer> })[] = [];
  for (let index = 0; index < count; index++) {
    const entry = headBytes + index * entryBytes;
    const flags = view.getUint8(entry);
    const end = at + view.getUint32(entry + 4, true);
    if (end > bytes.byteLength) return null;
    samples.push({
      track: (flags & 2) === 0 ? 'video' : 'audio',
      keyframe: (flags & 1) === 1,
      durationMs: view.getFloat32(entry + 8, true),
      timeMs: view.getFloat64(entry + 12, true),
      data: bytes.subarray(at, end),
    });
    at = end;
  }
  return at === bytes.byteLength ? { ticket: view.getUint16(0, true), samples } : null;
}

/**
 * Reads the FLV stream that ffmpeg writes for the screen (Adobe FLV 10.1 annex E, and the FourCC extension for H.265)
 * into decoder configurations and frames. A tag carries its size, so a frame is handed on the moment its last byte is
 * there. Frames own their buffers and are safe to keep. Throws MediaError on bytes that are not FLV, and must not be
 * used after that. Tags of other codecs are passed over.
 */
import type { AudioConfig, VideoConfig } from '../../contract/stream.ts';
import { aacFormat, avcCodec, avcSize, hevcCodec, hevcSize } from './codecs.ts';
import { Gather } from './gather.ts';
import { MediaError } from './mediaError.ts';

export interface MediaFrame {
  track: 'video' | 'audio';
  /** It can be decoded without what came before; true for every sound frame. */
  keyframe: boolean;
  /** Presentation time on the stream's own clock. */
  timeMs: number;
  /** One access unit, NAL units with their lengths as the configuration record says; or one packet of sound. */
  data: Uint8Array;
}

export interface FlvListener {
  video(config: VideoConfig): void;
  audio(config: AudioConfig): void;
  frame(frame: MediaFrame): void;
}

const tagHeadBytes = 11;
/** The previous tag's size, which follows every tag. */
const trailerBytes = 4;
/** ffmpeg writes 31 bits of milliseconds: they begin anew after 24.8 days. */
const timeSpanMs = 2 ** 31;

export class FlvReader {
  readonly #on: FlvListener;
  #expects: 'fileHead' | 'tagHead' | 'tagBody' = 'fileHead';
  #gather = new Gather(9 + trailerBytes);
  #tag = { type: 0, timeMs: 0 };
  #lastMs = 0;
  #passedSpansMs = 0;
  #audioFormat = -1;

  constructor(on: FlvListener) {
    this.#on = on;
  }

  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      offset = this.#gather.take(bytes, offset);
      if (this.#gather.full) this.#piece(this.#gather.bytes);
    }
  }

  #piece(bytes: Uint8Array<ArrayBuffer>): void {
    switch (this.#expects) {
      case 'fileHead':
        readFileHead(bytes);
        this.#next('tagHead', tagHeadBytes);
        return;
      case 'tagHead':
        this.#tagHead(bytes);
        return;
      case 'tagBody':
        this.#next('tagHead', tagHeadBytes);
        this.#tagBody(bytes.subarray(0, bytes.length - trailerBytes));
    }
  }

  #next(expects: 'tagHead' | 'tagBody', sizeBytes: number): void {
    this.#expects = expects;
    this.#gather = new Gather(sizeBytes);
  }

  #tagHead(head: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(head.buffer);
    const type = view.getUint8(0);
    if (type !== 8 && type !== 9 && type !== 18) throw new MediaError('FLV: no such tag type');
    if (view.getUint32(7) % 2 ** 24 !== 0) throw new MediaError('FLV: tag of another stream');
    const sizeBytes = view.getUint32(0) % 2 ** 24;
    const timeMs = (view.getUint32(4) >>> 8) + view.getUint8(7) * 2 ** 24;
    this.#tag = { type, timeMs: this.#unwrapped(timeMs) };
    this.#next('tagBody', sizeBytes + trailerBytes);
  }

  /** Continues the time where its 31 bits begin anew. */
  #unwrapped(timeMs: number): number {
    if (timeMs < this.#lastMs - timeSpanMs / 2) this.#passedSpansMs += timeSpanMs;
    this.#lastMs = timeMs;
    return timeMs + this.#passedSpansMs;
  }

  #tagBody(body: Uint8Array<ArrayBuffer>): void {
    if (this.#tag.type === 9) this.#video(body);
    else if (this.#tag.type === 8) this.#audio(body);
  }

  #video(body: Uint8Array<ArrayBuffer>): void {
    const tag = readVideoTag(body);
    if (tag === null) return;
    if (tag.holds === 'frame') {
      const timeMs = this.#tag.timeMs + tag.offsetMs;
      this.#on.frame({ track: 'video', keyframe: tag.keyframe, timeMs, data: tag.data });
      return;
    }
    const description = tag.data.slice();
    const config =
      tag.codec === 'avc'
        ? { codec: avcCodec(description), ...avcSize(description) }
        : { codec: hevcCodec(description), ...hevcSize(description) };
    this.#on.video({ ...config, description });
  }

  #audio(body: Uint8Array<ArrayBuffer>): void {
    const first = body[0];
    if (first === undefined) return;
    const format = first >> 4;
    if (format === 10) {
      const packetType = body[1];
      if (packetType === undefined) throw new MediaError('FLV: sound tag cut off');
      const data = body.subarray(2);
      if (packetType === 0 && data.length > 0) this.#on.audio({ ...aacFormat(data), description: data.slice() });
      else if (packetType === 1 && data.length > 0) this.#sound(data);
    } else if (format === 7 || format === 8) {
      if (this.#audioFormat !== first) {
        this.#audioFormat = first;
        const channels = (first & 1) + 1;
        const codec = format === 7 ? 'alaw' : 'ulaw';
        this.#on.audio({ codec, sampleRate: 8000, channels, description: new Uint8Array(0) });
      }
      if (body.length > 1) this.#sound(body.subarray(1));
    }
  }

  #sound(data: Uint8Array): void {
    this.#on.frame({ track: 'audio', keyframe: true, timeMs: this.#tag.timeMs, data });
  }
}

function readFileHead(head: Uint8Array): void {
  const signature = [0x46, 0x4c, 0x56, 1];
  if (signature.some((byte, index) => head[index] !== byte)) throw new MediaError('FLV: no file header');
  if (head[5] !== 0 || head[6] !== 0 || head[7] !== 0 || head[8] !== 9) throw new MediaError('FLV: header of odd size');
}

type VideoTag =
  | { holds: 'config'; codec: 'avc' | 'hevc'; data: Uint8Array<ArrayBuffer> }
  | { holds: 'frame'; keyframe: boolean; offsetMs: number; data: Uint8Array<ArrayBuffer> };

/** null for what holds neither a configuration nor a frame of a codec known here. */
function readVideoTag(body: Uint8Array<ArrayBuffer>): VideoTag | null {
  const first = body[0];
  if (first === undefined) return null;
  if ((first & 0x80) !== 0) return readExtendedVideoTag(body, first);
  if ((first & 0x0f) !== 7 || first >> 4 === 5) return null;
  const packetType = body[1];
  if (packetType === undefined || body.length < 5) throw new MediaError('FLV: video tag cut off');
  const data = body.subarray(5);
  if (packetType === 0) return { holds: 'config', codec: 'avc', data };
  if (packetType !== 1 || data.length === 0) return null;
  return { holds: 'frame', keyframe: first >> 4 === 1, offsetMs: signed24(body, 2), data };
}

/** The FourCC form ("enhanced RTMP" v1): sequence start 0, frames 1 with and 3 without a composition offset. */
function readExtendedVideoTag(body: Uint8Array<ArrayBuffer>, first: number): VideoTag | null {
  if (body.length < 5) throw new MediaError('FLV: video tag cut off');
  const fourCc = String.fromCharCode(...body.subarray(1, 5));
  if (fourCc !== 'hvc1' && fourCc !== 'avc1') return null;
  const packetType = first & 0x0f;
  if (packetType === 0) return { holds: 'config', codec: fourCc === 'avc1' ? 'avc' : 'hevc', data: body.subarray(5) };
  if (packetType !== 1 && packetType !== 3) return null;
  const withOffset = packetType === 1;
  if (withOffset && body.length < 8) throw new MediaError('FLV: video tag cut off');
  const data = body.subarray(withOffset ? 8 : 5);
  if (data.length === 0) return null;
  const keyframe = ((first >> 4) & 7) === 1;
  return { holds: 'frame', keyframe, offsetMs: withOffset ? signed24(body, 5) : 0, data };
}

/** Three bytes, most significant first, two's complement. The caller has checked that they are there. */
function signed24(bytes: Uint8Array, offset: number): number {
  const value = (bytes[offset] ?? 0) * 65_536 + (bytes[offset + 1] ?? 0) * 256 + (bytes[offset + 2] ?? 0);
  return value < 2 ** 23 ? value : value - 2 ** 24;
}

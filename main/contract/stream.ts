/**
 * What travels over a stream's MessagePort. Live: frames of one camera for a tile, as below. Playback: recorded groups
 * of pictures of one camera (playback.ts). Bytes go as one `Uint8Array` that owns its whole buffer (a slice of a pooled
 * buffer would take its neighbours along): 24 bytes of head, then the payload. Everything else goes as a small object.
 *
 * Flow control is by credit: the page grants messages with `credit`, main sends that many binary messages and no
 * more. Live drops to the next keyframe without credit and counts what it dropped; playback waits.
 *
 * Head, little-endian: kind u8, flags u8, ticket u16, duration in ms f32, time f64, arrived f64.
 */
import * as v from 'valibot';
import type { StreamRole, StreamState } from './model.ts';
import { playbackAsk, playbackForget } from './playback.ts';

const cameraId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

/** What the page asks for when it opens a stream. */
export const streamRequest = v.variant('kind', [
  v.strictObject({
    kind: v.literal('live'),
    cameraId,
    role: v.picklist(['main', 'sub']),
    /** Have ffmpeg convert it to H.264 for viewing: for a codec that this computer cannot show. */
    converted: v.boolean(),
    /** false: its sound alone, when it is asked for; the pictures come on a stream of their own, or not at all. */
    pictures: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ kind: v.literal('playback'), cameraId }),
]);
export type StreamRequest = v.InferOutput<typeof streamRequest>;

/** Page to main, on the port. */
export const pageMessage = v.variant('is', [
  v.strictObject({
    is: v.literal('credit'),
    messages: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  }),
  /** Playback. */
  playbackAsk,
  playbackForget,
  /** Live: send the sound too, or no longer. Off at first; without an 'audio' notice that says more than null none comes. */
  v.strictObject({ is: v.literal('sound'), on: v.boolean() }),
]);
export type PageMessage = v.InferOutput<typeof pageMessage>;

export interface VideoConfig {
  /** As WebCodecs wants it: 'avc1.64001f', 'hvc1.1.6.L93.B0'; or 'jpeg': each frame is a whole JPEG picture. */
  codec: string;
  /** Width and height where known from the parameter sets, else 0. */
  widthPixels: number;
  heightPixels: number;
  /** The avcC or hvcC record; empty for JPEG. */
  description: Uint8Array<ArrayBuffer>;
}

export interface AudioConfig {
  /** As WebCodecs wants it: 'mp4a.40.2', 'opus', 'alaw', 'ulaw'. */
  codec: string;
  sampleRate: number;
  channels: number;
  /** AudioSpecificConfig for AAC; empty for others. */
  description: Uint8Array<ArrayBuffer>;
}

/** How a stream is taken in: by our own RTSP, which hands a picture on at its last packet, or by ffmpeg. */
export type IntakeKind = 'rtsp' | 'ffmpeg';

/** Main to page, as objects. */
export type LiveNotice =
  | { is: 'state'; state: StreamState; role: StreamRole }
  /** `role` may be another than what was asked for, where the camera does not grant that stream beside its recording. */
  | { is: 'video'; config: VideoConfig; converted: boolean; role: StreamRole; intake: IntakeKind }
  /** No frame of this stream will come: its codec reaches the page only converted. */
  | { is: 'notCarried' }
  | { is: 'audio'; config: AudioConfig | null }
  /** Frames left out for want of credit, in all since the stream was opened. */
  | { is: 'dropped'; frames: number };

/** Kinds of live binary messages. */
export const packetKinds = { video: 1, audio: 2 } as const;
export type PacketKind = keyof typeof packetKinds;

export interface Packet {
  kind: PacketKind;
  /** It can be decoded without what came before. */
  keyframe: boolean;
  /** Not used: 0. */
  ticket: number;
  /** Duration in ms; 0 where unknown. */
  durationMs: number;
  /** Presentation time in ms on the stream's own clock. */
  timeMs: number;
  /** When it reached the main process, UTC ms by this computer's clock. */
  arrivedMs: number;
  data: Uint8Array;
}

export const packetHeadBytes = 24;
const names = ['', 'video', 'audio'] as const satisfies readonly (PacketKind | '')[];

/** One message whose buffer holds nothing else. Copies `data`. */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packetHeadBytes + packet.data.byteLength);
  const head = new DataView(bytes.buffer);
  head.setUint8(0, packetKinds[packet.kind]);
  head.setUint8(1, packet.keyframe ? 1 : 0);
  head.setUint16(2, packet.ticket, true);
  head.setFloat32(4, packet.durationMs, true);
  head.setFloat64(8, packet.timeMs, true);
  head.setFloat64(16, packet.arrivedMs, true);
  bytes.set(packet.data, packetHeadBytes);
  return bytes;
}

/** null when the bytes are no packet. `data` is a view into `bytes`. */
export function decodePacket(bytes: Uint8Array<ArrayBuffer>): (Packet & { data: Uint8Array<ArrayBuffer> }) | null {
  if (bytes.byteLength < packetHeadBytes) return null;
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = names[head.getUint8(0)];
  if (!kind) return null;
  return {
    kind,
    keyframe: head.getUint8(1) === 1,
    ticket: head.getUint16(2, true),
    durationMs: head.getFloat32(4, true),
    timeMs: head.getFloat64(8, true),
    arrivedMs: head.getFloat64(16, true),
    data: bytes.subarray(packetHeadBytes),
  };
}

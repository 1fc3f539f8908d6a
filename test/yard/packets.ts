/**
 * Makes RTP packets of a clip once, so that any number of viewers share them: H.264 (RFC 6184), H.265 (RFC 7798), AAC
 * (RFC 3640, AAC-hbr) and G.711 (RFC 3551), each already framed for RTSP over TCP (RFC 2326 section 10.12). What
 * differs between viewers (channel, sequence number, timestamp, source) is written in by `addressed`, on a copy.
 */
import type { AccessUnit, Codec } from './annexB.ts';

/** Largest RTP payload, so that a packet would fit an Ethernet frame. */
export const payloadBytesAtMost = 1400;

/** All packets of one frame, back to back, each with 4 bytes of interleaving and 12 of RTP header before it. */
export interface PacketFrame {
  bytes: Uint8Array;
  packetStarts: number[];
  keyframe: boolean;
  /** Bytes of RTP payload in all. */
  payloadBytes: number;
}

/** What one viewer's copy of a track differs in. `sequence` counts on as packets are addressed. */
export interface TrackAddress {
  channel: number;
  sequence: number;
  source: number;
}

const headBytes = 16;

export function frameOfPayloads(payloads: Uint8Array[], payloadType: number, keyframe: boolean): PacketFrame {
  const payloadBytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
  const bytes = Buffer.alloc(payloadBytes + payloads.length * headBytes);
  const packetStarts: number[] = [];
  let offset = 0;
  payloads.forEach((payload, index) => {
    const last = index === payloads.length - 1;
    packetStarts.push(offset);
    bytes[offset] = 0x24;
    bytes.writeUInt16BE(payload.length + 12, offset + 2);
    bytes[offset + 4] = 0x80;
    bytes[offset + 5] = (last ? 0x80 : 0) | payloadType;
    bytes.set(payload, offset + headBytes);
    offset += headBytes + payload.length;
  });
  return { bytes, packetStarts, keyframe, payloadBytes };
}

/** A copy of the frame for one viewer. */
export function addressed(frame: PacketFrame, address: TrackAddress, timestamp: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(frame.bytes);
  for (const start of frame.packetStarts) {
    bytes[start + 1] = address.channel;
    bytes.writeUInt16BE(address.sequence, start + 6);
    bytes.writeUInt32BE(timestamp >>> 0, start + 8);
    bytes.writeUInt32BE(address.source, start + 12);
    address.sequence = (address.sequence + 1) & 0xffff;
  }
  return bytes;
}

/** `together`: put an H.264 access unit's small leading NAL units (parameter sets, SEI) into one STAP-A packet. */
export function videoPayloads(codec: Codec, unit: AccessUnit, together: boolean): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let rest = unit.nals;
  if (together && codec === 'H.264' && unit.nals.length > 2) {
    const small = unit.nals.slice(0, -1);
    const aggregate = stapA(small);
    if (aggregate.length <= payloadBytesAtMost) {
      payloads.push(aggregate);
      rest = unit.nals.slice(-1);
    }
  }
  for (const nal of rest) {
    if (nal.length <= payloadBytesAtMost) payloads.push(nal);
    else payloads.push(...(codec === 'H.264' ? fragmentH264(nal) : fragmentH265(nal)));
  }
  return payloads;
}

/** RFC 6184, section 5.7.1. */
function stapA(nals: Uint8Array[]): Buffer {
  const importance = Math.max(...nals.map((nal) => (nal[0] ?? 0) & 0x60));
  const parts: Uint8Array[] = [Buffer.from([importance | 24])];
  for (const nal of nals) parts.push(Buffer.from([nal.length >> 8, nal.length & 255]), nal);
  return Buffer.concat(parts);
}

/** FU-A: RFC 6184, section 5.8. */
function fragmentH264(nal: Uint8Array): Buffer[] {
  const first = nal[0] ?? 0;
  return pieces(nal.subarray(1), payloadBytesAtMost - 2).map(({ bytes, start, end }) =>
    Buffer.concat([Buffer.from([(first & 0xe0) | 28, start | end | (first & 31)]), bytes]),
  );
}

/** FU: RFC 7798, section 4.4.3. */
function fragmentH265(nal: Uint8Array): Buffer[] {
  const first = nal[0] ?? 0;
  const second = nal[1] ?? 0;
  const type = (first >> 1) & 63;
  return pieces(nal.subarray(2), payloadBytesAtMost - 3).map(({ bytes, start, end }) =>
    Buffer.concat([Buffer.from([(first & 0x81) | (49 << 1), second, start | end | type]), bytes]),
  );
}

/** With the start and end bits that FU headers of both codecs share. */
function pieces(bytes: Uint8Array, sizeBytes: number): { bytes: Uint8Array; start: number; end: number }[] {
  const list: { bytes: Uint8Array; start: number; end: number }[] = [];
  for (let offset = 0; offset < bytes.length; offset += sizeBytes) {
    list.push({
      bytes: bytes.subarray(offset, offset + sizeBytes),
      start: offset === 0 ? 0x80 : 0,
      end: offset + sizeBytes >= bytes.length ? 0x40 : 0,
    });
  }
  return list;
}

/** One AAC frame as one packet, with a header section of one 16-bit AU header: RFC 3640, section 3.3.6. */
export function aacPayload(frame: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(16, 0);
  head.writeUInt16BE(frame.length << 3, 2);
  return Buffer.concat([head, frame]);
}

export interface AdtsSound {
  frames: Uint8Array[];
  samplesPerSecond: number;
  channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3). */
  description: Uint8Array;
}

const adtsRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** Takes an ADTS file (ISO/IEC 13818-7) apart; stops at the first thing that is not a whole frame. */
export function splitAdts(bytes: Uint8Array): AdtsSound {
  const frames: Uint8Array[] = [];
  let rateIndex = 8;
  let channels = 1;
  let objectType = 2;
  let offset = 0;
  while (offset + 7 <= bytes.length) {
    const head = bytes.subarray(offset, offset + 7);
    const [sync = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = head;
    const sizeBytes = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
    if (sync !== 0xff || (second & 0xf6) !== 0xf0 || sizeBytes < 8 || offset + sizeBytes > bytes.length) break;
    objectType = (third >> 6) + 1;
    rateIndex = (third >> 2) & 15;
    channels = ((third & 1) << 2) | (fourth >> 6);
    frames.push(bytes.subarray(offset + ((second & 1) === 1 ? 7 : 9), offset + sizeBytes));
    offset += sizeBytes;
  }
  const description = Buffer.from([(objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3)]);
  return { frames, samplesPerSecond: adtsRates[rateIndex] ?? 16000, channels, description };
}

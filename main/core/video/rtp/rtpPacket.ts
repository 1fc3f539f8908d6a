/**
 * Reads one RTP packet (RFC 3550 §5.1) and one RTCP sender report (§6.4.1). Every length is checked; what is not whole
 * or not version 2 is null. Payloads are views of the packet's bytes.
 */

export interface RtpPacket {
  payloadType: number;
  /** The last packet of a picture, as most cameras say. */
  marker: boolean;
  /** 16 bits, counting up. */
  sequence: number;
  /** 32 bits of the track's own clock. */
  timestamp: number;
  payload: Uint8Array;
}

const headBytes = 12;

export function readRtpPacket(bytes: Uint8Array): RtpPacket | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined || bytes.length < headBytes || first >> 6 !== 2) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = headBytes + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (start + 4 > bytes.length) return null;
    start += 4 + view.getUint16(start + 2) * 4;
  }
  const padding = first & 0x20 ? (bytes[bytes.length - 1] ?? 0) : 0;
  const end = bytes.length - padding;
  if (start > end) return null;
  return {
    payloadType: second & 0x7f,
    marker: second >> 7 === 1,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    payload: bytes.subarray(start, end),
  };
}

/** At the camera's `wallMs` (UTC, by its own clock) its track's clock stood at `timestamp`. */
export interface SenderReport {
  wallMs: number;
  timestamp: number;
}

/** From 1900, where NTP begins, to 1970. */
const ntpToUnixSeconds = 2_208_988_800;

/** The sender report in a compound RTCP packet, null when there is none. */
export function readSenderReport(bytes: Uint8Array): SenderReport | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + 4 <= bytes.length;) {
    if (view.getUint8(start) >> 6 !== 2) return null;
    const sizeBytes = (view.getUint16(start + 2) + 1) * 4;
    if (start + sizeBytes > bytes.length) return null;
    if (view.getUint8(start + 1) === 200 && sizeBytes >= 20) {
      const seconds = view.getUint32(start + 8) - ntpToUnixSeconds;
      const wallMs = seconds * 1000 + (view.getUint32(start + 12) / 2 ** 32) * 1000;
      return { wallMs, timestamp: view.getUint32(start + 16) };
    }
    start += sizeBytes;
  }
  return null;
}

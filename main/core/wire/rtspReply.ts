/**
 * Reads one RTSP reply (RFC 2326 §7) off the head of some bytes. Heads and bodies are bounded; nothing here throws.
 */

export interface RtspReply {
  status: number;
  /** Names in lower case; a header that occurs more than once has several values. */
  headers: Map<string, string[]>;
  body: string;
  /** Bytes that the reply took. */
  sizeBytes: number;
}

const maxHeadBytes = 16_384;
const maxBodyBytes = 65_536;

/** The reply at the head of `bytes`; null: not whole yet; 'bad': this is no RTSP, or more than is sane. */
export function readRtspReply(bytes: Uint8Array): RtspReply | null | 'bad' {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, maxHeadBytes));
  const begins = start.subarray(0, 7).toString('latin1');
  if (!'RTSP/1.0'.startsWith(begins) && !'RTSP/2.0'.startsWith(begins)) return 'bad';
  const headEnd = start.indexOf('\r\n\r\n');
  if (headEnd === -1) return bytes.byteLength >= maxHeadBytes ? 'bad' : null;
  const lines = start.subarray(0, headEnd).toString('utf8').split('\r\n');
  const status = /^RTSP\/[12]\.0 (\d{3})(?: |$)/.exec(lines[0] ?? '')?.[1];
  if (status === undefined) return 'bad';
  const headers = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const lengthText = headers.get('content-length')?.[0] ?? '0';
  const length = /^\d{1,6}$/.test(lengthText) ? Number(lengthText) : -1;
  if (length < 0 || length > maxBodyBytes) return 'bad';
  const bodyStart = headEnd + 4;
  if (bytes.byteLength < bodyStart + length) return null;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + bodyStart, length).toString('utf8');
  return { status: Number(status), headers, body, sizeBytes: bodyStart + length };
}

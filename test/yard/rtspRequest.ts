/**
 * Cuts what a viewer sends over RTSP (RFC 2326) into requests and interleaved packets. Bounded: a head or body that is
 * too large, or bytes that are neither, are reported once as 'nonsense', and nothing after that is read.
 */

export interface RtspRequest {
  method: string;
  uri: string;
  /** Names in lower case. */
  headers: Map<string, string>;
}

export type Received = { is: 'request'; request: RtspRequest } | { is: 'packet'; channel: number } | { is: 'nonsense' };

const headBytesAtMost = 16 * 1024;
const bodyBytesAtMost = 16 * 1024;

export class RtspReader {
  private waiting: Buffer = Buffer.alloc(0);
  private broken = false;

  push(bytes: Buffer): Received[] {
    const list: Received[] = [];
    if (this.broken) return list;
    this.waiting = this.waiting.length > 0 ? Buffer.concat([this.waiting, bytes]) : bytes;
    for (;;) {
      const next = this.next();
      if (!next) return list;
      list.push(next);
      if (next.is === 'nonsense') {
        this.broken = true;
        this.waiting = Buffer.alloc(0);
        return list;
      }
    }
  }

  private next(): Received | null {
    const { waiting } = this;
    if (waiting.length === 0) return null;
    if (waiting[0] === 0x24) {
      if (waiting.length < 4) return null;
      const end = 4 + waiting.readUInt16BE(2);
      if (waiting.length < end) return null;
      this.waiting = waiting.subarray(end);
      return { is: 'packet', channel: waiting[1] ?? 0 };
    }
    const headEnd = waiting.indexOf('\r\n\r\n');
    if (headEnd < 0) return waiting.length > headBytesAtMost ? { is: 'nonsense' } : null;
    if (headEnd > headBytesAtMost) return { is: 'nonsense' };
    const request = parseHead(waiting.toString('utf8', 0, headEnd));
    if (!request) return { is: 'nonsense' };
    const bodyBytes = Number(request.headers.get('content-length') ?? 0);
    if (!Number.isInteger(bodyBytes) || bodyBytes < 0 || bodyBytes > bodyBytesAtMost) return { is: 'nonsense' };
    const end = headEnd + 4 + bodyBytes;
    if (waiting.length < end) return null;
    this.waiting = waiting.subarray(end);
    return { is: 'request', request };
  }
}

function parseHead(text: string): RtspRequest | null {
  const [first = '', ...lines] = text.replace(/^[\r\n]+/, '').split('\r\n');
  const words = /^([A-Z_]{1,32}) (\S{1,2048}) RTSP\/1\.0$/.exec(first);
  if (!words) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return null;
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method: words[1] ?? '', uri: words[2] ?? '', headers };
}

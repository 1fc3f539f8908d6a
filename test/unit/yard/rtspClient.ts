/**
 * A minimal RTSP client for the yard's own tests: one request at a time, digest by the strongest algorithm offered or
 * basic, interleaved packets kept as they come. Ends with its signal. Not the product's client, so that the two can be
 * wrong in different ways.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { digestFields, digestResponse } from '../../yard/digest.ts';

export interface RtspReply {
  status: number;
  head: string;
  body: string;
}

export interface RtpPacket {
  channel: number;
  bytes: Buffer;
}

export class RtspClient {
  readonly packets: RtpPacket[] = [];
  readonly socket: Socket;
  closed = false;
  private readonly credentials: { user: string; password: string } | null;
  private readonly replies: RtspReply[] = [];
  private waiting: Buffer = Buffer.alloc(0);
  private wake: () => void = () => undefined;
  private sequence = 0;
  private challenge: string | null = null;
  private count = 0;
  session: string | null = null;

  constructor(host: string, port: number, credentials: { user: string; password: string } | null) {
    this.credentials = credentials;
    this.socket = connect(port, host);
    this.socket.on('data', (bytes: Buffer) => this.receive(bytes));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  /** One request; a second time with credentials when the first is refused. */
  async ask(method: string, uri: string, headers: Record<string, string> = {}): Promise<RtspReply> {
    const reply = await this.once(method, uri, headers);
    if (reply.status !== 401 || !this.credentials) return reply;
    const challenges = [...reply.head.matchAll(/^www-authenticate: (.*)$/gim)].map((match) => match[1] ?? '');
    this.challenge = challenges[0] ?? null;
    this.count = 0;
    return await this.once(method, uri, headers);
  }

  /** Sets every track of the description up and plays; returns the description. */
  async play(url: string): Promise<string> {
    const described = await this.ask('DESCRIBE', url, { Accept: 'application/sdp' });
    if (described.status !== 200) throw new Error(`DESCRIBE: ${described.head}`);
    const tracks = [...described.body.matchAll(/^a=control:(trackID=\d)/gm)].map((match) => match[1] ?? '');
    for (const [index, track] of tracks.entries()) {
      const transport = `RTP/AVP/TCP;unicast;interleaved=${index * 2}-${index * 2 + 1}`;
      const reply = await this.ask('SETUP', `${url}/${track}`, { Transport: transport });
      if (reply.status !== 200) throw new Error(`SETUP: ${reply.head}`);
    }
    const played = await this.ask('PLAY', url, { Range: 'npt=0.000-' });
    if (played.status !== 200) throw new Error(`PLAY: ${played.head}`);
    return described.body;
  }

  /**
   * Waits until the condition holds, looking whenever something arrives. False when the connection closed before;
   * throws after half a minute.
   */
  async until(holds: () => boolean): Promise<boolean> {
    const deadline = AbortSignal.timeout(30_000);
    const late = (): void => this.wake();
    deadline.addEventListener('abort', late);
    while (!holds()) {
      if (this.closed) return false;
      await new Promise<void>((resolve) => (this.wake = resolve));
      deadline.throwIfAborted();
    }
    deadline.removeEventListener('abort', late);
    return true;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  private async once(method: string, uri: string, headers: Record<string, string>): Promise<RtspReply> {
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${++this.sequence}`];
    const authorization = this.authorization(method, uri);
    if (authorization) lines.push(`Authorization: ${authorization}`);
    if (this.session) lines.push(`Session: ${this.session}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (!(await this.until(() => this.replies.length > 0))) throw new Error('closed');
    const reply = this.replies.shift();
    if (!reply) throw new Error('no reply');
    this.session = /^session: ([^;\s]+)/im.exec(reply.head)?.[1] ?? this.session;
    return reply;
  }

  private authorization(method: string, uri: string): string | null {
    const { challenge, credentials } = this;
    if (!challenge || !credentials) return null;
    const { user, password } = credentials;
    if (/^basic/i.test(challenge)) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const fields = digestFields(challenge);
    const realm = fields.get('realm') ?? '';
    const nonce = fields.get('nonce') ?? '';
    const algorithm = fields.get('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
    const count = (++this.count).toString(16).padStart(8, '0');
    const auth = fields.has('qop') ? { count, clientNonce: 'c0ffee' } : null;
    const response = digestResponse({ algorithm, user, realm, password, method, uri, nonce, auth });
    const more = auth ? `, qop=auth, nc=${count}, cnonce="c0ffee"` : '';
    return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}${more}`;
  }

  private receive(bytes: Buffer): void {
    this.waiting = Buffer.concat([this.waiting, bytes]);
    while (this.cut());
    this.wake();
  }

  private cut(): boolean {
    const { waiting } = this;
    if (waiting[0] === 0x24) {
      if (waiting.length < 4) return false;
      const end = 4 + waiting.readUInt16BE(2);
      if (waiting.length < end) return false;
      this.packets.push({ channel: waiting[1] ?? 0, bytes: waiting.subarray(4, end) });
      this.waiting = waiting.subarray(end);
      return true;
    }
    const headEnd = waiting.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const head = waiting.toString('utf8', 0, headEnd);
    const end = headEnd + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (waiting.length < end) return false;
    const body = waiting.toString('utf8', headEnd + 4, end);
    this.replies.push({ status: Number(head.split(' ')[1]), head, body });
    this.waiting = waiting.subarray(end);
    return true;
  }
}

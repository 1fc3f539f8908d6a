/**
 * One RTSP connection over TCP or TLS (RFC 2326): asks, signs in when it is asked to, and hands on the media that comes
 * interleaved between the replies (§10.12). One question at a time goes out, each with a deadline. Everything that
 * arrives is bounded; what is neither a reply nor media ends the connection. It goes to the one host that it was made
 * for and follows nothing, so credentials reach nobody else. Throws `RtspTrouble`, and nothing else.
 */
import { connect as connectPlain, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { answerChallenge, readChallenges, type Credentials } from './digest.ts';
import { readRtspReply, type RtspReply } from './rtspReply.ts';
import type { Challenged, SignInMemory } from './signInMemory.ts';
import { codeOf } from './socketTrouble.ts';

export interface RtspPlace {
  secure: boolean;
  host: string;
  port: number;
  /** As it goes into the request line. */
  uri: string;
}

/** null for what is no address as `streamUrl` writes it: scheme, host, port, path, no credentials. */
export function readRtspPlace(url: string): RtspPlace | null {
  const match = /^(rtsps?):\/\/(\[[^\]]+\]|[^:/@?#]+):(\d{1,5})(\/[\x21-\x7e]*)$/.exec(url);
  if (match === null) return null;
  const [, scheme = '', hostText = '', portText = '', path = ''] = match;
  if (Number(portText) < 1 || Number(portText) > 65_535) return null;
  const host = hostText.startsWith('[') ? hostText.slice(1, -1).replace('%25', '%') : hostText;
  // A zone means something on this computer only.
  const zoneless = isIPv6(host) ? `[${host.split('%', 1)[0] ?? ''}]` : host;
  return {
    secure: scheme === 'rtsps',
    host,
    port: Number(portText),
    uri: `${scheme}://${zoneless}:${portText}${path}`,
  };
}

/** notRtsp: what came is no RTSP. late: no answer in time. closed: by the other side, or by the network's error. */
export class RtspTrouble extends Error {
  override readonly name = 'RtspTrouble';
  readonly what: 'notRtsp' | 'late' | 'closed';
  /** The system's code where the network said why: 'ECONNREFUSED'. */
  readonly code: string | null;

  constructor(what: RtspTrouble['what'], code: string | null = null) {
    super(`RTSP: ${what}`);
    this.what = what;
    this.code = code;
  }
}

/** The answer asks for a password in a way that everybody on the network could read, and in no other. */
export function asksInClear({ secure }: RtspPlace, { status, headers }: RtspReply): boolean {
  if (secure || status !== 401) return false;
  const schemes = (headers.get('www-authenticate') ?? []).flatMap((header) => readChallenges(header));
  return schemes.some(({ scheme }) => scheme === 'basic') && !schemes.some(({ scheme }) => scheme === 'digest');
}

export interface RtspListener {
  /** A piece of interleaved media; a view of what arrived. */
  media(channel: number, bytes: Uint8Array): void;
  /** A reply has arrived, whatever it says; also the one that asks to sign in. */
  replied?(reply: RtspReply): void;
  /** Once, when the connection is gone for another reason than `close`. */
  ended(trouble: RtspTrouble): void;
}

interface Question {
  sequence: number;
  method: string;
  uri: string;
  headers: Readonly<Record<string, string>>;
  resolve: (reply: RtspReply) => void;
  reject: (trouble: RtspTrouble) => void;
}

/** A camera may ask again when its nonce is stale. */
const mostSignIns = 2;

export class RtspConversation {
  readonly #credentials: Credentials | null;
  readonly #allowBasic: boolean;
  readonly #on: RtspListener;
  readonly #place: RtspPlace;
  #socket: Socket;
  #connections = 0;
  #waiting: Question | null = null;
  #sequence = 0;
  /** An answer to a question up to this one is late, and nobody's. */
  #givenUp = 0;
  #challenge: Challenged | null;
  /** The challenge is of an earlier connection, and this one has not taken an answer to it yet. */
  #remembered: boolean;
  readonly #memory: SignInMemory | null;
  #rest: Uint8Array = new Uint8Array(0);
  #gone: RtspTrouble | null = null;
  /** Bytes that have arrived. */
  bytes = 0;
  /** The shortest time from a question to its answer; Infinity before the first. */
  roundTripMs = Infinity;

  constructor(
    place: RtspPlace,
    credentials: Credentials | null,
    allowsClearPassword: boolean,
    on: RtspListener,
    memory: SignInMemory | null = null,
  ) {
    this.#credentials = credentials;
    // Inside TLS nobody else reads it.
    this.#allowBasic = allowsClearPassword || place.secure;
    this.#on = on;
    this.#place = place;
    this.#memory = memory;
    this.#challenge = credentials === null ? null : (memory?.challenged ?? null);
    this.#remembered = this.#challenge !== null;
    this.#socket = this.#connect();
  }

  /**
   * Asks and waits for the answer, signing in where that is asked for. The caller asks one thing at a time. `late`: an
   * answer that does not come in time ends the connection, or is given up, which throws as well.
   */
  async ask(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
    withinMs: number,
    late: 'ends' | 'givenUp' = 'ends',
  ): Promise<RtspReply> {
    for (let signIns = 0; ; signIns++) {
      const reply = await this.#askOnce(method, uri, headers, withinMs, late);
      if (reply.status >= 200 && reply.status < 300) this.#accepted();
      if (reply.status !== 401 || this.#credentials === null || signIns === mostSignIns) return reply;
      const asked = reply.headers.get('www-authenticate') ?? [];
      // Asked again after an answer: it was wrong, unless only its nonce was too old. Some cameras lock after a few.
      const wasAnswered = this.#challenge !== null && !this.#remembered;
      if (this.#remembered) this.#memory?.refused();
      this.#remembered = false;
      this.#challenge = { headers: asked, count: 0 };
      if (wasAnswered && !asked.some((header) => /\bstale\s*=\s*"?true/i.test(header))) return reply;
      if (this.#answer(method, uri) === null) return reply;
    }
  }

  /** Sends a piece of media: a receiver's report. */
  send(channel: number, bytes: Uint8Array): void {
    if (this.#gone) return;
    const head = Uint8Array.of(0x24, channel, bytes.length >> 8, bytes.length & 0xff);
    this.#socket.write(Buffer.concat([head, bytes]));
  }

  /** May be called twice. The other side is told by TEARDOWN, whose answer nobody waits for. */
  close(farewell: { uri: string; headers: Readonly<Record<string, string>> } | null = null): void {
    if (this.#gone) return;
    if (farewell) this.#write('TEARDOWN', farewell.uri, farewell.headers);
    this.#gone = new RtspTrouble('closed');
    this.#socket.end();
    this.#socket.destroySoon();
    this.#settleWaiting(this.#gone);
  }

  #askOnce(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
    withinMs: number,
    late: 'ends' | 'givenUp',
  ): Promise<RtspReply> {
    if (this.#gone) return Promise.reject(this.#gone);
    const askedMs = performance.now();
    return new Promise((resolve, reject) => {
      const isLate = (): void => (late === 'ends' ? this.#end(new RtspTrouble('late')) : this.#giveUp());
      const timer = setTimeout(isLate, withinMs);
      this.#waiting = {
        ...{ sequence: this.#sequence + 1, method, uri, headers },
        resolve: (reply) => {
          clearTimeout(timer);
          this.roundTripMs = Math.min(this.roundTripMs, performance.now() - askedMs);
          resolve(reply);
        },
        reject: (trouble) => {
          clearTimeout(timer);
          reject(trouble);
        },
      };
      this.#write(method, uri, headers);
    });
  }

  #giveUp(): void {
    this.#givenUp = this.#waiting?.sequence ?? this.#givenUp;
    this.#settleWaiting(new RtspTrouble('late'));
  }

  #write(method: string, uri: string, headers: Readonly<Record<string, string>>): void {
    this.#sequence += 1;
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${this.#sequence}`, 'User-Agent: Nightjar'];
    const authorization = this.#answer(method, uri);
    if (authorization !== null) {
      if (this.#challenge) this.#challenge.count += 1;
      lines.push(`Authorization: ${authorization}`);
    }
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
  }

  #accepted(): void {
    this.#remembered = false;
    if (this.#challenge) this.#memory?.accepted(this.#challenge);
  }

  /** The next answer to the challenge, which counts only when it is written; null where there is none. */
  #answer(method: string, uri: string): string | null {
    if (!this.#challenge || !this.#credentials) return null;
    const challenges = this.#challenge.headers.flatMap((header) => readChallenges(header));
    const request = { method, uri, body: '', count: this.#challenge.count + 1, allowBasic: this.#allowBasic };
    return answerChallenge(challenges, this.#credentials, request);
  }

  #connect(): Socket {
    this.#connections += 1;
    const socket = connect(this.#place);
    socket.on('data', (bytes: Uint8Array) => this.#arrived(bytes));
    socket.on('error', (error) => this.#closed(socket, codeOf(error) || null));
    socket.on('close', () => this.#closed(socket, null));
    return socket;
  }

  #closed(socket: Socket, code: string | null): void {
    if (socket !== this.#socket || this.#gone) return;
    // Some cameras close the connection after their challenge, and expect the answer on another.
    const question = this.#waiting;
    if (question && this.#challenge?.count === 1 && this.#connections === 1) {
      // The answer went to a connection that was gone: it is the first one still.
      this.#challenge.count = 0;
      this.#rest = new Uint8Array(0);
      this.#socket = this.#connect();
      this.#write(question.method, question.uri, question.headers);
      return;
    }
    this.#end(new RtspTrouble('closed', code));
  }

  #arrived(bytes: Uint8Array): void {
    if (this.#gone) return;
    this.bytes += bytes.length;
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    // No Buffer, whose slice() copies nothing: what is kept of it would keep all of it.
    let rest = new Uint8Array(all.buffer, all.byteOffset, all.length);
    while (rest.length > 0 && !this.#isGone()) {
      const taken = rest[0] === 0x24 ? this.#media(rest) : this.#reply(rest);
      if (taken === 0) break;
      rest = rest.subarray(taken);
    }
    this.#rest = rest;
  }

  /** How many bytes were taken; 0: the piece is not whole yet. */
  #media(bytes: Uint8Array): number {
    if (bytes.length < 4) return 0;
    const end = 4 + (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
    if (bytes.length < end) return 0;
    this.#on.media(bytes[1] ?? 0, bytes.subarray(4, end));
    return end;
  }

  #reply(bytes: Uint8Array): number {
    const reply = readRtspReply(bytes);
    if (reply === null) return 0;
    if (reply === 'bad') {
      this.#end(new RtspTrouble('notRtsp'));
      return 0;
    }
    this.#on.replied?.(reply);
    const sequence = Number(reply.headers.get('cseq')?.[0] ?? Infinity);
    if (sequence <= this.#givenUp) return reply.sizeBytes;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(reply);
    return reply.sizeBytes;
  }

  #isGone(): boolean {
    return this.#gone !== null;
  }

  #end(trouble: RtspTrouble): void {
    if (this.#gone) return;
    this.#gone = trouble;
    this.#socket.destroy();
    this.#settleWaiting(trouble);
    this.#on.ended(trouble);
  }

  #settleWaiting(trouble: RtspTrouble): void {
    this.#waiting?.reject(trouble);
    this.#waiting = null;
  }
}

function connect({ secure, host, port }: RtspPlace): Socket {
  if (!secure) return connectPlain({ host, port, noDelay: true });
  // Cameras sign their certificates themselves.
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  socket.setNoDelay(true);
  return socket;
}

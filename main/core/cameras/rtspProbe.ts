/**
 * Asks an RTSP address what it streams (DESCRIBE, RFC 2326), and plays nothing. Signs in by digest (MD5, SHA-256) or,
 * only when the camera asks for it, by Basic. The whole question has one deadline; heads and bodies are bounded;
 * redirects are not followed. Every ending but a description is a problem; nothing here throws or logs.
 */
import { connect as connectPlain, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { StreamInfo } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { hostInUrl } from './address.ts';
import { answerChallenge, readChallenges, type Challenge, type Credentials } from '../wire/digest.ts';
import { readRtspReply, type RtspReply } from '../wire/rtspReply.ts';
import { readSdp } from './sdp.ts';
import { abortProblem, connectionProblem } from './soap.ts';

export interface RtspDescription {
  stream: Omit<StreamInfo, 'role'>;
  /** From the first byte sent out to the first answer. */
  reachedInMs: number;
}

interface RtspPlace {
  secure: boolean;
  host: string;
  port: number;
  /** As it goes into the request line. */
  uri: string;
}

export const rtspTimeoutMs = 4500;

/** `url` as `streamUrl` writes it, without credentials. */
export async function probeRtsp(
  question: { url: string; credentials: Credentials | null },
  signal: AbortSignal,
): Promise<Outcome<RtspDescription>> {
  const place = readPlace(question.url);
  if (place === null) return bad({ code: 'badAddress', part: 'form' });
  const limited = AbortSignal.any([signal, AbortSignal.timeout(rtspTimeoutMs)]);
  const startMs = Date.now();
  const conversation = new Conversation(place, limited);
  try {
    let reply = await conversation.describe(null);
    const reachedInMs = Date.now() - startMs;
    if (reply.status === 401 && question.credentials !== null) {
      const authorization = authorize(reply, place, question.credentials);
      if (authorization === null) return bad({ code: 'passwordRefused' });
      reply = await conversation.describe(authorization);
    }
    return readAnswer(reply, place, reachedInMs);
  } catch (error) {
    if (error instanceof NotRtsp) return bad({ code: 'notACamera', host: place.host, port: place.port });
    return bad(signal.aborted ? abortProblem(signal, place) : connectionProblem(error, place.host, place.port));
  } finally {
    conversation.close();
  }
}

function readPlace(url: string): RtspPlace | null {
  const match = /^(rtsps?):\/\/(\[[^\]]+\]|[^:/@?#]+):(\d{1,5})(\/[\x21-\x7e]*)$/.exec(url);
  if (match === null) return null;
  const [, scheme = '', hostText = '', portText = '', path = ''] = match;
  const host = hostText.startsWith('[') ? hostText.slice(1, -1).replace('%25', '%') : hostText;
  const zoneless = isIPv6(host) ? host.split('%', 1)[0] : host;
  const uri = `${scheme}://${hostInUrl(zoneless ?? host)}:${portText}${path}`;
  return { secure: scheme === 'rtsps', host, port: Number(portText), uri };
}

function authorize(reply: RtspReply, place: RtspPlace, credentials: Credentials): string | null {
  const challenges: Challenge[] = [];
  for (const header of reply.headers.get('www-authenticate') ?? []) challenges.push(...readChallenges(header));
  const request = { method: 'DESCRIBE', uri: place.uri, body: '', count: 1, allowBasic: true };
  return answerChallenge(challenges, credentials, request);
}

function readAnswer(reply: RtspReply, place: RtspPlace, reachedInMs: number): Outcome<RtspDescription> {
  if (reply.status === 401 || reply.status === 403) return bad({ code: 'passwordRefused' });
  if (reply.status >= 300 && reply.status < 400) {
    const location = reply.headers.get('location')?.[0] ?? '';
    return bad({ code: 'foreignStream', host: /^rtsps?:\/\/(?:[^@/]*@)?([^:/]{1,200})/i.exec(location)?.[1] ?? '' });
  }
  // 5xx and 453: it is an RTSP server that cannot serve now, as with too many viewers.
  if (reply.status >= 500 || reply.status === 453) return bad({ code: 'noAnswer', host: place.host, port: place.port });
  const stream = reply.status === 200 ? readSdp(reply.body) : null;
  return stream === null ? bad({ code: 'noStreams' }) : good({ stream, reachedInMs });
}

class NotRtsp extends Error {}

/** One connection, made anew once when the camera closes it after its challenge. */
class Conversation {
  readonly #place: RtspPlace;
  readonly #signal: AbortSignal;
  #socket: Socket | null = null;
  #sequence = 0;

  constructor(place: RtspPlace, signal: AbortSignal) {
    this.#place = place;
    this.#signal = signal;
  }

  async describe(authorization: string | null): Promise<RtspReply> {
    const isFresh = this.#socket === null || this.#socket.destroyed || !this.#socket.readable;
    try {
      return await this.#ask(authorization);
    } catch (error) {
      if (isFresh || this.#signal.aborted || error instanceof NotRtsp) throw error;
      this.close();
      return this.#ask(authorization);
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #ask(authorization: string | null): Promise<RtspReply> {
    if (this.#socket?.destroyed === true || this.#socket?.readable === false) this.close();
    const socket = (this.#socket ??= connect(this.#place));
    this.#sequence += 1;
    const lines = [`DESCRIBE ${this.#place.uri} RTSP/1.0`, `CSeq: ${this.#sequence}`, 'User-Agent: Nightjar'];
    lines.push('Accept: application/sdp');
    if (authorization !== null) lines.push(`Authorization: ${authorization}`);
    return new Promise((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      const end = (settle: () => void) => {
        socket.off('data', onData).off('error', onError).off('close', onClose);
        // An error that comes after the answer has no one left to tell.
        socket.on('error', () => undefined);
        this.#signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onData = (part: Buffer) => {
        bytes = Buffer.concat([bytes, part]);
        const reply = readRtspReply(bytes);
        if (reply === 'bad') end(() => reject(new NotRtsp()));
        else if (reply !== null) end(() => resolve(reply));
      };
      const onError = (error: Error) => end(() => reject(error));
      const onClose = () => end(() => reject(new Error('closed before it answered')));
      const onAbort = () => end(() => reject(new Error('out of time')));
      socket.on('data', onData).on('error', onError).on('close', onClose);
      this.#signal.addEventListener('abort', onAbort);
      if (this.#signal.aborted) {
        onAbort();
        return;
      }
      socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
    });
  }
}

function connect(place: RtspPlace): Socket {
  if (!place.secure) return connectPlain({ host: place.host, port: place.port, noDelay: true });
  // Cameras sign their certificates themselves.
  return connectTls({ host: place.host, port: place.port, rejectUnauthorized: false });
}

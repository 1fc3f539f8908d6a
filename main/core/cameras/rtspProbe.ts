/**
 * Asks an RTSP address what it streams (DESCRIBE, RFC 2326), and plays nothing. Signs in by digest (MD5, SHA-256) or,
 * only when the user allows it for this camera, by Basic. The whole question has one deadline; heads and bodies are bounded;
 * redirects are not followed. Every ending but a description is a problem; nothing here throws or logs.
 */
import type { StreamInfo } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Credentials } from '../wire/digest.ts';
import { asksInClear, readRtspPlace, RtspConversation, RtspTrouble, type RtspPlace } from '../wire/rtspConversation.ts';
import type { RtspReply } from '../wire/rtspReply.ts';
import { readSdp } from './sdp.ts';
import { abortProblem, connectionProblem } from './soap.ts';

export interface RtspDescription {
  stream: Omit<StreamInfo, 'role'>;
  /** From the first byte sent out to the first answer. */
  reachedInMs: number;
}

export const rtspTimeoutMs = 4500;

/** `url` as `streamUrl` writes it, without credentials. */
export async function probeRtsp(
  question: { url: string; credentials: Credentials | null; allowsClearPassword?: boolean },
  signal: AbortSignal,
): Promise<Outcome<RtspDescription>> {
  const place = readRtspPlace(question.url);
  if (place === null) return bad({ code: 'badAddress', part: 'form' });
  const limited = AbortSignal.any([signal, AbortSignal.timeout(rtspTimeoutMs)]);
  const startMs = Date.now();
  let reachedInMs = 0;
  const conversation = new RtspConversation(place, question.credentials, question.allowsClearPassword === true, {
    media: () => undefined,
    replied: () => (reachedInMs ||= Date.now() - startMs),
    ended: () => undefined,
  });
  const giveUp = (): void => conversation.close();
  limited.addEventListener('abort', giveUp);
  try {
    if (limited.aborted) throw new Error('out of time');
    const reply = await conversation.ask('DESCRIBE', place.uri, { Accept: 'application/sdp' }, rtspTimeoutMs);
    return readAnswer(
      reply,
      place,
      reachedInMs,
      question.credentials !== null && question.allowsClearPassword !== true,
    );
  } catch (error) {
    const isOther = error instanceof RtspTrouble && error.what === 'notRtsp';
    if (isOther) return bad({ code: 'notACamera', host: place.host, port: place.port });
    return bad(signal.aborted ? abortProblem(signal, place) : connectionProblem(error, place.host, place.port));
  } finally {
    limited.removeEventListener('abort', giveUp);
    conversation.close();
  }
}

function readAnswer(
  reply: RtspReply,
  place: RtspPlace,
  reachedInMs: number,
  keepsToDigest: boolean,
): Outcome<RtspDescription> {
  if (keepsToDigest && asksInClear(place, reply)) return bad({ code: 'passwordInClear' });
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

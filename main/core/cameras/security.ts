/**
 * Looks at one camera from outside: which of a few ports are open, how its stream asks who is there, whether it offers
 * video inside TLS. Connects to that camera's host and nothing else, sends no password and tries none, so that no
 * account is locked by it. A port that answers nothing in time counts as closed. Never throws for what a camera sends;
 * where nothing at all is open the camera is not there: `noAnswer`.
 */
import { connect } from 'node:net';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { type SecurityFacts, type SignInWay, triedPorts } from '../../contract/security.ts';
import { readChallenges } from '../wire/digest.ts';
import { readRtspPlace, RtspConversation, type RtspPlace, RtspTrouble } from '../wire/rtspConversation.ts';
import type { RtspReply } from '../wire/rtspReply.ts';
import { abortProblem } from './soap.ts';

export interface SecurityQuestion {
  host: string;
  /** Ports of it that Nightjar uses beside the stream's. */
  ports: readonly number[];
  /** Of the stream that is recorded, as `streamUrl` writes it; null where it is not known. */
  streamUrl: string | null;
}

const openWithinMs = 1500;
const answerWithinMs = 4000;
/** Video inside TLS (RFC 7826, §4.2). */
const securePort = 322;

export async function lookAtSecurity(
  { host, ports, streamUrl }: SecurityQuestion,
  signal: AbortSignal,
): Promise<Outcome<Omit<SecurityFacts, 'cameraId' | 'checkedMs'>>> {
  const place = streamUrl === null ? null : readRtspPlace(streamUrl);
  const own = place?.host === host ? place : null;
  const asked = [...new Set([...triedPorts, ...ports, ...(own ? [own.port] : [])])].sort((a, b) => a - b);
  const openPorts: number[] = [];
  // One at a time: some cameras take a burst of connections for an attack, and drop their viewers.
  for (const port of asked) {
    if (signal.aborted) break;
    if (await isOpen(host, port, signal)) openPorts.push(port);
  }
  const described = own && openPorts.includes(own.port) ? await ask(own, 'DESCRIBE', signal) : null;
  const secure = readRtspPlace(`rtsps://${host.includes(':') ? `[${host}]` : host}:${securePort}/`);
  const offers = secure && openPorts.includes(securePort) ? await ask(secure, 'OPTIONS', signal) : null;
  if (signal.aborted) return bad(abortProblem(signal, { host, port: own?.port ?? 0 }));
  if (openPorts.length === 0) return bad({ code: 'noAnswer', host, port: own?.port ?? ports[0] ?? 554 });
  return good({
    ...{ openPorts, tried: asked.length, signIn: signInOf(described) },
    ...{ encrypted: own?.secure ?? false, offersEncrypted: offers !== null },
  });
}

function isOpen(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: AbortSignal.any([signal, AbortSignal.timeout(openWithinMs)]) });
    const told = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => told(true));
    socket.on('error', () => told(false));
  });
}

/** null where no RTSP answers. */
async function ask(place: RtspPlace, method: 'DESCRIBE' | 'OPTIONS', signal: AbortSignal): Promise<RtspReply | null> {
  const talk = new RtspConversation(place, null, false, { media: () => undefined, ended: () => undefined });
  const giveUp = (): void => talk.close();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await talk.ask(
      method,
      place.uri,
      method === 'DESCRIBE' ? { Accept: 'application/sdp' } : {},
      answerWithinMs,
    );
  } catch (error) {
    if (error instanceof RtspTrouble) return null;
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    talk.close();
  }
}

function signInOf(reply: RtspReply | null): SignInWay {
  if (reply?.status === 200) return 'nobody';
  if (reply?.status !== 401) return 'unknown';
  const headers = reply.headers.get('www-authenticate') ?? [];
  const schemes = headers.flatMap((header) => readChallenges(header)).map(({ scheme }) => scheme);
  return schemes.includes('digest') ? 'digest' : schemes.includes('basic') ? 'basic' : 'unknown';
}

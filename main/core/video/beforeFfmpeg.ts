/**
 * What a camera is asked before ffmpeg is given its address: whether the password would go in a way that everybody on
 * its network could read, and whether it sends to another address, which ffmpeg would follow with the password. ffmpeg
 * does both without a word. Asks what ffmpeg asks first, OPTIONS and DESCRIBE, over a connection of its own, and signs
 * in by digest (by Basic only where that is allowed or inside TLS). Asked before every start: a camera's settings and
 * the user's permission change. Where nothing can be learned ffmpeg is not started. What a camera answers otherwise a
 * moment later cannot be known here. Never throws for what a camera sends.
 */
import { readRtspPlace, RtspConversation, RtspTrouble, type RtspPlace } from '../wire/rtspConversation.ts';
import type { RtspReply } from '../wire/rtspReply.ts';
import type { IntakeEnd } from './intakeEnd.ts';
import type { StreamSource } from './intakeScript.ts';
import { endOfTrouble } from './rtspEnd.ts';

const answerWithinMs = 5000;

/** How ffmpeg would sign in. open: it was not asked to. */
type SignIn = 'digest' | 'open' | 'clear';

/** Either what ffmpeg may be given, or why it is not started. */
export type Asked = { ok: true; source: StreamSource } | { ok: false; end: IntakeEnd };

export async function askBeforeFfmpeg(source: StreamSource, signal: AbortSignal): Promise<Asked> {
  const place = readRtspPlace(source.url);
  if (!place) return ended({ cause: 'failed', text: 'not an address of a stream' });
  let signIn: SignIn = 'open';
  const { credentials, allowsClearPassword = false } = source;
  const talk = new RtspConversation(place, credentials, allowsClearPassword, {
    media: () => undefined,
    replied: (reply) => (signIn = signInAfter(signIn, reply)),
    ended: () => undefined,
  });
  const giveUp = (): void => talk.close();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) return ended({ cause: 'closed', text: '' });
    const replies = await ask(talk, place);
    const keepsToDigest = credentials !== null && !allowsClearPassword && !place.secure;
    return judge(source, replies, keepsToDigest ? signIn : null);
  } catch (error) {
    if (error instanceof RtspTrouble) return ended(endOfTrouble(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    talk.close();
  }
}

async function ask(talk: RtspConversation, { uri }: RtspPlace): Promise<{ options: RtspReply; described: RtspReply }> {
  const untilMs = performance.now() + answerWithinMs;
  const options = await talk.ask('OPTIONS', uri, {}, answerWithinMs);
  // Some cameras lock after a few wrong passwords: one that was refused is not sent again.
  if (options.status === 401) return { options, described: options };
  const leftMs = Math.max(1, untilMs - performance.now());
  return { options, described: await talk.ask('DESCRIBE', uri, { Accept: 'application/sdp' }, leftMs) };
}

/** `signIn`: how ffmpeg would; null where every way is allowed. */
function judge(
  source: StreamSource,
  { options, described }: { options: RtspReply; described: RtspReply },
  signIn: SignIn | null,
): Asked {
  // Before the replies: a camera that asks in the clear refuses what is asked here.
  if (signIn === 'clear') return ended({ cause: 'refused', text: '', inClear: true });
  const moved = [options, described].find(({ status }) => status >= 300 && status < 400);
  if (moved) return ended({ cause: 'failed', text: `the camera sends to another address (${moved.status})` });
  const { status } = described;
  const text = `the camera answered with ${status}`;
  if (status === 401 || status === 403) return ended({ cause: 'refused', text });
  if (status < 200 || status >= 400) return ended({ cause: 'closed', text });
  // Not asked for a password so far, it gets none: nobody knows how it would ask later.
  return { ok: true, source: signIn === 'open' ? { ...source, credentials: null } : source };
}

/**
 * ffmpeg (httpauth.c) looks at how each `WWW-Authenticate` line begins, in replies of any status, and at no second
 * challenge of the same line. Once it was asked for a digest it keeps to it.
 */
function signInAfter(before: SignIn, { headers }: RtspReply): SignIn {
  const lines = headers.get('www-authenticate') ?? [];
  if (before === 'digest' || lines.some((line) => /^digest /i.test(line))) return 'digest';
  return before === 'clear' || lines.some((line) => /^basic\b/i.test(line)) ? 'clear' : 'open';
}

function ended(end: IntakeEnd): Asked {
  return { ok: false, end };
}

/**
 * What a camera is asked before ffmpeg is given its address: whether the password would go in a way that everybody on
 * its network could read, and whether it sends to another address, which ffmpeg would follow with the password. ffmpeg
 * does both without a word. Asks what ffmpeg asks first, OPTIONS and DESCRIBE, over a connection of its own, and SETUP
 * where nobody was asked to sign in until then (some cameras describe their stream to everybody), and signs in by digest (by Basic only where that is allowed or inside TLS). Asked before every start: a camera's settings and
 * the user's permission change. Where nothing can be learned ffmpeg is not started. What a camera answers otherwise a
 * moment later cannot be known here. Never throws for what a camera sends.
 */
import { controlUri, isToken } from '../wire/controlUri.ts';
import { readRtspPlace, RtspConversation, RtspTrouble, type RtspPlace } from '../wire/rtspConversation.ts';
import type { RtspReply } from '../wire/rtspReply.ts';
import { readSessionDescription } from '../wire/sessionDescription.ts';
import type { IntakeEnd } from './intakeEnd.ts';
import type { StreamSource } from './intakeScript.ts';
import { endOfTrouble } from './rtspEnd.ts';

const answerWithinMs = 5000;
const farewellWithinMs = 1000;

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
    // Read through a function: what `replied` set in the meantime.
    const isOpen = (): boolean => signIn === 'open';
    if (keepsToDigest && isOpen() && isGood(replies.described)) replies.setUp = await askSetUp(talk, place, replies);
    return judge(source, replies, keepsToDigest ? signIn : null);
  } catch (error) {
    if (error instanceof RtspTrouble) return ended(endOfTrouble(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    talk.close();
  }
}

interface Replies {
  options: RtspReply;
  described: RtspReply;
  /** null where it was not asked. */
  setUp?: RtspReply | null;
}

async function ask(talk: RtspConversation, { uri }: RtspPlace): Promise<Replies> {
  const untilMs = performance.now() + answerWithinMs;
  const options = await talk.ask('OPTIONS', uri, {}, answerWithinMs);
  // Some cameras lock after a few wrong passwords: one that was refused is not sent again.
  if (options.status === 401) return { options, described: options };
  const leftMs = Math.max(1, untilMs - performance.now());
  return { options, described: await talk.ask('DESCRIBE', uri, { Accept: 'application/sdp' }, leftMs) };
}

/** Asks for the picture as ffmpeg would, and gives it back at once. null where there is none, or no answer. */
async function askSetUp(talk: RtspConversation, { uri }: RtspPlace, { described }: Replies): Promise<RtspReply | null> {
  const track = readSessionDescription(described.body).tracks.find(({ kind }) => kind === 'video');
  if (!track) return null;
  const { headers } = described;
  const base = headers.get('content-base')?.[0] ?? headers.get('content-location')?.[0] ?? uri;
  const control = controlUri(track.control, base, uri);
  const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
  try {
    const setUp = await talk.ask('SETUP', control, transport, answerWithinMs);
    const session = setUp.headers.get('session')?.[0]?.split(';')[0]?.trim() ?? '';
    // Answered, before ffmpeg comes: a camera may grant one session only.
    if (isGood(setUp) && isToken(session)) await talk.ask('TEARDOWN', control, { Session: session }, farewellWithinMs);
    return setUp;
  } catch (error) {
    // A camera that hangs up at it has not asked for anything.
    if (error instanceof RtspTrouble) return null;
    throw error;
  }
}

function isGood({ status }: RtspReply): boolean {
  return status >= 200 && status < 300;
}

/** `signIn`: how ffmpeg would; null where every way is allowed. */
function judge(source: StreamSource, { options, described, setUp = null }: Replies, signIn: SignIn | null): Asked {
  // Before the replies: a camera that asks in the clear refuses what is asked here.
  if (signIn === 'clear') return ended({ cause: 'refused', text: '', inClear: true });
  const moved = [options, described, setUp].find((reply) => reply && reply.status >= 300 && reply.status < 400);
  if (moved) return ended({ cause: 'failed', text: `the camera sends to another address (${moved.status})` });
  // Of what SETUP says only a refusal counts: the rest is for whoever plays the stream.
  const status = setUp?.status === 401 || setUp?.status === 403 ? setUp.status : described.status;
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

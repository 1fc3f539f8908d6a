/**
 * Whether a camera asks for the password in a way that everybody on its network could read. ffmpeg would send it so
 * without a word, so a camera is asked before ffmpeg is given a password: by a question without one, over a connection of
 * its own that ends at the answer. Where nothing answers the answer is no: ffmpeg finds nobody either.
 */
import { asksInClear, readRtspPlace, RtspConversation, RtspTrouble } from '../wire/rtspConversation.ts';
import type { StreamSource } from './intakeScript.ts';

const answerWithinMs = 5000;

/** False without asking where there is no password, where it is allowed, and inside TLS. */
export async function asksForClearPassword(source: StreamSource, signal: AbortSignal): Promise<boolean> {
  const place = readRtspPlace(source.url);
  if (!place || place.secure || source.credentials === null || source.allowsClearPassword === true) return false;
  const talk = new RtspConversation(place, null, false, { media: () => undefined, ended: () => undefined });
  const giveUp = (): void => talk.close();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) return false;
    const reply = await talk.ask('DESCRIBE', place.uri, { Accept: 'application/sdp' }, answerWithinMs);
    return asksInClear(place, reply);
  } catch (error) {
    if (error instanceof RtspTrouble) return false;
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    talk.close();
  }
}

/** What an RTSP conversation that came to nothing means for an intake. Pure. */
import type { RtspTrouble } from '../wire/rtspConversation.ts';
import { saysNoWay } from '../wire/socketTrouble.ts';
import type { IntakeEnd } from './intakeEnd.ts';

export function endOfTrouble({ what, code }: RtspTrouble): IntakeEnd {
  if (what === 'notRtsp') return { cause: 'garbage', text: 'what answered is no RTSP', elsewhere: true };
  if (what === 'late') return { cause: 'noAnswer', text: 'no answer in time' };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { cause: 'noSuchHost', text: code };
  if (saysNoWay(code ?? '')) return { cause: 'network', text: code ?? '' };
  const isUnreachable = /^(ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|EHOSTDOWN)$/.test(code ?? '');
  return { cause: isUnreachable ? 'noAnswer' : 'closed', text: code ?? 'the connection was closed' };
}

/**
 * Says why an intake ended, from ffmpeg's own words; and takes addresses and credentials out of those words, so that
 * they may be kept. Pure functions. Where the words say nothing known, the cause is `failed`.
 */
import type { LossCause } from '../../contract/model.ts';
import type { StreamSource } from './intakeScript.ts';

export interface IntakeEnd {
  cause: 'refused' | LossCause;
  /** The end of what ffmpeg said, without addresses and credentials. */
  text: string;
  /** It was refused because it asks for the password in the clear, which the user has not allowed. */
  inClear?: boolean;
  /** Another way of taking it in may do better. */
  elsewhere?: boolean;
}

/** First match wins. The words are those of ffmpeg 5 to 8 and of the C libraries' errors. */
const signs: [RegExp, IntakeEnd['cause']][] = [
  [/\b40[13]\b|Unauthorized|Forbidden/i, 'refused'],
  [/Failed to resolve hostname|Name or service not known|nodename nor servname|No such host/i, 'noSuchHost'],
  [/Network is (?:unreachable|down)|Cannot assign requested address/i, 'network'],
  [/Connection refused|No route to host|unreachable|timed out|Host is down|-138 occurred|-10060/i, 'noAnswer'],
  [/not currently supported in container|Unknown encoder|Decoder .* not found|Video codec .* not compatible/i, 'codec'],
  [/Could not find tag for codec|Unsupported codec|no decoder/i, 'codec'],
  [/Invalid data found|Could not find codec parameters|matches no streams|does not contain any stream/i, 'garbage'],
  [/Connection reset|Broken pipe|End of file|Input\/output error|\b(?:404|45[0-9]|50[0-9])\b/i, 'closed'],
];

export function endOf(words: string, exitCode: number | null): IntakeEnd['cause'] {
  const sign = signs.find(([pattern]) => pattern.test(words));
  return sign ? sign[1] : exitCode === 0 ? 'closed' : 'failed';
}

const mostTextCharacters = 1000;

/** The last of ffmpeg's words, without any address, and without the source's host, user name and password. */
export function withoutSecrets(words: string, source: StreamSource | null): string {
  let text = words.replace(/[a-z][a-z0-9+.-]*:\/\/\S*/gi, '<address>');
  for (const secret of source ? secretsOf(source) : []) text = text.replaceAll(secret, '<…>');
  return text.trim().slice(-mostTextCharacters);
}

function secretsOf({ url, credentials }: StreamSource): string[] {
  const host = /^\w+:\/\/(\[[^\]]*\]|[^/:?#]+)/.exec(url)?.[1] ?? '';
  const parts = [credentials?.password ?? '', credentials?.user ?? '', host];
  return parts.filter((part) => part.length > 2).sort((one, other) => other.length - one.length);
}

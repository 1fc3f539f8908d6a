/**
 * Answers a camera's HTTP or RTSP authentication challenge: Digest with MD5 and SHA-256, their `-sess` forms, qop
 * absent, `auth` or `auth-int` (RFC 2617, RFC 7616), and Basic where the caller allows it. Passwords of any character
 * count as UTF-8. Returns null for a challenge that it cannot answer, and for one made to smuggle a header line.
 * Knows nothing of sockets; keeps nothing.
 */
import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  user: string;
  password: string;
}

export interface Challenge {
  /** Lower case: 'digest', 'basic'. */
  scheme: string;
  /** Names in lower case; values without their quotes, escapes left as they came. */
  params: Map<string, string>;
}

export interface ChallengedRequest {
  method: string;
  /** Exactly as in the request line. */
  uri: string;
  /** For qop=auth-int. */
  body: string;
  /** How often this nonce has been answered, this time included: 1 at first. */
  count: number;
  allowBasic: boolean;
}

const maxHeaderLength = 4096;

/** The challenges in one `WWW-Authenticate` header, which may hold several. Malformed parts are passed over. */
export function readChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  const pattern = /([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64})(?:\s{0,8}=\s{0,8}(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;
  for (const match of header.slice(0, maxHeaderLength).matchAll(pattern)) {
    const [, token = '', quoted, bare] = match;
    const value = quoted ?? bare;
    if (value === undefined) challenges.push({ scheme: token.toLowerCase(), params: new Map() });
    else challenges.at(-1)?.params.set(token.toLowerCase(), value);
  }
  return challenges;
}

/** The whole value of an `Authorization` header for the strongest challenge; null when none can be answered. */
export function answerChallenge(
  challenges: readonly Challenge[],
  credentials: Credentials,
  request: ChallengedRequest,
): string | null {
  if (hasControls(credentials.user)) return null;
  const digests = challenges.filter((challenge) => challenge.scheme === 'digest');
  for (const algorithm of ['sha-256', 'sha-256-sess', 'md5', 'md5-sess']) {
    const challenge = digests.find((one) => (one.params.get('algorithm') ?? 'MD5').toLowerCase() === algorithm);
    const answer = challenge && answerDigest(challenge, algorithm, credentials, request);
    if (answer) return answer;
  }
  if (!request.allowBasic || !challenges.some((challenge) => challenge.scheme === 'basic')) return null;
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`;
}

function answerDigest(
  challenge: Challenge,
  algorithm: string,
  credentials: Credentials,
  request: ChallengedRequest,
): string | null {
  const realm = challenge.params.get('realm') ?? '';
  const nonce = challenge.params.get('nonce');
  const opaque = challenge.params.get('opaque');
  if (nonce === undefined || hasControls(`${realm}${nonce}${opaque ?? ''}${request.uri}`)) return null;
  const qop = chooseQop(challenge.params.get('qop'));
  if (qop === 'unknown') return null;

  const hash = (text: string) =>
    createHash(algorithm.startsWith('sha-256') ? 'sha256' : 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const clientNonce = randomBytes(8).toString('hex');
  const count = request.count.toString(16).padStart(8, '0');
  let first = hash(`${credentials.user}:${realm}:${credentials.password}`);
  if (algorithm.endsWith('-sess')) first = hash(`${first}:${nonce}:${clientNonce}`);
  const second = hash(
    qop === 'auth-int' ? `${request.method}:${request.uri}:${hash(request.body)}` : `${request.method}:${request.uri}`,
  );
  const response =
    qop === null
      ? hash(`${first}:${nonce}:${second}`)
      : hash(`${first}:${nonce}:${count}:${clientNonce}:${qop}:${second}`);

  const hashesUser = challenge.params.get('userhash')?.toLowerCase() === 'true';
  const user = hashesUser ? hash(`${credentials.user}:${realm}`) : credentials.user.replace(/["\\]/g, '\\$&');
  const fields = [`username="${user}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${request.uri}"`];
  fields.push(`response="${response}"`);
  const named = challenge.params.get('algorithm');
  if (named !== undefined) fields.push(`algorithm=${named}`);
  if (opaque !== undefined) fields.push(`opaque="${opaque}"`);
  if (qop !== null) fields.push(`qop=${qop}`, `nc=${count}`);
  if (qop !== null || algorithm.endsWith('-sess')) fields.push(`cnonce="${clientNonce}"`);
  if (hashesUser) fields.push('userhash=true');
  return `Digest ${fields.join(', ')}`;
}

/** null: the old form without qop. */
function chooseQop(offered: string | undefined): 'auth' | 'auth-int' | null | 'unknown' {
  if (offered === undefined || offered.trim() === '') return null;
  const values = offered.split(',').map((value) => value.trim().toLowerCase());
  if (values.includes('auth')) return 'auth';
  return values.includes('auth-int') ? 'auth-int' : 'unknown';
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

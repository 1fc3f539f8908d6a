/**
 * The camera's side of HTTP authentication, for RTSP and HTTP alike: digest with MD5 (RFC 2069 without qop, RFC 7616 with
 * qop="auth") and SHA-256, and basic. A gate hands out nonces, and refuses one that it did not hand out, that is too
 * old (stale), or whose count goes backwards. Never throws on what a client sends.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type Algorithm = 'MD5' | 'SHA-256';

export interface GateRules {
  realm: string;
  algorithms: Algorithm[];
  qop: boolean;
  basic: boolean;
  nonceLifeMs: number;
}

export interface Ask {
  method: string;
  /** The request's own address: what the digest must have been made for. */
  uri: string;
  authorization: string | undefined;
}

export type Verdict = 'welcome' | 'stale' | 'refused';

interface Nonce {
  madeMs: number;
  count: number;
}

const noncesAtMost = 1000;
const fieldsAtMost = 32;

export function hexHash(algorithm: Algorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text, 'utf8')
    .digest('hex');
}

export interface DigestParts {
  algorithm: Algorithm;
  user: string;
  realm: string;
  password: string;
  method: string;
  uri: string;
  nonce: string;
  /** null: RFC 2069. */
  auth: { count: string; clientNonce: string } | null;
}

/** The `response` field: RFC 7616 section 3.4.1, or RFC 2069 section 2.1.2. */
export function digestResponse(parts: DigestParts): string {
  const hash = (text: string): string => hexHash(parts.algorithm, text);
  const secret = hash(`${parts.user}:${parts.realm}:${parts.password}`);
  const request = hash(`${parts.method}:${parts.uri}`);
  return parts.auth
    ? hash(`${secret}:${parts.nonce}:${parts.auth.count}:${parts.auth.clientNonce}:auth:${request}`)
    : hash(`${secret}:${parts.nonce}:${request}`);
}

/** The fields of `Digest a="b", c=d`; empty when the header is anything else. Names in lower case. */
export function digestFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  const scheme = /^\s*digest\s+/i.exec(header);
  if (!scheme || header.length > 4096) return fields;
  const field = /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)/giy;
  field.lastIndex = scheme[0].length;
  while (fields.size < fieldsAtMost) {
    const match = field.exec(header);
    if (!match) break;
    fields.set((match[1] ?? '').toLowerCase(), match[3] ?? (match[2] ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  return fields;
}

export class Gate {
  private readonly rules: GateRules;
  private readonly nonces = new Map<string, Nonce>();

  constructor(rules: GateRules) {
    this.rules = rules;
  }

  /** Values for WWW-Authenticate, best first; each its own header line. */
  challenges(stale: boolean): string[] {
    const { realm, algorithms, qop, basic } = this.rules;
    const list = algorithms.map((algorithm) => {
      const nonce = randomBytes(16).toString('hex');
      this.nonces.set(nonce, { madeMs: performance.now(), count: 0 });
      const named = algorithm === 'MD5' && algorithms.length === 1 ? '' : `, algorithm=${algorithm}`;
      return `Digest realm="${realm}", nonce="${nonce}"${named}${qop ? ', qop="auth"' : ''}${stale ? ', stale=true' : ''}`;
    });
    for (const nonce of this.nonces.keys()) {
      if (this.nonces.size <= noncesAtMost) break;
      this.nonces.delete(nonce);
    }
    if (basic) list.push(`Basic realm="${realm}"`);
    return list;
  }

  verdict(ask: Ask, user: string, password: string): Verdict {
    const header = ask.authorization ?? '';
    if (/^\s*basic\s/i.test(header)) {
      const expected = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
      return this.rules.basic && same(header.trim().split(/\s+/)[1] ?? '', expected) ? 'welcome' : 'refused';
    }
    const fields = digestFields(header);
    const algorithm = (fields.get('algorithm') ?? 'MD5').toUpperCase();
    const nonce = fields.get('nonce') ?? '';
    if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return 'refused';
    if (!this.rules.algorithms.includes(algorithm)) return 'refused';
    if (fields.get('username') !== user || fields.get('realm') !== this.rules.realm) return 'refused';
    if (fields.get('uri') !== ask.uri) return 'refused';
    const auth = this.rules.qop ? { count: fields.get('nc') ?? '', clientNonce: fields.get('cnonce') ?? '' } : null;
    if (auth && (fields.get('qop') !== 'auth' || !/^[0-9a-f]{8}$/i.test(auth.count))) return 'refused';
    if (!auth && fields.has('qop')) return 'refused';
    const { realm } = this.rules;
    const expected = digestResponse({
      algorithm,
      user,
      realm,
      password,
      method: ask.method,
      uri: ask.uri,
      nonce,
      auth,
    });
    if (!same(fields.get('response') ?? '', expected)) return 'refused';
    return this.spend(nonce, auth ? Number.parseInt(auth.count, 16) : null);
  }

  private spend(nonce: string, count: number | null): Verdict {
    const known = this.nonces.get(nonce);
    if (!known || performance.now() - known.madeMs > this.rules.nonceLifeMs) return 'stale';
    if (count === null) return 'welcome';
    if (count <= known.count) return 'refused';
    known.count = count;
    return 'welcome';
  }
}

function same(given: string, expected: string): boolean {
  const a = Buffer.from(given, 'utf8');
  const b = Buffer.from(expected, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

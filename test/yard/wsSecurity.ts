/**
 * Checks the UsernameToken that a client puts into a SOAP header (OASIS WS-Security UsernameToken Profile 1.0, password
 * digest): right user and password, made within a window of the camera's own clock, and its nonce not used before.
 * Anything less is refused, without saying why.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { find, textOf, type Element } from './xml.ts';

const digestType = '#PasswordDigest';
const noncesAtMost = 10_000;

/** Base64 of SHA-1 over nonce, created and password. */
export function passwordDigest(nonce: Uint8Array, created: string, password: string): string {
  return createHash('sha1').update(nonce).update(created, 'utf8').update(password, 'utf8').digest('base64');
}

export class TokenCheck {
  private readonly windowMs: number;
  private readonly used = new Set<string>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** 'absent' when the header holds no token at all. */
  verdict(header: Element | null, user: string, password: string, nowMs: number): 'welcome' | 'absent' | 'refused' {
    const token = find(header, 'Security', 'UsernameToken');
    if (!token) return 'absent';
    const given = find(token, 'Password');
    const nonce = textOf(token, 'Nonce');
    const created = textOf(token, 'Created');
    // Whitespace in a password counts.
    if (find(token, 'Username')?.text !== user || !given?.attributes.get('Type')?.endsWith(digestType))
      return 'refused';
    const createdMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(created) ? Date.parse(created) : Number.NaN;
    if (!(Math.abs(createdMs - nowMs) <= this.windowMs)) return 'refused';
    if (nonce === '' || this.used.has(nonce)) return 'refused';
    const expected = Buffer.from(passwordDigest(Buffer.from(nonce, 'base64'), created, password));
    const answer = Buffer.from(given.text.trim());
    if (answer.length !== expected.length || !timingSafeEqual(answer, expected)) return 'refused';
    this.used.add(nonce);
    if (this.used.size > noncesAtMost) this.used.delete(this.used.values().next().value ?? '');
    return 'welcome';
  }
}

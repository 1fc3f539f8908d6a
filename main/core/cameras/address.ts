/**
 * Takes a pasted address apart, whatever form it has: a bare host, a web address, an RTSP address with a password
 * typed raw into it, a whole command line. Credentials are told apart from the rest. Also judges the addresses that a
 * camera names for its streams: they may only lead back to the camera itself. Pure; never throws; connects nowhere.
 *
 * A raw password may hold `@ : / ? #`, so an address can be read in several ways. The reading whose host looks most
 * like a host wins (a number, then a dotted name, then a bare word); among equals the one that a URL parser would take.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { AddressParts } from '../../contract/model.ts';
import { bad, good, type Outcome, type ProblemOf } from '../../contract/problems.ts';
import { isPrivateAddress } from './privateNetworks.ts';

export const onvifPath = '/onvif/device_service';
export const defaultPorts = { http: 80, https: 443, rtsp: 554, rtsps: 322 } as const;

type Scheme = AddressParts['scheme'];
type WrongPart = ProblemOf<'badAddress'>['part'];
type Reading = { ok: true; parts: Authority; rank: number } | { ok: false; part: WrongPart };

interface Authority {
  user: string;
  password: string;
  host: string;
  /** null: not said. */
  port: number | null;
  /** From the first `/`, or from `?`; '' when there is none. */
  path: string;
}

const maxAddressLength = 2000;
const rtspPorts = new Set([322, 554, 5554, 7070, 7236, 7441, 7447, 8554, 8555, 10554]);

export function readAddress(text: string): Outcome<AddressParts> {
  const line = text
    .slice(0, maxAddressLength + 1)
    .replace(/[\p{Cf}\p{Zs}\s]/gu, (mark) => (/\p{Cf}/u.test(mark) ? '' : ' '));
  const trimmed = line.trim();
  if (trimmed === '') return wrong('empty');
  if (text.length > maxAddressLength || /\p{Cc}/u.test(trimmed)) return wrong('form');
  const found = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,20}):\/\//i.exec(trimmed);
  if (found === null) return readBare(trimmed);

  const scheme = schemeNamed(found[1] ?? '');
  if (scheme === null) return wrong('scheme');
  let problem: WrongPart | null = null;
  for (const rest of restsOf(trimmed, found.index, found[0].length)) {
    const reading = readAuthority(rest);
    if (reading.ok) return finish(scheme, reading.parts);
    problem ??= reading.part;
  }
  return wrong(problem ?? 'host');
}

function schemeNamed(text: string): Scheme | null {
  const lower = text.toLowerCase();
  if (lower === 'onvif') return 'http';
  return lower === 'http' || lower === 'https' || lower === 'rtsp' || lower === 'rtsps' ? lower : null;
}

/** What may follow the `scheme://` at `start`: up to the closing quote, up to the first blank, or all of it. */
function restsOf(text: string, start: number, schemeLength: number): string[] {
  const rest = text.slice(start + schemeLength);
  const before = text.slice(0, start).trimEnd();
  const closing = closingQuote(before.at(-1) ?? '');
  if (closing !== null) {
    // Only the quote stands before it: the text is one quoted address, and its last quote closes it.
    const end = before.length === 1 ? rest.lastIndexOf(closing) : rest.indexOf(closing);
    return [(end === -1 ? rest : rest.slice(0, end)).trim()];
  }
  const word = (rest.split(' ', 1)[0] ?? '').replace(/[,;>"'\u201d\u2019]+$/, '');
  return before === '' ? [word, rest] : [word];
}

function closingQuote(opening: string): string | null {
  const pairs: Record<string, string> = {
    '"': '"',
    "'": "'",
    '`': '`',
    '<': '>',
    '(': ')',
    '[': ']',
    '\u201c': '\u201d',
    '\u2018': '\u2019',
    '\u00ab': '\u00bb',
  };
  return pairs[opening] ?? null;
}

/** Without a scheme. A port or a path that only RTSP uses makes it RTSP. */
function readBare(text: string): Outcome<AddressParts> {
  const unquoted = text
    .replace(/^["'`<(\u201c\u2018\u00ab]+/, '')
    .replace(/["'`>),;\u201d\u2019\u00bb]+$/, '')
    .trim();
  if (unquoted === '') return wrong('form');
  const address = unquoted.replace(/^\[|\]$/g, '');
  if (isIPv6(address)) {
    return finish('http', { user: '', password: '', host: address.toLowerCase(), port: null, path: '' });
  }
  const whole = readAuthority(unquoted);
  if (whole.ok) return finish(guessScheme(whole.parts), whole.parts);
  const words = unquoted.split(' ');
  if (words.length === 1) return wrong(whole.part);
  for (const word of words) {
    const reading = readAuthority(word.replace(/[,;]+$/, ''));
    if (reading.ok && reading.rank >= 2) return finish(guessScheme(reading.parts), reading.parts);
  }
  return wrong('form');
}

function guessScheme(parts: Authority): Scheme {
  if (parts.port !== null && rtspPorts.has(parts.port)) return parts.port === 322 ? 'rtsps' : 'rtsp';
  if (parts.port === 443) return 'https';
  return parts.path.length > 1 && !isServicePath(parts.path) ? 'rtsp' : 'http';
}

function isServicePath(path: string): boolean {
  return /onvif|service/i.test(path);
}

/** Chooses among the ways to split `user:password@host:port/path`. */
function readAuthority(text: string): Reading {
  let best: Reading | null = null;
  const pathStart = text.search(/[/?#]/);
  const standardAt = text.lastIndexOf('@', pathStart === -1 ? text.length : pathStart);
  const standard = readAfterUser(text, standardAt);
  if (standard.ok) best = standard;
  for (let at = text.lastIndexOf('@'); at > standardAt; at = text.lastIndexOf('@', at - 1)) {
    if (!couldBeUser(text.slice(0, at))) continue;
    const reading = readAfterUser(text, at);
    if (reading.ok && (best === null || reading.rank > rankOf(best))) best = reading;
  }
  return best ?? standard;
}

function rankOf(reading: Reading): number {
  return reading.ok ? reading.rank : -1;
}

/** Whether text that holds a `/`, `?` or `#` can be `user:password` all the same. */
function couldBeUser(text: string): boolean {
  const start = text.split(/[/?#]/, 1)[0] ?? '';
  if (!start.includes(':')) return false;
  return start.includes('@') || !readHostAndPort(start).ok;
}

function readAfterUser(text: string, at: number): Reading {
  const rest = text.slice(at + 1);
  const pathStart = rest.search(/[/?#]/);
  const host = readHostAndPort(pathStart === -1 ? rest : rest.slice(0, pathStart));
  if (!host.ok) return host;
  const path = pathStart === -1 ? '' : cleanPath(rest.slice(pathStart));
  const userText = text.slice(0, Math.max(at, 0));
  const colon = userText.indexOf(':');
  const user = decodeCredential(colon === -1 ? userText : userText.slice(0, colon));
  const password = colon === -1 ? '' : decodeCredential(userText.slice(colon + 1));
  return { ok: true, rank: host.rank, parts: { user, password, host: host.host, port: host.port, path } };
}

type HostReading = { ok: true; host: string; port: number | null; rank: number } | { ok: false; part: WrongPart };

function readHostAndPort(text: string): HostReading {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text.trim());
  const host = readHost(match?.[1] ?? '');
  if (match === null || host === null) return { ok: false, part: 'host' };
  const portText = match[2] ?? '';
  if (portText === '') return { ok: true, ...host, port: null };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  return port >= 1 && port <= 65535 ? { ok: true, ...host, port } : { ok: false, part: 'port' };
}

/** rank 3: an address in numbers; 2: a dotted name; 1: one word. */
function readHost(text: string): { host: string; rank: number } | null {
  if (text.startsWith('[')) {
    const address = text.slice(1, -1).replace('%25', '%').toLowerCase();
    return isIPv6(address) ? { host: address, rank: 3 } : null;
  }
  if (isIPv4(text)) return { host: text, rank: 3 };
  // eslint-disable-next-line no-control-regex -- beyond ASCII is what it asks for
  const ascii = /[^\u0000-\u007f]/.test(text) ? domainToASCII(text) : text;
  const name = ascii.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  const valid = labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  // A last label in numbers would be read as an address by the system's resolver: 127.1, 0x7f000001.
  if (!valid || name.length > 253 || /^(?:\d+|0x[0-9a-f]*)$/.test(last)) return null;
  return { host: name, rank: labels.length > 1 || name === 'localhost' ? 2 : 1 };
}

/** Decodes percent-encoding where all of it is valid and hides no control character; else the text is meant raw. */
function decodeCredential(text: string): string {
  if (!text.includes('%') || /%(?![0-9a-f]{2})/i.test(text)) return text;
  try {
    const decoded = decodeURIComponent(text);
    return /\p{Cc}/u.test(decoded) ? text : decoded;
  } catch {
    return text;
  }
}

/** Without its fragment; what may not stand in a request line is percent-encoded. */
function cleanPath(text: string): string {
  const path = text.split('#', 1)[0] ?? '';
  const encoded = path.replace(/[^\x21-\x7e]|["<>\\^`]/gu, (character) => {
    try {
      return encodeURIComponent(character);
    } catch {
      return '%EF%BF%BD';
    }
  });
  return encoded.startsWith('?') ? `/${encoded}` : encoded;
}

function finish(scheme: Scheme, parts: Authority): Outcome<AddressParts> {
  const kind = scheme === 'rtsp' || scheme === 'rtsps' ? 'rtsp' : 'onvif';
  const { user, password, host } = parts;
  // Of a camera's web page only the host is of use: ONVIF lies at its own path.
  const path = kind === 'rtsp' ? parts.path || '/' : isServicePath(parts.path) ? parts.path : onvifPath;
  return good({ kind, scheme, host, port: parts.port ?? defaultPorts[scheme], path, user, password });
}

function wrong(part: WrongPart): Outcome<never> {
  return bad({ code: 'badAddress', part });
}

/** The address without credentials, as the stream is asked for. */
export function streamUrl(parts: Pick<AddressParts, 'scheme' | 'host' | 'port' | 'path'>): string {
  return `${parts.scheme}://${hostInUrl(parts.host)}:${parts.port}${parts.path}`;
}

export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host.replace('%', '%25')}]` : host;
}

/**
 * The address that a camera names for its stream, made to lead to `cameraHost`, which is where the camera answered:
 * cameras behind a second interface or a router name an inner address, and that one becomes `cameraHost`. Credentials
 * in it are dropped. Another scheme, a public address or another name: `foreignStream`.
 */
export function safeStreamAddress(fromCamera: string, cameraHost: string): Outcome<{ url: string }> {
  const text = fromCamera.trim();
  const foreign = (host: string) => bad({ code: 'foreignStream', host: host.slice(0, 200) });
  const match = /^(rtsps?):\/\//i.exec(text);
  if (match === null || text.length > maxAddressLength || /[\p{Cc}\s]/u.test(text)) {
    return foreign(/^[a-z]+:\/\/(?:[^@/]*@)?([a-z0-9.-]+)/i.exec(text)?.[1] ?? '');
  }
  const scheme = match[1]?.toLowerCase() === 'rtsps' ? 'rtsps' : 'rtsp';
  const reading = readAuthority(text.slice(match[0].length));
  if (!reading.ok) return foreign('');
  const { host, port, path } = reading.parts;
  const unspecified = host === '0.0.0.0' || host === '::';
  if (!sameHost(host, cameraHost) && !unspecified && !isPrivateAddress(host)) return foreign(host);
  return good({
    url: streamUrl({ scheme, host: cameraHost, port: port ?? defaultPorts[scheme], path: path || '/' }),
  });
}

function sameHost(one: string, other: string): boolean {
  return one.toLowerCase().replace(/\.$/, '') === other.toLowerCase().replace(/\.$/, '');
}

/**
 * The path as it may be shown. Some cameras want the password inside it (`/user=a_password=b_channel=1`): such values
 * become dots. The same text when there is nothing to hide.
 */
export function shownPath(path: string): string {
  return path.replace(
    /((?:passw(?:or)?d|passwort|pwd|pass|auth|token|secret)=)(.*?)(?=[&?/;]|_channel|_stream|_(?=[a-z]+=)|$)/gi,
    (_whole, name: string, value: string) => (value === '' ? name : `${name}\u2026`),
  );
}

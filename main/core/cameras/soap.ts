/**
 * Carries ONVIF messages: SOAP 1.2 over HTTP to one camera, and nowhere else (redirects are not followed, names are
 * resolved for that host alone). Signs in by WS-UsernameToken on the camera's own clock and by HTTP digest when the
 * camera asks for it. Every request has a deadline, every reply a size limit. Trouble is a problem, never an exception;
 * a SOAP fault that is not about signing in is a reply like any other, an element named `Fault`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Problem } from '../../contract/problems.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { hostInUrl } from './address.ts';
import { answerChallenge, readChallenges, type Challenge, type Credentials } from '../wire/digest.ts';
import { codeOf, saysNoWay } from '../wire/socketTrouble.ts';
import { child, escapeXml, find, readXml, type XmlElement } from './xml.ts';

export interface SoapPlace {
  scheme: 'http' | 'https';
  host: string;
  port: number;
}

export interface HttpReply {
  status: number;
  /** null where the camera sent no readable Date header. */
  dateMs: number | null;
  challenges: Challenge[];
  body: Buffer;
}

/** What is beside the usual about a question. */
export interface SoapManner {
  /** Elements of the header, beside those of signing in. */
  header?: string;
  /** Where it is not the element's own name. */
  action?: string;
  /** How long its answer may take. */
  timeoutMs?: number;
}

interface HttpQuestion {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  maxBytes: number;
}

export const requestTimeoutMs = 4000;
const maxReplyBytes = 1 << 20;
const tokenProfile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0';
const securityPrefix = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity';
const encoding = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

export class SoapClient {
  /** Camera's clock minus this computer's; 0 until it is known. */
  clockOffsetMs = 0;
  /** The same by the last reply's Date header; null until there was one. */
  headerOffsetMs: number | null = null;
  readonly place: SoapPlace;
  readonly #credentials: Credentials | null;
  #challenges: Challenge[] = [];
  #answered = 0;

  constructor(place: SoapPlace, credentials: Credentials | null) {
    this.place = place;
    this.#credentials = credentials;
  }

  /** Sends `body`, one element, and returns the one element inside the reply's Body. */
  async send(
    path: string,
    body: string,
    signed: boolean,
    signal: AbortSignal,
    { header = '', action, timeoutMs = requestTimeoutMs }: SoapManner = {},
  ): Promise<Outcome<XmlElement>> {
    const reply = await this.#exchange(
      'POST',
      path,
      signed,
      () => ({ body: envelope(body, header + (signed ? this.#security() : '')), type: contentType(body, action) }),
      maxReplyBytes,
      signal,
      timeoutMs,
    );
    if (!reply.ok) return reply;
    return this.#readReply(reply.value);
  }

  /** Fetches a picture from the camera itself. */
  async fetch(path: string, maxBytes: number, signal: AbortSignal): Promise<Outcome<Buffer>> {
    const reply = await this.#exchange('GET', path, true, () => ({ body: '', type: '' }), maxBytes, signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 401 || reply.value.status === 403) return bad({ code: 'passwordRefused' });
    return reply.value.status === 200 ? good(reply.value.body) : bad(this.#notACamera());
  }

  /** One question and, when the camera asks for HTTP digest, the same once more with its answer. */
  async #exchange(
    method: 'GET' | 'POST',
    path: string,
    signed: boolean,
    compose: () => { body: string; type: string },
    maxBytes: number,
    signal: AbortSignal,
    timeoutMs = requestTimeoutMs,
  ): Promise<Outcome<HttpReply>> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    for (let attempt = 1; ; attempt += 1) {
      const { body, type } = compose();
      const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
      const authorization = signed ? this.#authorization(method, path, body) : null;
      if (authorization !== null) headers['Authorization'] = Buffer.from(authorization, 'utf8').toString('latin1');
      let reply: HttpReply;
      try {
        reply = await ask(this.place, { method, path, headers, body, maxBytes, signal: limited });
      } catch (error) {
        return bad(signal.aborted ? abortProblem(signal, this.place) : this.#problemOf(error));
      }
      if (reply.dateMs !== null) this.headerOffsetMs = reply.dateMs + 500 - Date.now();
      const digests = reply.challenges.filter((challenge) => challenge.scheme === 'digest');
      if (reply.status !== 401 || !signed || this.#credentials === null || digests.length === 0) return good(reply);
      const stale = digests.some((challenge) => challenge.params.get('stale')?.toLowerCase() === 'true');
      const mayAnswer = attempt === 1 || (attempt === 2 && stale);
      if (authorization !== null && !mayAnswer) return good(reply);
      if (!mayAnswer) return good(reply);
      this.#challenges = digests;
      this.#answered = 0;
    }
  }

  #authorization(method: string, path: string, body: string): string | null {
    if (this.#credentials === null || this.#challenges.length === 0) return null;
    this.#answered += 1;
    const request = { method, uri: path, body, count: this.#answered, allowBasic: false };
    return answerChallenge(this.#challenges, this.#credentials, request);
  }

  #readReply(reply: HttpReply): Outcome<XmlElement> {
    const root = readXml(reply.body.toString('utf8'));
    const answer = root?.name === 'Envelope' ? child(root, 'Body')?.children[0] : undefined;
    if (reply.status === 401 || reply.status === 403) return bad({ code: 'passwordRefused' });
    if (answer === undefined) return bad(this.#notACamera());
    return answer.name === 'Fault' && isRefusal(answer) ? bad({ code: 'passwordRefused' }) : good(answer);
  }

  /** WS-UsernameToken 1.0: the digest is over nonce, time and the password in UTF-8. */
  #security(): string {
    if (this.#credentials === null) return '';
    const nonce = randomBytes(16);
    const created = new Date(Date.now() + this.clockOffsetMs).toISOString();
    const digest = createHash('sha1').update(nonce).update(created).update(this.#credentials.password, 'utf8');
    return (
      `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${securityPrefix}-secext-1.0.xsd" ` +
      `xmlns:wsu="${securityPrefix}-utility-1.0.xsd"><wsse:UsernameToken>` +
      `<wsse:Username>${escapeXml(this.#credentials.user)}</wsse:Username>` +
      `<wsse:Password Type="${tokenProfile}#PasswordDigest">${digest.digest('base64')}</wsse:Password>` +
      `<wsse:Nonce EncodingType="${encoding}">${nonce.toString('base64')}</wsse:Nonce>` +
      `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
    );
  }

  #notACamera(): Problem {
    return { code: 'notACamera', host: this.place.host, port: this.place.port };
  }

  #problemOf(error: unknown): Problem {
    return connectionProblem(error, this.place.host, this.place.port);
  }
}

/**
 * As the onvif library opens it: a server that looks for the question by a pattern (the library's own is one) does not
 * find it in a bare Body.
 */
const bodyTag =
  '<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">';

function envelope(body: string, header: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">' +
    `${header === '' ? '' : `<s:Header>${header}</s:Header>`}${bodyTag}${body}</s:Body></s:Envelope>`
  );
}

/** Names the action as well: some cameras go by it alone. */
function contentType(body: string, given: string | undefined): string {
  const match = /^<([A-Za-z0-9]+)[^>]*?\sxmlns="([^"]+)"/.exec(body);
  const action = given ?? (match ? `${match[2] ?? ''}/${match[1] ?? ''}` : '');
  return `application/soap+xml; charset=utf-8${action === '' ? '' : `; action="${action}"`}`;
}

/** By code (ONVIF core, 5.8.2.2) or, since cameras are careless there, by words. */
function isRefusal(fault: XmlElement): boolean {
  const code = find(fault, 'Code');
  const values: string[] = [];
  for (let at = code; at !== null; at = child(at, 'Subcode')) values.push(child(at, 'Value')?.text ?? '');
  if (values.some((value) => /NotAuthorized|FailedAuthentication|InvalidSecurity/i.test(value))) return true;
  const reason = (find(fault, 'Reason') ?? find(fault, 'faultstring'))?.children[0]?.text ?? '';
  return /not\s*authori[sz]ed|unauthori[sz]ed|authentication failed|password/i.test(reason.slice(0, 500));
}

/** One HTTP exchange on a connection of its own. Rejects with the socket's error. */
function ask(place: SoapPlace, question: HttpQuestion): Promise<HttpReply> {
  const send = place.scheme === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      host: place.host,
      port: place.port,
      method: question.method,
      path: question.path,
      headers: {
        Host: `${hostInUrl(place.host)}:${place.port}`,
        Connection: 'close',
        ...(question.method === 'POST' ? { 'Content-Length': String(Buffer.byteLength(question.body)) } : {}),
        ...question.headers,
      },
      agent: false,
      signal: question.signal,
      // Cameras send headers that strict parsing refuses. Nothing is forwarded from here that they could smuggle.
      insecureHTTPParser: true,
      // Cameras sign their certificates themselves; the password is never sent in clear anyway.
      rejectUnauthorized: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      readBody(response, question.maxBytes).then(
        (body) => resolve({ ...readHead(response), body }),
        (error: unknown) => {
          request.destroy();
          reject(error instanceof Error ? error : new Error('reply cut off'));
        },
      );
    });
    request.end(question.body);
  });
}

function readHead(response: IncomingMessage): Omit<HttpReply, 'body'> {
  const challenges: Challenge[] = [];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    if (response.rawHeaders[i]?.toLowerCase() !== 'www-authenticate') continue;
    const value = Buffer.from(response.rawHeaders[i + 1] ?? '', 'latin1').toString('utf8');
    if (challenges.length < 16) challenges.push(...readChallenges(value));
  }
  const dateMs = Date.parse(response.headers.date ?? '');
  return { status: response.statusCode ?? 0, dateMs: Number.isFinite(dateMs) ? dateMs : null, challenges };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // Without an encoding set, a response yields Buffers.
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new ReplyTooLong();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

class ReplyTooLong extends Error {
  readonly code = 'HPE_TOO_LONG';
}

/** What a socket's error means to the user. */
export function connectionProblem(error: unknown, host: string, port: number): Problem {
  const code = codeOf(error);
  if (saysNoWay(code)) return { code: 'noNetwork', host };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NONAME' || code === 'EAI_FAIL') {
    return { code: 'noSuchHost', host };
  }
  // It answered, in another language.
  if (code.startsWith('HPE_') || code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return { code: 'notACamera', host, port };
  return { code: 'noAnswer', host, port };
}

/** The caller's signal ended the wait: by its own deadline the camera did not answer, else the user cancelled. */
export function abortProblem(signal: AbortSignal, place: { host: string; port: number }): Problem {
  const reason: unknown = signal.reason;
  const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
  return timedOut ? { code: 'noAnswer', host: place.host, port: place.port } : { code: 'cancelled' };
}

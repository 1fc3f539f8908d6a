/** Asks a camera of the yard over SOAP, with a UsernameToken or HTTP digest, as the yard's own tests need it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { digestFields, digestResponse } from '../../yard/digest.ts';
import { namespaces } from '../../yard/onvif/soap.ts';
import { passwordDigest } from '../../yard/wsSecurity.ts';
import { escapeXml, find, parseXml, textOf, type Element } from '../../yard/xml.ts';
import type { YardCamera } from '../../yard/camera.ts';

export interface SoapReply {
  status: number;
  /** First element of the body; null when the answer is no envelope. */
  body: Element | null;
  /** Local name of the deepest fault subcode. */
  fault: string | null;
  challenges: string[];
}

export type Sign = 'none' | 'token' | { password: string } | { createdMs: number };

export async function ask(
  camera: YardCamera,
  action: string,
  sign: Sign = 'token',
  path = '/onvif/device_service',
): Promise<SoapReply> {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const header = sign === 'none' ? '' : `<s:Header>${token(camera, sign)}</s:Header>`;
  const body = `<s:Envelope${declared.join('')}>${header}<s:Body>${action}</s:Body></s:Envelope>`;
  return await post(`http://${camera.host}:${camera.onvifPort}${path}`, body, {});
}

export async function post(url: string, body: string, headers: Record<string, string>): Promise<SoapReply> {
  const reply = await exchange(url, body, headers);
  const envelope = parseXml(reply.text);
  const codes: string[] = [];
  for (let code = find(envelope, 'Body', 'Fault', 'Code'); code; code = find(code, 'Subcode'))
    codes.push(textOf(code, 'Value'));
  return {
    status: reply.status,
    body: find(envelope, 'Body')?.children[0] ?? null,
    fault: codes.at(-1)?.replace(/^.*:/, '') ?? null,
    challenges: reply.challenges,
  };
}

/** On a connection of its own: a kept one may be closed by the camera at the wrong moment. */
async function exchange(
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string; challenges: string[] }> {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'Content-Type': 'application/soap+xml', ...headers },
  });
  sent.end(body);
  // The one argument of 'response'.
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  const challenges = reply.headersDistinct['www-authenticate'] ?? [];
  return { status: reply.statusCode ?? 0, text: (await buffer(reply)).toString(), challenges };
}

function token(camera: YardCamera, sign: Exclude<Sign, 'none'>): string {
  const nonce = randomBytes(16);
  const created = new Date(typeof sign === 'object' && 'createdMs' in sign ? sign.createdMs : Date.now()).toISOString();
  const password = typeof sign === 'object' && 'password' in sign ? sign.password : camera.password;
  const type = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';
  return (
    '<x:Security xmlns:x="urn:wsse"><x:UsernameToken>' +
    `<x:Username>${escapeXml(camera.user)}</x:Username>` +
    `<x:Password Type="${type}">${passwordDigest(nonce, created, password)}</x:Password>` +
    `<x:Nonce>${nonce.toString('base64')}</x:Nonce><x:Created>${created}</x:Created></x:UsernameToken></x:Security>`
  );
}

/** A value for Authorization that answers the challenge. */
export function digestAnswer(challenge: string, camera: YardCamera, method: string, uri: string): string {
  const fields = digestFields(challenge);
  const algorithm = fields.get('algorithm') === 'SHA-256' ? ('SHA-256' as const) : ('MD5' as const);
  const { user, password } = camera;
  const parts = { user, password, realm: fields.get('realm') ?? '', nonce: fields.get('nonce') ?? '', method, uri };
  const response = digestResponse({ ...parts, algorithm, auth: { count: '00000001', clientNonce: 'ab' } });
  return (
    `Digest username="${user}", realm="${parts.realm}", nonce="${parts.nonce}", uri="${uri}", response="${response}", ` +
    `algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="ab"`
  );
}

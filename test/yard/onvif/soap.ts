/**
 * The SOAP 1.2 envelope of a simulated camera: reading a request's parts, writing an answer or a fault. Namespaces and
 * fault codes are those of the ONVIF Core specification. Reading returns null for what is no envelope.
 */
import { escapeXml, find, parseXml, type Element } from '../xml.ts';

export const namespaces = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  tt: 'http://www.onvif.org/ver10/schema',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tr2: 'http://www.onvif.org/ver20/media/wsdl',
  tptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  tns1: 'http://www.onvif.org/ver10/topics',
  ter: 'http://www.onvif.org/ver10/error',
} as const;

export interface Envelope {
  header: Element | null;
  /** The request itself: first element of the body. */
  request: Element;
}

/** What an action answers: the inside of the body, or a fault. */
export type Answer = { body: string; action?: string } | { fault: FaultKind; reason: string };

export type FaultKind = 'notAuthorized' | 'invalidArgument' | 'noSuchEntity' | 'actionNotSupported' | 'wellFormed';

const faults: Record<FaultKind, { code: 'Sender' | 'Receiver'; subcodes: string[]; status: number }> = {
  notAuthorized: { code: 'Sender', subcodes: ['ter:NotAuthorized'], status: 400 },
  invalidArgument: { code: 'Sender', subcodes: ['ter:InvalidArgVal'], status: 400 },
  noSuchEntity: { code: 'Sender', subcodes: ['ter:InvalidArgVal', 'ter:NoEntity'], status: 400 },
  actionNotSupported: { code: 'Receiver', subcodes: ['ter:ActionNotSupported'], status: 500 },
  wellFormed: { code: 'Sender', subcodes: ['ter:WellFormed'], status: 400 },
};

export function readEnvelope(text: string): Envelope | null {
  const envelope = parseXml(text);
  if (envelope?.name !== 'Envelope' || envelope.namespace !== namespaces.s) return null;
  const request = find(envelope, 'Body')?.children[0];
  return request ? { header: find(envelope, 'Header'), request } : null;
}

export function writeAnswer(answer: Answer): { status: number; text: string } {
  if ('fault' in answer) {
    const { code, subcodes, status } = faults[answer.fault];
    const nested = subcodes.reduceRight(
      (inner, subcode) => `<s:Subcode><s:Value>${subcode}</s:Value>${inner}</s:Subcode>`,
      '',
    );
    const reason = `<s:Reason><s:Text xml:lang="en">${escapeXml(answer.reason)}</s:Text></s:Reason>`;
    const body = `<s:Fault><s:Code><s:Value>s:${code}</s:Value>${nested}</s:Code>${reason}</s:Fault>`;
    return { status, text: envelopeOf('', body) };
  }
  const header = answer.action ? `<wsa:Action s:mustUnderstand="1">${answer.action}</wsa:Action>` : '';
  return { status: 200, text: envelopeOf(header, answer.body) };
}

function envelopeOf(header: string, body: string): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope${declared.join('')}>` +
    `${header && `<s:Header>${header}</s:Header>`}<s:Body>${body}</s:Body></s:Envelope>`
  );
}

/** `<name>text</name>`, escaped. */
export function tag(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** An ISO time without fractions, as cameras write it. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

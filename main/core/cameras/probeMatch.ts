/**
 * Reads an answer to a discovery probe (WS-Discovery ProbeMatches). The answer is hostile input from any machine on
 * the network: it is bounded, and of the addresses in it only port and path are believed, on the host that sent it.
 * What is no camera, or names public hosts only, is passed over. Pure; never throws.
 */
import { isIPv4 } from 'node:net';
import { onvifPath } from './address.ts';
import type { OnvifPlace } from './onvif.ts';
import { isPrivateAddress } from './privateNetworks.ts';
import { scopeValue } from './scopes.ts';
import { childrenOf, find, readXml, textAt, type XmlElement } from './xml.ts';

export interface ProbeMatch {
  place: OnvifPlace;
  /** The device's own name for itself; '' where it has none. */
  endpoint: string;
  /** Each private host that it says it has, and the one that answered. */
  hosts: string[];
  name: string;
  model: string;
}

const maxMatches = 16;
const maxAddresses = 16;
const maxLength = 65_536;

/** `from`: the address that sent it. Empty when nothing in it is of use. */
export function readProbeReply(text: string, from: string): ProbeMatch[] {
  if (text.length > maxLength) return [];
  const root = readXml(text.replace(/^\ufeff/, '').replace(/\0+$/, ''));
  const matches: ProbeMatch[] = [];
  for (const element of childrenOf(find(root, 'ProbeMatches'), 'ProbeMatch').slice(0, maxMatches)) {
    const match = readMatch(element, from);
    if (match !== null) matches.push(match);
  }
  return matches;
}

function readMatch(element: XmlElement, from: string): ProbeMatch | null {
  const scopes = words(element, 'Scopes').slice(0, 200);
  const types = words(element, 'Types').slice(0, 50);
  const isOnvif = scopes.some((scope) => scope.toLowerCase().startsWith('onvif://www.onvif.org/'));
  if (!isOnvif && !types.some((type) => type.endsWith(':NetworkVideoTransmitter'))) return null;
  const places = words(element, 'XAddrs')
    .slice(0, maxAddresses)
    .map(readServiceAddress)
    .filter((place) => place !== null);
  const own = places.find((place) => place.host === from) ?? places[0];
  if (own === undefined) return null;
  return {
    // A camera that names another of its addresses than the one it answered from is reached where it answered.
    place: { ...own, host: from },
    endpoint: textAt(element, 'EndpointReference', 'Address'),
    hosts: [...new Set([from, ...places.map((place) => place.host)])],
    name: scopeValue(scopes, 'name'),
    model: scopeValue(scopes, 'hardware'),
  };
}

function words(element: XmlElement, name: string): string[] {
  const text = childrenOf(element, name)[0]?.text ?? '';
  return text.split(/\s+/).filter((word) => word !== '');
}

function readServiceAddress(text: string): OnvifPlace | null {
  const match = /^(https?):\/\/(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(\/[\x21-\x7e]{0,500})?$/i.exec(text);
  if (match === null) return null;
  const [, schemeText = '', host = '', portText, path] = match;
  const scheme = schemeText.toLowerCase() === 'https' ? 'https' : 'http';
  const port = portText === undefined ? (scheme === 'https' ? 443 : 80) : Number(portText);
  if (!isIPv4(host) || !isPrivateAddress(host) || port < 1 || port > 65_535) return null;
  return { scheme, host, port, path: path ?? onvifPath };
}

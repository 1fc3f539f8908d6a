/**
 * Reads what a camera's event service answers (ONVIF core, 9: real-time pull points; WS-BaseNotification): where a
 * subscription is pulled, how long it lives, and which of its messages are events (eventTopics.ts). Of what is not known
 * nothing is told. Pure; never throws.
 */
import type { EventKind } from '../../contract/cameraEvents.ts';
import { kindOf, plainTopic } from './eventTopics.ts';
import { servicePath } from './libraryShape.ts';
import { child, childrenOf, find, oneLine, textAt, type XmlElement } from './xml.ts';

export interface EventMessage {
  kind: EventKind;
  /** As in `CameraEvent`. */
  topic: string;
  /** Which lens, rule or input, in the camera's own words. */
  source: string;
  /** It begins, or ends. null: a moment, which has no end. */
  active: boolean | null;
  /** A change, or what holds when a subscription begins; some cameras do not say which. */
  tells: 'change' | 'state' | 'either';
  /** By the camera's own clock; null where it does not say. */
  cameraMs: number | null;
}

export interface Subscription {
  /** Of its own address; the host is the camera's. */
  path: string;
  /** Axis has one address for all, and tells subscriptions apart by this; '' elsewhere. */
  id: string;
  lifeMs: number;
}

const mostMessages = 500;
const mostItems = 50;
const defaultLifeMs = 60_000;
const longestLifeMs = 86_400_000;

/** null when it names no address that can be asked. */
export function readSubscription(reply: XmlElement): Subscription | null {
  const reference = find(reply, 'SubscriptionReference');
  const path = servicePath(child(reference, 'Address')?.text ?? '');
  if (path === '/') return null;
  const id = textAt(reference, 'ReferenceParameters', 'SubscriptionId');
  return { path, id, lifeMs: readLifeMs(reply) ?? defaultLifeMs };
}

/** How much longer a subscription lives, by the camera's own two times; null where it does not say. */
export function readLifeMs(reply: XmlElement): number | null {
  const now = readGivenMs(reply);
  const end = readDateTimeMs(find(reply, 'TerminationTime')?.text ?? '');
  return now === null || end === null || end <= now ? null : Math.min(end - now, longestLifeMs);
}

/** When the camera gave this answer, by its own clock; null where it does not say. */
export function readGivenMs(reply: XmlElement): number | null {
  return readDateTimeMs(find(reply, 'CurrentTime')?.text ?? '');
}

/** In the camera's order. */
export function readMessages(reply: XmlElement): EventMessage[] {
  return childrenOf(reply, 'NotificationMessage')
    .slice(0, mostMessages)
    .map(readMessage)
    .filter((message) => message !== null);
}

function readMessage(notification: XmlElement): EventMessage | null {
  const topic = plainTopic(oneLine(textAt(notification, 'Topic')));
  const message = child(notification, 'Message', 'Message');
  if (message === null) return null;
  const data = itemsOf(message, 'Data');
  const known = kindOf(topic, data);
  if (known === null) return null;
  const operation = message.attributes.get('PropertyOperation') ?? '';
  const active = known.moment ? null : operation === 'Deleted' ? false : activeOf(data);
  const tells = operation === 'Initialized' ? 'state' : operation === '' ? 'either' : 'change';
  // Of what has an end it must be told whether it holds; a moment that a subscription begins with was before it.
  if (known.moment ? tells === 'state' || operation === 'Deleted' : active === null) return null;
  const cameraMs = readDateTimeMs(message.attributes.get('UtcTime') ?? '');
  return { kind: known.kind, topic, source: sourceOf(message), active, tells, cameraMs };
}

function itemsOf(message: XmlElement, group: string): [name: string, value: string][] {
  return childrenOf(child(message, group), 'SimpleItem')
    .slice(0, mostItems)
    .map((item) => [item.attributes.get('Name') ?? '', item.attributes.get('Value') ?? '']);
}

/** IsMotion, State, motion, LogicalState, IsInside, state: makers differ in the name, and agree that it is true or false. */
function activeOf(items: [name: string, value: string][]): boolean | null {
  const told = items.map(([, value]) => value.trim().toLowerCase()).find((value) => /^(true|false|0|1)$/.test(value));
  return told === undefined ? null : told === 'true' || told === '1';
}

function sourceOf(message: XmlElement): string {
  const values = itemsOf(message, 'Source').map(([name, value]) => `${name}=${value}`);
  return oneLine(values.join(' ')).slice(0, 200);
}

/** xs:dateTime; without a zone it is taken for UTC. null for what is none. */
export function readDateTimeMs(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[-+]\d\d:\d\d)?$/.exec(text.trim());
  if (match === null) return null;
  const timeMs = Date.parse(`${match[1] ?? ''}${(match[2] ?? '').slice(0, 4)}${match[3] ?? 'Z'}`);
  return Number.isFinite(timeMs) ? timeMs : null;
}

/**
 * Reads what a camera's event service answers (ONVIF core, 9: real-time pull points; WS-BaseNotification): where a
 * subscription is pulled, how long it lives, and which of its messages are events that Nightjar knows. Topics go by
 * their names without prefixes, because cameras declare those wrongly or not at all. Of what is not known nothing is
 * told. Pure; never throws.
 */
import { servicePath } from './libraryShape.ts';
import { child, childrenOf, find, oneLine, textAt, type XmlElement } from './xml.ts';

export type EventKind = 'motion' | 'person' | 'vehicle' | 'animal' | 'line' | 'input' | 'tamper';

export interface EventMessage {
  kind: EventKind;
  /** Which lens, rule or input, in the camera's own words: tells events of one kind apart. */
  source: string;
  /** It begins, or ends. null: a moment, which has no end. */
  active: boolean | null;
  /** Not a change, but what holds when a subscription begins. */
  initial: boolean;
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

/** By the end of the topic. */
const topics: readonly (readonly [end: string, kind: EventKind])[] = [
  ['VideoSource/MotionAlarm', 'motion'],
  ['CellMotionDetector/Motion', 'motion'],
  ['MotionRegionDetector/Motion', 'motion'],
  ['VideoAnalytics/MotionDetection', 'motion'],
  ['VideoSource/GlobalSceneChange/AnalyticsService', 'tamper'],
  ['VideoSource/GlobalSceneChange/ImagingService', 'tamper'],
  ['TamperDetector/Tamper', 'tamper'],
  ['FieldDetector/ObjectsInside', 'motion'],
  ['LineDetector/Crossed', 'line'],
  ['MyRuleDetector/PeopleDetect', 'person'],
  ['MyRuleDetector/FaceDetect', 'person'],
  ['MyRuleDetector/VehicleDetect', 'vehicle'],
  ['MyRuleDetector/DogCatDetect', 'animal'],
  ['PeopleDetector/People', 'person'],
  ['Device/Trigger/DigitalInput', 'input'],
  ['Device/IO/Port', 'input'],
];

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
  const now = readDateTimeMs(find(reply, 'CurrentTime')?.text ?? '');
  const end = readDateTimeMs(find(reply, 'TerminationTime')?.text ?? '');
  return now === null || end === null || end <= now ? null : Math.min(end - now, longestLifeMs);
}

/** In the camera's order. */
export function readMessages(reply: XmlElement): EventMessage[] {
  const messages: EventMessage[] = [];
  for (const notification of childrenOf(reply, 'NotificationMessage').slice(0, mostMessages)) {
    const kind = kindOf(textAt(notification, 'Topic'));
    const message = child(notification, 'Message', 'Message');
    if (kind === null || message === null) continue;
    const operation = message.attributes.get('PropertyOperation') ?? '';
    const active = operation === 'Deleted' ? false : activeOf(itemsOf(message, 'Data'));
    // A line is crossed in a moment; of everything else it must be told whether it holds.
    if (active === null && kind !== 'line') continue;
    messages.push({
      kind,
      source: sourceOf(message),
      active: kind === 'line' ? null : active,
      initial: operation === 'Initialized',
      cameraMs: readDateTimeMs(message.attributes.get('UtcTime') ?? ''),
    });
  }
  return messages;
}

function kindOf(topic: string): EventKind | null {
  const plain = topic
    .split('/')
    .map((part) => part.slice(part.lastIndexOf(':') + 1).trim())
    .join('/');
  return topics.find(([end]) => plain === end || plain.endsWith(`/${end}`))?.[1] ?? null;
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

/**
 * What is asked of a camera about its events, by ONVIF pull points (ONVIF Core, event handling; WS-BaseNotification 1.3):
 * to make a subscription, to tell what is new, to keep the subscription, to let it go; each with the header that
 * WS-Addressing wants. A refusal to subscribe is an outcome; to any other question a fault is an answer, which is the
 * caller's to read.
 *
 * The questions are written here, not by the onvif library: it wants its own subscription, header and loop for them.
 */
import { randomBytes } from 'node:crypto';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { readSubscription, type Subscription } from './eventReplies.ts';
import type { OnvifCamera } from './onvif.ts';
import { readFault } from './ptzReplies.ts';
import { escapeXml, type XmlElement } from './xml.ts';

const events = 'http://www.onvif.org/ver10/events/wsdl';
const notification = 'http://docs.oasis-open.org/wsn';
const addressing = 'http://www.w3.org/2005/08/addressing';
/** The camera answers after this when nothing happens. */
const pollSeconds = 20;
const lifeSeconds = 120;
const messageLimit = 100;
const closeDeadlineMs = 1500;

export interface Question {
  body: string;
  action: string;
}

export const pullQuestion = pull(pollSeconds);
/** What holds when the subscription begins is there at once, or not at all. */
export const statesQuestion = pull(1);
/** What it keeps, and nothing that is to come. */
export const keptQuestion = pull(0);
export const renewQuestion: Question = {
  body: `<Renew xmlns="${notification}/b-2"><TerminationTime>PT${lifeSeconds}S</TerminationTime></Renew>`,
  action: `${notification}/bw-2/SubscriptionManager/RenewRequest`,
};
export const statesWishQuestion: Question = {
  body: `<SetSynchronizationPoint xmlns="${events}"/>`,
  action: `${events}/PullPointSubscription/SetSynchronizationPointRequest`,
};
const unsubscribeQuestion: Question = {
  body: `<Unsubscribe xmlns="${notification}/b-2"/>`,
  action: `${notification}/bw-2/SubscriptionManager/UnsubscribeRequest`,
};

function pull(seconds: number): Question {
  const body =
    `<PullMessages xmlns="${events}"><Timeout>PT${seconds}S</Timeout>` +
    `<MessageLimit>${messageLimit}</MessageLimit></PullMessages>`;
  return { body, action: `${events}/PullPointSubscription/PullMessagesRequest` };
}

/** Problems: `eventsRefused`, in the camera's own words where it has any; those of the way to it. */
export async function subscribe(camera: OnvifCamera, signal: AbortSignal): Promise<Outcome<Subscription>> {
  const body =
    `<CreatePullPointSubscription xmlns="${events}"><InitialTerminationTime>PT${lifeSeconds}S</InitialTerminationTime>` +
    '</CreatePullPointSubscription>';
  const question = { body, action: `${events}/EventPortType/CreatePullPointSubscriptionRequest` };
  const reply = await ask(camera, { path: camera.pathOf('events') ?? '/', id: '' }, question, signal);
  if (!reply.ok) return reply;
  if (reply.value.name === 'Fault') return bad({ code: 'eventsRefused', reason: readFault(reply.value).reason });
  const subscription = readSubscription(reply.value);
  return subscription === null ? bad({ code: 'eventsRefused', reason: '' }) : good(subscription);
}

/** The camera's answer, which may be a fault; it waits as long as other questions where no time is given. */
export function ask(
  camera: OnvifCamera,
  { path, id }: Pick<Subscription, 'path' | 'id'>,
  { body, action }: Question,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<Outcome<XmlElement>> {
  const header = headerOf(action, camera.addressOf(path), id);
  return camera.send(path, body, signal, { header, action, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
}

/** What comes of it is nobody's business any more. */
export async function unsubscribe(camera: OnvifCamera, subscription: Subscription): Promise<void> {
  await ask(camera, subscription, unsubscribeQuestion, AbortSignal.timeout(closeDeadlineMs));
}

/** WS-Addressing 1.0: some cameras go by the action and address in it alone, and Axis by the subscription's id. */
function headerOf(action: string, address: string, id: string): string {
  const reference =
    id === ''
      ? ''
      : '<SubscriptionId xmlns="http://www.axis.com/2009/event" ' +
        `xmlns:a="${addressing}" a:IsReferenceParameter="true">${escapeXml(id)}</SubscriptionId>`;
  const parts = { Action: action, MessageID: `urn:uuid:${randomUuid()}`, To: address };
  const elements = Object.entries(parts).map(
    ([name, text]) => `<a:${name} xmlns:a="${addressing}">${escapeXml(text)}</a:${name}>`,
  );
  return elements.join('') + reference;
}

/** RFC 9562, version 4. */
function randomUuid(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * The event service (ver10/events) with pull points: subscriptions that end at their termination time, long polls that
 * answer at once when something happened, the camera's motion alarm and its digital input. A subscription holds a bounded number of
 * messages; the oldest go first. After `forget` (a reboot) no subscription is known any more.
 */
import { randomBytes } from 'node:crypto';
import type { CameraState } from '../cameraState.ts';
import { textOf } from '../xml.ts';
import { baseAddress, paths, type Call, type Service } from './service.ts';
import { isoTime, tag, type Answer } from './soap.ts';

interface Subscription {
  id: string;
  endsMs: number;
  messages: string[];
  /** Ends a waiting poll early. */
  wake: (() => void) | null;
}

const subscriptionsAtMost = 20;
const messagesAtMost = 200;
const longestPollMs = 60_000;
const longestLifeMs = 3_600_000;

export class Events {
  private readonly state: CameraState;
  private readonly subscriptions = new Map<string, Subscription>();
  private motion = false;
  private input = false;

  constructor(state: CameraState) {
    this.state = state;
  }

  get subscribers(): number {
    return this.subscriptions.size;
  }

  fireMotion(moving: boolean): void {
    this.motion = moving;
    for (const subscription of this.subscriptions.values()) this.put(subscription, this.motionMessage('Changed'));
  }

  /** Its digital input, a door bell perhaps. */
  fireInput(closed: boolean): void {
    this.input = closed;
    for (const subscription of this.subscriptions.values()) this.put(subscription, this.inputMessage('Changed'));
  }

  /** No subscription is known any more. */
  endAll(): void {
    for (const subscription of this.subscriptions.values()) subscription.wake?.();
    this.subscriptions.clear();
  }

  forget(): void {
    this.endAll();
    this.motion = false;
    this.input = false;
  }

  subscribe(lifeMs: number): Subscription | null {
    for (const [id, { endsMs }] of this.subscriptions) if (endsMs < performance.now()) this.subscriptions.delete(id);
    if (this.subscriptions.size >= subscriptionsAtMost) return null;
    const id = randomBytes(6).toString('hex');
    const subscription: Subscription = { id, endsMs: performance.now() + lifeMs, messages: [], wake: null };
    this.subscriptions.set(id, subscription);
    this.tellAll(subscription);
    return subscription;
  }

  /** null when it is not known, or has ended. */
  find(id: string): Subscription | null {
    const subscription = this.subscriptions.get(id);
    return subscription && subscription.endsMs >= performance.now() ? subscription : null;
  }

  end(id: string): void {
    this.subscriptions.get(id)?.wake?.();
    this.subscriptions.delete(id);
  }

  /** Up to `count` messages; waits for the first one at most `waitMs`. */
  async pull(subscription: Subscription, waitMs: number, count: number, signal: AbortSignal): Promise<string[]> {
    subscription.wake?.();
    if (subscription.messages.length === 0) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          // A newer poll may wait by now.
          if (subscription.wake === wake) subscription.wake = null;
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        signal.addEventListener('abort', wake);
        subscription.wake = wake;
      });
    }
    return subscription.messages.splice(0, count);
  }

  /** What holds now. */
  tellAll(subscription: Subscription): void {
    this.put(subscription, this.motionMessage('Initialized'));
    this.put(subscription, this.inputMessage('Initialized'));
  }

  private motionMessage(operation: Operation): string {
    const source: Item = ['Source', 'VideoSource_1'];
    return message(this.state.nowMs(), 'tns1:VideoSource/MotionAlarm', operation, source, ['State', this.motion]);
  }

  private inputMessage(operation: Operation): string {
    const source: Item = ['InputToken', 'DI_00'];
    return message(this.state.nowMs(), 'tns1:Device/Trigger/DigitalInput', operation, source, [
      'LogicalState',
      this.input,
    ]);
  }

  private put(subscription: Subscription, text: string): void {
    subscription.messages.push(text);
    if (subscription.messages.length > messagesAtMost) subscription.messages.shift();
    subscription.wake?.();
  }
}

export const eventService: Service = {
  CreatePullPointSubscription: ({ state, events, request }) => {
    const lifeMs = lifeOf(textOf(request, 'InitialTerminationTime'), state);
    const subscription = lifeMs === null ? null : events.subscribe(lifeMs);
    if (!subscription || lifeMs === null) return { fault: 'invalidArgument', reason: 'Invalid termination time' };
    return {
      action: 'http://www.onvif.org/ver10/events/wsdl/EventPortType/CreatePullPointSubscriptionResponse',
      body:
        '<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>' +
        `${tag('wsa:Address', `${baseAddress(state)}${paths.subscription}${subscription.id}`)}</tev:SubscriptionReference>` +
        `${times('wsnt', state, subscription)}</tev:CreatePullPointSubscriptionResponse>`,
    };
  },

  GetEventProperties: () => ({
    body:
      '<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml' +
      '</tev:TopicNamespaceLocation><wsnt:FixedTopicSet>true</wsnt:FixedTopicSet>' +
      '<wstop:TopicSet xmlns:wstop="http://docs.oasis-open.org/wsn/t-1"><tns1:VideoSource><MotionAlarm wstop:topic="true">' +
      '<tt:MessageDescription IsProperty="true"><tt:Source><tt:SimpleItemDescription Name="Source" Type="tt:ReferenceToken"/>' +
      '</tt:Source><tt:Data><tt:SimpleItemDescription Name="State" Type="xs:boolean" xmlns:xs="http://www.w3.org/2001/XMLSchema"/>' +
      '</tt:Data></tt:MessageDescription></MotionAlarm></tns1:VideoSource><tns1:Device><Trigger><DigitalInput wstop:topic="true">' +
      '<tt:MessageDescription IsProperty="true"><tt:Source><tt:SimpleItemDescription Name="InputToken" Type="tt:ReferenceToken"/>' +
      '</tt:Source><tt:Data><tt:SimpleItemDescription Name="LogicalState" Type="xs:boolean" xmlns:xs="http://www.w3.org/2001/XMLSchema"/>' +
      '</tt:Data></tt:MessageDescription></DigitalInput></Trigger></tns1:Device></wstop:TopicSet></tev:GetEventPropertiesResponse>',
  }),
};

/** What is asked of a subscription's own address. */
export const subscriptionService: Service = {
  PullMessages: (call) =>
    ofSubscription(call, async ({ events, request, signal, state }, subscription) => {
      const waitMs = durationMs(textOf(request, 'Timeout')) ?? 0;
      const limit = Math.max(1, Math.min(100, Number(textOf(request, 'MessageLimit')) || 1));
      const messages = await events.pull(subscription, Math.min(waitMs, longestPollMs), limit, signal);
      return (
        `<tev:PullMessagesResponse>${times('tev', state, subscription)}` +
        `${messages.join('')}</tev:PullMessagesResponse>`
      );
    }),

  Renew: (call) =>
    ofSubscription(call, ({ request, state }, subscription) => {
      const lifeMs = lifeOf(textOf(request, 'TerminationTime'), state);
      if (lifeMs !== null) subscription.endsMs = performance.now() + lifeMs;
      return `<wsnt:RenewResponse>${times('wsnt', state, subscription, true)}</wsnt:RenewResponse>`;
    }),

  Unsubscribe: (call) =>
    ofSubscription(call, ({ events }, subscription) => {
      events.end(subscription.id);
      return '<wsnt:UnsubscribeResponse/>';
    }),

  SetSynchronizationPoint: (call) =>
    ofSubscription(call, ({ events }, subscription) => {
      events.tellAll(subscription);
      return '<tev:SetSynchronizationPointResponse/>';
    }),
};

async function ofSubscription(
  call: Call,
  act: (call: Call, subscription: Subscription) => string | Promise<string>,
): Promise<Answer> {
  const subscription = call.events.find(call.path.slice(paths.subscription.length));
  if (!subscription) return { fault: 'noSuchEntity', reason: 'The subscription does not exist' };
  return { body: await act(call, subscription) };
}

function times(prefix: string, state: CameraState, { endsMs }: Subscription, endFirst = false): string {
  const now = tag(`${prefix}:CurrentTime`, isoTime(state.nowMs()));
  const end = tag(`${prefix}:TerminationTime`, isoTime(state.nowMs() + endsMs - performance.now()));
  return endFirst ? end + now : now + end;
}

type Operation = 'Initialized' | 'Changed';
type Item = [name: string, value: string | boolean];

function message(timeMs: number, topic: string, operation: Operation, source: Item, data: Item): string {
  const item = ([name, value]: Item): string => `<tt:SimpleItem Name="${name}" Value="${value}"/>`;
  return (
    '<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">' +
    `${topic}</wsnt:Topic><wsnt:Message>` +
    `<tt:Message UtcTime="${isoTime(timeMs)}" PropertyOperation="${operation}"><tt:Source>${item(source)}</tt:Source>` +
    `<tt:Data>${item(data)}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`
  );
}

/** From a duration or a time of the camera's clock; a minute when nothing is given; null when it is neither. */
function lifeOf(text: string, state: CameraState): number | null {
  const lifeMs = text === '' ? 60_000 : (durationMs(text) ?? Date.parse(text) - state.nowMs());
  return lifeMs > 0 ? Math.min(lifeMs, longestLifeMs) : null;
}

/** ISO 8601 durations of hours, minutes and seconds; null for anything else. */
function durationMs(text: string): number | null {
  const match = /^PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6}(?:\.\d{1,6})?)S)?$/.exec(text);
  if (!match) return null;
  return (Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * 1000;
}

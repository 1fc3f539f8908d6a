/** What cameras say of their events, also when they lie; and what events that makes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  readDateTimeMs,
  readLifeMs,
  readMessages,
  readSubscription,
  type EventMessage,
} from '../../../main/core/cameras/eventReplies.ts';
import { answeredAgoMs, eventTimeMs } from '../../../main/core/cameras/eventTime.ts';
import { EventStates } from '../../../main/core/cameras/eventStates.ts';
import { readXml, type XmlElement } from '../../../main/core/cameras/xml.ts';
import { anyText } from './anyText.ts';

function element(text: string): XmlElement {
  const root = readXml(text);
  assert.ok(root, text);
  return root;
}

const item = (name: string, value: string): string => `<tt:SimpleItem Name="${name}" Value="${value}"/>`;

function notification(topic: string, data: string, attributes = '', source = item('Source', '000')): string {
  return (
    `<wsnt:NotificationMessage><wsnt:Topic Dialect="x">${topic}</wsnt:Topic><wsnt:Message>` +
    `<tt:Message ${attributes}><tt:Source>${source}</tt:Source><tt:Data>${data}</tt:Data></tt:Message>` +
    '</wsnt:Message></wsnt:NotificationMessage>'
  );
}

const pulled = (...messages: string[]): XmlElement =>
  element(`<tev:PullMessagesResponse>${messages.join('')}</tev:PullMessagesResponse>`);

test('events of several makers are known by their topics, and others are passed over', () => {
  const cases: [topic: string, data: string, kind: string | null, active?: boolean | null][] = [
    ['tns1:RuleEngine/MyRuleDetector/FaceDetect', item('State', 'true'), 'face', true],
    ['tns1:RuleEngine/MyRuleDetector/Visitor', item('State', 'true'), 'doorBell', true],
    ['tns1:RuleEngine/MyRuleDetector/DogCatDetect', item('State', 'false'), 'animal', false],
    ['tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent', item('IsPeople', 'true'), 'person', true],
    ['tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent', item('IsVehicle', 'false'), 'vehicle', false],
    [
      'tns1:RuleEngine/FieldDetector/ObjectsInside',
      item('ClassTypes', 'Human') + item('IsInside', 'true'),
      'person',
      true,
    ],
    ['tnsaxis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1', item('active', '1'), 'motion', true],
    ['tnsaxis:CameraApplicationPlatform/VMD/Camera1ProfileANY', item('active', '0'), 'motion', false],
    ['tns1:AudioAnalytics/Audio/DetectedSound', item('IsSoundDetected', 'true'), 'sound', true],
    ['tns1:RuleEngine/Shop/QueueTooLong', item('State', 'true'), 'other', true],
    ['tns1:UserAlarm/tnsmaker:Siren', item('State', 'true'), 'other', true],
    ['tns1:RuleEngine/Shop/QueueLength', item('Count', '17'), null],
    ['tns1:Device/Trigger/Relay', item('LogicalState', 'true'), null],
    ['tns1:RecordingConfig/JobState', item('State', '1'), null],
    ['tns1:VideoSource/MotionAlarm', item('State', 'true'), 'motion', true],
    [' tns1:RuleEngine/CellMotionDetector/Motion\n', item('IsMotion', 'false'), 'motion', false],
    ['tns1:VideoAnalytics/tnsaxis:MotionDetection', item('motion', '1'), 'motion', true],
    ['tns1:RuleEngine/FieldDetector/ObjectsInside', item('ObjectId', '17') + item('IsInside', 'True'), 'motion', true],
    ['tns1:RuleEngine/MyRuleDetector/PeopleDetect', item('State', 'true'), 'person', true],
    ['tns1:Device/Trigger/DigitalInput', item('LogicalState', '0'), 'input', false],
    ['tns1:Device/tnsaxis:IO/Port', item('state', '1'), 'input', true],
    ['tns1:RuleEngine/LineDetector/Crossed', item('ObjectId', '4'), 'line', null],
    ['tns1:RuleEngine/TamperDetector/Tamper', item('IsTamper', 'true'), 'tamper', true],
    ['tns1:VideoSource/MotionAlarm', item('State', 'maybe'), null],
    ['tns1:VideoSource/MotionAlarm', '', null],
    ['tns1:Monitoring/ProcessorUsage', item('Value', '1'), null],
    ['', item('State', 'true'), null],
    ['evil/NotVideoSource/MotionAlarm', item('State', 'true'), null],
  ];
  for (const [topic, data, kind, active] of cases) {
    const [message] = readMessages(pulled(notification(topic, data)));
    assert.deepEqual(message ? [message.kind, message.active] : null, kind === null ? null : [kind, active], topic);
  }
});

test('a message tells its source, its time and whether it is how a subscription begins', () => {
  const source = item('VideoSourceConfigurationToken', '000') + item('Rule', 'My\nrule');
  const [message] = readMessages(
    pulled(
      notification(
        'tns1:RuleEngine/CellMotionDetector/Motion',
        item('IsMotion', 'true'),
        'UtcTime="2026-11-20T16:41:18.5Z" PropertyOperation="Initialized"',
        source,
      ),
    ),
  );
  assert.deepEqual(message, {
    kind: 'motion',
    topic: 'RuleEngine/CellMotionDetector/Motion',
    source: 'VideoSourceConfigurationToken=000 Rule=My rule',
    active: true,
    tells: 'state',
    cameraMs: Date.UTC(2026, 10, 20, 16, 41, 18, 500),
  });
  const deleted = notification('VideoSource/MotionAlarm', '', 'PropertyOperation="Deleted"');
  assert.equal(readMessages(pulled(deleted))[0]?.active, false);
});

test('a subscription is asked at its own path on the camera itself, whatever host it names', () => {
  const reply = (address: string, more = ''): XmlElement =>
    element(
      `<R><tev:SubscriptionReference><wsa:Address>${address}</wsa:Address>${more}</tev:SubscriptionReference>` +
        '<wsnt:CurrentTime>2018-02-23T00:51:37Z</wsnt:CurrentTime><wsnt:TerminationTime>2018-02-23T00:52:37Z</wsnt:TerminationTime></R>',
    );
  const path = '/onvif/Events/PullSubManager_2018-02-23T00:51:37Z_17';
  assert.deepEqual(readSubscription(reply(`http://10.10.1.60${path}`)), { path, id: '', lifeMs: 60_000 });
  assert.equal(readSubscription(reply('http://evil.example/steal?x=1'))?.path, '/steal?x=1');
  const axis = '<wsa:ReferenceParameters><dom0:SubscriptionId>12</dom0:SubscriptionId></wsa:ReferenceParameters>';
  assert.equal(readSubscription(reply('http://camera/onvif/services', axis))?.id, '12');
  for (const bad of [
    '',
    'file:///etc/passwd',
    'http://camera',
    'http://camera/a b',
    `http://camera/${'x'.repeat(5000)}`,
  ])
    assert.equal(readSubscription(reply(bad)), null, bad.slice(0, 40));
  assert.equal(readSubscription(element('<Fault/>')), null);
});

test('a life that makes no sense is not told', () => {
  const life = (now: string, end: string): number | null =>
    readLifeMs(element(`<R><CurrentTime>${now}</CurrentTime><TerminationTime>${end}</TerminationTime></R>`));
  assert.equal(life('2026-11-20T10:00:00Z', '2026-11-20T10:02:00Z'), 120_000);
  assert.equal(life('2026-11-20T10:00:00', '2026-11-20T12:02:00+02:00'), 120_000);
  assert.equal(life('2026-11-20T10:00:00Z', '9999-11-20T10:02:00Z'), 86_400_000);
  assert.equal(life('2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'), null);
  assert.equal(life('now', 'PT2M'), null);
  assert.equal(readDateTimeMs('2026-13-40T99:00:00Z'), null);
});

const said = (active: boolean | null, more: Partial<EventMessage> = {}): EventMessage => ({
  ...{ kind: 'motion', topic: 'Motion', source: 'a', active, tells: 'change', cameraMs: 5 },
  ...more,
});

test('a moment that a subscription begins with is no event: it was before', () => {
  const crossed = (operation: string): unknown[] =>
    readMessages(pulled(notification('RuleEngine/LineDetector/Crossed', '', `PropertyOperation="${operation}"`)));
  assert.deepEqual([crossed('Initialized'), crossed('Deleted'), crossed('Changed').length], [[], [], 1]);
});

test('a state that is told twice is one event, and one that is told no more is over', () => {
  const states = new EventStates();
  const say = (active: boolean | null, more: Partial<EventMessage> = {}): string | null =>
    states.take(said(active, more))?.is ?? null;
  assert.deepEqual([say(false), say(true), say(true), say(false), say(false)], [null, 'begins', null, 'ends', null]);
  assert.deepEqual([say(null), say(null)], ['moment', 'moment']);
  const door = { kind: 'input', source: 'door' } as const;
  const gate = { kind: 'input', source: 'gate' } as const;
  assert.deepEqual([say(true, door), say(true, gate)], ['begins', 'begins']);
  states.subscribed();
  assert.equal(states.holdsUntold, true);
  assert.equal(say(true, door), null, 'it goes on');
  const over = states.allTold().map(({ source, is }) => [source, is]);
  assert.deepEqual([over, states.holdsUntold], [[['gate', 'over']], false]);
  assert.equal(say(true, gate), 'begins');
  states.subscribed();
  assert.equal(say(false, { ...gate, tells: 'state' }), 'over', 'it ended while nobody listened');
  assert.equal(states.endAll().length, 1);
  assert.deepEqual(states.endAll(), []);
});

test('of a camera that does not say what is a change, the beginning of a subscription is none', () => {
  const states = new EventStates();
  const say = (active: boolean): string | null => states.take(said(active, { tells: 'either' }))?.is ?? null;
  assert.deepEqual([say(true), say(false), say(true)], ['begins', 'ends', 'begins']);
  states.subscribed();
  assert.equal(say(false), 'over', 'it ended while nobody listened');
  states.allTold();
  assert.deepEqual([say(true), say(false)], ['begins', 'ends']);
});

test('a motion that two topics tell is one, from the first that begins to the last that ends', () => {
  const states = new EventStates();
  const cells = { topic: 'RuleEngine/CellMotionDetector/Motion', source: 'Rule=1' };
  const changes = [said(true), said(true, cells), said(false), said(true), said(false, cells), said(false)].map(
    (message) => states.take(message)?.is ?? null,
  );
  assert.deepEqual(changes, ['begins', null, null, null, null, 'ends']);
});

test('a camera that makes sources up without end is not followed without end', () => {
  const states = new EventStates();
  for (let at = 0; at < 5000; at += 1) states.take(said(true, { kind: 'input', source: String(at) }));
  assert.equal(states.endAll().length, 200);
});

test('an event was when it arrived, unless the camera kept it and its clock can be right', () => {
  const heard = { sinceMs: 100_000, arrivedMs: 160_000 };
  const cases: [what: string, cameraMs: number | null, offsetMs: number | null, atMs: number][] = [
    ['no time', null, 0, 160_000],
    ['an unknown clock', 120_000, null, 160_000],
    ['the same clock, to the second', 159_200, 0, 160_000],
    ['kept while the connection was lost', 120_000, 0, 120_000],
    ['kept, and an hour ahead', 3_720_000, 3_600_000, 120_000],
    ['before the last answer', 20_000, 0, 160_000],
    ['at the last answer, by half a second', 99_500, 0, 100_000],
    ['in the future', 500_000, 0, 160_000],
    ['a clock that stands still', 0, 0, 160_000],
  ];
  for (const [what, cameraMs, offsetMs, atMs] of cases) {
    assert.equal(eventTimeMs(cameraMs, offsetMs, heard), atMs, what);
  }
});

test('an answer was given when it was read, unless it waited and the camera says so', () => {
  const read = { readMs: 160_000, tookMs: 18_000 };
  const cases: [what: string, givenMs: number | null, offsetMs: number | null, agoMs: number][] = [
    ['no time', null, 0, 0],
    ['an unknown clock', 150_000, null, 0],
    ['at once, by a clock of whole seconds', 159_100, 0, 0],
    ['fourteen seconds ago', 146_000, 0, 14_000],
    ['fourteen seconds ago, and an hour ahead', 3_746_000, 3_600_000, 14_000],
    ['before it was asked', 100_000, 0, 18_000],
    ['in the future', 500_000, 0, 0],
  ];
  for (const [what, givenMs, offsetMs, agoMs] of cases) {
    assert.equal(answeredAgoMs(givenMs, offsetMs, read), agoMs, what);
  }
});

test('nothing that a camera may write makes reading throw', () => {
  const names = ['NotificationMessage', 'Topic', 'Message', 'Source', 'Data', 'SimpleItem', 'SubscriptionReference'];
  const treeOf: (depth?: number) => fc.Arbitrary<XmlElement> = fc.memo<XmlElement>((depth) =>
    fc.record({
      name: fc.constantFrom(...names, 'Address', 'CurrentTime', 'TerminationTime'),
      attributes: fc
        .dictionary(fc.constantFrom('Name', 'Value', 'UtcTime', 'PropertyOperation'), anyText)
        .map((all) => new Map(Object.entries(all))),
      children: depth <= 1 ? fc.constant<XmlElement[]>([]) : fc.array<XmlElement>(treeOf(), { maxLength: 4 }),
      text: fc.oneof(anyText, fc.constantFrom('tns1:VideoSource/MotionAlarm', 'http://a/b', '2026-11-20T10:00:00Z')),
    }),
  );
  fc.assert(
    fc.property(treeOf(6), (tree) => {
      readSubscription(tree);
      for (const { source, topic } of readMessages(tree)) assert.ok(source.length <= 200 && topic.length <= 200);
    }),
    { seed: 5, numRuns: 1000 },
  );
});

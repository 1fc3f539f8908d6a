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
    source: 'VideoSourceConfigurationToken=000 Rule=My rule',
    active: true,
    initial: true,
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

test('a state that is told twice is one event, and one that is told no more has ended', () => {
  const states = new EventStates();
  const say = (active: boolean | null, source = 'a'): string | null => {
    const message: EventMessage = { kind: 'motion', source, active, initial: false, cameraMs: 5 };
    return states.take(message)?.is ?? null;
  };
  assert.deepEqual([say(false), say(true), say(true), say(false), say(false)], [null, 'begins', null, 'ends', null]);
  assert.deepEqual([say(null), say(null)], ['moment', 'moment']);
  assert.deepEqual([say(true, 'a'), say(true, 'b')], ['begins', 'begins']);
  states.subscribed();
  assert.equal(say(true, 'a'), null, 'it goes on');
  assert.deepEqual(states.allTold(), [{ kind: 'motion', source: 'b', is: 'ends', cameraMs: null }]);
  assert.equal(say(true, 'b'), 'begins');
  assert.equal(states.endAll().length, 2);
  assert.deepEqual(states.endAll(), []);
});

test('a camera that makes sources up without end is not followed without end', () => {
  const states = new EventStates();
  for (let at = 0; at < 5000; at += 1)
    states.take({ kind: 'motion', source: String(at), active: true, initial: false, cameraMs: null });
  assert.ok(states.endAll().length <= 200);
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
      for (const { source } of readMessages(tree)) assert.ok(source.length <= 200);
    }),
    { seed: 5, numRuns: 1000 },
  );
});

/** What cameras answer about their heads, also when they lie. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isToken,
  movesOf,
  readAbility,
  readDurationMs,
  readFault,
  readNode,
  readPresets,
  readStoredToken,
} from '../../../main/core/cameras/ptzReplies.ts';
import { readXml, type XmlElement } from '../../../main/core/cameras/xml.ts';
import { anyText } from './anyText.ts';

const generic = { least: -1, most: 1 };
const untold = { panTilt: false, zoom: false };

function element(text: string): XmlElement {
  const root = readXml(text);
  assert.ok(root, text);
  return root;
}

const range = (name: string, least: string, most: string): string =>
  `<${name}><Min>${least}</Min><Max>${most}</Max></${name}>`;
const space = (name: string, x: [string, string], y?: [string, string], uri = 'VelocityGenericSpace'): string =>
  `<${name}><URI>http://www.onvif.org/ver10/tptz/${uri}</URI>${range('XRange', ...x)}${y ? range('YRange', ...y) : ''}</${name}>`;
const node = (inside: string, attributes = ''): XmlElement =>
  element(`<tt:PTZNode token="01" ${attributes}>${inside}</tt:PTZNode>`);
const spaces = (...list: string[]): string => `<SupportedPTZSpaces>${list.join('')}</SupportedPTZSpaces>`;

const turns = space('ContinuousPanTiltVelocitySpace', ['-1', '1'], ['-1', '1']);
const zooms = space('ContinuousZoomVelocitySpace', ['-1', '1']);
const steps = space('RelativePanTiltTranslationSpace', ['-1', '1'], ['-0.5', '0.5'], 'TranslationGenericSpace');

test('what of a camera can be moved is read off its node', () => {
  const whole = readAbility(
    node(
      `${spaces(turns, zooms)}<MaximumNumberOfPresets>360</MaximumNumberOfPresets><HomeSupported>true</HomeSupported>`,
    ),
    null,
    untold,
  );
  assert.deepEqual(whole, {
    panTilt: { by: 'continuous', pan: generic, tilt: generic },
    zoom: { by: 'continuous', zoom: generic },
    ...{ presets: 360, home: true, storesHome: true },
    timeoutMs: { least: 0, most: 60_000 },
  });
  const cases: [inside: string, expected: object][] = [
    [spaces(zooms), { panTilt: false, zoom: true, presets: 0, home: false, storesHome: false }],
    [spaces(turns), { panTilt: true, zoom: false, presets: 0, home: false, storesHome: false }],
    [
      '<MaximumNumberOfPresets>8</MaximumNumberOfPresets>',
      { panTilt: false, zoom: false, presets: 8, home: false, storesHome: false },
    ],
  ];
  for (const [inside, expected] of cases) {
    const ability = readAbility(node(inside), null, untold);
    assert.deepEqual(ability && movesOf(ability), expected, inside);
  }
  const fixed = readAbility(
    node(`${spaces(turns)}<HomeSupported>1</HomeSupported>`, 'FixedHomePosition="true"'),
    null,
    untold,
  );
  assert.deepEqual([fixed?.home, fixed?.storesHome], [true, false]);
});

test('a camera that cannot be moved continuously is moved step by step', () => {
  const ability = readAbility(node(spaces(steps, zooms)), null, untold);
  assert.ok(ability);
  assert.deepEqual(ability.panTilt, { by: 'relative', pan: generic, tilt: { least: -0.5, most: 0.5 } });
  assert.equal(ability.zoom?.by, 'continuous');
});

test('the options of its configuration go before its node, and bound the timeout', () => {
  const options = element(
    `<PTZConfigurationOptions><Spaces>${space('ContinuousZoomVelocitySpace', ['-4', '7'])}</Spaces>` +
      '<PTZTimeout><Min>PT2S</Min><Max>PT1M30.5S</Max></PTZTimeout></PTZConfigurationOptions>',
  );
  const ability = readAbility(node(spaces(turns)), options, untold);
  assert.ok(ability);
  assert.equal(ability.panTilt, null);
  assert.deepEqual(ability.zoom, { by: 'continuous', zoom: { least: -4, most: 7 } });
  assert.deepEqual(ability.timeoutMs, { least: 2000, most: 90_500 });
});

test('of several spaces the generic one counts', () => {
  const degrees = space('ContinuousPanTiltVelocitySpace', ['-180', '180'], ['-90', '90'], 'VelocitySpaceDegrees');
  assert.deepEqual(readAbility(node(spaces(degrees, turns)), null, untold)?.panTilt?.pan, generic);
  assert.deepEqual(readAbility(node(spaces(degrees)), null, untold)?.panTilt?.pan, { least: -180, most: 180 });
});

test('a camera that tells no spaces is believed what its profile says, and else cannot be moved', () => {
  assert.equal(readAbility(null, null, untold), null);
  assert.equal(readAbility(node(''), null, untold), null);
  const told = readAbility(null, null, { panTilt: false, zoom: true });
  assert.deepEqual(told && movesOf(told), {
    ...{ panTilt: false, zoom: true, presets: 0 },
    ...{ home: false, storesHome: false },
  });
  assert.equal(readAbility(node(spaces()), null, { panTilt: true, zoom: true }), null, 'it says that it has none');
});

test('ranges that make no sense are the generic one, and an axis that goes nowhere is none', () => {
  for (const [least, most] of [
    ['1', '-1'],
    ['NaN', '1'],
    ['', ''],
    ['-1e999', '1e999'],
    ['0x10', '1'],
    ['0.5', '1'],
    ['-'.repeat(100_000), '1'],
  ] as const) {
    const ability = readAbility(node(spaces(space('ContinuousZoomVelocitySpace', [least, most]))), null, untold);
    assert.deepEqual(ability?.zoom?.zoom, generic, `${least.slice(0, 10)} to ${most}`);
  }
  const nowhere = space('ContinuousPanTiltVelocitySpace', ['0', '0'], ['0.0', '0']);
  assert.equal(readAbility(node(spaces(nowhere, zooms)), null, untold)?.panTilt, null);
});

test('numbers of presets that cannot be are none, and more than is kept are cut', () => {
  for (const [text, presets] of [
    ['-1', 0],
    ['1e9', 0],
    ['', 0],
    ['99999999999', 0],
    ['999999999', 1000],
  ] as const) {
    const ability = readAbility(
      node(`${spaces(zooms)}<MaximumNumberOfPresets>${text}</MaximumNumberOfPresets>`),
      null,
      untold,
    );
    assert.equal(ability?.presets, presets, text);
  }
});

test('a node is found by its token, or because it is the only one', () => {
  const one = element('<GetNodesResponse><PTZNode token="7"/></GetNodesResponse>');
  const two = element('<GetNodesResponse><PTZNode token="7"/><PTZNode token="007"/></GetNodesResponse>');
  assert.equal(readNode(one, 'other')?.attributes.get('token'), '7');
  assert.equal(readNode(two, '007')?.attributes.get('token'), '007');
  assert.equal(readNode(two, 'other'), null);
  assert.equal(readNode(element('<Fault/>'), ''), null);
});

test('presets keep their tokens as texts, and the camera’s order', () => {
  const reply = element(
    '<GetPresetsResponse><tptz:Preset token="02"><tt:Name>Drive &amp; door</tt:Name></tptz:Preset>' +
      '<Preset token="2"/><Preset token="02"><Name>again</Name></Preset><Preset><Name>no token</Name></Preset>' +
      '<Preset token="1.50"><Name>  two\n lines\u202e </Name></Preset><Preset token="&#x3C;é&quot;"><Name/></Preset></GetPresetsResponse>',
  );
  assert.deepEqual(readPresets(reply), [
    { token: '02', name: 'Drive & door' },
    { token: '2', name: '' },
    { token: '1.50', name: 'two lines' },
    { token: '<é"', name: '' },
  ]);
});

test('presets without end, and tokens without end, are cut off', () => {
  const many = Array.from({ length: 5000 }, (_, at) => `<Preset token="${at}"/>`).join('');
  assert.equal(readPresets(element(`<R>${many}</R>`)).length, 1000);
  assert.deepEqual(readPresets(element(`<R><Preset token="${'x'.repeat(301)}"/></R>`)), []);
  const [long] = readPresets(element(`<R><Preset token="1"><Name>${'n'.repeat(9000)}</Name></Preset></R>`));
  assert.equal(long?.name.length, 80);
  assert.deepEqual([isToken(''), isToken('a\u0000'), isToken('01')], [false, false, true]);
  assert.equal(
    readStoredToken(element('<SetPresetResponse><PresetToken>007</PresetToken></SetPresetResponse>')),
    '007',
  );
  assert.equal(readStoredToken(element('<SetPresetResponse/>')), null);
});

test('durations are read as the schema writes them', () => {
  const cases: [text: string, ms: number | null][] = [
    ['PT0S', 0],
    ['PT10S', 10_000],
    ['PT1093754.348S', 1_093_754_348],
    ['P1DT2H3M4.5S', 93_784_500],
    ['PT1M', 60_000],
    ['P', null],
    ['PT', null],
    ['10', null],
    ['', null],
    ['PT-1S', null],
    [`PT${'1'.repeat(50_000)}S`, null],
  ];
  for (const [text, ms] of cases) assert.equal(readDurationMs(text), ms, text.slice(0, 20));
});

test('a fault tells its codes and reason, with or without them', () => {
  const fault = element(
    '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:InvalidArgVal</s:Value><s:Subcode>' +
      '<s:Value>ter:NoToken</s:Value></s:Subcode></s:Subcode></s:Code><s:Reason><s:Text>No such\npreset</s:Text></s:Reason></s:Fault>',
  );
  assert.deepEqual(readFault(fault), { codes: ['Sender', 'InvalidArgVal', 'NoToken'], reason: 'No such preset' });
  assert.deepEqual(readFault(element('<Fault><faultstring>busy</faultstring></Fault>')), { codes: [], reason: 'busy' });
  assert.deepEqual(readFault(element('<Fault/>')), { codes: [], reason: '' });
});

test('nothing that a camera may write makes reading throw', () => {
  const names = [
    'PTZNode',
    'Spaces',
    'SupportedPTZSpaces',
    'ContinuousPanTiltVelocitySpace',
    'XRange',
    'Min',
    'Preset',
  ];
  const treeOf: (depth?: number) => fc.Arbitrary<XmlElement> = fc.memo<XmlElement>((depth) =>
    fc.record({
      name: fc.constantFrom(...names),
      attributes: fc
        .dictionary(fc.constantFrom('token', 'FixedHomePosition'), anyText)
        .map((all) => new Map(Object.entries(all))),
      children: depth <= 1 ? fc.constant<XmlElement[]>([]) : fc.array<XmlElement>(treeOf(), { maxLength: 4 }),
      text: anyText,
    }),
  );
  const tree: fc.Arbitrary<XmlElement> = treeOf(5);
  fc.assert(
    fc.property(tree, tree, anyText, (one, other, text) => {
      const ability = readAbility(one, other, untold);
      if (ability?.panTilt) assert.ok(Number.isFinite(ability.panTilt.pan.least + ability.panTilt.tilt.most));
      assert.ok((ability?.timeoutMs.least ?? 0) <= (ability?.timeoutMs.most ?? 0));
      for (const { token } of readPresets(one)) assert.ok(isToken(token));
      readFault(one);
      readDurationMs(text);
    }),
    { seed: 4, numRuns: 1000 },
  );
});

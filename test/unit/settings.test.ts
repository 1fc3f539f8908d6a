/** The settings as they are read back: of an older version, damaged in part, or made up by somebody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstLayout, mostLayouts, withoutCamera } from '../../main/contract/layouts.ts';
import { firstSettings, parseSettings, settingsSteps, settingsVersion } from '../../main/core/settings.ts';

const door = '00112233445566aa';
const gate = '00112233445566bb';

function migrated(json: unknown): unknown {
  return settingsSteps.reduce((value, step) => step(value), json);
}

test('there is a step for each version before this one', () => {
  assert.equal(settingsSteps.length, settingsVersion - 1);
});

test('version 1 keeps its number of tiles and its order as the first layout', () => {
  const settings = parseSettings(migrated({ theme: 'light', wallLayout: 9, wallOrder: [gate, door], keepDays: 30 }));
  assert.deepEqual(settings, {
    ...{ ...firstSettings, theme: 'light', keepDays: 30 },
    layouts: [{ ...firstLayout, kind: 9, cameraIds: [gate, door] }],
  });
  for (const odd of [{}, { wallLayout: 7, wallOrder: 'all' }, { wallOrder: null }])
    assert.deepEqual(parseSettings(migrated(odd)), firstSettings);
  assert.equal(parseSettings(migrated(null)), null);
});

test('a layout that is not sound goes, the others stay', () => {
  const sound = { ...firstLayout, id: door, name: 'Street', cameraIds: [gate] };
  const odd = [
    { ...sound, id: 'x' },
    { ...sound, id: gate, kind: 3 },
    { ...sound, id: gate, places: [{ cameraId: door, x: 23, y: 0, width: 2, height: 2 }] },
    { ...sound, id: gate, cameraIds: ['../..'] },
    { ...sound, id: gate, more: 1 },
    { ...sound, name: 'twice' },
    null,
  ];
  assert.deepEqual(parseSettings({ layouts: [sound, ...odd] })?.layouts, [sound]);
  assert.deepEqual(parseSettings({ layouts: odd.slice(0, 5) })?.layouts, [firstLayout]);
  assert.deepEqual(parseSettings({ layouts: { length: 1e9 } })?.layouts, [firstLayout]);
});

test('no more layouts than the most are read', () => {
  const many = Array.from({ length: mostLayouts + 5 }, (_one, at) => ({
    ...firstLayout,
    id: (at + 1).toString(16).padStart(16, '0'),
  }));
  assert.equal(parseSettings({ layouts: many })?.layouts.length, mostLayouts);
});

test('a window shows the first layout where its own is not there any more', () => {
  const read = parseSettings({ layoutId: gate, secondWindow: { open: true, layoutId: gate, place: { x: 0 } } });
  assert.equal(read?.layoutId, firstLayout.id);
  assert.deepEqual(read.secondWindow, { open: true, layoutId: firstLayout.id, place: null });
});

test('a tour stays between 5 and 120 s', () => {
  for (const tourSeconds of [4, 121, 7.5, '10', null, Number.NaN])
    assert.equal(parseSettings({ tourSeconds })?.tourSeconds, firstSettings.tourSeconds);
  for (const tourSeconds of [5, 120]) assert.equal(parseSettings({ tourSeconds })?.tourSeconds, tourSeconds);
});

test('a removed camera leaves every layout, and nothing of it stays', () => {
  const layout = {
    ...{ ...firstLayout, cameraIds: [door, gate], leftOut: [door] },
    places: [{ cameraId: door, x: 0, y: 0, width: 8, height: 8 }],
    pinned: [{ cameraId: door, role: 'main' as const }],
  };
  const [left] = withoutCamera([layout], door);
  assert.deepEqual(left, { ...firstLayout, cameraIds: [gate] });
});

test('what the notices are to tell is taken whole, or begins anew', () => {
  const wishes = { shown: false, afterMinutes: 30, names: true };
  assert.deepEqual(parseSettings({ notices: wishes })?.notices, wishes);
  for (const odd of [
    null,
    {},
    { ...wishes, afterMinutes: 0 },
    { ...wishes, afterMinutes: 1.5 },
    { ...wishes, names: 1 },
  ])
    assert.deepEqual(parseSettings({ notices: odd })?.notices, firstSettings.notices);
  assert.equal(firstSettings.notices.names, false, 'no name leaves the vault unasked');
});

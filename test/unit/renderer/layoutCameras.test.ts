import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstLayout } from '../../../main/contract/layouts.ts';
import type { Camera } from '../../../main/contract/model.ts';
import { camerasOn } from '../../../renderer/state/layoutCameras.ts';

/** Only what is looked at. */
function camera(id: string, addedMs: number): Camera {
  return { id, addedMs } as Camera;
}

const [door, gate, yard, shed] = [camera('d', 1), camera('g', 2), camera('y', 3), camera('s', 4)];
const all = [shed, yard, gate, door];
const idsOn = (layout: Partial<typeof firstLayout>, isFirst: boolean): string[] =>
  camerasOn({ ...firstLayout, ...layout }, isFirst, all).map(({ id }) => id);

test('a new vault’s layout shows every camera, the newest last', () => {
  assert.deepEqual(idsOn({}, true), ['d', 'g', 'y', 's']);
});

test('a camera that is new comes to the end of the first layout, and to no other', () => {
  const layout = { cameraIds: ['y', 'd'], leftOut: ['g'] };
  assert.deepEqual(idsOn(layout, true), ['y', 'd', 's']);
  assert.deepEqual(idsOn(layout, false), ['y', 'd']);
});

test('one that was left out does not come back by itself, and one that is gone is not shown', () => {
  assert.deepEqual(idsOn({ cameraIds: ['x', 'g'], leftOut: ['d', 'y', 's'] }, true), ['g']);
});

/** The contract refuses what the page must not say, and does not compile where page and main disagree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { callArguments, type CallName, type Handlers } from '../../../main/contract/calls.ts';
import { firstLayout } from '../../../main/contract/layouts.ts';
import { pngOf } from './pngOf.ts';
import type { NightjarApi } from '../../../main/contract/preloadApi.ts';

const cameraId = '0123456789abcdef';
const order = {
  ...{ cameraIds: [cameraId], fromMs: 0, toMs: 1, cut: 'fast', burnsIn: false, sound: true },
  ...{ timeLapseMs: null, result: { is: 'plain' } },
};

const refused: [CallName, unknown][] = [
  ['app.state', {}],
  ['vault.create', { placeId: '../../etc' }],
  ['vault.create', { placeId: 'abcdef01', folder: '/etc' }],
  ['vault.prove', { words: ['one'] }],
  ['vault.openWithWords', { words: Array.from({ length: 25 }, () => 'word') }],
  ['cameras.add', { tryId: 'abcdef01', name: '   ', records: true, recordsSound: true, keepDays: null }],
  ['cameras.add', { tryId: 'abcdef01', name: 'a\u0000b', records: true, recordsSound: true, keepDays: null }],
  ['cameras.edit', { cameraId, name: 'x'.repeat(301), recordsSound: true, keepDays: null }],
  ['cameras.edit', { cameraId: '..', name: 'Shed', recordsSound: true, keepDays: null }],
  ['cameras.remove', { cameraId, recordings: 'all' }],
  ['cameras.try', { target: { by: 'file', path: '/etc/passwd' }, user: 'a', password: 'b' }],
  ['library.spans', { cameraId, fromMs: -1, toMs: 5 }],
  ['library.spans', { cameraId, fromMs: 0, toMs: Number.NaN }],
  ['library.spans', { cameraId, fromMs: 0, toMs: 1e17 }],
  ['exports.start', { request: order, placeId: '/home' }],
  ['exports.start', { request: { ...order, cameraIds: [] }, placeId: 'abcdef01' }],
  ['exports.start', { request: { ...order, cameraIds: [cameraId, cameraId] }, placeId: 'abcdef01' }],
  ['exports.start', { request: { ...order, timeLapseMs: 0 }, placeId: 'abcdef01' }],
  ['exports.start', { request: { ...order, folder: '/etc' }, placeId: 'abcdef01' }],
  ['exports.start', { request: { ...order, result: { is: 'sealed' } }, placeId: 'abcdef01' }],
  ['exports.tryAgain', { jobId: 'abcdef01', placeId: '/etc' }],
  ['settings.set', { theme: 'pink' }],
  ['settings.set', { layoutId: '7' }],
  ['settings.set', { tourSeconds: 4 }],
  ['settings.set', { secondWindow: { open: true } }],
  ['layouts.keep', { layout: { ...firstLayout, kind: 5 } }],
  ['layouts.keep', { layout: { ...firstLayout, name: 'a\u0000b' } }],
  ['layouts.keep', { layout: { ...firstLayout, places: [{ cameraId, x: 20, y: 0, width: 5, height: 5 }] } }],
  ['layouts.keep', { layout: firstLayout, at: -1 }],
  ['layouts.remove', { layoutId: '../..' }],
  ['settings.set', { keepBytes: 5 }],
  ['settings.set', { unknown: 1 }],
  ['snapshots.save', { cameraId, atMs: 1, png: Buffer.from('MZ'), elsewhere: false }],
  ['snapshots.save', { cameraId, atMs: 1, png: pngOf(2, 2, 3), elsewhere: false, file: '/home/a.png' }],
  ['snapshots.save', { cameraId: '../..', atMs: 1, png: pngOf(2, 2, 3), elsewhere: false }],
];

for (const [name, argument] of refused)
  test(`${name} refuses ${JSON.stringify(argument).slice(0, 60)}`, () => {
    assert.equal(v.safeParse(callArguments[name], argument).success, false);
  });

const taken: [CallName, unknown][] = [
  ['app.state', undefined],
  ['vault.prove', { words: ['lantern', 'acorn'] }],
  ['cameras.try', { target: { by: 'address', text: 'rtsp://10.0.0.5/a' }, user: '', password: 'p@ss:w/rd?#%&"\'<>é' }],
  ['settings.set', { theme: 'light' }],
  ['settings.set', {}],
  ['snapshots.save', { cameraId, atMs: 1, png: pngOf(2, 2, 3), elsewhere: false }],
  ['layouts.keep', { layout: { ...firstLayout, places: [{ cameraId, x: 19, y: 0, width: 5, height: 5 }] } }],
];

for (const [name, argument] of taken)
  test(`${name} takes ${argument === undefined ? 'nothing' : JSON.stringify(argument).slice(0, 60)}`, () => {
    assert.equal(v.safeParse(callArguments[name], argument).success, true);
  });

test('a call without a handler, a handler without a call and a misspelt call do not compile', () => {
  const some = { 'app.state': () => Promise.resolve({ phase: 'firstRun' as const }) };
  // @ts-expect-error -- most calls have no handler here
  const missing: Handlers = some;
  const all = {} as unknown as Handlers;
  // @ts-expect-error -- there is no such call
  const extra: Handlers = { ...all, 'camera.explode': () => Promise.resolve(null) };
  const misspelt = (api: NightjarApi): unknown =>
    // @ts-expect-error -- there is no such call
    api.call('cameras.lst', undefined);
  const wrong = (api: NightjarApi): unknown =>
    // @ts-expect-error -- the argument is not the call's
    api.call('cameras.tryNow', { cameraId: 7 });
  assert.equal([missing, extra, misspelt, wrong].length, 4);
});

/** What passes for a picture that the page hands over: a PNG as a canvas makes it, whole, and nothing beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPicture } from '../../../main/contract/png.ts';
import { pngOf } from './pngOf.ts';

test('a whole picture is one, with and without transparency', () => {
  for (const channels of [3, 4] as const) assert.equal(isPicture(pngOf(5, 4, channels)), true);
  const pooled = new Uint8Array(4096).subarray(100);
  const png = pngOf(5, 4, 3);
  pooled.set(png);
  assert.equal(isPicture(pooled.subarray(0, png.length)), true);
});

test('every cut, and anything behind its end, is refused', () => {
  const png = pngOf(3, 3, 4);
  for (let length = 0; length < png.length; length += 1) assert.equal(isPicture(png.subarray(0, length)), false);
  assert.equal(isPicture(Uint8Array.from([...png, 0])), false);
  assert.equal(isPicture(Uint8Array.from([...png, ...png])), false);
});

test('other chunks, other forms and hostile sizes are refused', () => {
  const hostile: [string, Uint8Array][] = [
    ['a text', pngOf(3, 3, 3, { extra: ['tEXt', Buffer.from('Comment\0who was at home')] })],
    ['an unknown chunk', pngOf(3, 3, 3, { extra: ['caBX', Buffer.alloc(9)] })],
    ['no pixels', pngOf(3, 3, 3, { pixels: false })],
    ['no width', pngOf(0, 3, 3)],
    ['too wide', pngOf(20_000, 1, 3)],
    ['sixteen bits', pngOf(3, 3, 3, { depth: 16 })],
    ['interlaced', pngOf(3, 3, 3, { interlace: 1 })],
    ['a palette', pngOf(3, 3, 3, { colour: 3 })],
  ];
  for (const [what, bytes] of hostile) assert.equal(isPicture(bytes), false, what);
  const lying = pngOf(3, 3, 3);
  new DataView(lying.buffer).setUint32(33, 0xfffffff0);
  assert.equal(isPicture(lying), false);
  for (const other of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'MZ\u0090', '#!/bin/sh\n', ''])
    assert.equal(isPicture(Buffer.from(other, 'latin1')), false);
});

test('no bytes make it throw, or pass by chance', () => {
  const head = pngOf(3, 3, 3).subarray(0, 33);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(isPicture(bytes), false);
      assert.equal(isPicture(Uint8Array.from([...head, ...bytes])), false);
    }),
    { seed: 20261120 },
  );
});

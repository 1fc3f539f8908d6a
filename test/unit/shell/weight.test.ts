/** What of the page's values is small enough to be looked at. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSmall } from '../../../main/shell/weight.ts';

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { inner: nested(depth - 1) };
}

test('what the contract’s calls carry is small', () => {
  for (const value of [undefined, null, 0, NaN, '', true, [], {}, { words: ['a'] }, { a: { b: [1, 'x', null] } }]) {
    assert.equal(isSmall(value), true);
  }
});

test('the limits are exact: one more is too much', () => {
  assert.equal(isSmall('x'.repeat(64 * 1024)), true);
  assert.equal(isSmall('x'.repeat(64 * 1024 + 1)), false);
  assert.equal(isSmall({ passphrase: new Uint8Array(64 * 1024 - 'passphrase'.length) }), true);
  assert.equal(isSmall({ passphrase: new Uint8Array(64 * 1024 - 'passphrase'.length + 1) }), false);
  assert.equal(isSmall(Array.from({ length: 4999 }, () => 0)), true);
  assert.equal(isSmall(Array.from({ length: 5000 }, () => 0)), false);
  assert.equal(isSmall(nested(8)), true);
  assert.equal(isSmall(nested(9)), false);
});

test('a call that carries a picture has room for bytes beside the usual, and for nothing else', () => {
  assert.equal(isSmall({ png: new Uint8Array(200_000) }), false);
  assert.equal(isSmall({ png: new Uint8Array(200_000) }, 200_000), true);
  assert.equal(isSmall({ png: new Uint8Array(200_000 + 64 * 1024) }, 200_000), false);
  assert.equal(isSmall({ png: new Uint8Array(150_000), more: new Uint8Array(150_000) }, 200_000), false);
  assert.equal(isSmall({ text: 'x'.repeat(64 * 1024 + 1) }, 200_000), false);
});

test('what is not plain is not small', () => {
  const cycle: Record<string, unknown> = {};
  cycle['itself'] = cycle;
  for (const value of [
    cycle,
    new Map(),
    new Set(),
    new Date(),
    new Uint16Array(1),
    new ArrayBuffer(1),
    new Error('x'),
    /x/,
    1n,
    Symbol('x'),
    () => 1,
    { deep: [new Uint16Array(1)] },
  ]) {
    assert.equal(isSmall(value), false);
  }
});

test('an array with a huge length costs nothing', () => {
  assert.equal(isSmall(new Array(4_000_000_000)), false);
});

test('it answers, whatever the value', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => typeof isSmall(value) === 'boolean'),
    { seed: 7, numRuns: 1000 },
  );
});

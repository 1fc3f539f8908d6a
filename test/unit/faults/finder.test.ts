/** The search for what must not lie readable: it judges the program, so it is tried on what is there. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { finderOf, formsOf } from '../../journeys/watcher.ts';

const text = 'Küche & "Flur" 4711';
const picture = { what: 'a picture', bytes: randomBytes(24) };

test('a canary is found in each of its forms, wherever it lies', () => {
  const find = finderOf([text, picture, 'something else']);
  for (const [canary, what] of [[text, text] as const, [picture, picture.what] as const])
    for (const form of formsOf(canary))
      for (const before of [0, 1, 1000]) {
        const bytes = Buffer.concat([Buffer.alloc(before, 7), form, Buffer.alloc(before, 7)]);
        assert.deepEqual(find(bytes), [what], form.toString('latin1'));
      }
});

test('bytes are found in Base64 that began before them', () => {
  const find = finderOf([picture]);
  for (const before of [1, 2, 3, 4]) {
    const encoded = Buffer.concat([Buffer.alloc(before, 9), picture.bytes, Buffer.alloc(5, 9)]).toString('base64');
    assert.deepEqual(find(Buffer.from(encoded)), [picture.what]);
  }
});

test('what is not there, or not whole, is not found', () => {
  const find = finderOf([text, picture]);
  assert.deepEqual(find(randomBytes(100_000)), []);
  assert.deepEqual(find(Buffer.from(picture.bytes.subarray(0, 23))), []);
  assert.deepEqual(find(Buffer.alloc(0)), []);
});

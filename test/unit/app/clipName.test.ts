/** Suggested names of clips are safe on every system. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipName } from '../../../main/app/clipName.ts';

const atMs = new Date(2026, 10, 17, 17, 56, 10).getTime();

test('a clip is called after its camera and its local start', () => {
  assert.equal(clipName('Front door', atMs), 'Front door 2026-11-17 17.56.10.mp4');
});

test('what a file system refuses is left out', () => {
  assert.equal(clipName('a/b\\c:d*e?f"g<h>i|j', atMs), 'a b c d e f g h i j 2026-11-17 17.56.10.mp4');
  assert.equal(clipName(' ..', atMs), 'Camera 2026-11-17 17.56.10.mp4');
  assert.equal(clipName('../../etc/passwd', atMs), '.. .. etc passwd 2026-11-17 17.56.10.mp4');
});

test('no name holds a separator, a control character or more than 120 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const made = clipName(name, atMs);
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(made, /[<>:"/\\|?*\u0000-\u001f\u007f]/);
      assert.ok(made.length <= 120);
    }),
    { seed: 20261120 },
  );
});

/** Suggested names of clips are safe on every system, chosen ones replace nothing unasked. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipFile, clipName } from '../../../main/app/clipName.ts';

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

test('a typed name gets its ending, and never that of a file that the dialog did not ask about', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const named = (name: string): string => path.join(folder, name);
  assert.deepEqual(await clipFile(named('Clip.MP4')), { ok: true, value: named('Clip.MP4') });
  // What is left of the suggested name without its ending looks like an ending.
  const stamped = named('Front door 2026-11-17 17.56.10');
  assert.deepEqual(await clipFile(stamped), { ok: true, value: `${stamped}.mp4` });
  writeFileSync(named('Clip.mp4'), 'of the user');
  assert.deepEqual(await clipFile(named('Clip')), { ok: false, problem: { code: 'fileExists', file: 'Clip.mp4' } });
  assert.deepEqual(await clipFile(named('Clip.mp4')), { ok: true, value: named('Clip.mp4') });
});

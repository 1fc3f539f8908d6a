/** Names of exported files are safe on every system and never those of files that are there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { freeNames } from '../../../main/core/exporter/exportNames.ts';

const startMs = new Date(2026, 10, 17, 17, 56, 10).getTime();
const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function named(...cameraNames: string[]): Promise<string[]> {
  const parts = cameraNames.map((cameraName) => ({ cameraName, startMs }));
  return (await freeNames(folder, parts, '.mp4')).map((file) => path.relative(folder, file));
}

test('a file is called after its camera and its local start', async () => {
  assert.deepEqual(await named('Front door'), ['Front door 2026-11-17 17.56.10.mp4']);
  assert.deepEqual(await named('Haustür 🏠'), ['Haustür 🏠 2026-11-17 17.56.10.mp4']);
});

test('what a file system refuses is left out', async () => {
  assert.deepEqual(await named('a/b\\c:d*e?f"g<h>i|j', ' ..', '../../etc/passwd'), [
    'a b c d e f g h i j 2026-11-17 17.56.10.mp4',
    'Camera 2026-11-17 17.56.10.mp4',
    'etc passwd 2026-11-17 17.56.10.mp4',
  ]);
});

test('two cameras of one name, also where only capitals or the form of an accent differ, have two files', async () => {
  assert.deepEqual(await named('Gate', 'GATE', 'Tür', 'Tu\u0308r'), [
    'Gate 2026-11-17 17.56.10.mp4',
    'GATE 2026-11-17 17.56.10 (2).mp4',
    'Tür 2026-11-17 17.56.10.mp4',
    'Tür 2026-11-17 17.56.10 (2).mp4',
  ]);
});

test('a file that is there keeps its name, however it is spelt', async () => {
  writeFileSync(path.join(folder, 'SHED 2026-11-17 17.56.10.MP4'), 'of the user');
  assert.deepEqual(await named('Shed'), ['Shed 2026-11-17 17.56.10 (2).mp4']);
});

test('no name holds a separator or a control character, is longer than a disk takes, or begins or ends oddly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (name) => {
      const [made = ''] = await named(name);
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(made, /[<>:"/\\|?*\u0000-\u001f\u007f\u202a-\u202e]/);
      assert.doesNotMatch(made, /^[. ]/);
      assert.ok(Buffer.byteLength(made) <= 220);
      assert.equal(made, made.toWellFormed());
    }),
    { seed: 20261120 },
  );
});

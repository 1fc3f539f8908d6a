/** What a folder that the user chose stands for. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Places } from '../../../main/app/places.ts';
import { makeVault } from '../recorder/footage.ts';

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('an empty folder and one with a vault stand for themselves, any other for a new folder in it', async (t) => {
  const folder = makeFolder(t);
  const places = new Places(folder, true);
  const empty = path.join(folder, 'empty');
  mkdirSync(empty);
  const { vault, remove } = await makeVault();
  t.after(remove);
  writeFileSync(path.join(folder, 'letter.txt'), '');
  for (const [chosen, meant] of [
    [empty, empty],
    [vault.folder, vault.folder],
    [folder, path.join(folder, 'Nightjar vault')],
  ] as const) {
    const place = await places.chosen(chosen);
    assert.ok(place.ok);
    assert.equal(place.value.folder, meant);
    assert.equal(places.folderOf(place.value.placeId), meant);
    assert.equal(place.value.holdsVault, chosen === vault.folder);
  }
  assert.equal(places.folderOf('0011223344556677'), null);
});

test(
  'a folder that takes no files is told as a problem',
  { skip: process.platform === 'linux' ? false : 'needs a folder where even root may not write' },
  async (t) => {
    const places = new Places(makeFolder(t), true);
    const problem = { code: 'folderNotWritable', folder: '/proc' };
    assert.deepEqual(await places.chosen('/proc'), { ok: false, problem });
  },
);

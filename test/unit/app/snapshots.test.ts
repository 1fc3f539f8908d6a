/** Snapshots go where the user says, keep every file that is there, and never into the vault. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Snapshots, snapshotName } from '../../../main/app/snapshots.ts';
import { pngOf } from '../contract/pngOf.ts';

const atMs = new Date(2026, 10, 20, 16, 52, 7, 420).getTime();
const png = pngOf(2, 2, 3);
const door = { cameraName: 'Front door', atMs, png, elsewhere: false };
const name = 'Front door 2026-11-20 16.52.07.png';

const open = (): null => null;

function place(t: TestContext): { folder: string; vault: string; pictures: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [vault, pictures] = [path.join(folder, 'vault'), path.join(folder, 'pictures')];
  for (const each of [vault, pictures]) mkdirSync(each);
  return { folder, vault, pictures };
}

/** Answers the dialog with that name in the folder, and counts how often it was asked. */
function desk(folder: string, typed: string | null = name): { snapshots: Snapshots; asked: string[] } {
  const asked: string[] = [];
  const snapshots = new Snapshots((suggested) => {
    asked.push(suggested);
    return Promise.resolve(typed === null ? null : path.join(folder, typed));
  });
  return { snapshots, asked };
}

test('the first asks where, the next ones go to the same folder, each under a name of its own', async (t) => {
  const { vault, pictures } = place(t);
  const { snapshots, asked } = desk(pictures);
  assert.deepEqual(await snapshots.save(door, vault, open), { ok: true, value: { name, folder: pictures } });
  await snapshots.save(door, vault, open);
  await snapshots.save({ ...door, cameraName: 'Garden' }, vault, open);
  assert.deepEqual(asked, [name]);
  assert.deepEqual(readdirSync(pictures).sort(), [
    'Front door 2026-11-20 16.52.07 2.png',
    name,
    'Garden 2026-11-20 16.52.07.png',
  ]);
  assert.deepEqual(new Uint8Array(readFileSync(path.join(pictures, name))), png);
  assert.equal(snapshots.last, path.join(pictures, 'Garden 2026-11-20 16.52.07.png'));
  await snapshots.save({ ...door, elsewhere: true }, vault, open);
  assert.equal(asked.length, 2);
});

test('what a file system refuses is left out of the name', () => {
  assert.equal(snapshotName('a/b\\c:d*e?f"g<h>i|j', atMs), 'a b c d e f g h i j 2026-11-20 16.52.07.png');
  assert.equal(snapshotName('../..', atMs), 'Camera 2026-11-20 16.52.07.png');
  assert.equal(snapshotName(' ', atMs), 'Camera 2026-11-20 16.52.07.png');
});

test('a file that the dialog did not ask about stays as it is', async (t) => {
  const { vault, pictures } = place(t);
  writeFileSync(path.join(pictures, 'Door.png'), 'of the user');
  const { snapshots } = desk(pictures, 'Door');
  assert.deepEqual(await snapshots.save(door, vault, open), {
    ok: false,
    problem: { code: 'fileExists', file: 'Door.png' },
  });
  writeFileSync(path.join(pictures, name), 'of the user');
  const second = desk(pictures, 'Other.png').snapshots;
  await second.save(door, vault, open);
  await second.save(door, vault, open);
  assert.equal(readFileSync(path.join(pictures, name), 'utf8'), 'of the user');
  assert.deepEqual(
    readdirSync(pictures).sort(),
    ['Door.png', name.replace('.png', ' 2.png'), name, 'Other.png'].sort(),
  );
});

test('cancelled, nothing is saved, and the next one asks again', async (t) => {
  const { vault, pictures } = place(t);
  const { snapshots, asked } = desk(pictures, null);
  assert.deepEqual(await snapshots.save(door, vault, open), { ok: true, value: null });
  await snapshots.save(door, vault, open);
  assert.equal(asked.length, 2);
  assert.equal(snapshots.last, null);
  assert.deepEqual(readdirSync(pictures), []);
});

test('nothing in the clear goes into the vault, also not by a link', async (t) => {
  const { folder, vault } = place(t);
  symlinkSync(vault, path.join(folder, 'link'));
  mkdirSync(path.join(vault, 'recordings'));
  for (const inside of [vault, path.join(vault, 'recordings'), path.join(folder, 'link')]) {
    const answer = await desk(inside).snapshots.save(door, vault, open);
    assert.equal(answer.ok ? 'saved' : answer.problem.code, 'insideVault');
  }
  assert.deepEqual(readdirSync(vault), ['recordings']);
});

test('a folder that is gone is asked for again, and a failure leaves nothing behind', async (t) => {
  const { vault, pictures } = place(t);
  const { snapshots, asked } = desk(pictures);
  await snapshots.save(door, vault, open);
  rmSync(pictures, { recursive: true });
  const gone = await snapshots.save(door, vault, open);
  assert.equal(gone.ok ? 'saved' : gone.problem.code, 'vaultMissing');
  assert.equal(asked.length, 2);
  mkdirSync(pictures);
  mkdirSync(path.join(pictures, name));
  const onFolder = await snapshots.save(door, vault, open);
  assert.deepEqual(onFolder, { ok: true, value: { name: name.replace('.png', ' 2.png'), folder: pictures } });
  assert.deepEqual(
    readdirSync(pictures).filter((each) => each.startsWith('.')),
    [],
  );
});

test('a folder that lies in the vault by now, or was chosen from another one, is asked for again', async (t) => {
  const { folder, vault, pictures } = place(t);
  const { snapshots, asked } = desk(pictures);
  await snapshots.save(door, vault, open);
  // Its name leads into the vault now.
  rmSync(pictures, { recursive: true });
  symlinkSync(vault, pictures);
  const inside = await snapshots.save(door, vault, open);
  assert.equal(inside.ok ? 'saved' : inside.problem.code, 'insideVault');
  assert.equal(asked.length, 2);
  assert.deepEqual(readdirSync(vault), []);
  rmSync(pictures);
  mkdirSync(pictures);
  await snapshots.save(door, vault, open);
  assert.equal(asked.length, 3);
  const other = path.join(folder, 'other');
  mkdirSync(other);
  assert.ok((await snapshots.save({ ...door, cameraName: 'Garden' }, other, open)).ok);
  assert.equal(asked.length, 4);
});

test('nothing is written when the vault was locked while the dialog was open', async (t) => {
  const { vault, pictures } = place(t);
  const { snapshots } = desk(pictures);
  const answer = await snapshots.save(door, vault, () => ({ code: 'locked' }));
  assert.deepEqual(answer, { ok: false, problem: { code: 'locked' } });
  assert.deepEqual(readdirSync(pictures), []);
});

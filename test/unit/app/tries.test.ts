/** How wrong passphrases slow down. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Tries } from '../../../main/app/tries.ts';

const vault = '00112233445566aa';

function place(t: TestContext): { folder: string; clock: { ms: number }; start: () => Tries } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-tries-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { ms: 1_795_000_000_000 };
  return { folder, clock, start: () => new Tries(folder, () => clock.ms) };
}

test('from the third wrong one on it waits 5, 15, 30, 60, then 300 s; a right one ends that', async (t) => {
  const { clock, start } = place(t);
  const tries = start();
  const waits: (number | null)[] = [];
  for (let times = 1; times <= 9; times++) {
    await tries.wrong(vault);
    const nextMs = await tries.nextMs(vault);
    waits.push(nextMs === null ? null : (nextMs - clock.ms) / 1000);
    clock.ms = nextMs ?? clock.ms;
    assert.equal(await tries.nextMs(vault), null, 'at that time it is looked at');
  }
  assert.deepEqual(waits, [null, null, 5, 15, 30, 60, 300, 300, 300]);
  await tries.right(vault);
  await tries.wrong(vault);
  assert.equal(await tries.nextMs(vault), null);
});

test('it is kept across starts, each vault by itself', async (t) => {
  const { clock, start } = place(t);
  for (let times = 1; times <= 3; times++) await start().wrong(vault);
  assert.equal(await start().nextMs(vault), clock.ms + 5000);
  assert.equal(await start().nextMs('ffffffffffffffff'), null);
  await start().right(vault);
  assert.equal(await start().nextMs(vault), null);
});

test('a clock that was set back makes nobody wait longer than the wait itself', async (t) => {
  const { clock, start } = place(t);
  for (let times = 1; times <= 3; times++) await start().wrong(vault);
  clock.ms -= 86_400_000;
  const tries = start();
  assert.equal(await tries.nextMs(vault), clock.ms + 5000);
  clock.ms += 5000;
  assert.equal(await tries.nextMs(vault), null);
});

test('a file that is damaged, foreign or hostile only forgets, and one that cannot be written counts in memory', async (t) => {
  const { folder, clock, start } = place(t);
  const file = path.join(folder, 'tries.json');
  const hostile = [
    '',
    '[]',
    'null',
    '{',
    `{"${vault}":{"times":"3","lastMs":1}}`,
    `{"${vault}":{"times":1e99,"lastMs":0}}`,
  ];
  for (const text of [...hostile, `{"../${vault}":{"times":9,"lastMs":${clock.ms}}}`, 'x'.repeat(200_000)]) {
    writeFileSync(file, text);
    assert.equal(await start().nextMs(vault), null, text.slice(0, 40));
  }
  rmSync(file);
  mkdirSync(file);
  const tries = start();
  for (let times = 1; times <= 3; times++) await tries.wrong(vault);
  assert.equal(await tries.nextMs(vault), clock.ms + 5000);
});

test('it holds nothing but a number and a time', async (t) => {
  const { folder, clock, start } = place(t);
  await start().wrong(vault);
  assert.equal(readFileSync(path.join(folder, 'tries.json'), 'utf8'), `{"${vault}":{"times":1,"lastMs":${clock.ms}}}`);
});

/** What is remembered of where vaults lie: today's form, the one before, and what is no such thing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { whereVault } from '../../../main/app/whereVault.ts';

const nothing = { open: null, known: [], move: null };

function startOf(t: TestContext): { folder: string; file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-where-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, file: path.join(folder, 'where.json') };
}

test('the one vault of the form before is open and known, and is written in the new form with the next', async (t) => {
  const { folder, file } = startOf(t);
  writeFileSync(file, JSON.stringify({ folder: '/media/old' }));
  const where = whereVault(folder);
  assert.deepEqual(await where.all(), { open: '/media/old', known: ['/media/old'], move: null });
  assert.ok((await where.write('/media/old')).ok);
  assert.equal(readFileSync(file, 'utf8'), JSON.stringify({ folder: '/media/old' }));
  assert.ok((await where.write('/media/new')).ok);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
    ...{ version: 2, open: '/media/new', known: ['/media/new', '/media/old'], move: null },
  });
});

test('several are known, the last one first, and one that is not open is forgotten', async (t) => {
  const where = whereVault(startOf(t).folder);
  for (const folder of ['/a', '/b', '/a', '/c']) assert.ok((await where.write(folder)).ok);
  assert.deepEqual((await where.all()).known, ['/c', '/a', '/b']);
  assert.ok((await where.drop('/a')).ok);
  assert.ok((await where.drop('/c')).ok);
  assert.deepEqual((await where.all()).known, ['/c', '/b']);
  await where.forget();
  assert.deepEqual(await where.all(), { open: null, known: ['/c', '/b'], move: null });
  assert.equal(await where.read(), null);
});

test('changes that are not awaited happen one after another', async (t) => {
  const where = whereVault(startOf(t).folder);
  await Promise.all(['/a', '/b', '/c'].map((folder) => where.write(folder)));
  assert.deepEqual((await where.all()).known, ['/c', '/b', '/a']);
});

test('what is no such file counts as none, and what is half of one is read as far as it goes', async (t) => {
  const { folder, file } = startOf(t);
  const where = whereVault(folder);
  assert.deepEqual(await where.all(), nothing);
  for (const text of ['', '{', 'null', '[]', '{"version":2}', '{"folder":"relative"}', '{"folder":7}', '\u0000']) {
    writeFileSync(file, text);
    assert.deepEqual(await where.all(), nothing, text);
  }
  writeFileSync(file, JSON.stringify({ version: 3, open: '/a', known: [7], move: { from: '/a' }, later: true }));
  assert.deepEqual(await where.all(), { open: '/a', known: ['/a'], move: null });
});

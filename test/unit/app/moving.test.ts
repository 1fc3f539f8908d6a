/**
 * Moving a vault: to another disk by copying, on the same disk by renaming, stopped and gone on with, killed at any
 * moment. The vault is a real one; the other disk is the system's memory disk, where there is one.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import type { Relocation } from '../../../main/app/moving/handOver.ts';
import { Moving } from '../../../main/app/moving/moving.ts';
import { whereVault, type WhereVault } from '../../../main/app/whereVault.ts';
import type { AppState, MoveState } from '../../../main/contract/model.ts';
import { bad, good, type Outcome } from '../../../main/contract/problems.ts';
import { createVault, openWithWords, readVaultFile } from '../../../main/core/vault/folder.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { until } from '../recorder/footage.ts';

const memoryDisk = '/dev/shm';
const hasOtherDisk = existsSync(memoryDisk) && statSync(memoryDisk).dev !== statSync(tmpdir()).dev;
const skip = hasOtherDisk ? false : 'there is no second disk here';
const cameraId = '00112233445566aa';
const gone = { ok: false, problem: { code: 'gone' } };

interface Move {
  from: string;
  to: string;
  /** On the same disk as `from`. */
  near: string;
  appFolder: string;
  words: string[];
  where: WhereVault;
}

async function startOf(t: TestContext, recordings = 12): Promise<Move> {
  const above = mkdtempSync(path.join(tmpdir(), 'nightjar-move-'));
  const other = hasOtherDisk ? mkdtempSync(path.join(memoryDisk, 'nightjar-move-')) : above;
  t.after(() => {
    for (const each of [above, other]) rmSync(each, { recursive: true, force: true });
  });
  const words = makeWords();
  const from = path.join(above, 'vault');
  const made = await createVault(from, words);
  assert.ok(made.ok);
  const vault = made.value;
  for (let nth = 0; nth < recordings; nth += 1) {
    const folder = await vault.makeFolder('recordings', cameraId, `2026-11-${String(10 + (nth % 5))}`);
    assert.ok(folder.ok);
    const file = path.join(folder.value, `${1_700_000_000_000 + nth}-${1_700_000_060_000 + nth}.mp4.age`);
    await sealToFile(file, vault.recipients, randomBytes(100_000 + nth));
    await sealToFile(path.join(folder.value, 'index.json.age'), vault.recipients, randomBytes(500));
  }
  for (const name of ['settings.json.age', 'settings.json.age.previous', 'cameras.json.age', 'log.txt.age'])
    await sealToFile(vault.path(name), vault.recipients, randomBytes(300));
  vault.lock();
  const appFolder = path.join(above, 'app');
  const where = whereVault(appFolder);
  assert.ok((await where.write(from)).ok);
  return { from, to: path.join(other, 'moved'), near: path.join(above, 'near'), appFolder, words, where };
}

/** Every file of a vault and the hash of what is in it. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort()
      .map((file) => [path.relative(folder, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

interface Mover {
  moving: Moving;
  states: MoveState[];
  app: { state: AppState };
  last: () => MoveState;
}

/** `opens`: whether the vault opens in a folder. */
function moverOf({ where, from }: Move, opens: (folder: string) => Outcome<null> = () => good(null)): Mover {
  const states: MoveState[] = [];
  const app: Mover['app'] = { state: { phase: 'open', folder: from } };
  async function relocate(_to: string, work: Relocation): Promise<Outcome<null>> {
    if (app.state.phase !== 'open' || app.state.folder !== work.from) return bad({ code: 'gone' });
    const moved = await work.move(() => Promise.resolve());
    if (!moved.ok) return moved;
    const opened = opens(moved.value);
    if (opened.ok) app.state = { phase: 'open', folder: moved.value };
    else await work.undo();
    return opened;
  }
  const moving = new Moving({
    where,
    changed: (state) => states.push(state),
    app: () => app.state,
    relocate,
    defect: (error) => assert.fail(String(error)),
  });
  return { moving, states, app, last: () => states.at(-1) ?? { state: 'none' } };
}

async function ended({ last }: Mover): Promise<MoveState> {
  await until('the move is over', () => ['done', 'stopped'].includes(last().state));
  return last();
}

test('to another disk: the copy is the same, is in use, and the old folder is gone', { skip }, async (t) => {
  const move = await startOf(t);
  const before = contentOf(move.from);
  const mover = moverOf(move);
  assert.deepEqual(await mover.moving.begin(move.to), good(null));
  assert.deepEqual(await ended(mover), { state: 'done', from: move.from, to: move.to, kept: 0 });
  assert.deepEqual(contentOf(move.to), before);
  assert.ok(!existsSync(move.from));
  assert.deepEqual(await move.where.all(), { open: move.to, known: [move.to], move: null });
  const order = [...new Set(mover.states.map(({ state }) => state))];
  assert.deepEqual(order, ['copying', 'ending', 'removing', 'done']);
  assert.equal((await openWithWords(move.to, move.words)).ok, true);
  assert.equal(statSync(move.to).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(move.to, 'vault.json')).mode & 0o777, 0o600);
});

test('on the same disk the folder is renamed', async (t) => {
  const move = await startOf(t);
  const before = contentOf(move.from);
  const { ino } = statSync(path.join(move.from, 'recovery.age'));
  mkdirSync(move.near);
  writeFileSync(path.join(move.near, '.DS_Store'), '');
  const mover = moverOf(move);
  assert.ok((await mover.moving.begin(move.near)).ok);
  assert.equal((await ended(mover)).state, 'done');
  assert.deepEqual(contentOf(move.near), before);
  assert.equal(statSync(path.join(move.near, 'recovery.age')).ino, ino);
  assert.ok(!existsSync(move.from));
  assert.equal(await move.where.read(), move.near);
});

test('what is recorded and deleted while it is copied is right in the end', { skip }, async (t) => {
  const move = await startOf(t);
  const day = path.join(move.from, 'recordings', cameraId, '2026-11-10');
  const mover = moverOf(move);
  const [first = '', second = ''] = readdirSync(day);
  let touched = false;
  mover.states.push = (state: MoveState): number => {
    if (state.state === 'ending' && !touched) {
      touched = true;
      writeFileSync(path.join(day, '1800000000000-1800000060000.mp4.age'), randomBytes(70_000));
      appendFileSync(path.join(move.from, 'settings.json.age'), 'changed');
      rmSync(path.join(day, first));
      rmSync(path.join(day, second));
    }
    return Array.prototype.push.call(mover.states, state);
  };
  assert.ok((await mover.moving.begin(move.to)).ok);
  await until('the last part', () => touched);
  const expected = contentOf(move.from);
  assert.equal((await ended(mover)).state, 'done');
  assert.deepEqual(contentOf(move.to), expected);
});

test('what is not the vault’s stays where it is, and is counted', { skip }, async (t) => {
  const move = await startOf(t);
  writeFileSync(path.join(move.from, 'holiday.jpg'), 'mine');
  mkdirSync(path.join(move.from, 'Letters'));
  writeFileSync(path.join(move.from, 'Letters', 'one.txt'), 'mine');
  const mover = moverOf(move);
  assert.ok((await mover.moving.begin(move.to)).ok);
  const state = await ended(mover);
  assert.ok(state.state === 'done' && state.kept === 2);
  assert.deepEqual(Object.keys(contentOf(move.from)), ['Letters/one.txt', 'holiday.jpg']);
  assert.ok(!existsSync(path.join(move.to, 'holiday.jpg')));
});

test('a move that is stopped goes on from there, and one that is given up leaves nothing', { skip }, async (t) => {
  const move = await startOf(t, 40);
  const before = contentOf(move.from);
  const mover = moverOf(move);
  assert.ok((await mover.moving.begin(move.to)).ok);
  await until('something is copied', () => mover.states.some((one) => one.state === 'copying' && one.doneBytes > 0));
  await mover.moving.stop();
  const stopped = await ended(mover);
  if (stopped.state === 'stopped') {
    assert.deepEqual(stopped, { state: 'stopped', from: move.from, to: move.to, problem: null });
    assert.ok(!existsSync(path.join(move.to, 'vault.json')));
    assert.deepEqual(contentOf(move.from), before);
    // As after a restart.
    const again = moverOf(move);
    await again.moving.settle();
    assert.deepEqual(again.last(), { state: 'stopped', from: move.from, to: move.to, problem: null });
    assert.deepEqual(await again.moving.giveUp(), good(null));
    assert.ok(!existsSync(move.to));
    assert.equal((await move.where.all()).move, null);
    assert.deepEqual(await again.moving.goOn(), gone);
    assert.ok((await again.moving.begin(move.to)).ok);
    assert.equal((await ended(again)).state, 'done');
    assert.deepEqual(contentOf(move.to), before);
  } else assert.fail('it was done before it could be stopped');
});

test(
  'where the vault does not open in the new place, it is the old one again, and the copy is no vault',
  { skip },
  async (t) => {
    const move = await startOf(t);
    const before = contentOf(move.from);
    const refused = bad({ code: 'keychainLocked' });
    const mover = moverOf(move, (folder) => (folder === move.to ? refused : good(null)));
    assert.ok((await mover.moving.begin(move.to)).ok);
    assert.deepEqual(await ended(mover), { state: 'stopped', from: move.from, to: move.to, problem: refused.problem });
    assert.deepEqual(contentOf(move.from), before);
    assert.equal(await move.where.read(), move.from);
    assert.ok(!(await readVaultFile(move.to)).ok);
    const again = moverOf(move);
    await again.moving.settle();
    assert.deepEqual(await again.moving.goOn(), good(null));
    assert.equal((await ended(again)).state, 'done');
    assert.deepEqual(contentOf(move.to), before);
  },
);

test('a locked app goes on copying, and ends the move when it is unlocked', { skip }, async (t) => {
  const move = await startOf(t);
  const mover = moverOf(move);
  assert.ok((await mover.moving.begin(move.to)).ok);
  mover.app.state = {
    phase: 'locked',
    folder: move.from,
    recording: { cameras: 0, of: 0, quiet: 0, privacy: null },
    nextTryMs: null,
  };
  await until('everything is copied', () => existsSync(path.join(move.to, 'settings.json.age')));
  assert.ok(!existsSync(path.join(move.to, 'vault.json')));
  mover.app.state = { phase: 'open', folder: move.from };
  mover.moving.appChanged();
  assert.equal((await ended(mover)).state, 'done');
});

test('asked for twice at once, it moves once, and nothing of the new vault is taken away', { skip }, async (t) => {
  const move = await startOf(t);
  const before = contentOf(move.from);
  const mover = moverOf(move);
  const begun = await Promise.all([mover.moving.begin(move.to), mover.moving.begin(move.to)]);
  assert.deepEqual(begun, [good(null), gone]);
  assert.equal((await ended(mover)).state, 'done');
  await mover.moving.close();
  assert.deepEqual(contentOf(move.to), before);
});

test('another vault that was opened meanwhile is not moved in its stead', { skip }, async (t) => {
  const move = await startOf(t);
  const before = contentOf(move.from);
  const other = path.join(move.near, 'other');
  const mover = moverOf(move);
  mover.app.state = { phase: 'open', folder: move.from };
  assert.ok((await mover.moving.begin(move.to)).ok);
  mover.app.state = { phase: 'open', folder: other };
  assert.deepEqual(await ended(mover), { state: 'stopped', from: move.from, to: move.to, problem: gone.problem });
  assert.deepEqual(contentOf(move.from), before);
  assert.deepEqual(await mover.moving.goOn(), gone);
  assert.ok(!(await readVaultFile(move.to)).ok);
});

test('a copy in use is no copy any more after a restart', { skip }, async (t) => {
  const move = await startOf(t);
  const mover = moverOf(move);
  assert.ok((await mover.moving.begin(move.to)).ok);
  assert.equal((await ended(mover)).state, 'done');
  // Killed between the two last steps.
  const mark = path.join(move.to, 'moving.json');
  writeFileSync(mark, readFileSync(path.join(move.to, 'vault.json')));
  const left = { from: move.from, to: move.to };
  assert.ok((await move.where.change((known) => ({ ...known, move: left }))).ok);
  await moverOf(move).moving.settle();
  assert.ok(!existsSync(mark));
});

test('places that cannot take the vault are told beforehand, and nothing is written', async (t) => {
  const move = await startOf(t);
  const { moving } = moverOf(move);
  const full = path.join(move.appFolder, '..', 'full');
  mkdirSync(full);
  writeFileSync(path.join(full, 'holiday.jpg'), 'mine');
  const other = path.join(move.appFolder, '..', 'other');
  assert.ok((await createVault(other, makeWords())).ok);
  const tries: [string, string][] = [
    [move.from, 'moveIntoItself'],
    [path.join(move.from, 'recordings', 'deeper'), 'moveIntoItself'],
    [path.dirname(move.from), 'moveIntoItself'],
    [full, 'folderNotEmpty'],
    [other, 'folderNotEmpty'],
    ['/proc/vault', 'folderNotWritable'],
  ];
  for (const [to, code] of tries) {
    const begun = await moving.begin(to);
    assert.ok(!begun.ok && begun.problem.code === code, `${to}: ${JSON.stringify(begun)}`);
  }
  assert.equal((await move.where.all()).move, null);
  assert.deepEqual(readdirSync(full), ['holiday.jpg']);
});

test('a disk without the room is told with its figures, and nothing is written', { skip }, async (t) => {
  const move = await startOf(t, 1);
  const day = path.join(move.from, 'recordings', cameraId, '2026-11-10');
  // A file with a hole: it takes no room here, and would there.
  const sizeBytes = 8e12;
  const file = path.join(day, '1800000000000-1800000060000.mp4.age');
  writeFileSync(file, '');
  truncateSync(file, sizeBytes);
  const begun = await moverOf(move).moving.begin(move.to);
  assert.ok(!begun.ok && begun.problem.code === 'noRoom');
  assert.ok(begun.problem.neededBytes > sizeBytes && begun.problem.freeBytes < sizeBytes);
  assert.ok(!existsSync(move.to));
});

test('killed at any moment, one whole vault is in use, and the move goes on', { skip, timeout: 240_000 }, async (t) => {
  const seen = new Map<string, number>();
  const tries = 14;
  for (let nth = 0; nth < tries; nth += 1) {
    const move = await startOf(t, 30);
    const before = contentOf(move.from);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'moveOnce.ts'), move.appFolder, move.to], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'ready');
    const killing = setTimeout(() => child.kill('SIGKILL'), (nth * 260) / tries);
    await once(child, 'exit');
    clearTimeout(killing);

    const mover = moverOf(move);
    await mover.moving.settle();
    const { open } = await move.where.all();
    assert.ok(open === move.from || open === move.to);
    mover.app.state = { phase: 'open', folder: open };
    assert.ok((await readVaultFile(open)).ok, `kill ${nth}: ${open} is no vault`);
    const { 'moving.json': _mark, ...now } = contentOf(open);
    assert.deepEqual(now, before, `kill ${nth}`);
    seen.set(open === move.from ? mover.last().state : 'in the new place', (seen.get(mover.last().state) ?? 0) + 1);

    if (open === move.from && mover.last().state === 'stopped') assert.ok((await mover.moving.goOn()).ok);
    else if (open === move.from) assert.ok((await mover.moving.begin(move.to)).ok);
    else mover.moving.appChanged();
    if (existsSync(move.from)) await until('the old folder is gone', () => !existsSync(move.from));
    await until('it is over', async () => (await move.where.all()).move === null);
    assert.equal(await move.where.read(), move.to);
    assert.deepEqual(contentOf(move.to), before);
    for (const folder of [move.from, path.dirname(move.to)]) rmSync(folder, { recursive: true, force: true });
  }
  t.diagnostic(`states after ${tries} kills: ${[...seen.keys()].join(', ')}`);
});

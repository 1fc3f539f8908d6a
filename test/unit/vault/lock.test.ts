import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, beforeEach, test } from 'node:test';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lockVault } from '../../../main/core/vault/lock.ts';

const program = fileURLToPath(new URL('lockForever.ts', import.meta.url));
const folders: string[] = [];
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-lock-'));
  folders.push(folder);
});
after(async () => {
  for (const one of folders) await rm(one, { recursive: true });
});

/** How often the locks of these two tests are touched: they are watched for three times that. */
const touchEveryMs = 300;
const other = (): unknown => ({ ok: false, problem: { code: 'otherInstance', folder } });

/** Another process that tries for the lock. */
async function startOther(): Promise<{ says: string; child: ChildProcess; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) return { says: line, child, ended };
  throw new Error('it said nothing');
}

async function lockText(): Promise<Record<string, unknown>> {
  const json: unknown = JSON.parse(await readFile(join(folder, 'lock'), 'utf8'));
  assert.ok(typeof json === 'object' && json !== null);
  return { ...json };
}

test('one vault is open once, and free again when it is released', async () => {
  const first = await lockVault(folder);
  assert.ok(first.ok);
  assert.deepEqual(await lockVault(folder), other());
  assert.equal(await startOther().then(({ says, child }) => (child.stdin?.end(), says)), 'otherInstance');
  await first.value.release();
  await first.value.release();
  assert.deepEqual(await readdir(folder), []);
  const second = await lockVault(folder);
  assert.ok(second.ok);
  await second.value.release();
});

test('the lock of a program that was killed is taken over at once', async () => {
  const { says, child, ended } = await startOther();
  assert.equal(says, 'locked');
  assert.deepEqual(await lockVault(folder), other());
  child.kill('SIGKILL');
  await ended;
  assert.deepEqual(await readdir(folder), ['lock']);
  const { mtimeMs } = await stat(join(folder, 'lock'));
  const taken = await lockVault(folder);
  assert.ok(taken.ok);
  assert.equal(taken.value.diedMs, mtimeMs, 'when it was seen alive last');
  await taken.value.release();
  const next = await lockVault(folder);
  assert.ok(next.ok);
  assert.equal(next.value.diedMs, null, 'it was given free');
  await next.value.release();
});

test('a program that was killed while it took a stale lock away does not keep the next one out', async () => {
  const { child, ended } = await startOther();
  child.kill('SIGKILL');
  await ended;
  await writeFile(join(folder, 'lock.taking'), '');
  const next = await lockVault(folder);
  assert.ok(next.ok);
  assert.deepEqual(await readdir(folder), ['lock']);
  await next.value.release();
});

test('a lock whose process number belongs to another program by now is taken over', async () => {
  const first = await lockVault(folder);
  assert.ok(first.ok);
  const lock = await lockText();
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...lock, started: '1' }));
  const taken = await lockVault(folder);
  assert.equal(taken.ok, process.platform === 'linux');
  if (taken.ok) await taken.value.release();
});

test('a lock from before the computer was started anew is taken over at once', async () => {
  const first = await lockVault(folder);
  assert.ok(first.ok);
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...(await lockText()), boot: 'another' }));
  const taken = await lockVault(folder);
  assert.ok(taken.ok);
  await taken.value.release();
});

test('a lock of another computer holds while it is touched, and not when nobody does', async () => {
  const path = join(folder, 'lock');
  const foreign = { nonce: 'a'.repeat(32), computer: 'another', boot: 'another', processId: 1, started: '1' };
  await writeFile(path, JSON.stringify(foreign));
  const stop = new AbortController();
  const touching = (async () => {
    for await (const _ of every(100, null, { signal: stop.signal })) await utimes(path, new Date(), new Date());
  })().catch(() => undefined);
  assert.deepEqual(await lockVault(folder, { touchEveryMs }), other());
  stop.abort();
  await touching;
  const taken = await lockVault(folder, { touchEveryMs });
  assert.ok(taken.ok);
  await taken.value.release();
});

test('of several that want a stale lock at the same time one gets it', async () => {
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...(await staleLock()) }));
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => lockVault(folder)));
  const got = outcomes.filter((outcome) => outcome.ok);
  assert.equal(got.length, 1);
  for (const one of got) await one.value.release();
  assert.deepEqual(await readdir(folder), []);
});

/** A lock of this computer whose process is gone. */
async function staleLock(): Promise<Record<string, unknown>> {
  const { child, ended } = await startOther();
  child.kill('SIGKILL');
  await ended;
  return lockText();
}

test('a lock file that is not one, in whatever way, is taken over when nobody touches it', async () => {
  const bytes = ['', '{', 'null', '{"nonce":"x"}', '{"processId":-1}', '\u0000'.repeat(100_000)];
  const outcomes = await Promise.all(
    bytes.map(async (text, nth) => {
      const own = await mkdtemp(join(folder, `${nth}-`));
      await writeFile(join(own, 'lock'), text);
      return lockVault(own, { touchEveryMs });
    }),
  );
  for (const outcome of outcomes) {
    assert.ok(outcome.ok);
    await outcome.value.release();
  }
});

test('the lock names neither computer nor user', async () => {
  const locked = await lockVault(folder);
  assert.ok(locked.ok);
  const text = JSON.stringify(await lockText());
  assert.equal(text.includes(hostname()), false);
  assert.equal(text.includes(userInfo().username), false);
  assert.ok(text.includes(`${process.pid}`), 'the search finds what is there');
  await locked.value.release();
});

test('a folder that is not there cannot be locked', async () => {
  const missing = join(folder, 'missing');
  assert.deepEqual(await lockVault(missing), { ok: false, problem: { code: 'vaultMissing', folder: missing } });
});

/** One long piece of work at a time, and who stopped it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Run, SoleRun } from '../../../main/core/library/soleRun.ts';

async function untilStopped({ signal }: Run): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

test('a second one does not begin while one runs, and does when that has ended', async () => {
  const sole = new SoleRun();
  const begun: string[] = [];
  for (const name of ['first', 'second']) {
    sole.begin((run) => {
      begun.push(name);
      return untilStopped(run);
    });
  }
  assert.ok(sole.isGoing);
  await sole.stop('user');
  assert.ok(!sole.isGoing);
  sole.begin(async () => void begun.push('third'));
  await sole.ended();
  assert.deepEqual([begun, sole.isGoing], [['first', 'third'], false]);
});

test('whoever stops it waits for its end, and it is told who did', async () => {
  const sole = new SoleRun();
  const seen: string[] = [];
  sole.begin(async (run) => {
    await untilStopped(run);
    await Promise.resolve();
    seen.push(run.by);
  });
  await sole.stop('lock');
  assert.deepEqual(seen, ['lock']);
  // Nothing runs: nothing to wait for.
  await sole.stop('close');
  assert.deepEqual(seen, ['lock']);
});

test('what it throws reaches whoever stops it, and the next one can begin', async () => {
  const sole = new SoleRun();
  sole.begin(async (run) => {
    await untilStopped(run);
    throw new Error('the disk is gone');
  });
  await assert.rejects(sole.stop('user'), /the disk is gone/);
  assert.ok(!sole.isGoing);
});

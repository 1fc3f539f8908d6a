import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InTurn } from '../../../main/contract/inTurn.ts';

test('what is asked for behind a change begins when the change is over, with what came of it', async () => {
  const turns = new InTurn();
  const steps = ['an older one'];
  const { promise: answered, resolve: answer } = Promise.withResolvers<string>();
  const change = turns.run(async () => {
    steps.push(await answered);
  });
  const takenBack = turns.run(() => Promise.resolve(steps.pop()));
  answer('the change');
  await change;
  assert.equal(await takenBack, 'the change');
  assert.deepEqual(steps, ['an older one']);
});

test('what goes wrong is told to who asked, and holds up nothing', async () => {
  const turns = new InTurn();
  const failed = turns.run(() => Promise.reject(new Error('no answer')));
  const next = turns.run(() => Promise.resolve('done'));
  await assert.rejects(failed, /no answer/);
  assert.equal(await next, 'done');
});

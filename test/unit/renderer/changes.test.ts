/** A value that is told by events and asked for once: whatever comes first, the newest stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changes } from '../../../renderer/state/changes.ts';

function held(): { changes: Changes; values: string[]; take: (value: string) => void } {
  const values: string[] = [];
  return { changes: new Changes(), values, take: (value) => void values.push(value) };
}

test('an answer that a change overtook stays unused', async () => {
  const { changes, values, take } = held();
  const question = Promise.withResolvers<string>();
  const asked = changes.answered(question.promise, take);
  changes.heard(take)('done');
  question.resolve('running');
  await asked;
  assert.deepEqual(values, ['done']);
});

test('an answer that comes before the next change is used, and so is that change', async () => {
  const { changes, values, take } = held();
  const hear = changes.heard(take);
  hear('waiting');
  await changes.answered(Promise.resolve('running'), take);
  hear('done');
  assert.deepEqual(values, ['waiting', 'running', 'done']);
});

test('a question that fails rejects, and what was heard stays', async () => {
  const { changes, values, take } = held();
  changes.heard(take)('done');
  await assert.rejects(changes.answered(Promise.reject<string>(new Error('no reply')), take));
  assert.deepEqual(values, ['done']);
});

/** One call of the page: what reaches a handler, what is refused, what becomes a defect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handlers } from '../../../main/contract/calls.ts';
import { Calls } from '../../../main/shell/calls.ts';
import { pngOf } from '../contract/pngOf.ts';

interface Desk {
  calls: Calls;
  reached: unknown[];
  defects: string[];
}

function deskWith(handlers: Partial<Record<string, (argument: unknown) => Promise<unknown>>>): Desk {
  const reached: unknown[] = [];
  const defects: string[] = [];
  const noted = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (argument: unknown) => {
        reached.push([name, argument]);
        return handler?.(argument);
      },
    ]),
  );
  const calls = new Calls({
    // Safe for a test: it calls no other handler than those given.
    handlers: Promise.resolve(noted as unknown as Handlers),
    defect(error, where) {
      defects.push(`${where}: ${String(error)}`);
      return `d${defects.length}`;
    },
  });
  return { calls, reached, defects };
}

test('a known call with a good argument reaches its handler, and its answer comes back', async () => {
  const { calls, reached } = deskWith({ 'cameras.tryNow': () => Promise.resolve({ ok: true, value: null }) });
  const answer = await calls.answer('cameras.tryNow', { cameraId: '0123456789abcdef' });
  assert.deepEqual(answer, { value: { ok: true, value: null } });
  assert.deepEqual(reached, [['cameras.tryNow', { cameraId: '0123456789abcdef' }]]);
});

test('the handler gets what the check made of the argument', async () => {
  const { calls, reached } = deskWith({ 'cameras.edit': () => Promise.resolve(null) });
  const edit = { cameraId: '0123456789abcdef', name: '  Front door ', recordsSound: true, keepDays: null };
  await calls.answer('cameras.edit', edit);
  assert.deepEqual(reached, [['cameras.edit', { ...edit, name: 'Front door' }]]);
});

test('unknown names are refused, those of every object among them', async () => {
  const { calls, reached } = deskWith({});
  for (const name of [
    'cameras.format',
    '',
    'toString',
    'constructor',
    '__proto__',
    5,
    null,
    undefined,
    ['app.state'],
    {},
  ]) {
    assert.deepEqual(await calls.answer(name, undefined), { refused: 'name' });
  }
  assert.deepEqual(reached, []);
});

test('arguments that do not pass the contract’s check are refused', async () => {
  const { calls, reached } = deskWith({});
  for (const [name, argument] of [
    ['cameras.tryNow', undefined],
    ['cameras.tryNow', {}],
    ['cameras.tryNow', { cameraId: 'ABC' }],
    ['cameras.tryNow', { cameraId: '0123456789abcdef', more: 1 }],
    ['app.state', {}],
    ['library.spans', { cameraId: '0123456789abcdef', fromMs: -1, toMs: NaN }],
    ['vault.prove', { words: ['one'] }],
  ] as const) {
    assert.deepEqual(await calls.answer(name, argument), { refused: 'argument' }, name);
  }
  assert.deepEqual(reached, []);
});

test('an argument that is too large is refused before it is checked', async () => {
  const { calls } = deskWith({});
  const words = Array.from({ length: 100_000 }, () => 'word');
  assert.deepEqual(await calls.answer('vault.openWithWords', { words }), { refused: 'size' });
  assert.deepEqual(await calls.answer('cameras.readAddress', { text: 'x'.repeat(70_000) }), { refused: 'size' });
});

test('a handler that throws or rejects is a defect with an id, and its words stay in main', async () => {
  const { calls, defects } = deskWith({
    'app.state': () => Promise.reject(new Error('rejected')),
    'app.about': () => {
      throw new Error('thrown');
    },
  });
  assert.deepEqual(await calls.answer('app.state', undefined), { defect: 'd1' });
  assert.deepEqual(await calls.answer('app.about', undefined), { defect: 'd2' });
  assert.deepEqual(defects, ['call app.state: Error: rejected', 'call app.about: Error: thrown']);
});

test('more calls at once than any screen makes are refused, and pass again when others have ended', async () => {
  const end = Promise.withResolvers<unknown>();
  const { calls } = deskWith({ 'app.state': () => end.promise });
  const running = Array.from({ length: 200 }, () => calls.answer('app.state', undefined));
  assert.deepEqual(await calls.answer('app.state', undefined), { refused: 'busy' });
  end.resolve('ended');
  await Promise.all(running);
  assert.deepEqual(await calls.answer('app.state', undefined), { value: 'ended' });
});

test('two pictures at once are taken, a third is refused, and calls beside them pass', async () => {
  const end = Promise.withResolvers<unknown>();
  const { calls } = deskWith({ 'snapshots.save': () => end.promise, 'app.state': () => Promise.resolve('told') });
  // Larger than any other call may be.
  const png = pngOf(3, 3, 3, { extra: ['iCCP', Buffer.alloc(200_000)] });
  const save = (): Promise<unknown> =>
    calls.answer('snapshots.save', { cameraId: '0123456789abcdef', atMs: 1, png, elsewhere: false });
  const running = [save(), save()];
  assert.deepEqual(await save(), { refused: 'busy' });
  assert.deepEqual(await calls.answer('app.state', undefined), { value: 'told' });
  end.resolve('saved');
  assert.deepEqual(await Promise.all(running), [{ value: 'saved' }, { value: 'saved' }]);
  assert.deepEqual(await save(), { value: 'saved' });
});

/** What is told of the time after a program died that could not say so itself. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { noteDeath } from '../../../main/app/noteDeath.ts';
import type { Camera, GapCause } from '../../../main/contract/model.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { Library } from '../../../main/core/library/library.ts';
import { cameraId, makeVault, tenMs } from '../recorder/footage.ts';

const camera: Camera = {
  ...{ id: cameraId, name: 'Front door', kind: 'onvif', host: '127.0.0.1', port: 80, path: '' },
  ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0, plan: firstPlan },
  ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, paused: false },
};

/** Ten seconds recorded, then this note; it died at 20 s. What is told up to 40 s: [from, what], in seconds. */
async function after(
  t: TestContext,
  note: GapCause | null,
  endMs = tenMs + 10_000,
  noteMs = endMs,
  paused = true,
): Promise<[number, string][]> {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const library = new Library({ vault, now: () => tenMs + 40_000 });
  await library.add({ cameraId, startMs: tenMs, endMs, sizeBytes: 1 });
  if (note) await library.note(cameraId, { atMs: noteMs, cause: note });
  const times = { diedMs: tenMs + 20_000.25, startedMs: tenMs + 40_000 };
  await noteDeath({ library, vault, cameras: [{ ...camera, paused }], privacy: null, ...times });
  const spans = await library.spans(cameraId, tenMs, tenMs + 40_000);
  await library.close();
  return spans.map((span) => [(span.fromMs - tenMs) / 1000, span.kind === 'gap' ? span.cause : span.kind]);
}

test('a camera that was lost when the program died was lost until then, and then the program was closed', async (t) => {
  assert.deepEqual(await after(t, 'lost'), [
    [0, 'recorded'],
    [10, 'lost'],
    [20, 'closed'],
  ]);
});

test('what was said after the lock was touched last was said by a program that lived', async (t) => {
  assert.deepEqual(await after(t, 'lost', tenMs + 18_500, tenMs + 21_200), [
    [0, 'recorded'],
    [18.5, 'closed'],
  ]);
  assert.deepEqual(await after(t, 'lost', tenMs + 21_100), [
    [0, 'recorded'],
    [21.1, 'closed'],
  ]);
});

test('what the user wants counts on while nothing runs', async (t) => {
  assert.deepEqual(await after(t, 'paused'), [
    [0, 'recorded'],
    [10, 'paused'],
  ]);
});

test('what the user did not want any more when the program died does not count on', async (t) => {
  const told = [
    [0, 'recorded'],
    [10, 'paused'],
    [20, 'closed'],
  ];
  assert.deepEqual(await after(t, 'paused', tenMs + 10_000, tenMs + 10_000, false), told);
  const off = await after(t, 'off');
  assert.deepEqual(off.at(-1), [20, 'closed']);
});

test('of a camera that was being recorded it says nothing: recovery does', async (t) => {
  assert.deepEqual(await after(t, null, tenMs + 21_000), [
    [0, 'recorded'],
    [21, 'closed'],
  ]);
});

test('nothing is said where nobody died', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const library = new Library({ vault, now: () => tenMs + 40_000 });
  await noteDeath({ library, vault, cameras: [camera], privacy: null, diedMs: null, startedMs: tenMs });
  assert.deepEqual(await library.cameras(), []);
});

/** What cameras told goes with what was recorded of it, and not sooner than it may be kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepEvents } from '../../../main/core/library/eventRetention.ts';
import { EventStore } from '../../../main/core/library/eventStore.ts';
import { Library } from '../../../main/core/library/library.ts';
import { dayMs, dayOf } from '../../../main/core/library/recordingName.ts';
import { cameraId, makeVault, tenMs } from '../recorder/footage.ts';

const agos = [400, 300, 40, 30, 20, 10, 0];

test('events stay with their recordings, as long as these may be kept, and without any for a year', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const library = new Library({ vault });
  const on = { lost: () => undefined, defect: (error: unknown) => assert.fail(String(error)) };
  const fresh = async (): Promise<EventStore> => {
    const events = new EventStore({ vault, now: () => tenMs, on });
    await events.forgetCamera(cameraId);
    for (const ago of agos) {
      const fromMs = tenMs - ago * dayMs;
      const seen = { kind: 'motion', source: '', topic: '', endUnknown: false, count: 1 } as const;
      events.put({ id: fromMs.toString(16).padStart(16, '0'), cameraId, fromMs, toMs: fromMs, ...seen }, 1);
    }
    return events;
  };
  const leftAfter = async (keepDays: number | null): Promise<number[]> => {
    const events = await fresh();
    const gone = await keepEvents({ events, library, keepDays: () => keepDays, nowMs: tenMs });
    const days = new Set(await events.days(cameraId));
    assert.equal(gone.length > 0, days.size < agos.length);
    assert.deepEqual(await keepEvents({ events, library, keepDays: () => keepDays, nowMs: tenMs }), []);
    await events.close();
    return agos.filter((ago) => days.has(dayOf(tenMs - ago * dayMs)));
  };
  assert.deepEqual(await leftAfter(null), [300, 40, 30, 20, 10, 0]);
  assert.deepEqual(await leftAfter(30), [30, 20, 10, 0]);
  for (const ago of [40, 10]) {
    const startMs = tenMs - ago * dayMs;
    await library.add({ cameraId, startMs, endMs: startMs + 1000, sizeBytes: 1 });
  }
  // Of the oldest day something is recorded still: a clip that is protected, perhaps.
  assert.deepEqual(await leftAfter(30), [40, 30, 20, 10, 0]);
  assert.deepEqual(await leftAfter(null), [40, 30, 20, 10, 0]);
  await library.close();
});

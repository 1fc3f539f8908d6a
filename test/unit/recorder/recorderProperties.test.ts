/**
 * Whatever a camera and its user do, in whatever order: every millisecond is recorded or a gap, recordings never
 * overlap, and what is in them is what was given.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { Library } from '../../../main/core/library/library.ts';
import { openFinished } from '../../../main/core/library/recordingSource.ts';
import { recordedMs } from '../../../main/core/library/spans.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { type Footage, makeFootage, makeVault, type Place, tenMs } from './footage.ts';

let place: Place;
let footage: Footage;
before(async () => {
  place = await makeVault();
  footage = makeFootage({ seconds: 60, size: '160x90', framesPerSecond: 5, keyframeEvery: 3 });
});
after(() => place.remove());

const event = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ is: fc.constant('fragments' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('skip' as const), count: fc.integer({ min: 2, max: 5 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('run' as const), shiftMs: fc.integer({ min: -1900, max: 1900 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('end' as const), cause: fc.constantFrom('lost', 'refused', 'asleep') }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('pause' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('resume' as const) }) },
);

let cameras = 0;

test('every millisecond is recorded or a gap, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 30 }), async (events) => {
      const cameraId = (++cameras).toString(16).padStart(16, 'd');
      let nowMs = tenMs;
      const library = new Library({ vault: place.vault, now: () => nowMs });
      const recorder = new Recorder({
        ...{ cameraId, vault: place.vault, library, now: () => nowMs },
        limits: { recordingMs: 5000, queueMs: Infinity },
        on: {
          state: () => undefined,
          defect: (error) => assert.fail(String(error)),
          trouble: (problem) => assert.fail(problem.code),
        },
      });
      let next = 0;
      for (const one of events) {
        if (one.is === 'run') {
          next = 0;
          recorder.run({ init: footage.init, startMs: nowMs + one.shiftMs });
        } else if (one.is === 'end') recorder.runEnd(one.cause);
        else if (one.is === 'pause') recorder.pause();
        else if (one.is === 'resume') recorder.resume();
        const seconds = 'count' in one ? one.count : 0;
        for (let second = 0; second < seconds; second++) {
          nowMs += 1000;
          const fragment = footage.fragments[next++];
          if (fragment && one.is === 'fragments') recorder.fragment(fragment, nowMs);
        }
      }
      await recorder.close();
      nowMs += 10_000;
      const spans = await library.spans(cameraId, 0, nowMs);
      const rows = await library.covering(cameraId, { fromMs: 0, toMs: Infinity });
      assert.equal(spans.length === 0, rows.length === 0);
      for (const [index, span] of spans.entries()) {
        if (index > 0) assert.equal(spans[index - 1]?.toMs, span.fromMs);
      }
      const last = rows.at(-1);
      if (!last) return;
      assert.equal(spans[0]?.fromMs, rows[0]?.startMs);
      assert.equal(spans.at(-1)?.toMs, nowMs);
      let sumMs = 0;
      let endMs = 0;
      for (const row of rows) {
        assert.ok(row.startMs >= endMs, 'no recording overlaps the one before it');
        endMs = row.endMs;
        sumMs += row.endMs - row.startMs;
        const opened = await openFinished(place.vault, row);
        assert.ok(opened.ok);
        const { fragments, table } = opened.value;
        assert.ok(fragments[0]?.keyframe && fragments[0].startMs === row.startMs);
        const mediaMs = (fragments.at(-1)?.startMs ?? 0) + (fragments.at(-1)?.durationMs ?? 0) - row.startMs;
        assert.ok(mediaMs < 5000 + 3000 + 10, 'it ends at the first keyframe after its time');
        assert.equal(table.damaged, false);
        await opened.value.close();
      }
      const joinedMs = recordedMs(spans) - sumMs;
      assert.ok(joinedMs >= 0 && joinedMs < 200 * rows.length);
      const files = readdirSync(place.vault.path('recordings', cameraId, '2026-11-20'));
      assert.equal(files.filter((name) => name.endsWith('.mp4.age')).length, rows.length);
      assert.ok(files.every((name) => !name.endsWith('.part')));
      const asAnother = await new Library({ vault: place.vault, now: () => nowMs }).spans(cameraId, 0, nowMs);
      assert.deepEqual(asAnother, spans, 'a new start knows the same');
    }),
    { seed: 20261120, numRuns: 40 },
  );
});

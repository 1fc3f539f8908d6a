/**
 * What goes by the rules of keeping, over vaults of random contents: the preview says exactly what then goes, nothing
 * protected ever does, no more goes than is needed, and of what may go always the oldest.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { Clips } from '../../../main/core/library/clips.ts';
import { count, noHolding } from '../../../main/core/library/holding.ts';
import { Library, type RecordingRow } from '../../../main/core/library/library.ts';
import { dayOf, finishedName } from '../../../main/core/library/recordingName.ts';
import { keepWithin, previewOf } from '../../../main/core/library/retention.ts';
import type { KeepRule } from '../../../main/core/library/whatGoes.ts';
import { spanCopy } from './spanCopy.ts';
import { makeVault, type Place, tenMs } from '../recorder/footage.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const cameras = ['1111111111111111', '2222222222222222', '3333333333333333'];
const nowMs = tenMs + 6 * dayMs;
const never = new AbortController().signal;

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

interface Contents {
  /** Of each camera: minutes after the first, and the size in bytes. */
  recordings: { camera: number; minute: number; sizeBytes: number }[];
  clips: { camera: number; fromMinute: number; minutes: number }[];
  days: (number | null)[];
  keepBytes: number;
  missingBytes: number;
}

const minutes = 6 * 24 * 60 - 10;
const contents: fc.Arbitrary<Contents> = fc.record({
  recordings: fc.uniqueArray(
    fc.record({
      camera: fc.nat(2),
      // Every fourth minute and a part of the next, so that some end in the day after they began.
      minute: fc.oneof(fc.nat(minutes), fc.constantFrom(839, 840, 841, 1439 + 840, 1440 + 840)),
      sizeBytes: fc.integer({ min: 1, max: 900 }),
    }),
    { minLength: 1, maxLength: 30, selector: ({ camera, minute }) => `${camera}/${minute}` },
  ),
  clips: fc.array(
    fc.record({ camera: fc.nat(2), fromMinute: fc.nat(minutes), minutes: fc.integer({ min: 1, max: 3000 }) }),
    { maxLength: 4 },
  ),
  days: fc.array(fc.option(fc.integer({ min: 1, max: 7 })), { minLength: 3, maxLength: 3 }),
  keepBytes: fc.nat(12_000),
  missingBytes: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(6000)),
});

async function fill(library: Library, { recordings }: Contents): Promise<void> {
  for (const { camera, minute, sizeBytes } of recordings) {
    const cameraId = cameras[camera] ?? '';
    const startMs = tenMs + minute * minuteMs;
    const row = { cameraId, startMs, endMs: startMs + minuteMs, sizeBytes };
    const folder = place.vault.path('recordings', cameraId, dayOf(startMs));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${finishedName(row)}`, new Uint8Array(sizeBytes));
    await library.add(row);
  }
}

async function allRows(library: Library): Promise<RecordingRow[]> {
  const rows: RecordingRow[] = [];
  for (const cameraId of cameras) rows.push(...(await library.covering(cameraId, { fromMs: 0, toMs: Infinity })));
  return rows.sort((a, b) => a.startMs - b.startMs);
}

const bytesOf = (rows: readonly RecordingRow[]): number => rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

test('what the preview says is what then goes, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (plan) => {
      const library = new Library({ vault: place.vault, now: () => nowMs });
      for (const cameraId of cameras) await library.removal.removeCamera(cameraId);
      const copy = spanCopy();
      const clips = await Clips.open(place.vault, copy);
      for (const { id } of [...clips.list()]) await clips.remove(id);
      await fill(library, plan);
      for (const { camera, fromMinute, minutes: length } of plan.clips) {
        const fromMs = tenMs + fromMinute * minuteMs;
        assert.ok((await clips.protect([cameras[camera] ?? ''], { fromMs, toMs: fromMs + length * minuteMs }, '')).ok);
      }
      const rule: KeepRule = {
        keepBytes: plan.keepBytes,
        ...{ floorBytes: 10_000, freeBytes: 10_000 - plan.missingBytes, nowMs },
        keepDays: (cameraId) => plan.days[cameras.indexOf(cameraId)] ?? null,
        isProtected: (row) => clips.protects(row.cameraId, row),
      };

      const before = await allRows(library);
      const said = await previewOf(library, rule, never);
      assert.deepEqual(await allRows(library), before, 'a preview deletes nothing');
      const deleted = await keepWithin(library, rule, never);
      const left = await allRows(library);

      const names = new Set(left.map(({ path }) => path));
      const gone = before.filter(({ path }) => !names.has(path));
      const total = noHolding();
      count(total, gone);
      assert.deepEqual(said.total, total);
      assert.deepEqual(deleted, {
        ...{ recordings: total.recordings, sizeBytes: total.sizeBytes },
        overBytes: said.overBytes,
      });
      for (const cameraId of cameras) {
        const own = noHolding();
        count(
          own,
          gone.filter((row) => row.cameraId === cameraId),
        );
        assert.deepEqual(said.cameras.get(cameraId) ?? noHolding(), own);
      }
      for (const { path } of before) assert.equal(existsSync(path), names.has(path));

      const isProtected = ({ cameraId, startMs, endMs }: RecordingRow): boolean =>
        plan.clips.some((clip) => {
          const fromMs = tenMs + clip.fromMinute * minuteMs;
          return cameras[clip.camera] === cameraId && endMs > fromMs && startMs < fromMs + clip.minutes * minuteMs;
        });
      assert.ok(!gone.some(isProtected), 'nothing protected goes');

      const isOutdated = (row: RecordingRow): boolean => {
        const days = rule.keepDays(row.cameraId);
        return days !== null && row.endMs <= nowMs - days * dayMs;
      };
      const free = left.filter((row) => !isProtected(row));
      assert.ok(!free.some(isOutdated), 'what is too old goes');
      const forRoom = gone.filter((row) => !isOutdated(row));
      const newestGoneMs = Math.max(0, ...forRoom.map(({ startMs }) => startMs));
      assert.ok(!free.some(({ startMs }) => startMs < newestGoneMs), 'the oldest goes first');
      const wantedBytes = Math.max(bytesOf(before) - plan.keepBytes, plan.missingBytes);
      assert.equal(deleted.overBytes, Math.max(0, wantedBytes - bytesOf(gone)));
      if (deleted.overBytes > 0) assert.deepEqual(free, [], 'what is over is protected');
      const last = forRoom.at(-1);
      if (last) assert.ok(bytesOf(gone) - last.sizeBytes < wantedBytes, 'no more goes than is needed');
    }),
    { numRuns: 60 },
  );
});

test('protected clips that alone are more than the room stay, and the walk ends', async () => {
  const library = new Library({ vault: place.vault, now: () => nowMs });
  for (const cameraId of cameras) await library.removal.removeCamera(cameraId);
  const recordings = [0, 1, 2, 3].map((minute) => ({ camera: 0, minute, sizeBytes: 1000 }));
  await fill(library, { recordings, clips: [], days: [], keepBytes: 0, missingBytes: 0 });
  const rule: KeepRule = {
    ...{ keepBytes: 1500, floorBytes: 0, freeBytes: 1e12, nowMs },
    keepDays: () => 1,
    isProtected: ({ startMs }) => startMs >= tenMs + 2 * minuteMs,
  };
  assert.deepEqual(await keepWithin(library, rule, never), { recordings: 2, sizeBytes: 2000, overBytes: 500 });
  assert.deepEqual(await keepWithin(library, rule, never), { recordings: 0, sizeBytes: 0, overBytes: 500 });
});

test('what is protected after it was found stays', async () => {
  const library = new Library({ vault: place.vault, now: () => nowMs });
  for (const cameraId of cameras) await library.removal.removeCamera(cameraId);
  const recordings = [0, 2000].map((minute) => ({ camera: 0, minute, sizeBytes: 1000 }));
  await fill(library, { recordings, clips: [], days: [], keepBytes: 0, missingBytes: 0 });
  let asked = 0;
  const rule: KeepRule = {
    ...{ keepBytes: 0, floorBytes: 0, freeBytes: 1e12, nowMs, keepDays: () => null },
    // Not yet when it is looked for, and then it is.
    isProtected: () => ++asked > 1,
  };
  assert.equal((await keepWithin(library, rule, never)).recordings, 0);
  assert.equal((await allRows(library)).length, 2);
});

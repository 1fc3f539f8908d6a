/** What is known of the last days: answered at once, looked at once, and looked at anew when something changed. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { Health } from '../../../main/core/library/health.ts';
import { Library } from '../../../main/core/library/library.ts';
import { dayMs, dayOf, finishedName } from '../../../main/core/library/recordingName.ts';
import { makeVault, type Place, tenMs } from '../recorder/footage.ts';

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

const hourMs = 3_600_000;
const midnightMs = tenMs - (tenMs % dayMs);
const cameraId = 'abcdefabcdefabcd';
let cameras = 0;

class Bench {
  readonly cameraId = (++cameras).toString(16).padStart(16, cameraId);
  readonly told: boolean[] = [];
  nowMs = midnightMs + 4 * dayMs + 6 * hourMs;
  readonly library = new Library({ vault: place.vault, now: () => this.nowMs });
  readonly health = new Health({
    library: this.library,
    isOpen: () => place.vault.identity !== null,
    now: () => this.nowMs,
    on: {
      changed: (complete) => this.told.push(complete),
      defect(error) {
        throw error;
      },
    },
  });

  async record(startMs: number, endMs: number, sizeBytes = 10): Promise<void> {
    const folder = place.vault.path('recordings', this.cameraId, dayOf(startMs));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, finishedName({ startMs, endMs })), new Uint8Array(sizeBytes));
    assert.ok((await this.library.add({ cameraId: this.cameraId, startMs, endMs, sizeBytes })).ok);
  }
}

function enter(t: TestContext): Bench {
  const bench = new Bench();
  t.after(() => bench.health.close());
  return bench;
}

const bounds = Array.from({ length: 6 }, (_, at) => midnightMs + at * dayMs);

async function hours({ health, cameraId: id }: Bench): Promise<(number | null)[]> {
  const [camera] = await health.cells([id], bounds);
  return (camera?.cells ?? []).map((cell) => (cell ? cell.recordedMs / hourMs : null));
}

async function whole(bench: Bench): Promise<(number | null)[]> {
  await hours(bench);
  await bench.health.looked();
  return await hours(bench);
}

test('what is over is looked at behind the answer and then known; today is answered at once', async (t) => {
  const bench = enter(t);
  await bench.record(midnightMs + dayMs, midnightMs + dayMs + 3 * hourMs, 300);
  await bench.record(midnightMs + 4 * dayMs, midnightMs + 4 * dayMs + hourMs, 700);
  assert.deepEqual(await hours(bench), [null, null, null, null, 1]);
  await bench.health.looked();
  assert.equal(bench.told.at(-1), true);
  assert.deepEqual(await hours(bench), [0, 3, 0, 0, 1]);
  const [camera] = await bench.health.cells([bench.cameraId], bounds);
  assert.deepEqual(
    camera?.cells.map((cell) => cell?.sizeBytes),
    [0, 300, 0, 0, 700],
  );
  const tolds = bench.told.length;
  await bench.health.looked();
  assert.equal(bench.told.length, tolds, 'nothing is looked at twice');
  bench.nowMs += hourMs;
  await bench.record(midnightMs + 4 * dayMs + 6 * hourMs, midnightMs + 4 * dayMs + 7 * hourMs);
  assert.deepEqual(await hours(bench), [0, 3, 0, 0, 2], 'today goes on');
});

test('a deletion, and a cause that is noted late, are seen up to the next recording', async (t) => {
  const bench = enter(t);
  for (const day of [0, 1, 3]) await bench.record(midnightMs + day * dayMs, midnightMs + day * dayMs + 2 * hourMs);
  assert.deepEqual(await whole(bench), [2, 2, 0, 2, 0]);
  assert.ok((await bench.library.note(bench.cameraId, { atMs: midnightMs + dayMs + 2 * hourMs, cause: 'refused' })).ok);
  // The first day is as it was; the change is followed to the day with the next recording.
  assert.deepEqual(await hours(bench), [2, null, null, null, 0]);
  await bench.health.looked();
  const [camera] = await bench.health.cells([bench.cameraId], bounds);
  assert.deepEqual(
    camera?.cells.map((cell) => cell?.gaps.map(({ cause }) => cause)),
    [['closed'], ['refused'], ['refused'], ['closed'], ['closed']],
  );
  await bench.library.removal.remove(await bench.library.rowsOf(bench.cameraId, dayOf(midnightMs + dayMs)));
  assert.deepEqual(await whole(bench), [2, 0, 0, 2, 0]);
});

test('locking ends the looking, and the next question begins it again', async (t) => {
  const bench = enter(t);
  for (const day of [0, 1, 2, 3]) await bench.record(midnightMs + day * dayMs, midnightMs + day * dayMs + hourMs);
  assert.deepEqual(await hours(bench), [null, null, null, null, 0]);
  await bench.health.lock();
  const after = bench.told.length;
  await bench.health.looked();
  assert.equal(bench.told.length, after);
  assert.deepEqual(await whole(bench), [1, 1, 1, 1, 0]);
});

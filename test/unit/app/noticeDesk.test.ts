/** What the desktop is handed: nothing while somebody looks, no name while locked, each place once. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { NoticeDesk, type Observed, type SystemNotice } from '../../../main/app/notices/noticeDesk.ts';
import type { CameraStatus } from '../../../main/contract/model.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

function status(cameraId: string, isLost: boolean): CameraStatus {
  return {
    ...{ cameraId, clockOffsetMs: null, clockUncertaintyMs: null, bitsPerSecond: null },
    stream: isLost ? { state: 'lost', sinceMs: 0, cause: 'noAnswer', nextTryMs: 0 } : { state: 'live', sinceMs: 0 },
    recording: isLost ? { recording: false, cause: 'lost', sinceMs: 0 } : { recording: true, sinceMs: 0 },
    wanted: { records: true, because: 'always', untilMs: null },
  };
}

/** The desktop is the edge that is made up; time passes as the test says. */
class Bench {
  readonly shown: SystemNotice[] = [];
  isSeen = false;
  lost = ['a', 'b'];
  observed: Omit<Observed, 'statuses'> | null = {
    ...{ vault: {}, isLocked: false, online: true, disks: [] },
    cameras: [
      { id: 'a', name: 'Front door' },
      { id: 'b', name: 'Driveway' },
      { id: 'c', name: 'Garden' },
    ],
    wishes: { shown: true, afterMinutes: 2, names: true },
  };
  #atMs = 0;
  readonly desk = new NoticeDesk({
    observe: () =>
      Promise.resolve(
        this.observed && {
          ...this.observed,
          statuses: ['a', 'b', 'c'].map((id) => status(id, this.lost.includes(id))),
        },
      ),
    board: { canShow: () => true, show: (notice) => this.shown.push(notice), isSeen: () => this.isSeen },
    defect(error) {
      throw error;
    },
    steadyMs: () => this.#atMs,
  });

  constructor(t: TestContext) {
    t.after(() => this.desk.close());
  }

  async pass(ms: number): Promise<void> {
    for (const endMs = this.#atMs + ms; this.#atMs < endMs; this.#atMs += 5 * secondMs) await this.desk.look();
  }

  change(change: Partial<Observed>): void {
    assert.ok(this.observed);
    this.observed = { ...this.observed, ...change };
  }
}

test('cameras are named together, and a click on one of several leads to health', async (t) => {
  const bench = new Bench(t);
  await bench.pass(3 * minuteMs);
  assert.deepEqual(bench.shown, [
    {
      title: 'Front door and Driveway are not recorded',
      body: 'Nothing has come from them for 2 min. Nightjar goes on trying.',
      place: { view: 'health' },
    },
  ]);
  bench.lost.push('c');
  await bench.pass(3 * minuteMs);
  assert.deepEqual(bench.shown[1]?.place, { view: 'camera', cameraId: 'c' });
});

test('without the wish, and where a camera is on no list any more, no name is said', async (t) => {
  const bench = new Bench(t);
  bench.change({ wishes: { shown: true, afterMinutes: 2, names: false } });
  await bench.pass(3 * minuteMs);
  bench.change({ wishes: { shown: true, afterMinutes: 2, names: true }, cameras: [] });
  bench.lost.push('c');
  await bench.pass(3 * minuteMs);
  assert.deepEqual(
    bench.shown.map(({ title }) => title),
    ['2 cameras are not recorded', '1 camera is not recorded'],
  );
});

test('locked, it says how many cameras are not recorded, and of anything else that it is', async (t) => {
  const bench = new Bench(t);
  bench.change({ isLocked: true, disks: [{ cause: 'vaultDisk', cameraId: null }] });
  await bench.pass(3 * minuteMs);
  await bench.pass(2 * minuteMs);
  assert.deepEqual(
    bench.shown.map(({ title, body }) => `${title}: ${body}`),
    ['Nightjar: 2 cameras are not recorded.', 'Nightjar: Something needs looking after. Unlock Nightjar to see it.'],
  );
});

test('what somebody at the window sees is not told, then or later; what the user does not want is not', async (t) => {
  const bench = new Bench(t);
  bench.isSeen = true;
  await bench.pass(3 * minuteMs);
  bench.isSeen = false;
  await bench.pass(10 * minuteMs);
  assert.deepEqual(bench.shown, []);
  bench.change({ wishes: { shown: false, afterMinutes: 2, names: true } });
  bench.lost.push('c');
  await bench.pass(10 * minuteMs);
  assert.deepEqual(bench.shown, []);
});

test('another vault begins anew, and a sleep that was told of counts as one', async (t) => {
  const bench = new Bench(t);
  await bench.pass(3 * minuteMs);
  bench.change({ vault: {} });
  await bench.pass(minuteMs);
  bench.desk.slept();
  await bench.pass(2 * minuteMs - secondMs);
  assert.equal(bench.shown.length, 1);
  await bench.pass(10 * secondMs);
  assert.equal(bench.shown.length, 2);
  bench.observed = null;
  await bench.pass(10 * minuteMs);
  assert.equal(bench.shown.length, 2);
});

test('where a click leads is told once', (t) => {
  const { desk } = new Bench(t);
  desk.clicked({ view: 'health' });
  assert.deepEqual(desk.take(), { view: 'health' });
  assert.equal(desk.take(), null);
});

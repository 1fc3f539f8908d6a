/** What is told of a gap that goes on over times of which something else was told before the clock was set back. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { TimeAgain } from '../../../main/app/timeAgain.ts';
import type { CameraStatus, GapCause, RecordingState } from '../../../main/contract/model.ts';
import { Library } from '../../../main/core/library/library.ts';
import { cameraId, makeVault, tenMs } from '../recorder/footage.ts';

interface Scene {
  library: Library;
  look: () => Promise<void>;
  at: (seconds: number) => void;
  is: (cause: GapCause | null) => void;
  told: (seconds: number) => Promise<[number, string][]>;
  lock: () => void;
}

/** Recorded for 10 s and refused from 60 s on; then the clock was set back to 20 s, and the camera is lost. */
async function scene(t: TestContext): Promise<Scene> {
  const { vault, remove } = await makeVault();
  t.after(remove);
  let nowMs = tenMs + 60_000;
  const library = new Library({ vault, now: () => nowMs });
  await library.add({ cameraId, startMs: tenMs, endMs: tenMs + 10_000, sizeBytes: 1 });
  await library.note(cameraId, { atMs: tenMs + 60_000, cause: 'refused' });
  nowMs = tenMs + 20_000;
  await library.note(cameraId, { atMs: nowMs, cause: 'lost' });
  let recording: RecordingState = { recording: false, cause: 'lost', sinceMs: nowMs };
  const status = (): CameraStatus => ({
    ...{ cameraId, stream: { state: 'off' }, recording, bitsPerSecond: null },
    ...{ wanted: { records: true, because: 'always', untilMs: null } },
    ...{ clockOffsetMs: null, clockUncertaintyMs: null },
  });
  let locked = false;
  const again = new TimeAgain({
    ...{
      library,
      statuses: () => [status()],
      now: () => nowMs,
      defect: (error: unknown) => assert.fail(String(error)),
    },
    vault: {
      get identity() {
        return locked ? null : vault.identity;
      },
    },
  });
  t.after(() => again.close());
  return {
    library,
    look: () => again.look(),
    at: (seconds) => (nowMs = tenMs + seconds * 1000),
    is: (cause) => {
      recording = cause ? { recording: false, cause, sinceMs: nowMs } : { recording: true, sinceMs: nowMs };
    },
    told: async (seconds) => {
      nowMs = tenMs + seconds * 1000;
      return (await library.spans(cameraId, tenMs, tenMs + seconds * 1000)).map((span) => [
        (span.fromMs - tenMs) / 1000,
        span.kind === 'gap' ? span.cause : span.kind,
      ]);
    },
    lock: () => (locked = true),
  };
}

test('a camera that is lost when such a time comes again stays lost', async (t) => {
  const { look, at, told } = await scene(t);
  await look();
  at(63);
  await look();
  await look();
  assert.deepEqual(await told(90), [
    [0, 'recorded'],
    [10, 'closed'],
    [20, 'lost'],
  ]);
});

test('where the first time was recorded up to such a moment, too', async (t) => {
  const { library, look, at, told } = await scene(t);
  await library.add({ cameraId, startMs: tenMs + 55_000, endMs: tenMs + 59_500, sizeBytes: 1 });
  await library.note(cameraId, { atMs: tenMs + 59_600, cause: 'lost' });
  at(63);
  await look();
  at(68);
  await look();
  assert.deepEqual((await told(90)).slice(-3), [
    [55, 'recorded'],
    [59.5, 'refused'],
    [62.1, 'lost'],
  ]);
});

test('what was told of a time that does not come again stays, and so does what is told of a moment alone', async (t) => {
  const { look, at, told } = await scene(t);
  for (const seconds of [25, 30, 35]) {
    at(seconds);
    await look();
  }
  assert.deepEqual((await told(90)).at(-1), [60, 'refused']);
});

test('a change that is told while it is looked is not undone', async (t) => {
  const { library, look, at, is, told } = await scene(t);
  await library.note(cameraId, { atMs: tenMs + 30_000, cause: 'paused' });
  at(31);
  await look();
  is('paused');
  at(36);
  await look();
  at(41);
  await look();
  assert.deepEqual(await told(50), [
    [0, 'recorded'],
    [10, 'closed'],
    [20, 'lost'],
    [30, 'paused'],
  ]);
});

test('a camera that is recorded, and a vault that is locked, are left alone', async (t) => {
  const one = await scene(t);
  one.at(63);
  one.is(null);
  for (let looks = 0; looks < 3; looks++) await one.look();
  one.is('lost');
  one.lock();
  for (let looks = 0; looks < 3; looks++) await one.look();
  assert.deepEqual((await one.told(90)).at(-1), [60, 'refused']);
});

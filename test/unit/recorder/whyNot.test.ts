/** Which of several reasons a gap is called by, and from when on: the user's wish, the app, the disk, the camera. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { GapCause, RecordingState } from '../../../main/contract/model.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder, type RecorderLimits } from '../../../main/core/recorder/recorder.ts';
import { WhyNot } from '../../../main/core/recorder/whyNot.ts';
import { makeFootage, makeVault, type Place, record, tenMs, until } from './footage.ts';

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

test('the user comes before the app, the app before the computer, the computer before the disk, the disk before the camera', () => {
  const why = new WhyNot();
  assert.equal(why.cause(null), null);
  why.stream('lost');
  assert.equal(why.cause(null), 'lost');
  assert.equal(why.cause('diskFull'), 'diskFull');
  why.stream('asleep');
  assert.equal(why.cause('diskFull'), 'asleep');
  why.close();
  assert.equal(why.cause('diskFull'), 'closed');
  why.wish('paused');
  assert.equal(why.cause('diskFull'), 'paused');
});

test('what a connection ended with counts no more when the user wants the camera again', () => {
  const why = new WhyNot();
  why.wish('paused');
  why.stream('closed');
  why.wish(null);
  assert.equal(why.cause(null), null);
});

let cameras = 0;

interface Told {
  id: string;
  library: Library;
  recorder: Recorder;
  states: RecordingState[];
  at: (ms: number) => void;
  /** From the first recording to `toMs`: what, and from when on, in seconds. */
  spans: (toMs: number) => Promise<[number, GapCause | 'recorded'][]>;
}

function make(silent?: () => GapCause, change?: Partial<RecorderLimits>): Told {
  const id = (++cameras).toString(16).padStart(16, '0');
  let nowMs = tenMs;
  const now = (): number => nowMs;
  const library = new Library({ vault: place.vault, now });
  const limits = { queueMs: Infinity, ...change };
  const states: RecordingState[] = [];
  const recorder = new Recorder({
    ...{ cameraId: id, vault: place.vault, library, now, limits, ...(silent && { silent }) },
    on: { state: (state) => states.push(state) },
  });
  record(recorder, makeFootage({ seconds: 12 }), tenMs);
  return {
    ...{ id, library, recorder, states },
    at: (ms) => (nowMs = tenMs + ms),
    spans: async (ms) =>
      (await library.spans(id, tenMs, tenMs + ms)).map((span) => [
        (span.fromMs - tenMs) / 1000,
        span.kind === 'gap' ? span.cause : span.kind,
      ]),
  };
}

test('a camera that is lost while it is paused stays paused, also when the app is closed', async () => {
  const { recorder, at, spans } = make();
  at(12_100);
  recorder.pause();
  recorder.runEnd('closed');
  at(20_000);
  recorder.runEnd('lost');
  at(30_000);
  await recorder.close();
  at(40_000);
  assert.deepEqual(await spans(40_000), [
    [0, 'recorded'],
    [12, 'paused'],
  ]);
});

test('a camera that cannot be reached after a pause is lost since the pause ended, not since that was found out', async () => {
  const { recorder, at, spans } = make();
  at(12_100);
  recorder.pause();
  recorder.runEnd('closed');
  at(20_000);
  recorder.resume();
  at(30_000);
  recorder.runEnd('lost', tenMs + 20_000);
  at(40_000);
  await recorder.close();
  assert.deepEqual(await spans(40_000), [
    [0, 'recorded'],
    [12, 'paused'],
    [20, 'lost'],
  ]);
});

test('a lost camera counts as such until the app is closed, and as closed from then on', async () => {
  const { recorder, at, spans } = make();
  at(12_100);
  recorder.runEnd('lost');
  at(20_000);
  await recorder.close();
  at(30_000);
  assert.deepEqual(await spans(30_000), [
    [0, 'recorded'],
    [12, 'lost'],
    [20, 'closed'],
  ]);
});

test('a camera that has fallen silent is lost up to the moment at which the app is closed, though nobody noticed yet', async () => {
  const { recorder, at, spans } = make();
  at(15_500);
  recorder.runEnd('closed');
  await recorder.close();
  at(30_000);
  assert.deepEqual(await spans(30_000), [
    [0, 'recorded'],
    [12, 'lost'],
    [15.5, 'closed'],
  ]);
});

test('a camera that had fallen silent because the network went is not called lost when it is paused', async () => {
  const { recorder, at, spans } = make(() => 'network');
  at(15_500);
  recorder.pause();
  recorder.runEnd('closed');
  await recorder.close();
  at(30_000);
  assert.deepEqual(await spans(30_000), [
    [0, 'recorded'],
    [12, 'network'],
    [15.5, 'paused'],
  ]);
});

test('a camera that had fallen silent is lost until the disk refuses the end of its recording', async () => {
  const { recorder, library, id, at, spans } = make();
  at(12_100);
  await until('all of it is taken', () => (library.openRecording(id)?.endMs ?? 0) >= tenMs + 12_000);
  const away = `${place.vault.folder} away`;
  at(20_000);
  renameSync(place.vault.folder, away);
  recorder.runEnd('lost');
  // In its turn; no recording is open that it could end.
  await recorder.cut();
  at(30_000);
  const told = await spans(30_000);
  renameSync(away, place.vault.folder);
  await recorder.close();
  assert.deepEqual(told.slice(-2), [
    [12, 'lost'],
    [20, 'diskGone'],
  ]);
});

test('a camera that went while the disk was in trouble, and is noticed later, is lost since the disk is well again', async () => {
  const { recorder, library, id, states, at, spans } = make(undefined, { retryMs: 20 });
  await until('all of it is taken', () => (library.openRecording(id)?.endMs ?? 0) >= tenMs + 12_000);
  const away = `${place.vault.folder} away`;
  at(13_000);
  renameSync(place.vault.folder, away);
  const { init, fragments } = makeFootage({ seconds: 12 });
  // The disk is found to be gone at the end of a recording.
  recorder.run({ init, startMs: tenMs + 13_000 });
  await until('the disk is gone', () => states.at(-1)?.recording === false);
  for (const fragment of fragments.slice(0, 3))
    recorder.fragment(fragment, tenMs + 13_000 + (fragment.startSeconds + fragment.durationSeconds) * 1000);
  at(18_000);
  renameSync(away, place.vault.folder);
  await until('the disk takes it again', () => library.openRecording(id) === null);
  await recorder.cut();
  at(21_000);
  recorder.runEnd('lost');
  await recorder.cut();
  at(30_000);
  const told = await spans(30_000);
  await recorder.close();
  assert.deepEqual(told.slice(-2), [
    [12, 'diskGone'],
    [18, 'lost'],
  ]);
});

test('what is so after the clock was set back is told of the new time, and not of what comes after the last recording', async () => {
  const { recorder, library, id, at, spans } = make();
  await until('all of it is taken', () => (library.openRecording(id)?.endMs ?? 0) >= tenMs + 12_000);
  const hourMs = 3_600_000;
  await library.add({ cameraId: id, startMs: tenMs - hourMs, endMs: tenMs - hourMs + 1000, sizeBytes: 1 });
  at(12_100 - hourMs);
  recorder.runEnd('clock');
  at(13_000 - hourMs);
  recorder.pause();
  at(20_000 - hourMs);
  await recorder.close();
  at(20_000);
  assert.deepEqual(await spans(20_000), [
    [0, 'recorded'],
    [12, 'clock'],
  ]);
  const told = await library.spans(id, tenMs - hourMs, tenMs);
  assert.deepEqual(
    told.map((span) => [(span.fromMs - tenMs + hourMs) / 1000, span.kind === 'gap' ? span.cause : span.kind]),
    [
      [0, 'recorded'],
      [1, 'closed'],
      [12.1, 'clock'],
      [13, 'paused'],
    ],
  );
});

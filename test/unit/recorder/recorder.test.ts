import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { RecordingState } from '../../../main/contract/model.ts';
import { Library } from '../../../main/core/library/library.ts';
import { readFinishedName } from '../../../main/core/library/recordingName.ts';
import { recordedMs } from '../../../main/core/library/spans.ts';
import { Recorder, type RecorderLimits } from '../../../main/core/recorder/recorder.ts';
import type { Fragment } from '../../../main/core/video/fmp4.ts';
import {
  cameraId,
  decode,
  makeFootage,
  makeVault,
  mediaMs,
  openWithAge,
  type Place,
  probe,
  record,
  tenMs,
  until,
} from './footage.ts';

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

let cameras = 0;
interface Setup {
  id: string;
  library: Library;
  recorder: Recorder;
  states: RecordingState[];
  /** Names in a day's folder, without the index. */
  names: (day?: string) => string[];
  file: (name: string, day?: string) => string;
  setNow: (ms: number) => void;
}

function setUp(limits: Partial<RecorderLimits> = {}): Setup {
  const id = (++cameras).toString(16).padStart(16, '0');
  let nowMs = tenMs;
  const now = (): number => nowMs;
  const library = new Library({ vault: place.vault, now });
  const states: RecordingState[] = [];
  const recorder = new Recorder({
    cameraId: id,
    vault: place.vault,
    library,
    now,
    // A whole run comes at once here, not over minutes.
    limits: { queueMs: Infinity, ...limits },
    on: { state: (state) => states.push(state) },
  });
  const folder = (day: string): string => place.vault.path('recordings', id, day);
  return {
    id,
    library,
    recorder,
    states,
    names: (day = '2026-11-20') => readdirSync(folder(day)).filter((name) => !name.startsWith('index')),
    file: (name, day = '2026-11-20') => path.join(folder(day), name),
    setNow: (ms) => (nowMs = ms),
  };
}

function pieces(names: readonly string[]): { startMs: number; endMs: number }[] {
  return names
    .map((name) => readFinishedName(name))
    .filter((span) => span !== null)
    .sort((a, b) => a.startMs - b.startMs);
}

test('a recording ends at the first keyframe after a minute, and the next begins where it ended', async () => {
  const { recorder, names, file, library, id, setNow } = setUp();
  const footage = makeFootage({ seconds: 130, size: '160x90', framesPerSecond: 5, keyframeEvery: 7 });
  record(recorder, footage, tenMs);
  setNow(tenMs + mediaMs(footage));
  await recorder.close();
  const found = pieces(names());
  assert.deepEqual(
    found.map(({ startMs }) => startMs - tenMs),
    [0, 63_000, 126_000],
  );
  assert.deepEqual(
    found.slice(1).map(({ startMs }) => startMs),
    found.slice(0, -1).map(({ endMs }) => endMs),
  );
  assert.equal(names().length, 3, 'nothing is left open');
  for (const { startMs, endMs } of found) {
    const plain = openWithAge(place, file(`${startMs}-${endMs}.mp4.age`));
    const plainFile = path.join(place.folder, 'plain.mp4');
    writeFileSync(plainFile, plain);
    const probed = probe(plainFile);
    assert.ok(Math.abs(probed.startSeconds) < 0.1, 'its own time begins at 0');
    assert.ok(Math.abs(probed.durationSeconds - (endMs - startMs) / 1000) < 0.15);
    assert.equal(decode(plain).errors, '');
  }
  assert.equal(recordedMs(await library.spans(id, tenMs, tenMs + 200_000)), Math.round(mediaMs(footage)));
});

test('every picture of a run is in its recordings, and they decode without an error', async () => {
  const { recorder, names, file } = setUp({ recordingMs: 3000 });
  const footage = makeFootage({ seconds: 12, sound: true });
  record(recorder, footage, tenMs);
  await recorder.close();
  let pictures = 0;
  for (const name of names()) {
    const decoded = decode(openWithAge(place, file(name)));
    assert.equal(decoded.errors, '');
    pictures += decoded.pictures;
  }
  assert.equal(names().length, 4);
  assert.equal(pictures, 12 * 25);
});

test('files are private, and lie under the UTC day in which they begin', async () => {
  const { recorder, names, file, library, id, setNow } = setUp({ recordingMs: 3000 });
  const footage = makeFootage({ seconds: 12 });
  const beginMs = Date.UTC(2026, 10, 20, 23, 59, 55, 500);
  record(recorder, footage, beginMs);
  setNow(beginMs + 20_000);
  await recorder.close();
  assert.deepEqual(
    pieces(names('2026-11-20')).map(({ startMs }) => startMs - beginMs),
    [0, 3000],
  );
  assert.deepEqual(
    pieces(names('2026-11-21')).map(({ startMs }) => startMs - beginMs),
    [6000, 9000],
  );
  for (const name of names('2026-11-20')) assert.equal(statSync(file(name)).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file(''))).mode & 0o777, 0o700);
  const spans = await library.spans(id, beginMs, beginMs + 12_000);
  assert.deepEqual(spans, [{ fromMs: beginMs, toMs: beginMs + 12_000, kind: 'recorded' }]);
});

test('the open recording counts as recorded up to its end so far', async () => {
  const { recorder, library, id, names, setNow } = setUp();
  const footage = makeFootage({ seconds: 12 });
  setNow(tenMs + 12_500);
  record(recorder, footage, tenMs);
  await until(
    'all fragments are taken',
    () => library.openRecording(id)?.fragments.length === footage.fragments.length,
  );
  assert.deepEqual(names(), [`${tenMs}.mp4.age.part`]);
  assert.deepEqual(await library.spans(id, tenMs, tenMs + 60_000), [
    { fromMs: tenMs, toMs: tenMs + 12_000, kind: 'recorded' },
  ]);
  await recorder.close();
});

test('a new run begins a new recording, and the time between has the cause of the end', async () => {
  const { recorder, library, id, states, setNow } = setUp();
  const footage = makeFootage({ seconds: 12 });
  record(recorder, footage, tenMs);
  setNow(tenMs + 12_400);
  recorder.runEnd('lost');
  record(recorder, footage, tenMs + 30_000);
  setNow(tenMs + 42_400);
  recorder.runEnd('refused');
  setNow(tenMs + 60_000);
  await recorder.close();
  assert.deepEqual(await library.spans(id, 0, tenMs + 60_000), [
    { fromMs: tenMs, toMs: tenMs + 12_000, kind: 'recorded' },
    { fromMs: tenMs + 12_000, toMs: tenMs + 30_000, kind: 'gap', cause: 'lost' },
    { fromMs: tenMs + 30_000, toMs: tenMs + 42_000, kind: 'recorded' },
    { fromMs: tenMs + 42_000, toMs: tenMs + 60_000, kind: 'gap', cause: 'refused' },
  ]);
  assert.deepEqual(
    states.map((state) => (state.recording ? 'recording' : state.cause)),
    ['recording', 'lost', 'recording', 'refused', 'closed'],
  );
});

test('recording begins at a keyframe', async () => {
  const { recorder, names } = setUp();
  const footage = makeFootage({ seconds: 12, keyframeEvery: 4 });
  const second = footage.fragments.findIndex(({ keyframe }, index) => index > 0 && keyframe);
  assert.ok(second > 1);
  record(recorder, { init: footage.init, fragments: footage.fragments.slice(1) }, tenMs);
  await recorder.close();
  assert.deepEqual(
    pieces(names()).map(({ startMs }) => startMs - tenMs),
    [4000],
  );
});

test('a paused camera is not recorded, and goes on at the next keyframe', async () => {
  const { recorder, library, id, setNow } = setUp();
  const { init, fragments } = makeFootage({ seconds: 12, keyframeEvery: 2 });
  const give = (some: Fragment[]): void => {
    for (const fragment of some) recorder.fragment(fragment, tenMs + fragment.startSeconds * 1000 + 1100);
  };
  recorder.run({ init, startMs: tenMs });
  give(fragments.filter(({ startSeconds }) => startSeconds < 3.9));
  setNow(tenMs + 4100);
  recorder.pause();
  give(fragments.filter(({ startSeconds }) => startSeconds >= 3.9 && startSeconds < 6.9));
  recorder.resume();
  give(fragments.filter(({ startSeconds }) => startSeconds >= 6.9));
  setNow(tenMs + 12_000);
  await recorder.close();
  assert.deepEqual(await library.spans(id, tenMs, tenMs + 12_000), [
    { fromMs: tenMs, toMs: tenMs + 4000, kind: 'recorded' },
    { fromMs: tenMs + 4000, toMs: tenMs + 8000, kind: 'gap', cause: 'paused' },
    { fromMs: tenMs + 8000, toMs: tenMs + 12_000, kind: 'recorded' },
  ]);
});

test('a queue that overflows ends the recording with a named gap and goes on at a keyframe', async () => {
  const { init, fragments } = makeFootage({ seconds: 12 });
  const { recorder, library, id, states, setNow } = setUp({ queueMs: 4500 });
  recorder.run({ init, startMs: tenMs });
  // All at once, as after a disk that stood still: the queue holds five seconds of them.
  for (const fragment of fragments.slice(0, 8))
    recorder.fragment(fragment, tenMs + 1000 + fragment.startSeconds * 1000);
  await until('the queue is empty', () => states.at(-1)?.recording === false);
  for (const fragment of fragments.slice(8)) recorder.fragment(fragment, tenMs + 1000 + fragment.startSeconds * 1000);
  setNow(tenMs + 12_000);
  await recorder.close();
  assert.deepEqual(
    (await library.spans(id, tenMs, tenMs + 12_000)).map((span) => [
      Math.round((span.toMs - span.fromMs) / 1000),
      span.kind === 'gap' ? span.cause : span.kind,
    ]),
    [
      [5, 'recorded'],
      [3, 'notKeptUp'],
      [4, 'recorded'],
    ],
  );
});

test('a camera that is lost while its queue overflows was not kept up with until then', async () => {
  const { init, fragments } = makeFootage({ seconds: 12 });
  const { recorder, library, id, states, setNow } = setUp({ queueMs: 4500 });
  const cameMs = ({ startSeconds }: Fragment): number => tenMs + 1000 + startSeconds * 1000;
  recorder.run({ init, startMs: tenMs });
  for (const fragment of fragments.slice(0, 8)) recorder.fragment(fragment, cameMs(fragment));
  await until('the queue is empty', () => states.at(-1)?.recording === false);
  setNow(tenMs + 12_000);
  recorder.runEnd('lost');
  await until('it is lost', () => JSON.stringify(states.at(-1)).includes('lost'));
  const gaps = (await library.spans(id, tenMs, tenMs + 12_000)).slice(1);
  assert.deepEqual(
    gaps.map((span) => [Math.round((span.toMs - tenMs) / 1000), span.kind === 'gap' && span.cause]),
    [
      [8, 'notKeptUp'],
      [12, 'lost'],
    ],
  );
  await recorder.close();
});

test('media time that jumps ends the recording', async () => {
  const { recorder, library, id, setNow } = setUp();
  const { init, fragments } = makeFootage({ seconds: 12 });
  recorder.run({ init, startMs: tenMs });
  for (const fragment of [...fragments.slice(0, 3), ...fragments.slice(8)]) {
    recorder.fragment(fragment, tenMs + (fragment.startSeconds + fragment.durationSeconds) * 1000);
  }
  setNow(tenMs + 12_000);
  await recorder.close();
  assert.deepEqual(
    (await library.spans(id, tenMs, tenMs + 12_000)).map((span) => (span.kind === 'gap' ? span.cause : span.kind)),
    ['recorded', 'lost', 'recorded'],
  );
});

test('a run that seems to begin before the last one ended is put behind it', async () => {
  const { recorder, names, setNow } = setUp();
  const footage = makeFootage({ seconds: 12 });
  record(recorder, footage, tenMs);
  recorder.runEnd('lost');
  record(recorder, footage, tenMs + 11_000);
  setNow(tenMs + 30_000);
  await recorder.close();
  const [first, second] = pieces(names());
  assert.equal(first?.endMs, tenMs + 12_000);
  assert.equal(second?.startMs, tenMs + 12_000);
});

test('closing twice is closing once, and nothing is recorded afterwards', async () => {
  const { recorder, names } = setUp();
  const footage = makeFootage({ seconds: 12 });
  record(recorder, footage, tenMs);
  await Promise.all([recorder.close(), recorder.close()]);
  const before = names();
  record(recorder, footage, tenMs + 60_000);
  await recorder.close();
  assert.deepEqual(names(), before);
});

test('the recording of a locked vault goes on', async () => {
  const locked = await makeVault();
  try {
    locked.vault.lock();
    const library = new Library({ vault: locked.vault, now: () => tenMs + 12_000 });
    const recorder = new Recorder({ cameraId, vault: locked.vault, library, on: { state: () => undefined } });
    record(recorder, makeFootage({ seconds: 12 }), tenMs);
    await recorder.close();
    assert.deepEqual(await library.spans(cameraId, tenMs, tenMs + 12_000), [
      { fromMs: tenMs, toMs: tenMs + 12_000, kind: 'recorded' },
    ]);
  } finally {
    locked.remove();
  }
});

test('a recording that begins in the same millisecond as an older one, and lasts as long, replaces nothing', async () => {
  const { recorder, names, file } = setUp();
  const footage = makeFootage({ seconds: 12 });
  record(recorder, footage, tenMs);
  recorder.runEnd('clock');
  // Set back by exactly the length of the first.
  record(recorder, footage, tenMs);
  await recorder.close();
  assert.equal(names().length, 2);
  for (const name of names()) assert.equal(decode(openWithAge(place, file(name))).pictures, 12 * 25);
});

test('a camera that falls silent right after its recording was cut is lost since its last picture', async () => {
  const { recorder, library, id, setNow } = setUp();
  const { init, fragments } = makeFootage({ seconds: 12, keyframeEvery: 4 });
  recorder.run({ init, startMs: tenMs });
  const give = (some: Fragment[]): void => {
    for (const fragment of some)
      recorder.fragment(fragment, tenMs + (fragment.startSeconds + fragment.durationSeconds) * 1000);
  };
  give(fragments.filter(({ startSeconds }) => startSeconds < 3.9));
  await recorder.cut();
  give(fragments.filter(({ startSeconds }) => startSeconds >= 4.9 && startSeconds < 7.9));
  // Five seconds without a picture are noticed.
  setNow(tenMs + 13_000);
  recorder.runEnd('lost');
  await recorder.close();
  setNow(tenMs + 20_000);
  assert.deepEqual(
    (await library.spans(id, tenMs, tenMs + 13_000)).map((span) => [
      (span.fromMs - tenMs) / 1000,
      span.kind === 'gap' ? span.cause : span.kind,
    ]),
    [
      [0, 'recorded'],
      [4, 'deleted'],
      [8, 'lost'],
    ],
  );
});

/** Recording around events, by the real recorder and reader: what memory held is there at its true times. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Span } from '../../../main/contract/model.ts';
import type { QuietCause, Wanted } from '../../../main/contract/recordingPlan.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Gate } from '../../../main/core/recorder/gate.ts';
import { PreRollMemory } from '../../../main/core/recorder/preRoll.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { decode, type Footage, makeFootage, makeVault, openWithAge, type Place, tenMs } from './footage.ts';

const event: Wanted = { records: true, because: 'event', untilMs: null };
const no = (cause: QuietCause): Wanted => ({ records: false, cause, untilMs: null });
const waiting = no('noEvent');

let place: Place;
before(async () => {
  place = await makeVault();
});
after(() => place.remove());

let cameras = 0;

class Bench {
  readonly id = (++cameras).toString(16).padStart(16, 'c');
  readonly memory: PreRollMemory;
  readonly library: Library;
  readonly recorder: Recorder;
  readonly gate: Gate;
  nowMs = tenMs;

  constructor(memory = new PreRollMemory()) {
    this.memory = memory;
    const now = (): number => this.nowMs;
    this.library = new Library({ vault: place.vault, now });
    this.recorder = new Recorder({
      ...{ cameraId: this.id, vault: place.vault, library: this.library, now },
      on: { state: () => undefined },
    });
    this.gate = new Gate(this.recorder, memory);
  }

  /** Hands the fragments that end up to that second on, each when it is whole; the run begins at 10:00:00. */
  *play({ fragments }: Footage): Generator<undefined, void, number> {
    let untilSeconds = yield;
    for (const fragment of fragments) {
      const endSeconds = fragment.startSeconds + fragment.durationSeconds;
      while (endSeconds > untilSeconds + 0.001) untilSeconds = yield;
      this.nowMs = tenMs + endSeconds * 1000;
      this.gate.fragment(fragment, this.nowMs);
    }
  }

  begin(footage: Footage): (second: number) => void {
    this.gate.run({ init: footage.init, startMs: tenMs });
    const playing = this.play(footage);
    playing.next();
    return (second) => {
      playing.next(second);
      this.nowMs = tenMs + second * 1000;
    };
  }

  want(wanted: Wanted, preRollSeconds = 10): void {
    this.gate.want(wanted, preRollSeconds, this.nowMs);
  }

  async end(): Promise<[number, number, string][]> {
    this.gate.close();
    await this.recorder.close();
    const spans: Span[] = await this.library.spans(this.id, tenMs, tenMs + 3_600_000);
    return spans.map((span) => [
      Math.round((span.fromMs - tenMs) / 100) / 10,
      Math.round((span.toMs - tenMs) / 100) / 10,
      span.kind === 'gap' ? span.cause : 'recorded',
    ]);
  }

  files(): string[] {
    const folder = place.vault.path('recordings', this.id, '2026-11-20');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.mp4.age'))
      .map((name) => `${folder}/${name}`);
  }
}

/** 60 s with a keyframe every 2 s. */
function minute(): Footage {
  return makeFootage({ seconds: 60, size: '160x90', framesPerSecond: 5, keyframeEvery: 2 });
}

test('nothing is written before an event; then it begins with its pre-roll and ends with the next keyframe', async () => {
  const bench = new Bench();
  bench.want(waiting);
  const playTo = bench.begin(minute());
  playTo(25);
  assert.equal(bench.library.openRecording(bench.id), null);
  assert.deepEqual(await bench.library.cameras(), [], 'no file and no folder');
  bench.want(event);
  playTo(31);
  bench.want(waiting);
  playTo(50);
  assert.deepEqual(await bench.end(), [
    [14, 32, 'recorded'],
    [32, 50, 'noEvent'],
  ]);
  const [file = ''] = bench.files();
  const decoded = decode(openWithAge(place, file));
  assert.deepEqual(decoded, { errors: '', pictures: 18 * 5 });
  assert.equal(bench.memory.sizeBytes, 0);
});

test('what memory holds goes with what was recorded up to now, and an event after that begins later', async () => {
  const bench = new Bench();
  bench.want(waiting);
  const playTo = bench.begin(minute());
  playTo(25);
  await bench.gate.cut();
  playTo(29);
  bench.want(event);
  playTo(31);
  bench.want(waiting);
  playTo(50);
  assert.deepEqual((await bench.end())[0], [26, 32, 'recorded']);
});

test('of two events near each other nothing is lost between, and nothing is recorded twice', async () => {
  const bench = new Bench();
  bench.want(waiting, 10);
  const playTo = bench.begin(minute());
  playTo(11);
  bench.want(event, 10);
  playTo(13);
  bench.want(waiting, 10);
  playTo(19);
  bench.want(event, 10);
  playTo(25);
  assert.deepEqual(await bench.end(), [[0, 25, 'recorded']]);
});

test('without a pre-roll an event is recorded from the keyframe before it', async () => {
  const bench = new Bench();
  bench.want(waiting, 0);
  const playTo = bench.begin(minute());
  playTo(21);
  bench.nowMs += 400;
  bench.want(event, 0);
  playTo(25);
  assert.deepEqual(await bench.end(), [[20, 25, 'recorded']]);
});

test('what came before the connection was lost is still there for an event that is told afterwards', async () => {
  const bench = new Bench();
  bench.want(waiting, 5);
  const playTo = bench.begin(minute());
  playTo(20);
  bench.gate.runEnd('lost');
  bench.nowMs += 1000;
  bench.want(event, 5);
  bench.nowMs += 4000;
  assert.deepEqual(await bench.end(), [
    [16, 20, 'recorded'],
    [20, 25, 'lost'],
  ]);
});

test('while an event is awaited a lost camera is lost; outside its hours it is outside its hours', async () => {
  const bench = new Bench();
  bench.want(event);
  const playTo = bench.begin(minute());
  playTo(10);
  bench.want(waiting);
  playTo(20);
  bench.gate.runEnd('lost');
  bench.nowMs = tenMs + 30_000;
  bench.want(no('schedule'));
  bench.nowMs = tenMs + 40_000;
  bench.want(waiting);
  bench.nowMs = tenMs + 50_000;
  bench.gate.run({ init: minute().init, startMs: bench.nowMs });
  bench.nowMs = tenMs + 60_000;
  assert.deepEqual(await bench.end(), [
    [0, 10, 'recorded'],
    [10, 20, 'noEvent'],
    [20, 30, 'lost'],
    [30, 40, 'schedule'],
    [40, 50, 'lost'],
    [50, 60, 'noEvent'],
  ]);
});

test('hours end to the second, and privacy at once', async () => {
  const hours = new Bench();
  hours.want(event);
  const playHours = hours.begin(minute());
  playHours(15);
  hours.want(no('schedule'));
  playHours(30);
  assert.deepEqual(await hours.end(), [
    [0, 15, 'recorded'],
    [15, 30, 'schedule'],
  ]);
  const hidden = new Bench();
  hidden.want(event);
  const playHidden = hidden.begin(minute());
  playHidden(15);
  hidden.want(no('privacy'));
  assert.equal(hidden.memory.sizeBytes, 0);
  playHidden(30);
  hidden.want(event);
  playHidden(40);
  assert.deepEqual(await hidden.end(), [
    [0, 15, 'recorded'],
    [15, 30, 'privacy'],
    [30, 40, 'recorded'],
  ]);
});

test('all pre-rolls together stay within their bytes: the oldest goes first, and the newest is there', async () => {
  const footage = minute();
  const sizeBytes = footage.fragments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const memory = new PreRollMemory(sizeBytes / 2);
  const [one, other] = [new Bench(memory), new Bench(memory)];
  const plays = [one, other].map((bench) => {
    bench.want(waiting, 60);
    return bench.begin(footage);
  });
  for (let second = 1; second <= 60; second++) {
    for (const playTo of plays) playTo(second);
    assert.ok(memory.sizeBytes <= sizeBytes / 2);
  }
  for (const bench of [one, other]) bench.want(event, 60);
  assert.ok(memory.sizeBytes > 0, 'what is being written counts');
  for (const bench of [one, other]) {
    const [first] = await bench.end();
    assert.ok(first);
    const [from, to] = first;
    assert.equal(to, 60);
    assert.ok(from > 20 && from < 56 && from % 2 === 0, `from a keyframe on: ${from}`);
  }
  assert.equal(memory.sizeBytes, 0);
});

test('a camera of a very high rate takes no room of the others', async () => {
  const [small, large] = [
    minute(),
    makeFootage({ seconds: 60, size: '640x360', framesPerSecond: 5, keyframeEvery: 2 }),
  ];
  const bytesOf = ({ fragments }: Footage): number => fragments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const mostBytes = 2 * bytesOf(small);
  assert.ok(bytesOf(large) > 1.5 * mostBytes);
  const memory = new PreRollMemory(mostBytes);
  const benches = [small, large].map((footage) => {
    const bench = new Bench(memory);
    bench.want(waiting, 60);
    return { bench, playTo: bench.begin(footage) };
  });
  for (let second = 1; second <= 58; second++) {
    for (const { playTo } of benches) playTo(second);
    assert.ok(memory.sizeBytes <= mostBytes);
  }
  const from: number[] = [];
  for (const { bench } of benches) {
    bench.want(event, 60);
    from.push((await bench.end())[0]?.[0] ?? NaN);
  }
  assert.equal(from[0], 0, 'the small one has all of it');
  assert.ok((from[1] ?? 0) >= 20 && (from[1] ?? 0) < 58, `the large one what is left: ${from[1]}`);
});

test('a pre-roll that a disk takes slowly is not taken for one that does not keep up', async () => {
  const bench = new Bench();
  bench.want(waiting, 60);
  const playTo = bench.begin(minute());
  playTo(58);
  bench.want(event, 60);
  assert.deepEqual(await bench.end(), [[0, 58, 'recorded']], 'more than the queue’s 30 s');
});

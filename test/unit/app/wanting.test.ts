/** When a camera is wanted, as its events, hours and privacy come and go; by a clock that the test sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ear, type HeardEvent, Wanting } from '../../../main/app/wanting.ts';
import type { Camera } from '../../../main/contract/model.ts';
import { daysOfWeek, firstPlan, type RecordingPlan } from '../../../main/contract/recordingPlan.ts';
import { nextEdge } from '../../../main/core/recorder/decide.ts';

const id = '00112233445566aa';
const startMs = Date.UTC(2026, 10, 20, 12);

function cameraOf(plan: Partial<RecordingPlan>): Camera {
  return {
    ...{ id, name: 'Front door', kind: 'onvif', host: '127.0.0.1', port: 80, path: '' },
    ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0 },
    ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, paused: false },
    plan: { ...firstPlan, postRollSeconds: 30, ...plan },
  };
}

/** What a camera's events are, as the test says. */
class Told implements Ear {
  state: ReturnType<Ear['heard']> = 'heard';
  going = false;
  listener: (event: HeardEvent) => void = () => undefined;

  active(): boolean {
    return this.going;
  }

  heard(): ReturnType<Ear['heard']> {
    return this.state;
  }

  watch(listener: (event: HeardEvent) => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  begins(fromMs: number, kind = 'motion'): void {
    this.going = true;
    this.listener({ cameraId: id, kind, fromMs, toMs: null });
  }

  ends(fromMs: number, toMs: number, kind = 'motion'): void {
    this.going = false;
    this.listener({ cameraId: id, kind, fromMs, toMs });
  }
}

function setUp(plan: Partial<RecordingPlan> = { mode: 'events' }) {
  const ear = new Told();
  const said: [second: number, what: string, fromSecond: number][] = [];
  let nowMs = startMs;
  let setBackMs = 0;
  const second = (atMs: number): number => (atMs - startMs) / 1000;
  const wanting = new Wanting({
    ear,
    now: () => nowMs - setBackMs,
    steadyMs: () => nowMs,
    on: {
      changed: (_camera, wanted, fromMs) =>
        said.push([second(nowMs), wanted.records ? wanted.because : wanted.cause, second(fromMs)]),
    },
  });
  wanting.set(cameraOf(plan));
  return {
    ...{ ear, said, wanting },
    at: (atSecond: number): void => {
      nowMs = startMs + atSecond * 1000;
      wanting.look();
    },
    setBack: (seconds: number): void => {
      setBackMs += seconds * 1000;
      wanting.look();
    },
  };
}

test('an event is wanted from its own beginning on, and for its post-roll', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  at(10);
  ear.begins(startMs + 8500);
  at(20);
  ear.ends(startMs + 8500, startMs + 19_000);
  at(48);
  at(49);
  assert.deepEqual(
    said.map(([second, what, from]) => [second, what, from]),
    [
      [0, 'noEvent', 0],
      [10, 'event', 8.5],
      [20, 'event', 8.5],
      [49, 'noEvent', 49],
    ],
  );
});

test('a moment is an event too; what a camera reports of its own disk is none', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  at(5);
  ear.ends(startMs + 5000, startMs + 5000, 'other');
  assert.equal(said.at(-1)?.[1], 'noEvent');
  ear.ends(startMs + 5000, startMs + 5000, 'doorBell');
  assert.deepEqual(said.at(-1), [5, 'event', 5]);
  at(35);
  assert.equal(said.at(-1)?.[1], 'noEvent');
});

test('an event with the time of a camera whose clock is wrong is one of now, or of a minute ago', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  at(100);
  ear.begins(startMs - 5_000_000);
  assert.deepEqual(said.at(-1), [100, 'event', 40]);
  at(101);
  ear.ends(startMs, startMs + 9_000_000_000);
  at(132);
  assert.equal(said.at(-1)?.[1], 'noEvent', 'an end in the future keeps nothing recorded');
});

test('events are waited for while their connection is made; then everything is recorded until they are heard', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  ear.state = 'connecting';
  at(10);
  assert.equal(said.at(-1)?.[1], 'noEvent');
  at(21);
  assert.equal(said.at(-1)?.[1], 'unheard');
  ear.state = 'heard';
  at(22);
  assert.equal(said.at(-1)?.[1], 'noEvent');
  for (const state of ['lost', 'none'] as const) {
    ear.state = state;
    at(23);
    assert.equal(said.at(-1)?.[1], 'unheard', state);
    ear.state = 'heard';
    at(24);
  }
});

test('events are recorded to the end of their post-roll also when the clock was set back after one of them', (t) => {
  const { ear, said, wanting, at, setBack } = setUp();
  t.after(() => wanting.close());
  at(100);
  ear.ends(startMs + 100_000, startMs + 100_000, 'doorBell');
  setBack(3600);
  at(200);
  const nowMs = startMs + 200_000 - 3_600_000;
  ear.ends(nowMs, nowMs, 'doorBell');
  assert.equal(said.at(-1)?.[1], 'event');
  at(229);
  assert.equal(said.at(-1)?.[1], 'event');
  at(230);
  assert.deepEqual(said.at(-1)?.slice(0, 2), [230, 'noEvent']);
});

test('an event that lasts when the hours begin is wanted from then on, and not since it began', (t) => {
  const nextHour = new Date(startMs + 3_600_000).getHours();
  const hours = Array.from({ length: daysOfWeek }, () => 2 ** nextHour);
  const beginsMs = nextEdge(hours, startMs);
  assert.ok(beginsMs);
  const beginsSecond = (beginsMs - startMs) / 1000;
  const { ear, said, wanting, at } = setUp({ mode: 'events', hours });
  t.after(() => wanting.close());
  at(beginsSecond - 100);
  ear.begins(startMs + (beginsSecond - 100) * 1000);
  at(beginsSecond + 0.5);
  assert.deepEqual(said, [
    [0, 'schedule', 0],
    [beginsSecond + 0.5, 'event', beginsSecond],
  ]);
});

test('an event that lasts when privacy ends is wanted from then on', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  wanting.setPrivacy({ sinceMs: startMs, untilMs: null });
  at(10);
  ear.begins(startMs + 10_000);
  at(20);
  wanting.setPrivacy(null);
  assert.deepEqual(said.at(-1), [20, 'event', 20]);
});

test('events are waited for no longer when the clock is set back meanwhile', (t) => {
  const { ear, said, wanting, at, setBack } = setUp();
  t.after(() => wanting.close());
  ear.state = 'connecting';
  at(10);
  setBack(3600);
  at(21);
  assert.equal(said.at(-1)?.[1], 'unheard');
});

test('privacy comes before an event, and what follows it is as the plan says', (t) => {
  const { ear, said, wanting, at } = setUp();
  t.after(() => wanting.close());
  ear.begins(startMs);
  wanting.setPrivacy({ sinceMs: startMs, untilMs: startMs + 60_000 });
  assert.equal(said.at(-1)?.[1], 'privacy');
  at(59);
  assert.equal(said.at(-1)?.[1], 'privacy');
  at(60);
  assert.equal(said.at(-1)?.[1], 'privacy', 'the clock may have been set: whoever began it ends it');
  wanting.setPrivacy(null);
  assert.equal(said.at(-1)?.[1], 'event');
});

test('an hour that began while the computer slept began when it did', (t) => {
  const hours = Array.from({ length: 7 }, () => 1 << new Date(startMs + 3_600_000).getHours());
  const { said, wanting, at } = setUp({ mode: 'always', hours });
  t.after(() => wanting.close());
  at(3600 + 1200);
  assert.deepEqual(said, [
    [0, 'schedule', 0],
    [4800, 'always', 3600],
  ]);
});

test('a camera that is forgotten is decided about no more', (t) => {
  const { ear, said, wanting } = setUp();
  t.after(() => wanting.close());
  wanting.forget(id);
  ear.begins(startMs);
  assert.equal(said.length, 1);
});

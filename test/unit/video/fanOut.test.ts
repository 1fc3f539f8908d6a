import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AudioConfig, VideoConfig } from '../../../main/contract/stream.ts';
import { FanOut, type Origin, type Viewer } from '../../../main/core/video/fanOut.ts';
import type { MediaFrame } from '../../../main/core/video/flv.ts';

const video: VideoConfig = {
  codec: 'avc1.42c015',
  widthPixels: 160,
  heightPixels: 120,
  description: new Uint8Array([1]),
};
const origin: Origin = { role: 'main', intake: 'rtsp' };
const audio: AudioConfig = { codec: 'alaw', sampleRate: 8000, channels: 1, description: new Uint8Array(0) };

function frame(timeMs: number, keyframe = false, sizeBytes = 10): MediaFrame {
  return { track: 'video', keyframe, timeMs, data: new Uint8Array(sizeBytes) };
}

function sound(timeMs: number): MediaFrame {
  return { track: 'audio', keyframe: true, timeMs, data: new Uint8Array(1) };
}

/** Writes down what it is given: 'config', 'config+audio', the frames' times, times with an r where replayed. */
class Diary implements Viewer {
  readonly lines: string[] = [];
  config(_video: VideoConfig, withAudio: AudioConfig | null): void {
    this.lines.push(withAudio ? 'config+audio' : 'config');
  }
  frame({ timeMs }: MediaFrame, _arrivalMs: number, replayed: boolean): void {
    this.lines.push(`${timeMs}${replayed ? 'r' : ''}`);
  }
  state(): void {
    this.lines.push('state');
  }
}

test('a viewer gets the configuration, then frames from a keyframe on', () => {
  const fanOut = new FanOut();
  const diary = new Diary();
  fanOut.watch(diary);
  fanOut.video(video, origin);
  fanOut.frame(frame(0), 0);
  fanOut.frame(sound(10), 0);
  fanOut.frame(frame(40, true), 0);
  fanOut.frame(sound(50), 0);
  fanOut.frame(frame(80), 0);
  assert.deepEqual(diary.lines, ['config', '40', '50', '80']);
});

test('a viewer who comes later gets the pictures since the last keyframe, and no old sound', () => {
  const fanOut = new FanOut();
  fanOut.video(video, origin);
  for (const next of [frame(0, true), frame(40), frame(80, true), sound(90), frame(120)]) fanOut.frame(next, 0);
  const diary = new Diary();
  fanOut.watch(diary);
  fanOut.frame(frame(160), 0);
  assert.deepEqual(diary.lines, ['config', '80r', '120r', '160']);
});

test('a viewer who has gone gets nothing more', () => {
  const fanOut = new FanOut();
  const diary = new Diary();
  const stop = fanOut.watch(diary);
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true), 0);
  stop();
  stop();
  fanOut.frame(frame(40), 0);
  fanOut.state({ state: 'off' });
  assert.deepEqual(diary.lines, ['config', '0']);
});

test('the sound is told when it is known, without waiting for a keyframe', () => {
  const fanOut = new FanOut();
  const diary = new Diary();
  fanOut.watch(diary);
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true), 0);
  fanOut.audio(audio);
  fanOut.frame(sound(20), 0);
  assert.deepEqual(diary.lines, ['config', '0', 'config+audio', '20']);
});

test('a new picture configuration holds from the next keyframe on', () => {
  const fanOut = new FanOut();
  const diary = new Diary();
  fanOut.watch(diary);
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true), 0);
  fanOut.video({ ...video }, origin);
  fanOut.frame(frame(40), 0);
  fanOut.frame(frame(80, true), 0);
  assert.deepEqual(diary.lines, ['config', '0', 'config', '80']);
});

test('after a reset nothing of the past is shown', () => {
  const fanOut = new FanOut();
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true), 0);
  fanOut.reset();
  const diary = new Diary();
  fanOut.watch(diary);
  fanOut.frame(frame(40, true), 0);
  assert.deepEqual(diary.lines, []);
  fanOut.video(video, origin);
  fanOut.frame(frame(80, true), 0);
  assert.deepEqual(diary.lines, ['config', '80']);
});

test('what is kept is bounded: beyond it a new viewer waits for the next keyframe', () => {
  const fanOut = new FanOut();
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true, 15 * 2 ** 20), 0);
  const early = new Diary();
  fanOut.watch(early);
  fanOut.frame(frame(40, false, 2 * 2 ** 20), 0);
  fanOut.frame(frame(80), 0);
  assert.deepEqual(early.lines, ['config', '0r', '40', '80']);
  const late = new Diary();
  fanOut.watch(late);
  fanOut.frame(frame(120), 0);
  fanOut.frame(frame(160, true), 0);
  assert.deepEqual(late.lines, ['config', '160']);
});

test('a camera that never sends a second keyframe does not fill the memory', () => {
  const fanOut = new FanOut();
  fanOut.video(video, origin);
  fanOut.frame(frame(0, true), 0);
  for (let index = 1; index < 5000; index++) fanOut.frame(frame(index * 40), 0);
  const late = new Diary();
  fanOut.watch(late);
  assert.deepEqual(late.lines, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Camera, StreamInfo, StreamState } from '../../../main/contract/model.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { roleFor, tileState, type PictureFacts } from '../../../renderer/state/tileState.ts';

const nowMs = 1_800_000_000_000;
const live: StreamState = { state: 'live', sinceMs: nowMs - 60_000 };

function stream(role: 'main' | 'sub', widthPixels: number): StreamInfo {
  const heightPixels = (widthPixels * 9) / 16;
  return { role, video: 'H.264', widthPixels, heightPixels, framesPerSecond: 25, bitsPerSecond: null, audio: null };
}

function camera(streams: StreamInfo[]): Camera {
  return {
    id: '00000000000000a0',
    name: 'Front door',
    kind: 'onvif',
    host: '192.168.1.20',
    port: 80,
    path: '',
    maker: '',
    model: '',
    firmware: '',
    serial: '',
    streams,
    moves: null,
    allowsClearPassword: false,
    recordsSound: false,
    keepDays: null,
    plan: firstPlan,
    paused: false,
    addedMs: 0,
  };
}

const both = camera([stream('main', 2560), stream('sub', 640)]);

function facts(change: Partial<PictureFacts>): PictureFacts {
  const shown = { stream: live, shown: {}, pictureMs: nowMs - 40, staleAfterMs: 700, inSightSinceMs: nowMs - 60_000 };
  return { ...shown, trouble: null, notShown: null, ...change };
}

test('a picture is live until it is older than it may be, and then says how old it is', () => {
  assert.deepEqual(tileState(both, live, facts({}), nowMs), { is: 'live' });
  const pictureMs = nowMs - 4200;
  assert.deepEqual(tileState(both, live, facts({ pictureMs }), nowMs), {
    ...{ is: 'stale', ageMs: 4200, pictureMs, awaited: false },
  });
});

test('a picture that comes back into sight is old, and missing only when the next one does not come', () => {
  const pictureMs = nowMs - 3200;
  const at = (inSightMs: number): unknown =>
    tileState(both, live, facts({ pictureMs, inSightSinceMs: nowMs - inSightMs }), nowMs);
  const stale = { is: 'stale', ageMs: 3200, pictureMs };
  assert.deepEqual(at(0), { ...stale, awaited: true });
  assert.deepEqual(at(699), { ...stale, awaited: true });
  assert.deepEqual(at(700), { ...stale, awaited: false });
  // It stopped while it was seen.
  assert.deepEqual(at(3300), { ...stale, awaited: false });
});

test('a tile says within a second that its picture stopped', () => {
  for (const ageMs of [750, 1000]) {
    assert.equal(tileState(both, live, facts({ pictureMs: nowMs - ageMs }), nowMs).is, 'stale');
  }
});

test('a connection that brought no picture yet waits for it, and an older picture does not stand in', () => {
  const waiting = { is: 'connecting', sinceMs: live.sinceMs, answered: true };
  assert.deepEqual(tileState(both, live, facts({ pictureMs: null, shown: null }), nowMs), waiting);
  assert.deepEqual(tileState(both, live, facts({ pictureMs: live.sinceMs - 5000 }), nowMs), waiting);
});

test('a lost camera stays lost while it is tried again, until it answers', () => {
  const trouble = { state: 'lost', sinceMs: nowMs - 600_000, cause: 'noAnswer', nextTryMs: nowMs - 10 } as const;
  const trying: StreamState = { state: 'connecting', sinceMs: nowMs - 900, answered: false };
  const tried = tileState(both, null, facts({ stream: trying, trouble }), nowMs);
  assert.deepEqual(tried, { is: 'lost', sinceMs: trouble.sinceMs, cause: 'noAnswer', nextTryMs: nowMs });
  const answered = tileState(both, null, facts({ stream: { ...trying, answered: true }, trouble }), nowMs);
  assert.equal(answered.is, 'connecting');
});

test('a refused password is said, also while the recorded stream is all that is known', () => {
  const refused: Extract<StreamState, { state: 'refused' }> = {
    state: 'refused',
    sinceMs: nowMs - 1000,
    nextTryMs: nowMs + 1000,
    code: 'passwordRefused',
  };
  const state = tileState(both, refused, facts({ stream: null, shown: null, pictureMs: null }), nowMs);
  assert.deepEqual(state, { is: 'refused', sinceMs: refused.sinceMs, code: 'passwordRefused' });
  const missing = tileState(both, { ...refused, code: 'passwordMissing' }, facts({ stream: null, shown: null }), nowMs);
  assert.deepEqual(missing, { is: 'refused', sinceMs: refused.sinceMs, code: 'passwordMissing' });
});

test('a stream that cannot be shown is named with its size, and whether there is another', () => {
  const alone = camera([{ ...stream('main', 3840), video: 'H.265' }]);
  const notShown = { role: 'main', widthPixels: 0, heightPixels: 0 } as const;
  const state = tileState(alone, live, facts({ notShown, shown: null, pictureMs: null }), nowMs);
  assert.deepEqual(state, {
    is: 'notShown',
    codec: 'H.265',
    widthPixels: 3840,
    heightPixels: 2160,
    alone: true,
    paused: false,
  });
  const other = tileState(both, live, facts({ notShown }), nowMs);
  assert.equal(other.is, 'live', 'what is shown in its place is live');
});

test('the stream follows the width of its place, and a wall of nine keeps to sub streams', () => {
  assert.equal(roleFor(both, 460, 4), 'sub');
  assert.equal(roleFor(both, 1376, 1), 'main');
  assert.equal(roleFor(both, 920, 9), 'sub');
  assert.equal(roleFor(both, 100, 16, 'main'), 'main', 'pinned');
  assert.equal(roleFor(both, 1376, 1, 'sub'), 'sub', 'pinned');
  assert.equal(roleFor(camera([stream('sub', 640)]), 100, 16, 'main'), 'sub', 'pinned to one that it has not');
  assert.equal(roleFor(camera([stream('main', 1920)]), 100, 16), 'main');
  assert.equal(roleFor(camera([stream('sub', 640)]), 1900, 1), 'sub');
});

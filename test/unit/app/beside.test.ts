/** When a camera is asked for another connection beside the one that is recorded, and when it is left alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beside } from '../../../main/app/beside.ts';

const hourMs = 3_600_000;

test('a camera that refuses is asked again after an hour', () => {
  const beside = new Beside();
  assert.equal(beside.mayAsk(0), true);
  beside.refused(0);
  assert.equal(beside.mayAsk(hourMs - 1), false);
  assert.equal(beside.waitMs(0), hourMs);
  assert.equal(beside.mayAsk(hourMs), true);
});

test('a recording that is lost soon after another connection began is believed to be lost for it the second time', () => {
  const beside = new Beside();
  beside.began(0);
  assert.equal(beside.recordingLost(3000, false), true);
  assert.equal(beside.mayAsk(60_000), false);
  assert.equal(beside.mayAsk(63_000), true);
  beside.began(63_000);
  assert.equal(beside.recordingLost(64_000, false), true);
  assert.equal(beside.mayAsk(hourMs * 2), false);
  const tomorrowMs = 64_000 + 24 * hourMs;
  assert.equal(beside.mayAsk(tomorrowMs), true);
  beside.began(tomorrowMs);
  assert.equal(beside.recordingLost(tomorrowMs + 1000, false), true);
  assert.equal(beside.mayAsk(tomorrowMs + hourMs), false, 'once more is enough then');
});

test('a recording that is lost later says nothing, and takes back an earlier suspicion', () => {
  const beside = new Beside();
  beside.began(0);
  assert.equal(beside.recordingLost(1000, false), true);
  beside.began(100_000);
  assert.equal(beside.recordingLost(200_000, false), false);
  beside.began(200_000);
  assert.equal(beside.recordingLost(201_000, false), true);
  assert.equal(beside.mayAsk(300_000), true);
});

test('a camera that starts anew loses both, which is suspicious only when it happens again at once', () => {
  const beside = new Beside();
  beside.began(0);
  assert.equal(beside.recordingLost(1000, true), false);
  assert.equal(beside.mayAsk(1000), true);
  beside.began(2000);
  assert.equal(beside.recordingLost(3000, true), true);
  assert.equal(beside.mayAsk(3000), false);
});

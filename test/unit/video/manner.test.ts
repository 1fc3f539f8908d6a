import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionEnd } from '../../../main/core/video/connection.ts';
import { Manner } from '../../../main/core/video/manner.ts';

type End = Pick<ConnectionEnd, 'cause' | 'elsewhere' | 'hadPictures'>;

function end(cause: End['cause'], more: Partial<End> = {}): End {
  return { cause, elsewhere: false, hadPictures: false, ...more };
}

const wishes = { record: true, convert: false, sound: true, onlyRtsp: false };
const shown = { ...wishes, record: false, sound: false };

test('what is recorded or converted goes by ffmpeg, what is only shown by our own RTSP', () => {
  assert.equal(new Manner(wishes).by, 'ffmpeg');
  assert.equal(new Manner({ ...shown, convert: true }).by, 'ffmpeg');
  assert.equal(new Manner(shown).by, 'rtsp');
});

test('a recording that cannot be read is tried with a longer look, then without the sound, then from the beginning', () => {
  const manner = new Manner(wishes);
  assert.deepEqual(manner.learn(end('garbage')), { again: true });
  assert.deepEqual([manner.probe, manner.sound], ['long', true]);
  assert.deepEqual(manner.learn(end('failed')), { again: true, withoutSound: true });
  assert.deepEqual([manner.probe, manner.sound], ['long', false]);
  assert.deepEqual(manner.learn(end('codec')), { again: false });
  assert.deepEqual([manner.probe, manner.sound], ['short', true]);
});

test('a recording that had pictures needs no longer look', () => {
  const manner = new Manner(wishes);
  assert.deepEqual(manner.learn(end('failed', { hadPictures: true })), { again: true, withoutSound: true });
});

test('an end that is the network’s or the password’s teaches nothing', () => {
  const manner = new Manner(wishes);
  for (const cause of ['network', 'noAnswer', 'refused', 'stalled', 'closed'] as const)
    assert.deepEqual(manner.learn(end(cause)), { again: false }, cause);
  assert.deepEqual([manner.by, manner.probe, manner.sound], ['ffmpeg', 'short', true]);
});

test('what our own RTSP does not speak, or brings no picture of, goes by ffmpeg; alone it stays', () => {
  for (const one of [end('codec', { elsewhere: true }), end('stalled'), end('closed')]) {
    const manner = new Manner(shown);
    assert.deepEqual(manner.learn(one), { again: true });
    assert.equal(manner.by, 'ffmpeg');
    const alone = new Manner({ ...shown, onlyRtsp: true });
    assert.deepEqual(alone.learn(one), { again: false });
    assert.equal(alone.by, 'rtsp');
  }
  const manner = new Manner(shown);
  assert.deepEqual(manner.learn(end('stalled', { hadPictures: true })), { again: false });
  assert.equal(manner.by, 'rtsp');
});

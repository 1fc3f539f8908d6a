/** What a tile says when there is no picture: the fact, and what to do about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tileWords } from '../../../renderer/parts/tileWords.ts';
import type { TileState } from '../../../renderer/state/tileState.ts';

const notShown: TileState & { is: 'notShown' } = {
  ...{ is: 'notShown', codec: 'H.265', widthPixels: 2560, heightPixels: 1440 },
  ...{ alone: false, paused: false },
};

test('a codec that cannot be shown says what to change on the camera, and that recording goes on', () => {
  const words = tileWords(notShown, 0);
  assert.equal(words?.heading, 'Recording, not shown');
  assert.match(words.sentence, /^This computer cannot show H\.265 at 2560 × 1440\. Set .*H\.264/);
  assert.equal(words.missing, false, 'it is recorded, so nothing is missing');
});

test('where there is no other stream, that is said', () => {
  const words = tileWords({ ...notShown, alone: true, widthPixels: 0, heightPixels: 0 }, 0);
  assert.match(
    words?.sentence ?? '',
    /^This computer cannot show H\.265, and the camera has no other stream\. Set .*H\.264/,
  );
});

test('a camera whose recording is paused is not said to be recorded', () => {
  assert.equal(tileWords({ ...notShown, paused: true }, 0)?.heading, 'Not shown');
});

test('over a picture nothing is said', () => {
  assert.equal(tileWords({ is: 'live' }, 0), null);
  assert.equal(tileWords({ is: 'stale', ageMs: 4000, pictureMs: 0, awaited: false }, 0), null);
});

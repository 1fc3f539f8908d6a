/** A feed that cannot ask for its camera's address or connect to it, through no fault of the camera's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bad, good } from '../../../main/contract/problems.ts';
import { WatchedFeed } from './watchedFeed.ts';

test('a defect in asking for the address is told, and the camera is tried again', async () => {
  let asked = 0;
  const feed = new WatchedFeed(() => {
    asked++;
    return asked === 1 ? Promise.reject(new Error('a defect')) : Promise.resolve(bad({ code: 'noSuchHost', host: '' }));
  });
  try {
    await feed.until('the first try', () => feed.states.includes('lost failed'));
    assert.deepEqual(
      feed.all('defect').map(({ error }) => error),
      [new Error('a defect')],
    );
    feed.feed.retryNow();
    await feed.until('the second try', () => feed.states.includes('lost noSuchHost'));
  } finally {
    await feed.feed.close();
  }
});

test('a defect in connecting is told, and the camera is tried again', async () => {
  let asked = 0;
  const broken = new Error('a defect');
  const feed = new WatchedFeed(
    () => {
      asked++;
      if (asked > 1) return Promise.resolve(bad({ code: 'noSuchHost', host: '' }));
      const url = 'rtsp://127.0.0.1:1/live';
      // Its codec cannot be read.
      const source = {
        url,
        credentials: null,
        audio: null,
        get video(): never {
          throw broken;
        },
      };
      return Promise.resolve(good(source));
    },
    { record: false },
  );
  try {
    await feed.until('the first try', () => feed.states.includes('lost failed'));
    assert.deepEqual(
      feed.all('defect').map(({ error }) => error),
      [broken],
    );
    feed.feed.retryNow();
    await feed.until('the second try', () => feed.states.includes('lost noSuchHost'));
  } finally {
    await feed.feed.close();
  }
});

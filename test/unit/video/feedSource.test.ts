/** A feed whose camera's address cannot be asked for, through no fault of the camera's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bad } from '../../../main/contract/problems.ts';
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

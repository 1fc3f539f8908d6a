/** What a notice says: with names, without, and of which state of a camera. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { troublesOf } from '../../../main/app/notices/troubles.ts';
import type { CameraStatus, GapCause, StreamState } from '../../../main/contract/model.ts';
import { noticeCauses } from '../../../main/contract/notices.ts';
import { en } from '../../../main/contract/text/en.ts';

const live: StreamState = { state: 'live', sinceMs: 0 };
const lost: StreamState = { state: 'lost', sinceMs: 0, cause: 'noAnswer', nextTryMs: 0 };
const refused: StreamState = { state: 'refused', sinceMs: 0, nextTryMs: 0, code: 'passwordRefused' };

function status(stream: StreamState, cause: GapCause | null, clockOffsetMs: number | null = 0): CameraStatus {
  return {
    ...{ cameraId: 'a', stream, clockOffsetMs, clockUncertaintyMs: null, bitsPerSecond: null },
    recording: cause ? { recording: false, cause, sinceMs: 0 } : { recording: true, sinceMs: 0 },
    wanted: { records: true, because: 'always', untilMs: null },
  };
}

function causes(one: CameraStatus): string[] {
  return troublesOf(one).map(({ cause }) => cause);
}

test('a camera is told by what keeps it from being recorded', () => {
  assert.deepEqual(causes(status(live, null)), []);
  assert.deepEqual(causes(status(lost, 'lost')), ['lost']);
  assert.deepEqual(causes(status(refused, 'refused')), ['refused']);
  assert.deepEqual(causes(status(live, 'diskFull')), ['stoppedFull']);
  assert.deepEqual(causes(status(live, 'diskGone')), ['stoppedGone']);
  assert.deepEqual(causes(status(live, 'notKeptUp')), ['stoppedBehind']);
  assert.deepEqual(causes(status(lost, 'codec')), ['stoppedCodec']);
  assert.deepEqual(causes(status({ state: 'connecting', sinceMs: 0, answered: false }, 'closed')), ['lost'], 'a start');
});

test('what the user does not want recorded is no trouble, but a camera whose events cannot be heard is', () => {
  for (const cause of ['paused', 'off', 'schedule', 'privacy'] as const) {
    const quiet: CameraStatus = { ...status(lost, cause), wanted: { records: false as const, cause, untilMs: null } };
    assert.deepEqual(causes(quiet), [], cause);
  }
  const awaits = { records: false as const, cause: 'noEvent' as const, untilMs: null };
  assert.deepEqual(causes({ ...status(live, 'noEvent'), wanted: awaits }), []);
  assert.deepEqual(causes({ ...status(lost, 'noEvent'), wanted: awaits }), ['lost']);
  assert.deepEqual(causes({ ...status(refused, 'noEvent'), wanted: awaits }), ['refused']);
});

test('a clock is told when it is far off, and while the camera answers', () => {
  assert.deepEqual(causes(status(live, null, -86_400_000)), ['clock']);
  assert.deepEqual(causes(status(live, null, 59_000)), []);
  assert.deepEqual(causes(status(live, null, null)), []);
  assert.deepEqual(causes(status(lost, 'lost', 86_400_000)), ['lost']);
});

test('no notice says a name that it was not given, and each has a fact and what to do', () => {
  const names = ['Driveway', 'Garden', 'Hallway', 'Attic', 'Cellar', 'Porch'];
  for (const cause of noticeCauses) {
    for (const count of [1, 2, 6]) {
      const without = en.notices.said(cause, { count, names: null, forMs: 130_000 });
      const given = en.notices.said(cause, { count, names: names.slice(0, count), forMs: 130_000 });
      for (const name of names) assert.ok(!`${without.title} ${without.body}`.includes(name), cause);
      assert.match(without.body, /\.$/, cause);
      assert.ok(without.title.length < 60 && without.body.length < 120, cause);
      assert.ok(given.title.length < 80, `${cause}: ${given.title}`);
    }
  }
  assert.deepEqual(en.notices.said('lost', { count: 1, names: ['Driveway'], forMs: 120_000 }), {
    title: 'Driveway is not recorded',
    body: 'Nothing has come from it for 2 min. Nightjar goes on trying.',
  });
  assert.equal(
    en.notices.said('lost', { count: 3, names: names.slice(0, 3), forMs: 0 }).title,
    'Driveway, Garden and Hallway are not recorded',
  );
  assert.equal(
    en.notices.said('refused', { count: 6, names, forMs: 0 }).title,
    'Driveway, Garden, Hallway, Attic and 2 more are not recorded',
  );
  assert.equal(en.notices.said('lost', { count: 2, names: null, forMs: 0 }).title, '2 cameras are not recorded');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fragment, Init } from '../../../main/core/video/fmp4.ts';
import { Runs } from '../../../main/core/video/runs.ts';

const init: Init = {
  bytes: new Uint8Array(0),
  mime: '',
  codecs: '',
  tracks: [],
  widthPixels: 1,
  heightPixels: 1,
  entries: [],
};

function fragment(
  startSeconds: number,
  keyframe: boolean,
  pictureStartSeconds: number | null = startSeconds,
): Fragment {
  return { bytes: new Uint8Array(1), startSeconds, durationSeconds: 1, pictureStartSeconds, keyframe };
}

function make(): { runs: Runs; told: string[] } {
  const told: string[] = [];
  const runs = new Runs({
    run: ({ startMs }) => told.push(`run ${startMs}`),
    fragment: ({ startSeconds }) => told.push(`fragment ${startSeconds}`),
    runEnd: (cause, sinceMs) => told.push(`end ${cause}${sinceMs === undefined ? '' : ` ${sinceMs}`}`),
  });
  runs.connect();
  return { runs, told };
}

test('media time 0 is when the first picture would have been there at the latest, had it not waited', () => {
  const { runs, told } = make();
  runs.init(init);
  // A burst of three, of which the last waited least.
  runs.picture(0, 10_300);
  runs.picture(40, 10_300);
  runs.picture(80, 10_300);
  runs.fragment(fragment(0, true), 11_300);
  assert.deepEqual(told, ['run 10220', 'fragment 0']);
});

test('a picture that begins behind the sound is placed by its own time', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.picture(1500, 10_000);
  runs.fragment(fragment(0, true, 1.4), 11_000);
  assert.deepEqual(told, ['run 8600', 'fragment 0']);
});

test('without a live output the first fragment says when it was', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.fragment(fragment(0, true), 11_000);
  assert.deepEqual(told, ['run 10000', 'fragment 0']);
});

test('a run begins with a keyframe', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.fragment(fragment(0, false, null), 11_000);
  runs.fragment(fragment(1, false), 12_000);
  runs.fragment(fragment(2, true), 13_000);
  runs.fragment(fragment(3, false), 14_000);
  assert.deepEqual(told, ['run 10000', 'fragment 2', 'fragment 3']);
});

test('when the clock is set, another run begins at the next keyframe by the new time', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.fragment(fragment(0, true), 11_000);
  runs.clockSet(3_600_000);
  runs.fragment(fragment(1, false), 3_612_000);
  runs.fragment(fragment(2, true), 3_613_000);
  assert.deepEqual(told, ['run 10000', 'fragment 0', 'end clock', 'run 3610000', 'fragment 2']);
});

test('a clock that is set before there is a run ends none', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.picture(0, 10_000);
  runs.clockSet(-5000);
  runs.fragment(fragment(0, true), 6000);
  assert.deepEqual(told, ['run 5000', 'fragment 0']);
});

test('each cause of a gap is told once, also before any run', () => {
  const { runs, told } = make();
  runs.end('lost');
  runs.end('lost');
  runs.end('refused');
  runs.init(init);
  runs.fragment(fragment(0, true), 11_000);
  runs.end('refused');
  runs.end('closed');
  runs.end('closed');
  assert.deepEqual(told, ['end lost', 'end refused', 'run 10000', 'fragment 0', 'end refused', 'end closed']);
});

test('another connection brings its own beginning', () => {
  const { runs, told } = make();
  runs.init(init);
  runs.fragment(fragment(0, true), 11_000);
  runs.end('lost');
  runs.connect();
  runs.fragment(fragment(0, true), 20_000);
  runs.init(init);
  runs.fragment(fragment(0, true), 21_000);
  assert.deepEqual(told.slice(2), ['end lost', 'run 20000', 'fragment 0']);
});

test('a cause without a run is told with its beginning, and once', () => {
  const { runs, told } = make();
  runs.end('lost', 5000);
  runs.end('lost', 6000);
  runs.end('refused', 7000);
  assert.deepEqual(told, ['end lost 5000', 'end refused 7000']);
});

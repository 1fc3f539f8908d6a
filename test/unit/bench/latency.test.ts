import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraOf, figuresOf, latencies, pushedTo } from '../../bench/latency.ts';
import type { Reading } from '../../bench/screenReader.ts';
import { Pushes } from '../../yard/film.ts';
import { frameNumberOf } from '../../yard/frameNumber.ts';

const reading: Reading = {
  numbers: [],
  dimmed: [],
  blanks: [],
  blankSamples: [],
  samples: 1000,
  beganMs: 10_000,
  endedMs: 11_000,
  intervalP50Ms: 1,
  intervalP99Ms: 1,
  cpuPercent: 1,
};

test('a picture is measured against the push to the program that showed it', () => {
  const recorded = { agent: 'Lavf/59', pushes: [1, 2, 3].map((number): [number, number] => [number, 9000 + number]) };
  const shown = { agent: 'Nightjar', pushes: [1, 2, 3].map((number): [number, number] => [number, 9500 + number]) };
  const first = { agent: 'Nightjar', pushes: [[1, 8000]] satisfies [number, number][] };
  const streams = [{ viewers: [first, shown, recorded] }];
  assert.equal(pushedTo(streams, /^Nightjar/).get(2), 9502);
  assert.equal(pushedTo(streams, /^Lavf/).get(2), 9002);
  assert.equal(pushedTo([{ viewers: [recorded] }], /^Nightjar/).get(2), 9002);
  assert.equal(pushedTo([{ viewers: [] }], /./).size, 0);
});

test('pictures whose push is not known, or that cannot be read, have no latency', () => {
  const pushed = new Map([
    [1, 100],
    [2, 140],
  ]);
  const seen = [
    [1, 125],
    [null, 130],
    [2, 139],
    [3, 150],
    [2, 141],
  ] satisfies [number | null, number][];
  assert.deepEqual(latencies(seen, pushed), [25, 1]);
});

test('the figures are of the worst tile where they say so, and a tile that stands still is seen', () => {
  const steady = Array.from({ length: 26 }, (_, at): [number, number] => [at, 10_000 + at * 40]);
  const standing = steady.slice(0, 6);
  const pushed = new Map(steady.map(([number, atMs]) => [number, atMs - 20]));
  const one = figuresOf({ ...reading, numbers: [steady] }, pushed);
  assert.deepEqual([one['p50Ms'], one['fpsLeast'], one['longestStillMs']], [20, 25, 40]);
  const both = figuresOf({ ...reading, numbers: [steady, standing] }, pushed);
  assert.deepEqual([both['fpsLeast'], both['longestStillMs'], both['pictures']], [5, 800, 30]);
  const unread = figuresOf({ ...reading, numbers: [steady, []] }, pushed);
  assert.equal(unread['worstTileP95Ms'], Infinity);
});

test('the yard remembers the pushes of each viewer beside those of all', () => {
  const pushes = new Pushes(4);
  const recorder = pushes.viewer('Lavf');
  const wall = pushes.viewer('Nightjar');
  recorder(7);
  recorder(8);
  wall(7);
  const [first, second] = pushes.byViewer(0);
  assert.ok(first && second);
  assert.deepEqual(
    first.pushes.map(([number]) => number),
    [frameNumberOf(4, 7), frameNumberOf(4, 8)],
  );
  assert.deepEqual(
    second.pushes.map(([number]) => number),
    [frameNumberOf(4, 7)],
  );
  assert.ok((first.pushes[0]?.[1] ?? Infinity) <= (second.pushes[0]?.[1] ?? 0));
  assert.equal(pushes.at(7), second.pushes[0]?.[1]);
  for (let more = 0; more < 20; more++) pushes.viewer('Lavf')(9);
  assert.equal(pushes.byViewer(0).length, 8);
  assert.equal(cameraOf(frameNumberOf(4, 7)), 2);
});

/** The pure parts of playing recordings: the clock, what is known of a camera, and the messages they come in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeSamples, encodeSamples, type Sample } from '../../../main/contract/playback.ts';
import { type CodedSample, type Group, GroupStore } from '../../../renderer/live/replay/groupStore.ts';
import { ReplayClock } from '../../../renderer/live/replay/replayClock.ts';

const beganMs = 1_795_089_600_000;

function samples(startMs: number, count: number, everyMs = 40, bytes = 10): CodedSample[] {
  return Array.from({ length: count }, (_, at) => ({
    ...({ track: 'video', keyframe: at === 0, timeMs: startMs + at * everyMs, durationMs: everyMs } as const),
    data: new Uint8Array(bytes),
  }));
}

function put(store: GroupStore, fromSecond: number, { open = false, bytes = 10 } = {}): Group {
  const startMs = beganMs + fromSecond * 1000;
  const group = store.begin({ format: 1, startMs, endMs: startMs + 2000, open, awaited: 1 }, 0);
  store.add(group, samples(startMs, 50, 40, bytes));
  return group;
}

test('the clock runs at its rate, backwards too, and stands where it was stopped', () => {
  const clock = new ReplayClock(beganMs);
  assert.equal(clock.momentAt(1000), beganMs);
  clock.run(true, 1000);
  assert.equal(clock.momentAt(1500), beganMs + 500);
  clock.setRate(16, 2000);
  assert.equal(clock.momentAt(2500), beganMs + 1000 + 8000);
  clock.setRate(-8, 2500);
  assert.equal(clock.momentAt(3500), beganMs + 9000 - 8000);
  clock.run(false, 3500);
  assert.equal(clock.momentAt(9999), beganMs + 1000);
  assert.equal(clock.until(beganMs + 2000, 9999), Infinity);
});

test('the clock says how long a moment is off', () => {
  const clock = new ReplayClock(0);
  clock.run(true, 0);
  clock.setRate(4, 0);
  assert.equal(clock.until(400, 0), 100);
  assert.equal(clock.until(-400, 0), 0);
  clock.setRate(-1, 0);
  assert.equal(clock.until(-400, 0), 400);
});

test('in a loop the clock never leaves the span once it is inside, at any rate', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(-8, -1, 0.125, 1, 16, 32),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      (rate, now, lengthMs) => {
        const clock = new ReplayClock(5000);
        clock.loop = { fromMs: 5000, toMs: 5000 + lengthMs };
        clock.setRate(rate, 0);
        clock.run(true, 0);
        const moment = clock.momentAt(now);
        assert.ok(moment >= 5000 && moment <= 5000 + lengthMs, `${moment}`);
      },
    ),
    { seed: 20261120 },
  );
});

test('who stands before a loop plays into it', () => {
  const clock = new ReplayClock(0);
  clock.loop = { fromMs: 1000, toMs: 2000 };
  clock.run(true, 0);
  assert.equal(clock.momentAt(500), 500);
  assert.equal(clock.momentAt(2500), 1500);
});

test('what lies beyond the end of a loop is not gone on to, but the beginning of the loop', () => {
  const clock = new ReplayClock(1500);
  assert.equal(clock.loopedOver(9000), null, 'without a loop');
  clock.loop = { fromMs: 1000, toMs: 2000 };
  assert.equal(clock.loopedOver(1900), null);
  assert.equal(clock.loopedOver(500), null, 'who stands before it plays into it');
  assert.equal(clock.loopedOver(2000), 1000);
  assert.equal(clock.loopedOver(Infinity), 1000);
  clock.setRate(-2, 0);
  assert.equal(clock.loopedOver(1100), null);
  assert.equal(clock.loopedOver(2500), null);
  assert.equal(clock.loopedOver(1000), 2000);
  assert.equal(clock.loopedOver(-Infinity), 2000);
});

test('of a group that is told of and not here yet nothing is shown, whatever lies before it', () => {
  const store = new GroupStore(1e9);
  put(store, 0);
  const startMs = beganMs + 2000;
  const group = store.begin({ format: 1, startMs, endMs: startMs + 2000, open: false, awaited: 4 }, 0);
  assert.equal(store.pictureAt(startMs + 1480), null);
  store.add(group, samples(startMs, 13));
  assert.equal(store.pictureAt(startMs + 100)?.timeMs, startMs + 80);
});

test('a moment shows the last picture that is not after it', () => {
  const store = new GroupStore(1e9);
  put(store, 0);
  put(store, 2);
  for (const [atMs, expected] of [
    [0, 0],
    [39, 40],
    [37, 0],
    [1999.9, 2000],
    [1990, 1960],
    [3999, 4000 - 40],
  ] as const)
    assert.equal((store.pictureAt(beganMs + atMs)?.timeMs ?? 0) - beganMs, expected, `${atMs}`);
  assert.equal(store.pictureAt(beganMs + 4010), null);
  assert.equal(store.at(beganMs - 100), null);
});

test('the pictures beside one are found on both sides, over groups and gaps, and what is not known is asked for', () => {
  const store = new GroupStore(1e9);
  put(store, 0);
  put(store, 2);
  put(store, 10);
  store.put({ is: 'gap', fromMs: beganMs + 4000, toMs: beganMs + 10_000, cause: 'lost' });
  store.put({ is: 'gap', fromMs: -Infinity, toMs: beganMs, cause: 'unknown' });
  const beside = (atMs: number, by: 1 | -1): unknown => {
    const found = store.beside(beganMs + atMs, by);
    return found && ('timeMs' in found ? found.timeMs - beganMs : { ask: found.askMs - beganMs });
  };
  assert.equal(beside(0, 1), 40);
  assert.equal(beside(1960, 1), 2000);
  assert.equal(beside(2000, -1), 1960);
  assert.equal(beside(3960, 1), 10_000);
  assert.equal(beside(10_000, -1), 3960);
  assert.equal(beside(7000, 1), 10_000);
  assert.equal(beside(7000, -1), 3960);
  assert.equal(beside(0, -1), null);
  assert.deepEqual(beside(11_960, 1), { ask: 12_000 });
  assert.deepEqual(beside(60_000, 1), { ask: 60_000 });
});

test('stepping over a place where another recording shows goes on in both directions', () => {
  const store = new GroupStore(1e9);
  // The clock was set back: until 1 s one recording shows, then another to 3 s, then the first again.
  for (const [startMs, endMs, keyMs] of [
    [0, 1000, 0],
    [1000, 3000, 1000],
    [3000, 4000, 2000],
  ] as const) {
    const head = { format: 1, startMs: beganMs + startMs, endMs: beganMs + endMs, open: false, awaited: 1 };
    store.add(store.begin(head, 0), samples(beganMs + keyMs + 10, 50));
  }
  for (const by of [1, -1] as const) {
    let atMs = beganMs + (by === 1 ? 900 : 3100);
    for (let steps = 0; steps < 60; steps++) {
      const next = store.beside(atMs, by);
      assert.ok(next && 'timeMs' in next && (next.timeMs - atMs) * by > 0, `${by}: on from ${atMs - beganMs}`);
      atMs = next.timeMs;
    }
    assert.ok(by === 1 ? atMs > beganMs + 3000 : atMs < beganMs + 1000, `${by}: over both seams`);
  }
  assert.equal((store.pictureAt(beganMs + 3000)?.timeMs ?? 0) - beganMs, 2970);
});

test('a group that is still recorded grows, and what was taken for the end is asked again', () => {
  const store = new GroupStore(1e9);
  const group = put(store, 0, { open: true });
  store.put({ is: 'gap', fromMs: beganMs + 2000, toMs: Infinity, cause: 'unknown' });
  assert.equal(store.at(beganMs + 2500)?.is, 'gap');
  assert.equal(store.grew(), group);
  assert.equal(store.at(beganMs + 2500), null);
  const again = store.begin({ format: 1, startMs: beganMs, endMs: beganMs + 3000, open: true, awaited: 1 }, 1);
  assert.equal(again, group, 'what came before stays');
  store.add(again, samples(beganMs + 2000, 25));
  assert.equal((store.pictureAt(beganMs + 2990)?.timeMs ?? 0) - beganMs, 2960);
});

test('pictures that are decoded in another order are shown in that of their times', () => {
  const store = new GroupStore(1e9);
  const group = store.begin({ format: 1, startMs: 0, endMs: 160, open: false, awaited: 1 }, 0);
  const [first, second, third, fourth] = samples(0, 4);
  assert.ok(first && second && third && fourth);
  store.add(group, [first, fourth, second, third]);
  assert.ok(group.reordered);
  assert.equal(store.pictureAt(50)?.timeMs, 40);
  assert.deepEqual(store.beside(80, 1), { timeMs: 120 });
});

test('what is kept is bounded, and what lies farthest away goes first', () => {
  const store = new GroupStore(50 * 1000 * 3);
  for (let second = 0; second < 40; second += 2) put(store, second, { bytes: 1000 });
  store.trim(beganMs + 21_000);
  assert.ok(store.bytes <= 150_000);
  assert.equal(store.at(beganMs + 21_000)?.is, 'group');
  assert.equal(store.at(beganMs + 1000), null);
  assert.equal(store.at(beganMs + 39_000), null);
});

test('a group of which more is on its way is not dropped for room, and bytes of a dropped one are not counted', () => {
  const store = new GroupStore(50 * 1000);
  const startMs = beganMs + 60_000;
  const far = store.begin({ format: 1, startMs, endMs: startMs + 2000, open: false, awaited: 2 }, 0);
  store.add(far, samples(startMs, 25, 40, 1000));
  put(store, 0, { bytes: 1000 });
  put(store, 2, { bytes: 1000 });
  store.trim(beganMs + 500);
  assert.equal(store.at(startMs)?.is, 'group', 'it still arrives');
  assert.equal(store.at(beganMs + 2500), null);
  store.add(far, samples(startMs + 1000, 25, 40, 1000));
  store.trim(beganMs + 500);
  assert.equal(store.at(startMs), null, 'whole, it goes as any other');
  const { bytes } = store;
  store.add(far, samples(startMs, 25, 40, 1000));
  assert.equal(store.bytes, bytes);
});

test('of another stream nothing is kept but gaps, and what was on its way is not counted', () => {
  const store = new GroupStore(1e9);
  put(store, 0);
  const arriving = store.begin(
    { format: 1, startMs: beganMs + 2000, endMs: beganMs + 4000, open: false, awaited: 2 },
    0,
  );
  store.put({ is: 'gap', fromMs: beganMs + 4000, toMs: beganMs + 9000, cause: 'lost' });
  store.dropGroups();
  store.add(arriving, samples(beganMs + 2000, 25));
  assert.equal(store.bytes, 0);
  assert.equal(store.at(beganMs + 500), null);
  assert.equal(store.at(beganMs + 5000)?.is, 'gap');
});

test('the frames of a span are told over the groups that are here, each once, and none of a gap', () => {
  const store = new GroupStore(1e9);
  put(store, 0);
  put(store, 2);
  put(store, 10);
  const [from, to] = [beganMs + 1500, beganMs + 2500];
  assert.deepEqual(
    store.picturesIn(from, to),
    Array.from({ length: 25 }, (_, at) => beganMs + 1520 + at * 40),
  );
  assert.deepEqual(store.picturesIn(beganMs + 5000, beganMs + 6000), []);
  assert.equal(store.picturesIn(beganMs, beganMs + 12_000).length, 150);
});

test('samples come out of a message as they went in, and hostile bytes are none', () => {
  const sample = fc.record({
    track: fc.constantFrom('video' as const, 'audio' as const),
    keyframe: fc.boolean(),
    timeMs: fc.integer({ min: 0, max: 8.64e15 }),
    durationMs: fc.integer({ min: 0, max: 60_000 }),
    data: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 20 }), fc.integer({ min: 1, max: 65_535 }), (all: Sample[], ticket) => {
      const bytes = encodeSamples(ticket, all);
      assert.equal(bytes.byteLength, bytes.buffer.byteLength);
      const read = decodeSamples(bytes);
      assert.equal(read?.ticket, ticket);
      assert.deepEqual(
        read.samples.map((one) => ({ ...one, data: [...one.data] })),
        all.map((one) => ({ ...one, data: [...one.data] })),
      );
      for (let cut = 0; cut < bytes.length; cut += 7) assert.equal(decodeSamples(bytes.slice(0, cut)), null);
    }),
    { seed: 20261120, numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      decodeSamples(new Uint8Array(bytes));
    }),
    { seed: 20261120 },
  );
});

test('around a moment the nearest groups come first, on both sides up to a gap, and what is not known is to be asked', () => {
  const store = new GroupStore(1_000_000);
  for (const second of [0, 2, 4, 6]) put(store, second);
  const startsOf = (atSecond: number, most: number): (number | string)[] =>
    store
      .around(beganMs + atSecond * 1000, most)
      .map((one) => ('askMs' in one ? `ask ${(one.askMs - beganMs) / 1000}` : (one.startMs - beganMs) / 1000));
  assert.deepEqual(startsOf(3, 1), [2, 4, 0]);
  assert.deepEqual(startsOf(3, 3), [2, 4, 0, 6, 'ask -0.005', 'ask 8']);
  assert.deepEqual(startsOf(20, 3), ['ask 20']);
  store.put({ is: 'gap', fromMs: beganMs + 8000, toMs: beganMs + 60_000, cause: 'lost' });
  assert.deepEqual(startsOf(7, 2), [6, 4, 2]);
  assert.deepEqual(startsOf(20, 2), [], 'in a gap nothing is got');
});

test('behind a group that is being recorded nothing is asked for', () => {
  const store = new GroupStore(1_000_000);
  put(store, 0);
  put(store, 2, { open: true });
  const found = store.around(beganMs + 3000, 1).map((one) => ('askMs' in one ? one.askMs : one.startMs) - beganMs);
  assert.deepEqual(found, [2000, 0]);
});

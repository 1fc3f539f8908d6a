/** Samples of fragments, and descriptions that are joined: what is whole is read, what is hostile is refused or in bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxes, boxesIn, required, viewOf } from '../../../main/core/video/boxes.ts';
import type { Init } from '../../../main/core/video/fmp4.ts';
import { MediaError } from '../../../main/core/video/mediaError.ts';
import { joinedTrak, matchOf } from '../../../main/core/video/movie/avcJoin.ts';
import { fullBox, u32 } from '../../../main/core/video/movie/movieBoxes.ts';
import { readSamples } from '../../../main/core/video/movie/samples.ts';
import { readTrackRun, samplesOfRun } from '../../../main/core/video/trackRun.ts';
import { makeFootage } from '../recorder/footage.ts';

const { init, fragments } = makeFootage({ seconds: 3, sound: true });

function trakOf({ bytes }: Init): Uint8Array {
  const view = viewOf(bytes);
  const moov = required(boxes(view, 0, bytes.length), 'moov');
  const trak = required(boxesIn(view, moov), 'trak');
  return bytes.subarray(trak.start, trak.end);
}

/** Only as refused bytes are refused. */
function orMediaError<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof MediaError, String(error));
    return null;
  }
}

test('every sample of a fragment is found, and they fill its mdat', () => {
  for (const { bytes } of fragments) {
    const runs = readSamples(bytes, bytes.length, init.tracks);
    const sizeBytes = runs.flatMap(({ sizes }) => [...sizes]).reduce((sum, size) => sum + size, 0);
    assert.equal(sizeBytes, bytes.length - viewOf(bytes).getUint32(0) - 8);
    assert.ok(runs.some(({ trackId }) => trackId === init.tracks[0]?.id));
  }
});

test('a fragment that is cut off or altered anywhere is refused, or its samples lie inside it', () => {
  const { bytes } = fragments[1] ?? { bytes: new Uint8Array(0) };
  const moofBytes = viewOf(bytes).getUint32(0);
  for (let end = 0; end < moofBytes; end += 1) {
    assert.throws(() => readSamples(bytes.subarray(0, end), bytes.length, init.tracks), MediaError);
  }
  fc.assert(
    fc.property(fc.nat(moofBytes - 1), fc.nat(255), (at, value) => {
      const altered = Uint8Array.from(bytes);
      altered[at] = value;
      const runs = orMediaError(() => readSamples(altered, altered.length, init.tracks)) ?? [];
      for (const { offset, sizes } of runs) {
        assert.ok(offset >= 0 && offset + sizes.reduce((sum, size) => sum + size, 0) <= altered.length);
      }
    }),
    { seed: 20261120, numRuns: 2000 },
  );
});

/** A `trun` that says what these flags announce of three samples. */
function runBox(flags: number): Uint8Array {
  const own = [0, 1, 2].flatMap((at) => [
    ...(flags & 0x100 ? [u32(100 + at)] : []),
    ...(flags & 0x200 ? [u32(1000 + at)] : []),
    ...(flags & 0x400 ? [u32(at === 1 ? 0 : 0x10000)] : []),
    ...(flags & 0x800 ? [u32(at === 2 ? 2 ** 32 - 5 : at)] : []),
  ]);
  const head = [...(flags & 1 ? [u32(77)] : []), ...(flags & 4 ? [u32(0)] : [])];
  return fullBox('trun', 0, flags, [u32(3), ...head, ...own]);
}

test('a run is read alike in short and in full, whatever it says of its samples and what not', () => {
  const defaults = { durationUnits: 40, sizeBytes: 500, sampleFlags: 0x10000 };
  for (let nth = 0; nth < 64; nth += 1) {
    const flags = (nth & 1) | ((nth & 2) << 1) | ((nth >> 2) << 8);
    const bytes = runBox(flags);
    const view = viewOf(bytes);
    const [box] = boxes(view, 0, bytes.length);
    assert.ok(box);
    const run = readTrackRun(view, box, defaults);
    const samples = samplesOfRun(view, run);
    assert.equal(run.dataOffset, flags & 1 ? 77 : null);
    assert.deepEqual([...samples.durations], flags & 0x100 ? [100, 101, 102] : [40, 40, 40]);
    assert.deepEqual([...samples.sizes], flags & 0x200 ? [1000, 1001, 1002] : [500, 500, 500]);
    const inSync = flags & 0x400 ? [0, 1, 0] : [0, 0, 0];
    if (flags & 4) inSync[0] = 1;
    assert.deepEqual([...samples.inSync], inSync);
    assert.deepEqual(samples.shownAfter && [...samples.shownAfter], flags & 0x800 ? [0, 1, -5] : null);
    assert.equal(run.beginsInSync, samples.inSync[0] === 1);
    assert.equal(
      run.durationUnits,
      samples.durations.reduce((sum, units) => sum + units, 0),
    );
    const cutOff = bytes.slice(0, -4);
    new DataView(cutOff.buffer).setUint32(0, cutOff.length);
    const [short] = boxes(viewOf(cutOff), 0, cutOff.length);
    if (flags !== 0) assert.throws(() => short && readTrackRun(viewOf(cutOff), short, defaults), MediaError);
  }
});

test('a description is joined to another of its own kind, and none is where bytes are altered', () => {
  const trak = trakOf(init);
  const match = matchOf(trak);
  assert.ok(match && match.freeNumber > 0);
  const both = joinedTrak(trak, trak);
  assert.ok(both.length > trak.length);
  assert.ok(matchOf(both), 'what is joined is a description');
  fc.assert(
    fc.property(fc.nat(trak.length - 1), fc.nat(255), (at, value) => {
      const altered = Uint8Array.from(trak);
      altered[at] = value;
      orMediaError(() => matchOf(altered));
      orMediaError(() => joinedTrak(altered, trak));
    }),
    { seed: 20261120, numRuns: 2000 },
  );
});

/** What a new export is said to take: nothing before the first of its kind, then in the proportion of what was measured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  estimateExport,
  type ExportPaces,
  type ExportSource,
  kindOfExport,
  learned,
  sourceOf,
} from '../../../main/contract/exportPace.ts';
import { exports as words } from '../../../main/contract/text/en/exports.ts';

const megabyte = 1_000_000;
const all = (bytes: number): ExportSource => ({ sourceBytes: bytes, lastingBytes: bytes });
const fast = { burnsIn: false, timeLapseMs: null };

test('before the first of a kind only what is copied has a size, and nothing has a duration', () => {
  const none: ExportPaces = {};
  assert.deepEqual(estimateExport('copied', all(5 * megabyte), none), { sizeBytes: 5 * megabyte, tookMs: null });
  assert.deepEqual(estimateExport('pack', all(5 * megabyte), none), { sizeBytes: 10 * megabyte, tookMs: null });
  assert.deepEqual(estimateExport('anew', all(5 * megabyte), none), { sizeBytes: null, tookMs: null });
  assert.deepEqual(estimateExport('lapse', all(5 * megabyte), none), { sizeBytes: null, tookMs: null });
});

test('each kind is told by its own pace, in the proportion of the recordings', () => {
  const paces: ExportPaces = { anew: { ...all(10 * megabyte), tookMs: 20_000, resultBytes: 15 * megabyte } };
  assert.deepEqual(estimateExport('anew', all(40 * megabyte), paces), { sizeBytes: 60 * megabyte, tookMs: 80_000 });
  assert.equal(estimateExport('copied', all(40 * megabyte), paces).tookMs, null);
});

test('a time-lapse is as large as it lasts, whatever it is made of, and takes as long as there is to read', () => {
  const hour = (sizeBytes: number): { recordedMs: number; sizeBytes: number } => ({ recordedMs: 3_600_000, sizeBytes });
  const measured = { ...sourceOf([hour(600 * megabyte)], 60_000), tookMs: 30_000, resultBytes: 20 * megabyte };
  assert.equal(measured.lastingBytes, 10 * megabyte);
  const paces: ExportPaces = { lapse: measured };
  const twiceAsLong = sourceOf([hour(600 * megabyte)], 120_000);
  assert.deepEqual(estimateExport('lapse', twiceAsLong, paces), { sizeBytes: 40 * megabyte, tookMs: 30_000 });
  const ofTwiceAsMuch = sourceOf([{ recordedMs: 7_200_000, sizeBytes: 1200 * megabyte }], 60_000);
  assert.deepEqual(estimateExport('lapse', ofTwiceAsMuch, paces), { sizeBytes: 20 * megabyte, tookMs: 60_000 });
  const another = sourceOf([hour(600 * megabyte), hour(300 * megabyte)], 60_000);
  assert.deepEqual(estimateExport('lapse', another, paces), { sizeBytes: 30 * megabyte, tookMs: 45_000 });
  const shorter = { ...sourceOf([hour(600 * megabyte)], 6000), tookMs: 30_000, resultBytes: 2 * megabyte };
  const { sizeBytes } = estimateExport('lapse', twiceAsLong, { lapse: learned(measured, shorter) });
  assert.equal(Math.round(sizeBytes ?? 0), 40 * megabyte);
});

test('the newest counts as much as all before it', () => {
  const slow = { ...all(10 * megabyte), tookMs: 20_000, resultBytes: 10 * megabyte };
  const quick = { ...all(40 * megabyte), tookMs: 40_000, resultBytes: 40 * megabyte };
  assert.equal(estimateExport('anew', all(10 * megabyte), { anew: learned(slow, quick) }).tookMs, 15_000);
  assert.deepEqual(learned(undefined, slow), slow);
});

test('a pack is a pack, a time-lapse one also with text in it', () => {
  assert.equal(kindOfExport(fast, 'plain'), 'copied');
  assert.equal(kindOfExport(fast, 'evidence'), 'pack');
  assert.equal(kindOfExport({ burnsIn: true, timeLapseMs: null }, 'sealed'), 'anew');
  assert.equal(kindOfExport({ burnsIn: true, timeLapseMs: 30_000 }, 'plain'), 'lapse');
});

test('the sheet says what is known, and what comes before it', () => {
  const { estimate, takes } = words.sheet;
  assert.equal(estimate(3, 460_000_000, takes(49_200), 0), '3 cameras, about 460 MB, about 50 s');
  assert.equal(estimate(1, null, words.sheet.takesLong, 2), `1 camera, ${words.sheet.takesLong}, after 2 others`);
  assert.equal(estimate(1, null, '', 1), '1 camera, after the one that runs');
});

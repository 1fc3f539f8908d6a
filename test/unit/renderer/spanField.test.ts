// The ends of a span as a field shows them and reads them back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { en } from '../../../main/contract/text/en.ts';
import { readSpanField, spanFieldText } from '../../../renderer/state/spanField.ts';

process.env['TZ'] = 'Europe/Berlin';

const words = en.moments.typed;
/** Friday, 20 November 2026, 16:52:07. */
const nowMs = new Date(2026, 10, 20, 16, 52, 7).getTime();

function read(typed: string, shownMs: number): string | null {
  const atMs = readSpanField(typed, shownMs, nowMs, words);
  return atMs === null ? null : new Date(atMs).toISOString();
}

test('the year is shown where it is not this one', () => {
  assert.equal(spanFieldText(new Date(2026, 10, 17, 18, 41, 0, 5).getTime(), nowMs), '17 Nov 18:41:00.005');
  assert.equal(spanFieldText(new Date(2025, 10, 17, 18, 41, 0, 5).getTime(), nowMs), '17 Nov 2025 18:41:00.005');
});

test('a day without a year is the one nearest to the span that is shown, and never one to come', () => {
  const shown = new Date(2025, 10, 17, 18, 40).getTime();
  assert.equal(read('17 Nov 18:41', shown), '2025-11-17T17:41:00.000Z');
  assert.equal(read('17.11. 18:41', shown), '2025-11-17T17:41:00.000Z');
  assert.equal(read('17 Nov 2026 18:41', shown), '2026-11-17T17:41:00.000Z');
  assert.equal(read('2 Jan 10:00', new Date(2025, 11, 31, 23, 0).getTime()), '2026-01-02T09:00:00.000Z');
  assert.equal(read('2 Jan 10:00', new Date(2026, 10, 19).getTime()), '2026-01-02T09:00:00.000Z', 'not 2027');
  assert.equal(read('21 Nov 10:00', new Date(2026, 10, 19).getTime()), '2025-11-21T09:00:00.000Z');
  assert.equal(read('29 Feb 08:00', new Date(2025, 2, 1).getTime()), '2024-02-29T07:00:00.000Z');
  assert.equal(read('31 Feb 08:00', shown), null);
});

test('in the hour that autumn has twice, the one nearest to what is shown is meant, unless it is said which', () => {
  const [first, second] = ['2026-10-25T00:31:00.000Z', '2026-10-25T01:31:00.000Z'];
  const [early, late] = [Date.parse('2026-10-25T00:30:00Z'), Date.parse('2026-10-25T01:30:00Z')];
  for (const typed of ['02:31', '25 Oct 02:31']) {
    assert.equal(read(typed, early), first);
    assert.equal(read(typed, late), second);
  }
  assert.equal(read(`02:31 ${words.first[0]}`, late), first);
  assert.equal(read(`02:31 ${words.second[0]}`, early), second);
});

test('what is shown reads as the moment that it shows, changed by a blank or not', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2010, 0, 1), max: nowMs }), (atMs) => {
      const shown = spanFieldText(atMs, nowMs);
      assert.equal(readSpanField(shown, atMs, nowMs, words), atMs);
      assert.equal(readSpanField(shown.replace(' ', ', '), atMs, nowMs, words), atMs, shown);
    }),
    { seed: 20261120 },
  );
});

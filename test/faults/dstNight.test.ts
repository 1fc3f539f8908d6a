/**
 * The nights in which the clocks change, in Berlin: what is recorded is reckoned in UTC, and on the screen a day has 25
 * or 23 hours, an hour comes twice and can be told apart, or does not come at all.
 */
process.env['TZ'] = 'Europe/Berlin';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Span } from '../../main/contract/model.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { clip, recordedIn, spanAt } from '../../renderer/state/spans.ts';
import {
  clockMinutes,
  dayHolding,
  daysOfMonth,
  hourMs,
  readClock,
  repeatedHourMark,
  rulerMarks,
  type TimeSpan,
} from '../../renderer/state/time.ts';
import { cameraId, makeFootage, makeVault, record } from '../unit/recorder/footage.ts';
import { assertUnbroken, told } from './station.ts';

/** Records twelve seconds at each of these moments, and asks for the local day that holds the first. */
async function dayWith(t: TestContext, moments: readonly number[]): Promise<{ day: TimeSpan; spans: Span[] }> {
  const place = await makeVault();
  t.after(place.remove);
  const [firstMs = 0] = moments;
  const day = dayHolding(firstMs);
  let nowMs = 0;
  const library = new Library({ vault: place.vault, now: () => nowMs });
  const limits = { queueMs: Infinity };
  const recorder = new Recorder({
    ...{ cameraId, vault: place.vault, library, limits, now: () => nowMs },
    on: { state: () => undefined },
  });
  for (const startMs of moments) {
    nowMs = startMs + 12_000;
    record(recorder, makeFootage({ seconds: 12 }), startMs);
    recorder.runEnd('lost');
  }
  await recorder.close();
  nowMs = day.toMs + hourMs;
  return { day, spans: await library.spans(cameraId, day.fromMs, day.toMs) };
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

test('in autumn the day has 25 hours, and the hour that comes twice is there twice and told apart', async (t) => {
  const [beginMs, firstMs, secondMs] = [
    Date.UTC(2026, 9, 24, 22),
    Date.UTC(2026, 9, 25, 0, 30),
    Date.UTC(2026, 9, 25, 1, 30),
  ];
  const { day, spans } = await dayWith(t, [beginMs, firstMs, secondMs]);
  assert.equal(day.fromMs, beginMs);
  assert.equal(day.toMs - day.fromMs, 25 * hourMs);
  assertUnbroken(spans);
  assert.equal(lengthOf(clip(spans, day)), 25 * hourMs, 'every moment of the day is recorded or a gap');
  assert.equal(recordedIn(spans, day), 3 * 12_000);
  assert.deepEqual(told(spans), ['recorded', 'lost', 'recorded', 'lost', 'recorded', 'closed']);
  assert.equal(clockMinutes(firstMs), clockMinutes(secondMs));
  assert.notEqual(repeatedHourMark(firstMs), repeatedHourMark(secondMs));
  assert.notEqual(spanAt(spans, firstMs), spanAt(spans, secondMs));
  // A typed time finds either, from beside it.
  assert.equal(readClock('02:30', firstMs - 60_000), firstMs);
  assert.equal(readClock('02:30', secondMs + 60_000), secondMs);
  const marks = rulerMarks(day, 30).filter(({ label }) => label.startsWith('02:00'));
  assert.equal(marks.length, 2);
  assert.equal(new Set(marks.map(({ label }) => label)).size, 2, 'the two are told apart on the ruler');
});

test('in spring the day has 23 hours, and the hour that does not come is no gap', async (t) => {
  const beginMs = Date.UTC(2026, 2, 28, 23);
  const { day, spans } = await dayWith(t, [beginMs, Date.UTC(2026, 2, 29, 0, 59, 54)]);
  assert.equal(day.toMs - day.fromMs, 23 * hourMs);
  assert.equal(lengthOf(clip(spans, day)), 23 * hourMs);
  // Six seconds before two o'clock to six seconds after three: one recording without a seam.
  const over = spanAt(spans, Date.UTC(2026, 2, 29, 1));
  assert.ok(over?.kind === 'recorded');
  assert.deepEqual([over.fromMs, over.toMs].map(clockMinutes), ['01:59', '03:00']);
  assert.equal(readClock('02:30', beginMs), null);
  assert.deepEqual(
    rulerMarks(day, 30).filter(({ label }) => label.startsWith('02:')),
    [],
  );
});

test('the days of the year follow each other without a hole or an overlap', () => {
  const days = Array.from({ length: 12 }, (_, month) => daysOfMonth(new Date(2026, month, 15).getTime())).flat();
  assert.equal(days.length, 365);
  for (const [index, { toMs }] of days.entries()) assert.equal(days[index + 1]?.fromMs ?? toMs, toMs);
  const hours = days.map(({ fromMs, toMs }) => (toMs - fromMs) / hourMs);
  assert.deepEqual(
    [...new Set(hours)].sort((one, other) => one - other),
    [23, 24, 25],
  );
  assert.equal(hours.filter((one) => one !== 24).length, 2, 'as many as there are such nights');
});

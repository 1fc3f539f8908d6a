/** What the health view makes of sums: its stretches, shares that are never rounded up, bars that hide no gap, words. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { GapTotal, HealthCell } from '../../../main/contract/health.ts';
import type { GapCause } from '../../../main/contract/model.ts';
import { en } from '../../../main/contract/text/en.ts';
import { barOf, boundsOf, sayCell, sayFullness, sayWho, shareOf, sumsOf } from '../../../renderer/state/healthCells.ts';

const hourMs = 3_600_000;
const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function cell(recordedHours: number, gaps: [GapCause, number][] = [], sizeBytes = 0): HealthCell {
  return {
    recordedMs: recordedHours * hourMs,
    sizeBytes,
    gaps: gaps.map(([cause, hours]) => ({ cause, count: 1, durationMs: hours * hourMs })),
  };
}

test('30 days are local days, also over the night with 25 hours', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const bounds = boundsOf('month', Date.parse('2026-11-20T16:52:00+01:00'));
  assert.equal(bounds.length, 31);
  assert.equal(bounds[0], Date.parse('2026-10-22T00:00:00+02:00'));
  assert.equal(bounds.at(-1), Date.parse('2026-11-21T00:00:00+01:00'));
  const lengths = bounds.slice(1).map((bound, at) => (bound - (bounds[at] ?? 0)) / hourMs);
  assert.deepEqual(
    lengths.filter((hours) => hours !== 24),
    [25],
  );
});

test('24 hours end with the present one, where clocks are half an hour apart too', () => {
  for (const [name, offset] of [
    ['Europe/Berlin', '+01:00'],
    ['Asia/Kolkata', '+05:30'],
  ] as const) {
    process.env['TZ'] = name;
    const bounds = boundsOf('day', Date.parse(`2026-11-20T16:52:00${offset}`));
    assert.equal(bounds.length, 25);
    assert.equal(bounds.at(-1), Date.parse(`2026-11-20T17:00:00${offset}`));
    assert.equal((bounds.at(-1) ?? 0) - (bounds[0] ?? 0), 24 * hourMs);
  }
});

test('the share is of the time that was to be recorded, and 99.97 % is never 100', () => {
  const paused = sumsOf([cell(12, [['paused', 12]]), null]);
  assert.equal(shareOf(paused), 1);
  assert.equal(shareOf(sumsOf([cell(0, [['paused', 24]])])), null);
  const nearly = shareOf(sumsOf([cell(719.8, [['lost', 0.2]])]));
  assert.equal(en.units.percent(nearly ?? 0), '99.9 %');
  assert.equal(en.units.percent(shareOf(sumsOf([cell(24)])) ?? 0), '100 %');
});

test('a bar hides no gap however short, nor a recording, and shows what is missing before what is wanted', () => {
  assert.deepEqual(barOf(null), { is: 'unknown' });
  assert.deepEqual(barOf(cell(0)), { is: 'empty' });
  assert.deepEqual(barOf(cell(24)), { is: 'whole' });
  assert.deepEqual(barOf(cell(0, [['lost', 24]])), { is: 'part', percent: 0, cause: 'lost' });
  assert.deepEqual(barOf(cell(23.999, [['lost', 0.001]])), { is: 'part', percent: 90, cause: 'lost' });
  assert.deepEqual(barOf(cell(0.01, [['lost', 23.99]])), { is: 'part', percent: 10, cause: 'lost' });
  const gaps: [GapCause, number][] = [
    ['paused', 11],
    ['refused', 1],
  ];
  assert.deepEqual(barOf(cell(12, gaps)), { is: 'part', percent: 50, cause: 'refused' });
});

test('a day says its share, each cause and its bit rate', () => {
  assert.deepEqual(
    sayCell(
      cell(
        18,
        [
          ['lost', 4],
          ['paused', 2],
        ],
        8_100_000_000,
      ),
    ),
    ['81.8 % recorded', '4 h 0 min lost', '2 h 0 min paused by you', '1.0 Mbit/s'],
  );
  assert.deepEqual(sayCell(cell(24)), ['all recorded']);
  assert.deepEqual(sayCell(cell(0, [['privacy', 24]]))[0], 'not to be recorded');
  assert.deepEqual(sayCell(cell(0)), ['nothing is kept of it']);
  assert.deepEqual(sayCell(null), ['not looked at yet']);
});

test('whose gaps they were is said by the one who had most, or by all', () => {
  const of = (...hours: number[]): GapTotal => ({
    ...{ cause: 'lost', count: 1, durationMs: hours.reduce((sum, one) => sum + one * hourMs, 0) },
    cameras: hours.map((one, at) => ({ cameraId: String(at), durationMs: one * hourMs })),
  });
  const name = (id: string): string => ['Back gate', 'Garden', 'Hallway'][Number(id)] ?? '';
  assert.equal(sayWho(of(5), 3, name), 'Back gate');
  assert.equal(sayWho(of(9, 1, 1), 3, name), 'Back gate, mostly');
  assert.equal(sayWho(of(6, 6, 5), 3, name), 'all cameras');
  assert.equal(sayWho(of(6, 5, 4), 9, name), '3 cameras');
});

test('numbers read as drawn', () => {
  const { hours, offset, uncertainty } = en.health;
  assert.equal(hours(188 * hourMs + 58 * 60_000), '188 h 58 min');
  assert.equal(hours(21 * 60_000), '21 min');
  assert.equal(offset(100), '+0.1 s');
  assert.equal(offset(-400), '−0.4 s');
  assert.equal(offset(-86_400_000), '−1 d 0 h');
  assert.equal(offset(-423_000), '−7 min 3 s');
  assert.equal(offset(-8.64e12), '−100\u2009000 d');
  assert.equal(uncertainty(4), '± 0.01 s');
  assert.equal(uncertainty(380), '± 0.4 s');
  const vault = { usedBytes: 1, keepBytes: 2, aDayBytes: 1 };
  assert.equal(sayFullness({ ...vault, fullness: { state: 'in', leftMs: 7.9 * 24 * hourMs } }), 'in 7 days');
  assert.equal(sayFullness({ ...vault, fullness: { state: 'in', leftMs: 5 * hourMs } }), 'in 5 hours');
  assert.equal(
    sayFullness({ ...vault, fullness: { state: 'now', keepsMs: 12.5 * 24 * hourMs } }),
    'full; keeps 12 days',
  );
});

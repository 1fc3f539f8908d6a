import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../../main/contract/problems.ts';
import { problems } from '../../../main/contract/text/en/problems.ts';
import { units } from '../../../main/contract/text/en/units.ts';

/** Details for every problem: all of them, whatever the code needs. */
const details = {
  host: '192.168.1.20',
  port: 80,
  part: 'host',
  codec: 'MPEG-4',
  name: 'Shed',
  folder: '/media/archive',
  version: 3,
  understood: 2,
  file: 'settings.json.age',
  freeBytes: 12_000_000,
  reason: 'moov atom not found',
  id: 'a1b2c3d4',
  is: 'secret',
  most: 7,
  neededBytes: 12_000_000,
  key: 'age1qqqq',
  leastCharacters: 12,
  nextTryMs: 1_795_000_000_000,
  protectedBytes: 12_000_000_000,
  keepBytes: 10_000_000_000,
  entries: 2,
  withinMs: 1000,
};

test('every problem has a fact and, but for a cancelled job, a remedy, in whole sentences', () => {
  for (const [code, say] of Object.entries(problems)) {
    // Each sentence reads only the details of its own code, and these hold them all.
    const { fact, remedy } = (say as (problem: Problem) => { fact: string; remedy: string })({
      code,
      ...details,
    } as unknown as Problem);
    assert.match(fact, /^[A-Z].*\.$/s, code);
    if (code !== 'cancelled') assert.match(remedy, /^[A-Z].*$/s, code);
    assert.doesNotMatch(`${fact} ${remedy}`, /undefined|!|oops|please|sorry/i, code);
    assert.ok(!fact.includes(code), `${code} shows its code`);
  }
});

test('sizes keep three figures and never say more than there is', () => {
  assert.equal(units.bytes(1_599_999_999_999), '1.59 TB');
  assert.equal(units.bytes(212_000_000_000), '212 GB');
  assert.equal(units.bytes(999), '999 bytes');
  assert.equal(units.bytes(0), '0 bytes');
  assert.equal(units.bytes(-5), '0 bytes');
});

test('almost all is not all', () => {
  assert.equal(units.percent(0.99996), '99.9 %');
  assert.equal(units.percent(1), '100 %');
  assert.equal(units.percent(0), '0 %');
});

test('durations take the two largest units', () => {
  assert.equal(units.duration(4200), '4 s');
  assert.equal(units.duration(192_000), '3 min 12 s');
  assert.equal(units.duration(10_200_000), '2 h 50 min');
  assert.equal(units.duration(90_000_000), '1 day 1 h');
  assert.equal(units.duration(-1), '0 s');
});

test('a moment of another day says its day', () => {
  const nowMs = new Date(2026, 10, 20, 16, 52).getTime();
  assert.equal(units.since(new Date(2026, 10, 20, 14, 2).getTime(), nowMs), '14:02');
  assert.equal(units.since(new Date(2026, 10, 18, 14, 2).getTime(), nowMs), 'Wed 18 Nov 14:02');
  assert.equal(units.date(nowMs), 'Fri 20 Nov 2026');
});

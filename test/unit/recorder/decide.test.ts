/** Whether a camera is to be recorded: every plan, every cause, and the nights on which the clocks change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { everyHour, firstPlan, type RecordingPlan, type Wanted } from '../../../main/contract/recordingPlan.ts';
import { type Facts, isWithin, nextEdge, noEvents, wantedAt } from '../../../main/core/recorder/decide.ts';

process.env['TZ'] = 'Europe/Berlin';

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** A Friday, 12:00 in Berlin. */
const noonMs = Date.UTC(2026, 10, 20, 11);
const heard = { heard: true, active: false, lastMs: null };
const facts: Facts = { plan: firstPlan, paused: false, privacy: null, events: noEvents };
const onEvents: RecordingPlan = { ...firstPlan, mode: 'events', postRollSeconds: 30 };

/** The same hours on each day. */
function daily(from: number, to: number): number[] {
  let hours = 0;
  for (let hour = from; hour < to; hour++) hours |= 1 << hour;
  return Array.from({ length: 7 }, () => hours);
}

function berlin(atMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' }).format(atMs);
}

test('a camera is recorded always, unless its user wants it otherwise', () => {
  assert.deepEqual(wantedAt(facts, noonMs), { records: true, because: 'always', untilMs: null });
  const off = { ...facts, plan: { ...firstPlan, mode: 'off' as const } };
  assert.deepEqual(wantedAt(off, noonMs), { records: false, cause: 'off', untilMs: null });
  assert.deepEqual(wantedAt({ ...facts, paused: true }, noonMs), { records: false, cause: 'paused', untilMs: null });
});

test('privacy goes before everything, until it is ended, whatever the clock says', () => {
  const untilMs = noonMs + 15 * minuteMs;
  const all: Facts = { plan: onEvents, paused: true, privacy: { untilMs }, events: { ...heard, active: true } };
  assert.deepEqual(wantedAt(all, noonMs), { records: false, cause: 'privacy', untilMs });
  assert.deepEqual(wantedAt(all, untilMs + hourMs), { records: false, cause: 'privacy', untilMs });
  assert.deepEqual(wantedAt({ ...all, privacy: null }, noonMs), { records: false, cause: 'paused', untilMs: null });
  const open = { ...all, privacy: { untilMs: null } };
  assert.deepEqual(wantedAt(open, noonMs + 1000 * hourMs), { records: false, cause: 'privacy', untilMs: null });
});

test('outside its hours a camera is not recorded, and says from when on it will be', () => {
  const plan = { ...firstPlan, hours: daily(18, 24) };
  const sixMs = noonMs + 6 * hourMs;
  assert.deepEqual(wantedAt({ ...facts, plan }, noonMs), { records: false, cause: 'schedule', untilMs: sixMs });
  const evening: Wanted = { records: true, because: 'always', untilMs: sixMs + 6 * hourMs };
  assert.deepEqual(wantedAt({ ...facts, plan }, sixMs), evening);
  const never = { ...facts, plan: { ...firstPlan, hours: daily(0, 0) } };
  assert.deepEqual(wantedAt(never, noonMs), { records: false, cause: 'schedule', untilMs: null });
});

test('an event is recorded while it lasts and for its post-roll, and then the next is awaited', () => {
  const at = (events: Partial<Facts['events']>, atMs = noonMs): Wanted =>
    wantedAt({ ...facts, plan: onEvents, events: { ...heard, ...events } }, atMs);
  assert.deepEqual(at({}), { records: false, cause: 'noEvent', untilMs: null });
  assert.deepEqual(at({ active: true }), { records: true, because: 'event', untilMs: null });
  const overMs = noonMs + 30_000;
  assert.deepEqual(at({ lastMs: noonMs }), { records: true, because: 'event', untilMs: overMs });
  assert.deepEqual(at({ lastMs: noonMs }, overMs - 1), { records: true, because: 'event', untilMs: overMs });
  assert.deepEqual(at({ lastMs: noonMs }, overMs), { records: false, cause: 'noEvent', untilMs: null });
});

test('while events cannot be heard everything is recorded', () => {
  const plan = { ...onEvents, hours: daily(0, 13) };
  const untilMs = noonMs + hourMs;
  const unheard: Wanted = { records: true, because: 'unheard', untilMs };
  assert.deepEqual(wantedAt({ ...facts, plan }, noonMs), unheard);
  assert.equal(wantedAt({ ...facts, plan }, untilMs).records, false, 'within its hours');
});

test('an event of the future is a clock that was set back, and keeps nothing recorded for hours', () => {
  const events = { ...heard, lastMs: noonMs + 5 * hourMs };
  assert.equal(wantedAt({ ...facts, plan: onEvents, events }, noonMs).records, false);
});

test('the hour that occurs twice in autumn is recorded twice, and the one left out in spring moves nothing', () => {
  const hours = daily(2, 3);
  // Berlin goes from 3:00 back to 2:00 on 25 October 2026, at 1:00 UTC.
  const beginsMs = Date.UTC(2026, 9, 25, 0);
  assert.equal(nextEdge(hours, beginsMs - 1), beginsMs);
  assert.equal(nextEdge(hours, beginsMs), beginsMs + 2 * hourMs);
  // It goes from 2:00 to 3:00 on 28 March 2027, at 1:00 UTC.
  const leftOutMs = Date.UTC(2027, 2, 28, 1);
  assert.equal(isWithin(hours, leftOutMs), false);
  const nextMs = nextEdge(hours, leftOutMs - hourMs) ?? 0;
  assert.equal(berlin(nextMs), '2027-03-29 02:00');
});

test('an hour of one day in the week that spring leaves out comes a week later', () => {
  const hours = [0, 0, 0, 0, 0, 0, 1 << 2];
  const edgeMs = nextEdge(hours, Date.UTC(2027, 2, 22)) ?? 0;
  assert.equal(berlin(edgeMs), '2027-04-04 02:00');
});

test('where a zone changes by half an hour, and by quarters from UTC, hours are those of the clock on the wall', () => {
  const before = process.env['TZ'];
  try {
    for (const zone of ['Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham']) {
      process.env['TZ'] = zone;
      const startMs = Date.UTC(2026, 9, 1);
      for (let atMs = startMs; atMs < startMs + 7 * 24 * hourMs; atMs += 7 * minuteMs) {
        assert.equal(isWithin(daily(1, 2), atMs), new Date(atMs).getHours() === 1, `${zone} ${atMs}`);
        const edgeMs = nextEdge(daily(1, 2), atMs) ?? 0;
        assert.notEqual(isWithin(daily(1, 2), edgeMs - 1), isWithin(daily(1, 2), edgeMs), zone);
      }
    }
  } finally {
    process.env['TZ'] = before;
  }
});

const dayHours = fc.oneof(fc.constantFrom(0, everyHour), fc.integer({ min: 0, max: everyHour }));
const anyPlan = fc.record<RecordingPlan>({
  mode: fc.constantFrom('always', 'events', 'off'),
  preRollSeconds: fc.integer({ min: 0, max: 60 }),
  postRollSeconds: fc.integer({ min: 5, max: 300 }),
  hours: fc.option(fc.array(dayHours, { minLength: 7, maxLength: 7 })),
});
/** About the nights on which Berlin's clocks change, too. */
const aroundMs = fc.constantFrom(Date.UTC(2026, 9, 25, 1), Date.UTC(2027, 2, 28, 1), noonMs);
const anyFacts = aroundMs.chain((middleMs) => {
  const near = fc.integer({ min: middleMs - 6 * hourMs, max: middleMs + 6 * hourMs });
  return fc.record({
    atMs: near,
    laterMs: near,
    facts: fc.record<Facts>({
      plan: anyPlan,
      paused: fc.boolean(),
      privacy: fc.option(fc.record({ untilMs: fc.option(near) })),
      events: fc.record({ heard: fc.boolean(), active: fc.boolean(), lastMs: fc.option(near) }),
    }),
  });
});

/** What makes one answer another one. */
function name(wanted: Wanted): string {
  return wanted.records ? wanted.because : wanted.cause;
}

test('every moment has exactly one answer, which holds until the moment that it names', () => {
  fc.assert(
    fc.property(anyFacts, ({ facts: known, atMs, laterMs }) => {
      // That an event lies ahead is a clock that was set: what it says changes when its time comes.
      fc.pre((known.events.lastMs ?? 0) <= atMs);
      const now = wantedAt(known, atMs);
      if (known.privacy) assert.equal(name(now), 'privacy');
      else assert.ok(now.untilMs === null || now.untilMs > atMs);
      if (laterMs < atMs || (now.untilMs !== null && laterMs >= now.untilMs)) return;
      assert.equal(name(wantedAt(known, laterMs)), name(now));
    }),
    { seed: 20, numRuns: 3000 },
  );
});

test('what is recorded is never recorded against the user’s wish', () => {
  fc.assert(
    fc.property(anyFacts, ({ facts: known, atMs }) => {
      const wanted = wantedAt(known, atMs);
      const { plan, paused, privacy } = known;
      const isPrivate = privacy !== null;
      if (isPrivate || paused || plan.mode === 'off') assert.equal(wanted.records, false);
      if (!isWithin(plan.hours, atMs)) assert.equal(wanted.records, false);
      const free = !isPrivate && !paused && isWithin(plan.hours, atMs);
      if (free && plan.mode === 'always') assert.equal(wanted.records, true);
      if (free && plan.mode === 'events' && known.events.active) assert.equal(wanted.records, true);
    }),
    { seed: 21, numRuns: 3000 },
  );
});

/** Events out of what a camera tells: each once, with its end, and a bounded number of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBook } from '../../../main/app/eventBook.ts';
import type { EventChange } from '../../../main/core/cameras/eventStates.ts';

const cameraId = '00112233445566aa';
const change = (is: EventChange['is'], more: Partial<EventChange> = {}): EventChange => ({
  ...{ key: 'motion', kind: 'motion', topic: 'VideoSource/MotionAlarm', source: 'Source=1', is, cameraMs: null },
  ...more,
});

test('an event begins and ends under one id, and only what goes on is going', () => {
  const book = new EventBook(cameraId);
  const begun = book.take(change('begins'), 1000.4);
  assert.ok(begun);
  assert.deepEqual(book.going, [begun.event]);
  const ended = book.take(change('ends'), 2500);
  const { id } = begun.event;
  const seen = { id, cameraId, kind: 'motion', source: 'Source=1', topic: 'VideoSource/MotionAlarm', fromMs: 1000 };
  assert.deepEqual(begun, { event: { ...seen, toMs: null, endUnknown: false, count: 1 }, revision: 1 });
  assert.deepEqual(ended, { event: { ...seen, toMs: 2500, endUnknown: false, count: 1 }, revision: 2 });
  assert.deepEqual([book.going, book.take(change('ends'), 3000)], [[], null]);
});

test('what is over while nobody listened says that its end is unknown, and never ends before it began', () => {
  const book = new EventBook(cameraId);
  book.take(change('begins'), 5000);
  const over = book.take(change('over'), 4000)?.event;
  assert.deepEqual([over?.toMs, over?.endUnknown], [5000, true]);
});

test('a moment is an event without length', () => {
  const { event } = new EventBook(cameraId).take(change('moment', { kind: 'line', key: 'line' }), 77) ?? {};
  assert.deepEqual([event?.fromMs, event?.toMs], [77, 77]);
});

test('a camera that tells a thousand a second has a bounded number of events, all of them counted', () => {
  let nowMs = 0;
  const book = new EventBook(cameraId, () => nowMs);
  const events = new Map<string, number>();
  const take = (one: EventChange): void => {
    const noted = book.take(one, nowMs);
    if (noted) events.set(noted.event.id, noted.event.count);
  };
  const seconds = 600;
  for (; nowMs < seconds * 1000; nowMs += 2) {
    take(change('begins'));
    take(change('ends'));
  }
  assert.ok(events.size <= 60 + seconds / 3 + 1, `${events.size} events`);
  assert.equal(
    [...events.values()].reduce((sum, count) => sum + count, 0),
    (seconds * 1000) / 2,
  );
  assert.deepEqual(book.going, []);
  // After a rest each is one of its own again.
  nowMs += 3_600_000;
  const before = events.size;
  for (let nth = 0; nth < 60; nth += 1) {
    take(change('begins'));
    take(change('ends'));
  }
  assert.equal(events.size, before + 60);
});

test('a camera that tells too much of one kind does not make an event of a week ago go on', () => {
  let nowMs = 0;
  const book = new EventBook(cameraId, () => nowMs);
  const line = change('moment', { kind: 'line', key: 'line' });
  const first = book.take(line, nowMs);
  nowMs += 7 * 86_400_000;
  const spend = (): void => {
    for (let nth = 0; nth < 100; nth += 1) {
      book.take(change('begins'), nowMs);
      book.take(change('ends'), nowMs);
    }
  };
  spend();
  const second = book.take(line, nowMs);
  assert.deepEqual([second?.event.fromMs, second?.event.count, second?.revision], [nowMs, 1, 1]);
  assert.notEqual(second?.event.id, first?.event.id);
  nowMs += 2000;
  const third = book.take(line, nowMs);
  assert.deepEqual([third?.event.id, third?.event.count], [second?.event.id, 2], 'of the same minute it is one');
});

test('inputs that are made up without end continue one event, which ends with the last of them', () => {
  const book = new EventBook(cameraId, () => 0);
  const input = (nth: number): Partial<EventChange> => ({ kind: 'input', key: `input ${nth}`, source: `${nth}` });
  for (let nth = 0; nth < 200; nth += 1) book.take(change('begins', input(nth)), nth);
  assert.equal(book.going.length, 60);
  const ends = Array.from({ length: 200 }, (_, nth) => book.take(change('ends', input(nth)), 1000 + nth));
  assert.deepEqual([book.going.length, ends.filter((end) => end !== null).length], [0, 60]);
});

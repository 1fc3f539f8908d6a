/**
 * Which days a question about a span of time has to open: those of the span, and the nearest before it with a
 * recording, which says why the span begins as it does. A recording that crosses midnight lies under the day it began.
 * Where the sum of the day before says enough, that day is not opened: it is the day that every question about a whole
 * day would open for its last minute alone.
 */
import type { CameraId } from '../../contract/model.ts';
import type { DayIndex } from './dayIndex.ts';
import type { DayShelf } from './dayShelf.ts';
import { dayMs, dayOf, type RecordingSpan } from './recordingName.ts';
import type { GapNote } from './spans.ts';

export interface Reached {
  recordings: RecordingSpan[];
  /** In order of time. */
  notes: GapNote[];
}

export async function reach(shelf: DayShelf, cameraId: CameraId, fromMs: number, toMs: number): Promise<Reached> {
  const days = await shelf.days(cameraId);
  const [first, last, before] = [dayOf(fromMs), dayOf(toMs), dayOf(fromMs - dayMs)];
  const inside = days.filter((day) => day >= first && day <= last);
  const indexes = await Promise.all(inside.map((day) => shelf.read(cameraId, day)));
  const beginsInside = (): boolean => indexes.some(({ rows }) => (rows[0]?.startMs ?? Infinity) <= fromMs);
  const crossing: RecordingSpan[] = [];
  for (const day of days.filter((name) => name < first).reverse()) {
    if (day < before && beginsInside()) break;
    const sum = day === before ? await (await shelf.sums()).current(cameraId, day) : null;
    if (sum && sum.lastEndMs <= fromMs && beginsInside()) break;
    if (sum && sum.lastStartMs <= fromMs && sum.lastEndMs > fromMs) {
      crossing.push({ startMs: sum.lastStartMs, endMs: sum.lastEndMs });
      break;
    }
    indexes.unshift(await shelf.read(cameraId, day));
  }
  return {
    recordings: [...indexes.flatMap((index): readonly RecordingSpan[] => index.rows), ...crossing],
    notes: notesOf(indexes),
  };
}

function notesOf(indexes: readonly DayIndex[]): GapNote[] {
  return indexes.flatMap((index) => index.notes).sort((a, b) => a.atMs - b.atMs);
}

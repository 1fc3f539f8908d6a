/**
 * Which days a question about a span of time has to open: those of the span, and the nearest before it with a
 * recording, which says why the span begins as it does. A recording that crosses midnight lies under the day it began.
 * Where the sum of the day before says enough, that day is not opened: it is the day that every question about a whole
 * day would open for its last minute alone.
 */
import type { CameraId } from '../../contract/model.ts';
import { type DayOutline, outlineOf } from './dayOutline.ts';
import type { DayShelf } from './dayShelf.ts';
import { dayMs, dayOf, type RecordingSpan } from './recordingName.ts';
import type { GapNote } from './spans.ts';

export interface Reached {
  /** Joined, where they were joined before. */
  recordings: (RecordingSpan & { lastStartMs?: number })[];
  /** In order of time. */
  notes: GapNote[];
}

export async function reach(shelf: DayShelf, cameraId: CameraId, fromMs: number, toMs: number): Promise<Reached> {
  const days = await shelf.days(cameraId);
  const [first, last, before] = [dayOf(fromMs), dayOf(toMs), dayOf(fromMs - dayMs)];
  const inside = days.filter((day) => day >= first && day <= last);
  const outlines = await Promise.all(inside.map((day) => outlineOfDay(shelf, cameraId, day)));
  const beginsInside = (): boolean => outlines.some(({ stretches }) => (stretches[0]?.startMs ?? Infinity) <= fromMs);
  const crossing: RecordingSpan[] = [];
  for (const day of days.filter((name) => name < first).reverse()) {
    if (day < before && beginsInside()) break;
    const sum = day === before ? await (await shelf.sums()).current(cameraId, day) : null;
    if (sum && sum.lastEndMs <= fromMs && beginsInside()) break;
    if (sum && sum.lastStartMs <= fromMs && sum.lastEndMs > fromMs) {
      crossing.push({ startMs: sum.lastStartMs, endMs: sum.lastEndMs });
      break;
    }
    outlines.unshift(await outlineOfDay(shelf, cameraId, day));
  }
  return {
    recordings: [...outlines.flatMap(({ stretches }): readonly RecordingSpan[] => stretches), ...crossing],
    notes: notesOf(outlines),
  };
}

/** As it was written down, where nobody wrote into the day since; else, and then it is written down, from its index. */
async function outlineOfDay(shelf: DayShelf, cameraId: CameraId, day: string): Promise<DayOutline> {
  const sums = await shelf.sums();
  const sum = await sums.trusted(cameraId, day);
  const known = sum && (await shelf.outlines.get(cameraId, day, sum.changedMs));
  if (known && sums.get(cameraId, day) === sum) return known;
  const index = await shelf.read(cameraId, day);
  const outline = outlineOf(index);
  if (sum && index.isWhole && sums.get(cameraId, day) === sum) {
    await shelf.outlines.put(cameraId, day, sum.changedMs, outline);
  }
  return outline;
}

function notesOf(outlines: readonly DayOutline[]): GapNote[] {
  return outlines.flatMap(({ notes }) => notes).sort((a, b) => a.atMs - b.atMs);
}

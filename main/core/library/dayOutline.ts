/**
 * One day of one camera in a few numbers: its recordings joined where they follow each other, and the causes of its
 * gaps. It says all that the spans of a timeline need, in a hundredth of what the day's index holds. Pure: how it is
 * made, and how it is written as JSON. What was written comes from the disk: whatever has not that form is null.
 */
import type { GapCause } from '../../contract/model.ts';
import { type DayRow, isCause, isWhole } from './dayDocument.ts';
import { type GapNote, joinRecordings, type Stretch } from './spans.ts';

export interface DayOutline {
  /** In order, without overlap. */
  stretches: readonly Stretch[];
  /** In order of time. */
  notes: readonly GapNote[];
}

export interface DayRows {
  rows: readonly DayRow[];
  notes: readonly GapNote[];
}

/** By the rows that it was made of: a day's rows are replaced whole, and asked for with every step of the zoom. */
const made = new WeakMap<readonly DayRow[], DayOutline>();

export function outlineOf({ rows, notes }: DayRows): DayOutline {
  const known = made.get(rows);
  if (known?.notes === notes) return known;
  const outline = { stretches: joinRecordings(rows), notes };
  made.set(rows, outline);
  return outline;
}

/** `[[startMs, endMs, lastStartMs, …], [atMs, cause, …]]`. */
export type WrittenOutline = [number[], (number | GapCause)[]];

export function writeOutline({ stretches, notes }: DayOutline): WrittenOutline {
  return [
    stretches.flatMap(({ startMs, endMs, lastStartMs }) => [startMs, endMs, lastStartMs]),
    notes.flatMap(({ atMs, cause }) => [atMs, cause]),
  ];
}

export function readOutline(written: unknown): DayOutline | null {
  if (!Array.isArray(written)) return null;
  const [times, causes] = written as unknown[];
  if (!Array.isArray(times) || times.length % 3 !== 0 || !Array.isArray(causes) || causes.length % 2 !== 0) return null;
  const stretches: Stretch[] = [];
  for (let at = 0; at < times.length; at += 3) {
    const [startMs, endMs, lastStartMs] = times.slice(at, at + 3) as unknown[];
    if (!isWhole(startMs) || !isWhole(endMs) || !isWhole(lastStartMs)) return null;
    if (startMs >= endMs || lastStartMs < startMs || startMs < (stretches.at(-1)?.endMs ?? 0)) return null;
    stretches.push({ startMs, endMs, lastStartMs });
  }
  const notes: GapNote[] = [];
  for (let at = 0; at < causes.length; at += 2) {
    const [atMs, cause] = causes.slice(at, at + 2) as unknown[];
    if (!isWhole(atMs) || !isCause(cause) || atMs < (notes.at(-1)?.atMs ?? 0)) return null;
    notes.push({ atMs, cause });
  }
  return { stretches, notes };
}

/**
 * What the sealed index of one day holds: its recordings, each with the mark of its file, and the causes of its gaps.
 * Pure: the form and its check. What does not have the form is null.
 */
import * as v from 'valibot';
import type { GapNote } from './spans.ts';

export interface DayRow {
  startMs: number;
  endMs: number;
  sizeBytes: number;
}

export interface MarkedRow extends DayRow {
  /** Of the sealed file that was finished under this name (vault/fileMark.ts); null where it is not known. */
  mark: number | null;
}

export interface DayDocument {
  rows: MarkedRow[];
  notes: GapNote[];
}

export const dayDocumentVersion = 1;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const causes = [
  'lost',
  'refused',
  'notKeptUp',
  'diskFull',
  'diskGone',
  'closed',
  'asleep',
  'paused',
  'deleted',
  'clock',
  'codec',
  'unknown',
] as const;
const form = v.object({
  rows: v.array(
    v.object({
      startMs: whole,
      endMs: whole,
      sizeBytes: whole,
      mark: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), null),
    }),
  ),
  notes: v.array(v.object({ atMs: whole, cause: v.picklist(causes) })),
});

export function readDayDocument(value: unknown): DayDocument | null {
  const parsed = v.safeParse(form, value);
  if (!parsed.success) return null;
  const { rows, notes } = parsed.output;
  // Made anew from a literal, a row takes half the memory of one that the check has put together.
  return { rows: rows.map(({ startMs, endMs, sizeBytes, mark }) => ({ startMs, endMs, sizeBytes, mark })), notes };
}

/**
 * What the sealed index of one day holds: its recordings, each with the mark of its file, and the causes of its gaps.
 * Pure: the form and its check. What does not have the form is null.
 */
import type { GapCause } from '../../contract/model.ts';
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

/**
 * 2: the causes noEvent, schedule, off, privacy. 3: the cause network. A Nightjar that does not know them is not to take
 * it for damaged.
 */
export const dayDocumentVersion = 3;

/** One step a version. What versions 1 and 2 say means the same. */
export const dayDocumentSteps: readonly ((json: unknown) => unknown)[] = [(json) => json, (json) => json];

const latestMs = 8.64e15;
const causes = [
  'lost',
  'network',
  'refused',
  'notKeptUp',
  'diskFull',
  'diskGone',
  'closed',
  'asleep',
  'paused',
  'noEvent',
  'schedule',
  'off',
  'privacy',
  'deleted',
  'clock',
  'codec',
  'unknown',
] as const satisfies readonly GapCause[];
const known: ReadonlySet<unknown> = new Set(causes);

/** Looked at by hand: a day has 1440 recordings, and a start reads many days. Whatever more an entry says is left out. */
export function readDayDocument(value: unknown): DayDocument | null {
  if (!isObject(value) || !Array.isArray(value['rows']) || !Array.isArray(value['notes'])) return null;
  const rows: MarkedRow[] = [];
  for (const row of value['rows'] as unknown[]) {
    if (!isObject(row)) return null;
    const { startMs, endMs, sizeBytes, mark = null } = row;
    if (!isWhole(startMs) || !isWhole(endMs) || !isWhole(sizeBytes) || !(mark === null || isWhole(mark))) return null;
    rows.push({ startMs, endMs, sizeBytes, mark });
  }
  const notes: GapNote[] = [];
  for (const note of value['notes'] as unknown[]) {
    if (!isObject(note)) return null;
    const { atMs, cause } = note;
    if (!isWhole(atMs) || !isCause(cause)) return null;
    notes.push({ atMs, cause });
  }
  return { rows, notes };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= latestMs;
}

export function isCause(value: unknown): value is GapCause {
  return known.has(value);
}

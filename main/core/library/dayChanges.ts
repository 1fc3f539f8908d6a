/**
 * What can happen to a day's document, as arithmetic: recordings come and go, causes are noted. Pure. Doing the same
 * again changes nothing, so that what a crash left half taken up can be taken up anew.
 */
import type { DayDocument, DayRow, MarkedRow } from './dayDocument.ts';
import { finishedName } from './recordingName.ts';
import { coverSpan, type GapNote, joinRecordings } from './spans.ts';

/** More notes than this on one day are a defect of whoever writes them: the oldest are dropped. */
const mostNotes = 5000;

/** In order of time: what comes from the disk need not be. */
export function inOrder({ rows, notes }: DayDocument): DayDocument {
  return {
    rows: [...rows].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs),
    notes: [...notes].sort((a, b) => a.atMs - b.atMs),
  };
}

/** With these recordings, each in place of one of the same name. */
export function withRows({ rows, notes }: DayDocument, added: readonly MarkedRow[]): DayDocument {
  const names = new Set(added.map(finishedName));
  const others = rows.filter((row) => !names.has(finishedName(row)));
  return inOrder({ rows: [...others, ...added], notes });
}

export function withNotes({ rows, notes }: DayDocument, added: readonly GapNote[]): DayDocument {
  const known = new Set(notes.map(keyOf));
  const fresh = added.filter((note) => !known.has(keyOf(note)) && known.add(keyOf(note)));
  const all = inOrder({ rows: [], notes: [...notes, ...fresh] }).notes;
  return { rows, notes: all.slice(-mostNotes) };
}

/** Without these recordings, and with a note that they were deleted; gaps between them keep their causes. */
export function withoutRows({ rows, notes }: DayDocument, removed: readonly DayRow[]): DayDocument {
  const names = new Set(removed.map(finishedName));
  const endMs = Math.max(0, ...rows.map((row) => row.endMs));
  const causeAfter = new Map(
    coverSpan(rows, notes, 0, endMs + 1).flatMap((span) => (span.kind === 'gap' ? [[span.fromMs, span.cause]] : [])),
  );
  const added: GapNote[] = [];
  for (const row of rows.filter((candidate) => names.has(finishedName(candidate)))) {
    const cause = causeAfter.get(row.endMs);
    added.push({ atMs: row.startMs, cause: 'deleted' });
    if (cause) added.push({ atMs: row.endMs, cause });
  }
  const outside = notes.filter(({ atMs }) => !removed.some((row) => atMs >= row.startMs && atMs < row.endMs));
  return withNotes({ rows: rows.filter((row) => !names.has(finishedName(row))), notes: outside }, added);
}

/** Without its index nobody knows any more why there are gaps. */
export function withUnknownGaps(document: DayDocument): DayDocument {
  return withNotes(
    document,
    joinRecordings(document.rows).map(({ endMs }) => ({ atMs: endMs, cause: 'unknown' })),
  );
}

function keyOf({ atMs, cause }: GapNote): string {
  return `${atMs} ${cause}`;
}

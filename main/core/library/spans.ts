/**
 * Span arithmetic: from recordings and notes of gap causes to spans that cover every millisecond exactly once. Pure.
 * Recordings may come in any order, overlap or be absurd (they are read from the disk): the result is ordered and
 * without overlap all the same. A note says that from its moment on nothing was recorded, because of its cause; it
 * holds until the next recording or the next note.
 */
import type { GapCause, Span } from '../../contract/model.ts';
import type { RecordingSpan } from './recordingName.ts';

export interface GapNote {
  atMs: number;
  cause: GapCause;
}

/** Two recordings nearer than this are one span: a fragment's rounding, not a gap. */
export const joinMs = 200;
/** A note this near to the end of the media counts as written at that end: arrival and media time differ. */
const noteNearMs = 2000;
/** A second one counts so only when the two are one event: a camera that hangs up and then refuses. */
const nextNearMs = 500;

/** Recordings that follow each other. */
export interface Stretch extends RecordingSpan {
  /** Start of its last recording. */
  lastStartMs: number;
}

/**
 * Recorded stretches in order, joined where they touch or nearly touch. What was joined before, day by day, is joined on
 * as if each recording had come alone.
 */
export function joinRecordings(recordings: Iterable<RecordingSpan & { lastStartMs?: number }>): Stretch[] {
  const ordered = [...recordings].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const joined: Stretch[] = [];
  for (const { startMs, endMs, lastStartMs = startMs } of ordered) {
    if (endMs <= startMs) continue;
    const last = joined.at(-1);
    if (last && startMs - last.endMs < joinMs) {
      last.endMs = Math.max(last.endMs, endMs);
      last.lastStartMs = Math.max(last.lastStartMs, lastStartMs);
    } else {
      joined.push({ startMs, endMs, lastStartMs });
    }
  }
  return joined;
}

/**
 * Spans that cover fromMs..toMs, beginning with the first recording where that is later than fromMs. Empty when there
 * is no recording before toMs. `notes` must be in order of time. `untold` is the cause of a gap that no note explains.
 */
export function coverSpan(
  recordings: Iterable<RecordingSpan & { lastStartMs?: number }>,
  notes: readonly GapNote[],
  fromMs: number,
  toMs: number,
  untold: GapCause = 'closed',
): Span[] {
  const joined = joinRecordings(recordings);
  const spans: Span[] = [];
  const add = (span: Span): void => {
    const clipped: Span = { ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) };
    if (clipped.toMs <= clipped.fromMs) return;
    const last = spans.at(-1);
    // Between the two another cause was noted and taken back at the same moment.
    if (last?.kind === 'gap' && clipped.kind === 'gap' && last.cause === clipped.cause) last.toMs = clipped.toMs;
    else spans.push(clipped);
  };
  let noteIndex = 0;
  for (const [index, stretch] of joined.entries()) {
    add({ fromMs: stretch.startMs, toMs: stretch.endMs, kind: 'recorded' });
    const gapEndMs = joined[index + 1]?.startMs ?? toMs;
    // A note that is older than the last recording's start belongs to an earlier gap.
    const oldestNoteMs = Math.max(stretch.lastStartMs + 1, stretch.endMs - noteNearMs);
    let within: GapCause | null = null;
    for (; noteIndex < notes.length && (notes[noteIndex]?.atMs ?? 0) < oldestNoteMs; noteIndex++) {
      const note = notes[noteIndex];
      if (note && note.atMs > stretch.startMs) within = note.cause;
    }
    // Where nothing is told of this gap the clock was set back: it was said at a time that was recorded before.
    let cause = (notes[noteIndex]?.atMs ?? Infinity) < gapEndMs ? untold : (within ?? untold);
    let atMs = stretch.endMs;
    for (let note = notes[noteIndex], nearMs = noteNearMs; note && note.atMs < gapEndMs; note = notes[++noteIndex]) {
      const noteMs = note.atMs - stretch.endMs <= nearMs ? stretch.endMs : note.atMs;
      nearMs = nextNearMs;
      if (note.cause !== cause) {
        add({ fromMs: atMs, toMs: noteMs, kind: 'gap', cause });
        atMs = noteMs;
        cause = note.cause;
      }
    }
    add({ fromMs: atMs, toMs: gapEndMs, kind: 'gap', cause });
  }
  return spans;
}

/** Recorded milliseconds among the spans. */
export function recordedMs(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + (span.kind === 'recorded' ? span.toMs - span.fromMs : 0), 0);
}

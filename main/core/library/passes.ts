/**
 * Recordings of one camera that overlap, because the clock was set back: the same time was recorded twice, both are kept,
 * and which of them a moment shows must not change in the middle. Pure. Recordings may come from the disk: any overlap
 * is possible.
 */
import type { RecordingSpan } from './recordingName.ts';

/** Recordings that overlap by less follow each other: a fragment's rounding. */
const roundingMs = 200;

/**
 * The recording to play at this moment: of those that cover it the one that began last, so that whoever plays on from
 * the end of one recording stays in the time in which it was made; else the next one. undefined when there is none.
 */
export function recordingAt<Row extends RecordingSpan>(rows: Iterable<Row>, atMs: number): Row | undefined {
  let best: Row | undefined;
  for (const row of rows) {
    if (row.endMs <= atMs) continue;
    if (!best) best = row;
    else if (row.startMs <= atMs ? best.startMs > atMs || row.startMs >= best.startMs : row.startMs < best.startMs) {
      best = row;
    }
  }
  return best;
}

/**
 * The recordings in passes, each in order of time and without an overlap: one where no time was recorded twice. The
 * pass with the first recording comes first.
 */
export function passesOf<Row extends RecordingSpan>(rows: readonly Row[]): Row[][] {
  const passes: Row[][] = [];
  for (const row of [...rows].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)) {
    const endOf = (pass: readonly Row[]): number => pass.at(-1)?.endMs ?? -Infinity;
    const fitting = passes.filter((pass) => endOf(pass) <= row.startMs + roundingMs);
    // It goes on with the one that ended last: that is the one it was recorded after.
    const nearest = fitting.reduce<Row[] | null>(
      (best, pass) => (best && endOf(best) > endOf(pass) ? best : pass),
      null,
    );
    if (nearest) nearest.push(row);
    else passes.push([row]);
  }
  return passes;
}

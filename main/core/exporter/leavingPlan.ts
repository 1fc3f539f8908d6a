/**
 * Which recordings go together into one file when everything is exported: those of one unbroken stretch that begin in
 * the same hour (UTC) of the same local day. So a file holds an hour at most, and the plan for what is not exported yet
 * does not depend on what was deleted or recorded meanwhile. Pure.
 */
import type { RecordingRow } from '../library/library.ts';
import { joinMs } from '../library/spans.ts';
import { localDay } from './stamps.ts';

const hourMs = 3_600_000;

/** The first of these recordings, in order, and those that go with it; empty when there are none. */
export function firstGroup(rows: readonly RecordingRow[]): RecordingRow[] {
  const group: RecordingRow[] = [];
  for (const row of rows) {
    const last = group.at(-1);
    if (last && !goTogether(last, row)) break;
    group.push(row);
  }
  return group;
}

function goTogether(one: RecordingRow, next: RecordingRow): boolean {
  return (
    next.startMs - one.endMs < joinMs &&
    Math.floor(one.startMs / hourMs) === Math.floor(next.startMs / hourMs) &&
    localDay(one.startMs) === localDay(next.startMs)
  );
}

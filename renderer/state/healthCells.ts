/** What the health view makes of the report's sums: its stretches of time, shares, bars and words. Pure. */
import { countsAsMissing, type GapTotal, type HealthCell, type HealthReport } from '../../main/contract/health.ts';
import type { CameraId, GapCause } from '../../main/contract/model.ts';
import { text } from './text.ts';
import { dayBeside, hourMs } from './time.ts';

export type Period = 'day' | 'month';

const daysShown = 30;
const hoursShown = 24;
const words = text.health;

/** The edges of the stretches that end with the present one: 30 local days, or 24 hours. */
export function boundsOf(period: Period, nowMs: number): number[] {
  if (period === 'month') {
    const days = Array.from({ length: daysShown }, (_, at) => dayBeside(nowMs, at - daysShown + 1));
    return [...days.map(({ fromMs }) => fromMs), days.at(-1)?.toMs ?? nowMs];
  }
  const hour = new Date(nowMs);
  hour.setMinutes(0, 0, 0);
  return Array.from({ length: hoursShown + 1 }, (_, at) => hour.getTime() + (at - hoursShown + 1) * hourMs);
}

export interface Sums {
  recordedMs: number;
  missingMs: number;
  sizeBytes: number;
}

/** Of what is known. */
export function sumsOf(cells: readonly (HealthCell | null)[]): Sums {
  const sums: Sums = { recordedMs: 0, missingMs: 0, sizeBytes: 0 };
  for (const cell of cells) {
    if (!cell) continue;
    sums.recordedMs += cell.recordedMs;
    sums.sizeBytes += cell.sizeBytes;
    for (const { cause, durationMs } of cell.gaps) if (countsAsMissing(cause)) sums.missingMs += durationMs;
  }
  return sums;
}

/** Of the time that was to be recorded; null where there was none. */
export function shareOf({ recordedMs, missingMs }: Sums): number | null {
  const wantedMs = recordedMs + missingMs;
  return wantedMs > 0 ? recordedMs / wantedMs : null;
}

export function rateOf({ recordedMs, sizeBytes }: Sums): number | null {
  return recordedMs > 0 && sizeBytes > 0 ? (sizeBytes * 8000) / recordedMs : null;
}

/**
 * How a stretch is drawn: how much of its height is recorded, and the cause of the rest. A gap, however short, takes at
 * least a tenth, so that none is hidden; a recording, however short, too.
 */
export type Bar = { is: 'unknown' | 'empty' | 'whole' } | { is: 'part'; percent: number; cause: GapCause };

const leastPercent = 10;

export function barOf(cell: HealthCell | null): Bar {
  if (!cell) return { is: 'unknown' };
  // What is missing is loud: it goes before what the user wanted so.
  const worst = cell.gaps.find(({ cause }) => countsAsMissing(cause)) ?? cell.gaps[0];
  if (!worst) return { is: cell.recordedMs > 0 ? 'whole' : 'empty' };
  if (cell.recordedMs === 0) return { is: 'part', percent: 0, cause: worst.cause };
  const allMs = cell.gaps.reduce((sum, { durationMs }) => sum + durationMs, cell.recordedMs);
  const percent = Math.round((100 * cell.recordedMs) / allMs);
  return { is: 'part', percent: Math.min(100 - leastPercent, Math.max(leastPercent, percent)), cause: worst.cause };
}

/** What a stretch says: its share, its gaps, its bit rate. */
export function sayCell(cell: HealthCell | null): string[] {
  if (!cell) return [words.unlooked];
  if (cell.recordedMs === 0 && cell.gaps.length === 0) return [words.nothing];
  const sums = sumsOf([cell]);
  const share = shareOf(sums);
  const rate = rateOf(sums);
  return [
    share === null ? words.notWanted : sums.missingMs === 0 ? words.allRecorded : words.share(share),
    ...cell.gaps.map(({ cause, durationMs }) => words.gapOf(cause, durationMs)),
    ...(rate === null ? [] : [text.units.rate(rate)]),
  ];
}

/** Whose gaps they were. */
export function sayWho({ cameras, durationMs }: GapTotal, all: number, nameOf: (id: CameraId) => string): string {
  const [most, ...others] = cameras;
  if (!most) return '';
  if (others.length === 0) return nameOf(most.cameraId);
  const least = others.at(-1) ?? most;
  if (cameras.length === all && most.durationMs <= 1.5 * least.durationMs) return words.allCameras;
  if (most.durationMs > durationMs / 2) return words.mostly(nameOf(most.cameraId));
  return words.several(cameras.length);
}

export function sayFullness({ fullness }: HealthReport['vault']): string {
  switch (fullness.state) {
    case 'unknown':
      return text.units.unknown;
    case 'in':
      return words.fullIn(fullness.leftMs);
    case 'now':
      return words.fullNow(fullness.keepsMs);
    case 'days':
      return words.fullDays;
  }
}

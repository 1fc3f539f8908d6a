/**
 * From spans to sums: what became of each stretch of a camera's time, and of all of them together. Pure. The spans come
 * from `Library.spans`: in order, without overlap, from the first recording up to now.
 */
import type { CameraHealth, GapTotal, HealthCell, HealthGap } from '../../contract/health.ts';
import { countsAsMissing } from '../../contract/health.ts';
import type { CameraId, GapCause, Span } from '../../contract/model.ts';

/** A cell, and which gaps reach over its edges: so that a gap of three days is one gap. */
export interface CutCell extends HealthCell {
  beginsIn: GapCause | null;
  endsIn: GapCause | null;
}

/** One for each stretch between two bounds. `sizes`: what was recorded in each. */
export function cutCells(spans: readonly Span[], bounds: readonly number[], sizes: readonly number[]): CutCell[] {
  const cells: CutCell[] = [];
  for (let at = 0; at + 1 < bounds.length; at++) {
    cells.push(cellBetween(spans, bounds[at] ?? 0, bounds[at + 1] ?? 0, sizes[at] ?? 0));
  }
  return cells;
}

function cellBetween(spans: readonly Span[], fromMs: number, toMs: number, sizeBytes: number): CutCell {
  let recordedMs = 0;
  const gaps = new Map<GapCause, HealthGap>();
  const cell: CutCell = { recordedMs, sizeBytes, gaps: [], beginsIn: null, endsIn: null };
  for (const span of spans) {
    const durationMs = Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
    if (durationMs <= 0) continue;
    if (span.kind === 'recorded') {
      recordedMs += durationMs;
      continue;
    }
    const gap = gaps.get(span.cause) ?? { cause: span.cause, count: 0, durationMs: 0 };
    gaps.set(span.cause, { ...gap, count: gap.count + 1, durationMs: gap.durationMs + durationMs });
    if (span.fromMs <= fromMs) cell.beginsIn = span.cause;
    if (span.toMs >= toMs) cell.endsIn = span.cause;
  }
  return { ...cell, recordedMs, gaps: [...gaps.values()].sort((a, b) => b.durationMs - a.durationMs) };
}

/** All gaps of all cameras by their causes. Cells that are not known yet are left out. */
export function gapTotals(cameras: readonly { cameraId: CameraId; cells: readonly (CutCell | null)[] }[]): GapTotal[] {
  const totals = new Map<GapCause, GapTotal>();
  for (const { cameraId, cells } of cameras) {
    for (const [cause, { count, durationMs }] of gapsOf(cells)) {
      const total = totals.get(cause) ?? { cause, count: 0, durationMs: 0, cameras: [] };
      total.count += count;
      total.durationMs += durationMs;
      total.cameras.push({ cameraId, durationMs });
      totals.set(cause, total);
    }
  }
  for (const { cameras: having } of totals.values()) having.sort((a, b) => b.durationMs - a.durationMs);
  return [...totals.values()].sort((a, b) => b.durationMs - a.durationMs);
}

function gapsOf(cells: readonly (CutCell | null)[]): Map<GapCause, { count: number; durationMs: number }> {
  const gaps = new Map<GapCause, { count: number; durationMs: number }>();
  for (const [at, cell] of cells.entries()) {
    for (const { cause, count, durationMs } of cell?.gaps ?? []) {
      const goesOn = cell?.beginsIn === cause && cells[at - 1]?.endsIn === cause;
      const sum = gaps.get(cause) ?? { count: 0, durationMs: 0 };
      gaps.set(cause, { count: sum.count + count - (goesOn ? 1 : 0), durationMs: sum.durationMs + durationMs });
    }
  }
  return gaps;
}

/** Time that was to be recorded and was not. */
export function missingMs({ gaps }: HealthCell): number {
  return gaps.reduce((sum, { cause, durationMs }) => sum + (countsAsMissing(cause) ? durationMs : 0), 0);
}

/** Time of which anything is known: recorded, or a gap. */
export function knownMs({ recordedMs, gaps }: HealthCell): number {
  return gaps.reduce((sum, { durationMs }) => sum + durationMs, recordedMs);
}

/** Bytes a day of all cameras together, over the time in which any of them was there; null where nothing was recorded. */
export function bytesADay(cameras: readonly Pick<CameraHealth, 'cells'>[]): number | null {
  let bytes = 0;
  let overMs = 0;
  for (let at = 0; cameras.some(({ cells }) => at < cells.length); at++) {
    const cells = cameras.map((camera) => camera.cells[at] ?? null).filter((cell) => cell !== null);
    bytes += cells.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    overMs += cells.reduce((most, cell) => Math.max(most, knownMs(cell)), 0);
  }
  return overMs > 0 && bytes > 0 ? (bytes * 86_400_000) / overMs : null;
}

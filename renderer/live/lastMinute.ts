/**
 * One figure over the last minute: its points for a small chart, and its worst. Pure; the caller brings the time. Values
 * that were never measured leave a hole, and are no zero.
 */
const minuteMs = 60_000;
/** Tops of the chart, in the figure's own unit. */
const tops = [100, 200, 500, 1000, 2000, 5000, 10_000];

export interface Point {
  atMs: number;
  value: number;
}

export function withPoint(points: readonly Point[], point: Point): Point[] {
  return [...points.filter(({ atMs }) => atMs > point.atMs - minuteMs && atMs < point.atMs), point];
}

/** null where nothing was measured. */
export function worstOf(points: readonly Point[]): number | null {
  return points.length === 0 ? null : Math.max(...points.map(({ value }) => value));
}

/** The chart's upper end: the least that holds the worst. */
export function topOf(worst: number): number {
  return tops.find((top) => worst <= top) ?? Math.ceil(worst / 10_000) * 10_000;
}

/** Points of an SVG polyline in a box of this size whose right edge is now. */
export function lineOf(
  points: readonly Point[],
  nowMs: number,
  top: number,
  box: { width: number; height: number },
): string {
  return points
    .filter(({ atMs }) => atMs > nowMs - minuteMs)
    .map(({ atMs, value }) => {
      const x = box.width * (1 - (nowMs - atMs) / minuteMs);
      const y = box.height * (1 - Math.min(1, Math.max(0, value / top)));
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

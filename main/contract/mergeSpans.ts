/**
 * Spans merged to what can be seen, by main before they cross and by the page before they are drawn. Pure. What is drawn a pixel wide need not be told in ten parts, but a gap must never
 * be lost by that, nor a moment be in none of the spans or in two.
 */
import type { GapCause, Span } from './model.ts';

/** From what the user should see first to what the user wants. */
const rank = {
  diskGone: 0,
  diskFull: 1,
  notKeptUp: 2,
  codec: 3,
  network: 4,
  lost: 5,
  refused: 6,
  clock: 7,
  unknown: 8,
  closed: 9,
  asleep: 10,
  deleted: 11,
  paused: 12,
  privacy: 13,
  off: 14,
  schedule: 15,
  noEvent: 16,
} as const satisfies Record<GapCause, number>;

/**
 * Of neighbours that are shorter than `leastMs` one span is made, until that is as long; its cause is the worst among
 * them. A short span between longer ones stays as it is. The spans must be in order; the result covers the same time.
 */
export function mergeShort(spans: readonly Span[], leastMs: number): Span[] {
  const merged: Span[] = [];
  let cluster: Span | null = null;
  const close = (): void => {
    if (cluster) merged.push(cluster);
    cluster = null;
  };
  for (const span of spans) {
    const follows: boolean = cluster !== null && cluster.toMs === span.fromMs;
    if (span.toMs - span.fromMs >= leastMs || !follows) close();
    if (span.toMs - span.fromMs >= leastMs) merged.push(span);
    else {
      cluster = cluster ? joined(cluster, span) : span;
      if (cluster.toMs - cluster.fromMs >= leastMs) close();
    }
  }
  close();
  return merged;
}

function joined(a: Span, b: Span): Span {
  const within = { fromMs: a.fromMs, toMs: b.toMs };
  if (a.kind === 'recorded') return { ...b, ...within };
  const cause = b.kind === 'gap' && rank[b.cause] < rank[a.cause] ? b.cause : a.cause;
  return { ...within, kind: 'gap', cause };
}

/**
 * Spans merged to what can be seen. Pure. What is drawn a pixel wide need not be told in ten parts, but a gap must never
 * be lost by that, nor a moment be in none of the spans or in two.
 */
import type { GapCause, Span } from '../../contract/model.ts';

/** From what the user should see first to what the user did. */
const worstFirst = [
  'diskGone',
  'diskFull',
  'notKeptUp',
  'codec',
  'lost',
  'refused',
  'clock',
  'unknown',
  'closed',
  'asleep',
  'deleted',
  'paused',
] as const satisfies readonly GapCause[];

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
  const causes = [a, b].flatMap((span) => (span.kind === 'gap' ? [span.cause] : []));
  const cause = worstFirst.find((one) => causes.includes(one)) ?? causes[0];
  const within = { fromMs: a.fromMs, toMs: b.toMs };
  return cause === undefined ? { ...within, kind: 'recorded' } : { ...within, kind: 'gap', cause };
}

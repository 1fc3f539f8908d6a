/**
 * Questions about the recorded spans and gaps of one camera, given in order as the library gives them. Functions only;
 * a list may be empty and need not reach as far as the question.
 */
import type { GapCause, Span } from '../../main/contract/model.ts';
import { dayHolding, type TimeSpan } from './time.ts';

export type GapSpan = Span & { kind: 'gap' };

/** The span that holds the moment; null outside of what is known. */
export function spanAt(spans: readonly Span[], timeMs: number): Span | null {
  return spans.find((span) => timeMs >= span.fromMs && timeMs < span.toMs) ?? null;
}

export function isRecordedAt(spans: readonly Span[], timeMs: number): boolean {
  return spanAt(spans, timeMs)?.kind === 'recorded';
}

/** Start of the first recorded span that begins after the moment. */
export function recordedAfter(spans: readonly Span[], timeMs: number): number | null {
  return spans.find((span) => span.kind === 'recorded' && span.fromMs > timeMs)?.fromMs ?? null;
}

/** End of the last recorded span. */
export function lastRecorded(spans: readonly Span[]): number | null {
  return spans.findLast((span) => span.kind === 'recorded')?.toMs ?? null;
}

/**
 * How long the gap is that holds this part of it; null where midnight may have cut it, as a day's spans are: then nobody
 * knows here.
 */
export function wholeGapMs(spans: readonly Span[], part: TimeSpan): number | null {
  const whole = spans.find((one) => one.fromMs <= part.fromMs && one.toMs >= part.toMs) ?? part;
  const isCut = [whole.fromMs, whole.toMs].some((endMs) => endMs === dayHolding(endMs).fromMs);
  return isCut ? null : whole.toMs - whole.fromMs;
}

/**
 * Of a time without pictures (`gap`, which may last: until Infinity) the part that has the cause of the moment, where
 * several causes follow each other. Ends that midnight cuts are nobody's: there the gap's own stands.
 */
export function sameCause(spans: readonly Span[], timeMs: number, gap: TimeSpan): TimeSpan {
  const here = spanAt(spans, timeMs);
  if (here?.kind !== 'gap') return gap;
  const beginsHere = spans.some((span) => isGap(span) && span.toMs === here.fromMs);
  const endsHere = spans.some((span) => isGap(span) && span.fromMs === here.toMs);
  return { fromMs: beginsHere ? here.fromMs : gap.fromMs, toMs: endsHere ? here.toMs : gap.toMs };
}

/** The first gap that ends after the moment, and after which something is recorded. */
export function gapAfter(spans: readonly Span[], timeMs: number): GapSpan | null {
  for (const [index, span] of spans.entries()) {
    if (isGap(span) && span.toMs > timeMs && spans.slice(index + 1).some((later) => later.kind === 'recorded')) {
      return span;
    }
  }
  return null;
}

/** The last gap that begins before the moment; the one that holds the moment does not count. */
export function gapBefore(spans: readonly Span[], timeMs: number): GapSpan | null {
  return spans.findLast((span): span is GapSpan => isGap(span) && span.toMs <= timeMs) ?? null;
}

/** The first of the longest. */
export function longestRecorded(spans: readonly Span[]): Span | null {
  return longest(spans.filter((span) => span.kind === 'recorded'));
}

/** The longest gap of that cause, the first where several are as long. */
export function longestGap(spans: readonly Span[], cause: GapCause): GapSpan | null {
  return longest(spans.filter(isGap).filter((gap) => gap.cause === cause));
}

function longest<One extends TimeSpan>(spans: readonly One[]): One | null {
  return spans.reduce<One | null>(
    (most, one) => (most && most.toMs - most.fromMs >= one.toMs - one.fromMs ? most : one),
    null,
  );
}

export function isGap(span: Span): span is GapSpan {
  return span.kind === 'gap';
}

/** How much of a stretch of time is recorded, in milliseconds. */
export function recordedIn(spans: readonly Span[], within: TimeSpan): number {
  return clip(spans, within).reduce((sum, span) => sum + (span.kind === 'recorded' ? span.toMs - span.fromMs : 0), 0);
}

/** What of the spans lies inside a stretch of time, cut at its ends. */
export function clip(spans: readonly Span[], within: TimeSpan): Span[] {
  return spans
    .filter((span) => span.toMs > within.fromMs && span.fromMs < within.toMs)
    .map((span) => ({
      ...span,
      fromMs: Math.max(span.fromMs, within.fromMs),
      toMs: Math.min(span.toMs, within.toMs),
    }));
}

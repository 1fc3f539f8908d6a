/**
 * Compares what the timeline tells of a camera with what happened to it (story.ts): every moment is told exactly once,
 * the states sum up to the wall time, and each has the right state and cause. A moment near an edge may be told as either
 * side of it; how much is right to the moment, without that, is counted too.
 */
import type { Span } from '../../main/contract/model.ts';
import type { Chapter, Edge, Told, Truth } from './story.ts';

const lookEveryMs = 20;
/** Of a longer leap of the clock only so much at both ends is looked at, and counted: it happened in no time. */
const leapEndMs = 5000;
/** Of a recording that went, less than this may lie beyond the times in its name. */
const missedAtMostMs = 4000;

export interface Figures {
  seconds: number;
  /** Right to the moment. */
  exactSeconds: number;
  /** Right, or near an edge told as its other side. */
  rightSeconds: number;
}

export interface Wrong {
  fromMs: number;
  toMs: number;
  told: Told | 'nothing';
  truth: Told[];
}

export interface Comparison {
  /** By what is true of the moment. */
  byTold: Map<Told, Figures>;
  wrong: Wrong[];
  /** What breaks the sum, in sentences. */
  unsound: string[];
}

/** `untilMs`: up to which moment the timeline was asked. */
export function compare({ chapters, edges }: Truth, spans: readonly Span[], untilMs: number): Comparison {
  const found: Comparison = { byTold: new Map(), wrong: [], unsound: unsoundIn(spans, untilMs) };
  const firstMs = spans[0]?.fromMs ?? untilMs;
  const missedMs = chapters.reduce(
    (sum, { told, fromMs, toMs }) => sum + (isRecorded(told) ? Math.max(0, Math.min(toMs, firstMs) - fromMs) : 0),
    0,
  );
  if (missedMs > missedAtMostMs) found.unsound.push(`${missedMs} ms were recorded before anything is told`);
  let span = 0;
  for (let atMs = firstMs + lookEveryMs / 2; atMs < untilMs; atMs += lookEveryMs) {
    const leap = leapAt(chapters, atMs);
    if (leap) atMs = leap.toMs - leapEndMs;
    while (span < spans.length && (spans[span]?.toMs ?? 0) <= atMs) span++;
    const told = tellingOf(spans[span], atMs);
    const true_ = truthAt(chapters, atMs);
    if (true_.size === 0) continue;
    const exact = told !== 'nothing' && true_.has(told);
    const near =
      exact ||
      edges.some(
        (edge) =>
          isNear(edge, atMs) &&
          told !== 'nothing' &&
          !(edge.gapsOnly && true_.has('recorded')) &&
          allows(edge, told, chapters),
      );
    const [key = 'unknown'] = true_;
    const figures = found.byTold.get(key) ?? { seconds: 0, exactSeconds: 0, rightSeconds: 0 };
    figures.seconds += lookEveryMs / 1000;
    if (exact) figures.exactSeconds += lookEveryMs / 1000;
    if (near) figures.rightSeconds += lookEveryMs / 1000;
    found.byTold.set(key, figures);
    if (!near) addWrong(found.wrong, { fromMs: atMs, toMs: atMs + lookEveryMs, told, truth: [...true_] });
  }
  return found;
}

function isNear({ atMs: edgeMs, beforeMs, afterMs }: Edge, atMs: number): boolean {
  return atMs >= edgeMs - beforeMs && atMs <= edgeMs + afterMs;
}

function allows(edge: Edge, told: Told, chapters: readonly Chapter[]): boolean {
  if (edge.told.has(told)) return true;
  if (edge.clock !== true) return false;
  return (
    told === 'clock' ||
    chapters.some((one) =>
      isNear(edge, one.fromMs) || isNear(edge, one.toMs) || (one.fromMs < edge.atMs && one.toMs > edge.atMs)
        ? one.told.has(told)
        : false,
    )
  );
}

/** The long leap in whose middle this moment lies. */
function leapAt(chapters: readonly Chapter[], atMs: number): Chapter | undefined {
  const inside = chapters.filter(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  const [leap] = inside;
  if (inside.length !== 1 || leap?.leap !== true) return undefined;
  return atMs > leap.fromMs + leapEndMs && atMs < leap.toMs - leapEndMs ? leap : undefined;
}

/** Sums of all that were compared. */
export function sumOf(comparisons: readonly Comparison[]): Map<Told, Figures> {
  const sums = new Map<Told, Figures>();
  for (const [told, one] of comparisons.flatMap(({ byTold }) => [...byTold])) {
    const sum = sums.get(told) ?? { seconds: 0, exactSeconds: 0, rightSeconds: 0 };
    sum.seconds += one.seconds;
    sum.exactSeconds += one.exactSeconds;
    sum.rightSeconds += one.rightSeconds;
    sums.set(told, sum);
  }
  return sums;
}

export function shareOf(sums: ReadonlyMap<Told, Figures>): { seconds: number; right: number; exact: number } {
  const all = [...sums.values()];
  const add = (pick: (figures: Figures) => number): number => all.reduce((sum, one) => sum + pick(one), 0);
  const seconds = add((one) => one.seconds);
  return { seconds, right: add((one) => one.rightSeconds) / seconds, exact: add((one) => one.exactSeconds) / seconds };
}

/** Holes, overlaps, spans without a length, and a sum that is not the wall time. */
export function unsoundIn(spans: readonly Span[], untilMs: number): string[] {
  const [first] = spans;
  const last = spans.at(-1);
  if (!first || !last) return ['nothing is told'];
  const found: string[] = [];
  for (const [nth, { fromMs, toMs }] of spans.entries()) {
    if (!(toMs > fromMs)) found.push(`a span without a length at ${fromMs}`);
    const next = spans[nth + 1];
    if (next && next.fromMs !== toMs)
      found.push(`${next.fromMs - toMs} ms from ${toMs} on are told by no span, or by two`);
  }
  const sumMs = spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  if (sumMs !== last.toMs - first.fromMs) found.push(`the states sum up to ${sumMs} of ${last.toMs - first.fromMs} ms`);
  // The last fragment of what is being recorded is on its way; what the clock came to once stays told.
  if (last.toMs < untilMs - 3000) found.push(`told up to ${last.toMs}, ${untilMs - last.toMs} ms short`);
  return found;
}

function tellingOf(span: Span | undefined, atMs: number): Told | 'nothing' {
  if (!span || atMs < span.fromMs || atMs >= span.toMs) return 'nothing';
  return span.kind === 'gap' ? span.cause : 'recorded';
}

/** Where the clock was set back, a moment was there twice: recorded once is recorded. */
function truthAt(chapters: readonly Chapter[], atMs: number): ReadonlySet<Told> {
  const passes = chapters.filter(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  if (passes.some(({ told }) => isRecorded(told))) return new Set(['recorded']);
  return new Set(passes.flatMap(({ told }) => [...told]));
}

function isRecorded(told: ReadonlySet<Told>): boolean {
  return told.size === 1 && told.has('recorded');
}

function addWrong(wrong: Wrong[], one: Wrong): void {
  const last = wrong.at(-1);
  if (last && last.told === one.told && last.toMs === one.fromMs && last.truth.join() === one.truth.join())
    last.toMs = one.toMs;
  else wrong.push(one);
}

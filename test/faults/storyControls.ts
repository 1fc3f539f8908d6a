/**
 * Lies told on purpose about one camera of a run that was compared: each must be noticed. What was told itself must pass:
 * of a camera that is wrong by more than a run may be (of which it is a fourth) anything would be noticed.
 */
import type { Span } from '../../main/contract/model.ts';
import type { Truth } from './story.ts';
import { compare, shareOf } from './storyCheck.ts';
import type { CameraResult, Judgement } from './storyJudge.ts';

const shiftMs = 3000;
const least = 0.99;

export interface StoryControl {
  what: string;
  noticed: boolean;
}

/** Of the camera of which most is told, of those that pass: where a run passes, one at least does. */
export function controlsOf({ cameras }: Pick<Judgement, 'cameras'>): StoryControl[] {
  const byLength = cameras.toSorted((one, other) => other.spans.length - one.spans.length);
  const first = byLength.find(({ comparison }) => shareOf(comparison.byTold).right >= least) ?? byLength[0];
  return first ? controls(first) : [];
}

export function controls({ truth, spans }: Pick<CameraResult, 'truth' | 'spans'>): StoryControl[] {
  const untilMs = spans.at(-1)?.toMs ?? 0;
  const fails = (told: readonly Span[], by: Truth = truth): boolean => {
    const comparison = compare(by, told, untilMs);
    return comparison.unsound.length > 0 || shareOf(comparison.byTold).right < least;
  };
  const middle = spans.findIndex((span, nth) => nth > 0 && span.kind === 'recorded' && span.toMs - span.fromMs > 2000);
  const longest = longestGapOf(spans);
  return [
    { what: 'nothing is changed: passes', noticed: !fails(spans) },
    { what: 'the truth is shifted by 3 s', noticed: fails(spans, shifted(truth)) },
    {
      what: 'a cause is another',
      noticed: fails(replaced(spans, longest, (span) => ({ ...span, kind: 'gap', cause: 'codec' }))),
    },
    {
      what: 'a gap is told as recorded',
      noticed: fails(replaced(spans, longest, (span) => ({ ...span, kind: 'recorded' }))),
    },
    {
      what: 'a second is told by nobody',
      noticed: fails(replaced(spans, middle, (span) => ({ ...span, fromMs: span.fromMs + 1000 }))),
    },
    {
      what: 'a second is told twice',
      noticed: fails(replaced(spans, middle, (span) => ({ ...span, fromMs: span.fromMs - 1000 }))),
    },
    {
      what: 'a millisecond is told by nobody',
      noticed: fails(replaced(spans, middle, (span) => ({ ...span, fromMs: span.fromMs + 1 }))),
    },
  ];
}

/** Where among the spans; -1: none is longer than what an edge forgives. Much longer ones are leaps of the clock. */
function longestGapOf(spans: readonly Span[]): number {
  const lengths = spans.map(({ kind, fromMs, toMs }) => {
    const lengthMs = toMs - fromMs;
    return kind === 'gap' && lengthMs > 3500 && lengthMs < 60_000 ? lengthMs : 0;
  });
  const most = Math.max(...lengths);
  return most > 0 ? lengths.indexOf(most) : -1;
}

function shifted({ chapters, edges }: Truth): Truth {
  return {
    chapters: chapters.map((one) => ({ ...one, fromMs: one.fromMs + shiftMs, toMs: one.toMs + shiftMs })),
    edges: edges.map((one) => ({ ...one, atMs: one.atMs + shiftMs })),
  };
}

function replaced(spans: readonly Span[], at: number, change: (span: Span) => Span): Span[] {
  return spans.map((span, nth) => (nth === at ? change(span) : span));
}

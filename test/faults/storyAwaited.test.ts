import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../main/contract/model.ts';
import { type Condition, truthOf } from './story.ts';
import { quietOf } from './storyAwaited.ts';
import { compare, shareOf } from './storyCheck.ts';
import type { Raised } from './storyEvents.ts';

const clock = [{ realMs: 0, offsetMs: 0 }];
const awaited = [{ fromMs: 10_000, toMs: 60_000, preRollMs: 6000, postRollMs: 5000 }];
const motion: Raised = { fromMs: 30_000, toMs: 31_000, heard: true };

function rightShare(told: readonly Span[], raised: readonly Raised[], conditions: readonly Condition[] = []): number {
  const quiet = quietOf(awaited, raised, { conditions, clock });
  const truth = truthOf({
    conditions: [...conditions, ...quiet],
    ...{ sent: [{ fromMs: 0, toMs: 70_000 }], asked: [], clock, deleted: [] },
    ...{ launchedMs: 0, fromMs: 0, toMs: 70_000 },
  });
  return shareOf(compare(truth, told, 70_000).byTold).right;
}

/** Recorded from the one to the other, and before and behind the time in which events are awaited. */
function toldAround(fromMs: number, toMs: number): Span[] {
  return [
    { fromMs: 0, toMs: 10_000, kind: 'recorded' },
    { fromMs: 10_000, toMs: fromMs, kind: 'gap', cause: 'noEvent' },
    { fromMs, toMs, kind: 'recorded' },
    { fromMs: toMs, toMs: 60_000, kind: 'gap', cause: 'noEvent' },
    { fromMs: 60_000, toMs: 70_000, kind: 'recorded' },
  ];
}

test('around motion it is recorded from the pre-roll to the post-roll, to a keyframe; anything less is noticed', () => {
  assert.equal(rightShare(toldAround(24_000, 36_000), [motion]), 1);
  assert.equal(rightShare(toldAround(23_000, 37_200), [motion]), 1, 'to the next keyframe');
  assert.ok(rightShare(toldAround(30_000, 36_000), [motion]) < 0.95, 'no pre-roll');
  assert.ok(rightShare(toldAround(24_000, 31_000), [motion]) < 0.96, 'no post-roll');
  assert.ok(rightShare(toldAround(15_000, 36_000), [motion]) < 0.9, 'recorded although nothing moved');
  assert.ok(rightShare(toldAround(24_000, 36_000), []) < 0.9, 'nothing moved at all');
  const nothing: Span[] = [{ fromMs: 10_000, toMs: 60_000, kind: 'gap', cause: 'noEvent' }];
  assert.ok(rightShare([...toldAround(24_000, 36_000).slice(0, 1), ...nothing], [motion]) < 0.9, 'motion is missed');
});

test('motion that nobody can have heard may be recorded or not, and what is told besides is noticed', () => {
  const unheard = { ...motion, heard: false };
  assert.equal(rightShare(toldAround(24_000, 36_000), [unheard]), 1);
  assert.equal(rightShare(toldAround(40_000, 40_001), [unheard]), 1);
  assert.ok(rightShare(toldAround(24_000, 50_000), [unheard]) < 0.9);
  const closed: Condition = { level: 'app', cause: 'closed', fromMs: 20_000, toMs: 25_000 };
  const away = (cause: 'closed' | 'noEvent'): Span[] => [
    ...toldAround(20_000, 20_001).slice(0, 2),
    { fromMs: 20_000, toMs: 25_000, kind: 'gap', cause },
    { fromMs: 25_000, toMs: 60_000, kind: 'gap', cause: 'noEvent' },
    { fromMs: 60_000, toMs: 70_000, kind: 'recorded' },
  ];
  assert.equal(rightShare(away('closed'), [motion], [closed]), 1);
  assert.ok(rightShare(away('noEvent'), [motion], [closed]) < 0.96, 'a closed program awaits nothing');
});

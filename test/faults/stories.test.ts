/**
 * Two short runs with a known truth (stories.ts has the long ones): a night in which the clocks change, and mixed faults.
 * Runs as short as these are mostly edges, so a little less than 99 % has to be right; the sums have to be exact.
 */
process.env['TZ'] = 'Europe/Berlin';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import type { Span } from '../../main/contract/model.ts';
import { YardProcess } from '../yard/yardProcess.ts';
import { mountsRefused } from './disks.ts';
import { faketimeRefused } from './fakedClock.ts';
import { keychainRefused } from './station.ts';
import { type Condition, type Story, truthOf } from './story.ts';
import { compare, shareOf, sumOf } from './storyCheck.ts';
import { controls, controlsOf } from './storyControls.ts';
import { compareEvents, noEvents } from './storyEvents.ts';
import type { CameraResult } from './storyJudge.ts';
import { nightFaults } from './storyNight.ts';
import { camerasInARun, nightPlan, type Plan, planOf } from './storyPlan.ts';
import { type RunResult, runStory } from './storyRun.ts';
import { storyCameras } from './storyYard.ts';
import { Sent } from './truth.ts';

const skip = mountsRefused || faketimeRefused || keychainRefused;
const leastShare = 0.97;

/** Ten seconds each: recorded, lost, paused while it is still lost, and recorded. */
const conditions: Condition[] = [
  { level: 'camera', cause: 'lost', fromMs: 10_000, toMs: 25_000 },
  { level: 'user', cause: 'paused', fromMs: 20_000, toMs: 30_000 },
];
const story: Story = {
  conditions,
  ...{ launchedMs: 0, fromMs: 0, toMs: 40_000, asked: [], clock: [{ realMs: 0, offsetMs: 0 }], deleted: [] },
  sent: [
    { fromMs: 0, toMs: 10_000 },
    { fromMs: 30_000, toMs: 40_000 },
  ],
};
const told: Span[] = [
  { fromMs: 0, toMs: 10_000, kind: 'recorded' },
  { fromMs: 10_000, toMs: 20_000, kind: 'gap', cause: 'lost' },
  { fromMs: 20_000, toMs: 30_000, kind: 'gap', cause: 'paused' },
  { fromMs: 30_000, toMs: 40_000, kind: 'recorded' },
];

test('the comparison passes the truth, and notices each lie', () => {
  const truth = truthOf(story);
  assert.deepEqual(
    truth.chapters.map(({ fromMs, told: states }) => [fromMs, [...states]]),
    told.map((span) => [span.fromMs, [span.kind === 'gap' ? span.cause : span.kind]]),
  );
  for (const { what, noticed } of controls({ truth, spans: told })) assert.ok(noticed, what);
  const closed = told.map((span): Span => (span.kind === 'gap' ? { ...span, cause: 'closed' } : span));
  const { right } = shareOf(compare(truth, closed, 40_000).byTold);
  // A second at each end of the gaps may be told as what lies beyond; 'closed' lies nowhere.
  assert.ok(right < 0.51, `${right} of it right`);
});

test('the lies are told about a camera that passes, and where none does that is said', () => {
  const truth = truthOf(story);
  const result = (camera: number, spans: Span[]): CameraResult => ({
    ...{ camera, cameraId: '00112233445566aa', truth, spans, stretches: [], events: noEvents },
    comparison: compare(truth, spans, 40_000),
  });
  const [lost] = told.slice(1);
  assert.ok(lost?.kind === 'gap');
  // More is told of it, and a tenth of that is wrong.
  const wrong: Span[] = [
    ...told.slice(0, 1),
    { ...lost, toMs: 14_000 },
    { ...lost, fromMs: 14_000, toMs: 18_000, cause: 'closed' },
    { ...lost, fromMs: 18_000 },
    ...told.slice(2),
  ];
  assert.ok(controlsOf({ cameras: [result(0, wrong), result(1, told)] }).every(({ noticed }) => noticed));
  const [unchanged] = controlsOf({ cameras: [result(0, wrong)] });
  assert.equal(unchanged?.noticed, false);
});

test('a clock that is set forward and back makes a gap, and moments that were there twice', () => {
  const clock = [
    { realMs: 0, offsetMs: 0 },
    { realMs: 10_000, offsetMs: 60_000 },
    { realMs: 20_000, offsetMs: 0 },
  ];
  const { chapters } = truthOf({ ...story, conditions: [], sent: [{ fromMs: 0, toMs: 40_000 }], clock });
  assert.deepEqual(
    chapters.map(({ fromMs, toMs, told: states }) => [fromMs, toMs, [...states]]),
    [
      [0, 10_000, ['recorded']],
      [10_000, 70_000, ['clock']],
      [70_000, 80_000, ['recorded']],
      [20_000, 40_000, ['recorded']],
    ],
  );
});

test('an event that is missing, late, there twice or was never raised is noticed', () => {
  const raised = [{ fromMs: 25_000, toMs: 26_000, heard: true }];
  const event = (fromMs: number): CameraEvent => ({
    ...{ id: '0123456789abcdef', cameraId: '00112233445566aa', kind: 'motion' as const, source: '', topic: '' },
    ...{ fromMs, toMs: fromMs + 1000, endUnknown: false, count: 1 },
  });
  const around = { conditions: [], clock: story.clock };
  assert.deepEqual(compareEvents(raised, [event(25_300)], around), {
    ...{ raised: 1, due: 1, found: 1, late: 0, lost: 0, twice: 0, invented: 0, worstMs: 300, odd: [] },
  });
  assert.equal(compareEvents(raised, [], around).lost, 1);
  assert.equal(compareEvents(raised, [event(28_000)], around).late, 1);
  assert.equal(compareEvents(raised, [event(25_000), event(25_500)], around).twice, 1);
  assert.equal(compareEvents(raised, [event(25_000), event(60_000)], around).invented, 1);
  const clock = [...story.clock, { realMs: 30_000, offsetMs: 7000 }];
  assert.equal(compareEvents(raised, [event(32_000)], { ...around, clock }).invented, 0, 'kept over a setting');
  assert.equal(compareEvents(raised, [event(36_000)], { ...around, clock }).invented, 1);
  const away: Condition = { level: 'camera', cause: 'lost', fromMs: 24_000, toMs: 27_000 };
  assert.equal(compareEvents(raised, [], { ...around, conditions: [away] }).due, 0);
});

async function run(plan: Plan, firstAddress: number): Promise<RunResult> {
  const more = ['--no-discovery', '--first-address', String(firstAddress)];
  const yard = await YardProcess.start(camerasInARun, storyCameras(), more);
  const sent = new Sent(yard);
  try {
    return await runStory(plan, { yard, sent, firstCamera: 0 });
  } finally {
    sent.close();
    await yard.stop();
  }
}

test('a night in which the clocks change, and mixed faults: the timeline tells what happened', { skip }, async () => {
  const results = await Promise.all([
    run(nightPlan('autumn', 20, { pieceMs: 12_000, leadMs: 8000 }), 181),
    run(planOf(20261121, { lengthMs: 25_000, cuts: false }), 191),
  ]);
  for (const result of results) {
    const { plan, cameras, faults } = result;
    assert.deepEqual([...faults, ...nightFaults(result)], [], plan.name);
    const { right } = shareOf(sumOf(cameras.map(({ comparison }) => comparison)));
    const wrong = cameras.flatMap(({ camera, comparison }) => comparison.wrong.map((one) => ({ camera, ...one })));
    assert.ok(right >= leastShare, `${plan.name}: ${right} of it right; ${JSON.stringify(wrong)}`);
  }
});

/**
 * One run: the app's core as a process of its own with a vault on a small disk, four simulated cameras, and a plan of what
 * goes wrong. Everything that is done is written down at the moment it is done; at the end the timeline of each camera is
 * asked, before and after a restart, and compared with that. Throws when the run could not be played; what the app tells
 * wrongly is in the result.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { doToCamera } from './storyCameraActs.ts';
import { doToAll } from './storyCommonActs.ts';
import { judge, type Judgement } from './storyJudge.ts';
import { raiseMotion } from './storyMotion.ts';
import type { Plan, Timed } from './storyPlan.ts';
import { type RunOptions, Scene } from './storyScene.ts';

export interface RunResult extends Judgement {
  plan: Plan;
  /** What was done and when, in sentences. */
  acts: string[];
}

export async function runStory(plan: Plan, options: RunOptions): Promise<RunResult> {
  const scene = new Scene(plan, options);
  try {
    return await play(plan, scene);
  } finally {
    await scene.clear();
  }
}

async function play(plan: Plan, scene: Scene): Promise<RunResult> {
  await scene.begin();
  const raising = Promise.all(plan.cameras.map((_, camera) => raiseMotion(scene, camera)));
  await Promise.all([
    inOrder(plan.common, (act) => doToAll(scene, act)),
    ...plan.cameras.map((acts, camera) => inOrder(acts, (act) => doToCamera(scene, camera, act))),
  ]);
  await pause(plan.restMs);
  scene.end();
  const judgement = await judge(scene, await raising);
  return { plan, ...judgement, acts: scene.book.acts };
}

async function inOrder<Act>(acts: readonly Timed<Act>[], act: (one: Act) => Promise<void>): Promise<void> {
  for (const one of acts) {
    await pause(one.afterMs);
    await act(one);
  }
}

/**
 * Motion that a camera of a run raises now and then, whatever else is done to it, at moments that the plan's seed gives.
 * Tells of each when it was raised and whether anybody had subscribed: what must be among the events follows from that
 * (storyEvents.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Chance } from './random.ts';
import type { Raised } from './storyEvents.ts';
import type { Scene } from './storyScene.ts';

/** Resolves soon after the run is over, with all that was raised in it, in order; none is left going on. */
export async function raiseMotion(scene: Scene, camera: number): Promise<Raised[]> {
  const chance = new Chance(scene.plan.seed * 16 + camera);
  const signal = scene.over;
  const wait = async (ms: number): Promise<unknown> => await pause(ms, undefined, { signal }).catch(() => undefined);
  const raised: Raised[] = [];
  await wait(chance.between(4000, 8000));
  while (!signal.aborted) {
    const fromMs = Date.now();
    // The yard's own answer, in the form that test/yard/run.ts states.
    const { subscribers } = (await scene.command(camera, { motion: true })) as { subscribers: number };
    await wait(chance.between(800, 2500));
    await scene.command(camera, { motion: false });
    raised.push({ fromMs, toMs: Date.now(), heard: subscribers > 0 });
    await wait(chance.between(...scene.plan.motionEveryMs));
  }
  return raised;
}

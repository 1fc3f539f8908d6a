/** The cameras of the runs with a known truth: small, with a keyframe a second, and events; changes to the default plans. */
import type { CameraPlan } from '../yard/plans.ts';
import { smallPlan } from '../unit/yard/smallCamera.ts';
import { camerasInARun } from './storyPlan.ts';

export function storyCameras(): Partial<CameraPlan>[] {
  return Array.from({ length: camerasInARun }, (_, scene) => {
    const { main, sub } = smallPlan({ main: { keyframeEvery: 25 } });
    return { scene, main, sub };
  });
}

/**
 * The search for motion as the page knows it, and the region that was drawn last for each camera. A search goes on while
 * other views are shown; what it found stays until the next one, or the lock.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CameraId } from '../../main/contract/model.ts';
import type { MotionPoint, MotionQuestion, MotionState, Sensitivity } from '../../main/contract/motion.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import { call, on } from '../home.ts';
import { Changes } from './changes.ts';

/** The middle of the picture. */
const firstRegion: MotionPoint[] = [
  { x: 0.25, y: 0.25 },
  { x: 0.75, y: 0.25 },
  { x: 0.75, y: 0.75 },
  { x: 0.25, y: 0.75 },
];

class Motion {
  state = $state.raw<MotionState>({ state: 'none' });
  sensitivity = $state<Sensitivity>(3);
  readonly #regions = new SvelteMap<CameraId, MotionPoint[]>();

  /** Hears of the search until the function returned is called. */
  watch(): () => void {
    const changes = new Changes();
    const take = (state: MotionState): void => void (this.state = state);
    const stop = on('motion.changed', changes.heard(take));
    void changes.answered(call('motion.state'), take);
    return stop;
  }

  regionOf(cameraId: CameraId): MotionPoint[] {
    return this.#regions.get(cameraId) ?? firstRegion;
  }

  start(question: MotionQuestion): Promise<Outcome<null>> {
    this.#regions.set(question.cameraId, question.region);
    this.sensitivity = question.sensitivity;
    return call('motion.start', question);
  }

  async stop(): Promise<void> {
    await call('motion.stop');
  }
}

export const motion = new Motion();

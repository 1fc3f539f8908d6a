/**
 * What the user wishes in a run: a camera is paused, recorded by another plan, nobody is watched, what is not protected
 * is deleted. Each is a call of the app, made alone and as often as it takes to end it; what the app refuses at first was
 * never wished.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from '../../main/contract/problems.ts';
import { daysOfWeek, firstPlan, type RecordingPlan } from '../../main/contract/recordingPlan.ts';
import type { Condition, Stretch } from './story.ts';
import { connectMs } from './storyApp.ts';
import { earliestAsked } from './storyAsk.ts';
import type { Whose } from './storyBook.ts';
import type { Wish } from './storyPlan.ts';
import type { Scene } from './storyScene.ts';

const rolls = { preRollMs: 6000, postRollMs: 5000 };
const wishedPlans: Record<Wish, RecordingPlan> = {
  modeOff: { ...firstPlan, mode: 'off' },
  noHours: { ...firstPlan, hours: Array.from({ length: daysOfWeek }, () => 0) },
  eventsOnly: {
    ...{ mode: 'events', preRollSeconds: rolls.preRollMs / 1000, postRollSeconds: rolls.postRollMs / 1000 },
    hours: null,
  },
};

export async function wishPause(scene: Scene, camera: number, forMs: number): Promise<void> {
  const set = (paused: boolean): Promise<Outcome<unknown>> =>
    scene.app.core.call('cameras.setPaused', { cameraId: scene.idOf(camera), paused });
  await wish(scene, { forMs, set, tell: telling(scene, camera, 'paused') });
}

/** By its plan it is recorded never, in no hour of the week, or only around events. */
export async function wishPlan(scene: Scene, camera: number, what: Wish, forMs: number): Promise<void> {
  const name = scene.options.yard.cameras[scene.inYard(camera)]?.name ?? '';
  const set = (isOn: boolean): Promise<Outcome<unknown>> =>
    scene.app.core.call('cameras.edit', {
      ...{
        cameraId: scene.idOf(camera),
        name,
        recordsSound: true,
        keepDays: null,
        plan: isOn ? wishedPlans[what] : firstPlan,
      },
    });
  if (what === 'eventsOnly')
    await wish(scene, { forMs, set, tell: (fromMs) => scene.book.tellAwaited(camera, { fromMs, ...rolls }) });
  else await wish(scene, { forMs, set, tell: telling(scene, camera, what === 'modeOff' ? 'off' : 'schedule') });
}

export async function wishPrivacy(scene: Scene, forMs: number): Promise<void> {
  const { app } = scene;
  const set = (isOn: boolean): Promise<Outcome<unknown>> =>
    isOn ? app.core.call('privacy.start', { lasts: { is: 'open' } }) : app.core.call('privacy.end', undefined);
  await wish(scene, { forMs, set, tell: telling(scene, 'all', 'privacy') });
}

/** Protects what each camera recorded until ten seconds ago, and deletes the rest. To be done alone. */
export async function deleteTheRest({ app, place: { cameraIds }, clock }: Scene): Promise<void> {
  const span = { fromMs: earliestAsked(clock), toMs: clock.nowMs - 10_000 };
  const { core } = app;
  if (!(await core.call('clips.protect', { cameraIds, ...span, name: 'Kept' })).ok) return;
  for (const cameraId of cameraIds) await core.call('library.remove', { cameraId, clips: 'keep' });
}

interface Wished {
  forMs: number;
  /** Writes into the book that it holds since then. */
  tell: (fromMs: number) => Stretch;
  set: (isOn: boolean) => Promise<Outcome<unknown>>;
}

function telling({ book }: Scene, camera: Whose, cause: Condition['cause']): Wished['tell'] {
  return (fromMs) => book.tell(camera, { level: 'user', cause, fromMs, endsWithinMs: connectMs });
}

async function wish({ app }: Scene, { forMs, set, tell }: Wished): Promise<void> {
  let fromMs = 0;
  const began = await app.alone(async () => {
    fromMs = Date.now();
    return await set(true);
  });
  // On a disk that takes no writing the list of cameras cannot be changed.
  if (!began.ok) return;
  const told = tell(fromMs);
  await pause(forMs);
  while (!(await app.alone(() => set(false))).ok) await pause(300);
  told.toMs = Date.now();
}

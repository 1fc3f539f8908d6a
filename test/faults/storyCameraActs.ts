/**
 * What is done to one camera of a run: it is off, starts again, freezes, sends garbage, is cut off, has another password;
 * each for a while, and then it is well again. When it is over the user may try the camera at once. (What the user wishes
 * of it is for storyWishes.ts.)
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../yard/plans.ts';
import type { CameraAct } from './storyPlan.ts';
import type { Scene } from './storyScene.ts';
import { wishPause, wishPlan } from './storyWishes.ts';

export async function doToCamera(scene: Scene, camera: number, act: CameraAct): Promise<void> {
  const { app, book } = scene;
  book.note(`camera ${camera}: ${JSON.stringify(act)}`);
  switch (act.do) {
    case 'pause':
      await wishPause(scene, camera, act.forMs);
      return;
    case 'modeOff':
    case 'noHours':
    case 'eventsOnly':
      await wishPlan(scene, camera, act.do, act.forMs);
      return;
    case 'reboot':
      await book.during(camera, ['camera', 'lost'], () => reboot(scene, camera, act.forMs));
      break;
    case 'cut':
      await book.during(camera, ['camera', 'lost'], () => cutNetwork(scene, camera, act.forMs));
      break;
    case 'password':
      await book.during(camera, ['camera', 'refused'], () => fault(scene, camera, { password: 'another' }, act.forMs));
      break;
    default:
      await book.during(camera, ['camera', 'lost'], () => fault(scene, camera, faultOf(act.do), act.forMs));
  }
  if (act.thenTry) await app.alone(() => app.core.call('cameras.tryNow', { cameraId: scene.idOf(camera) }));
}

/** `atLast`: done while it still holds. */
async function fault(
  scene: Scene,
  camera: number,
  what: Fault,
  forMs: number,
  atLast?: () => Promise<unknown>,
): Promise<void> {
  const mend = scene.breaks(() => scene.command(camera, { fault: null }));
  await scene.command(camera, { fault: what });
  await pause(forMs);
  await atLast?.();
  await mend();
}

/** Gone, and back with nothing remembered. (The yard's own reboot keeps its other cameras' commands waiting.) */
async function reboot(scene: Scene, camera: number, forMs: number): Promise<void> {
  await fault(scene, camera, { drop: true }, forMs, () => scene.command(camera, { reboot: true, forMs: 1 }));
}

/** Nothing that the camera sends arrives any more, answers to a connection neither. */
async function cutNetwork(scene: Scene, camera: number, forMs: number): Promise<void> {
  const host = scene.options.yard.cameras[scene.inYard(camera)]?.host ?? '';
  const rule = (what: 'add' | 'del'): unknown =>
    spawnSync('ip', ['rule', what, 'pref', '5', 'from', host, 'blackhole']);
  const mend = scene.breaks(() => rule('del'));
  rule('add');
  await pause(forMs);
  await mend();
}

function faultOf(act: CameraAct['do']): Fault {
  if (act === 'off') return { drop: true };
  if (act === 'freeze') return { freeze: true };
  return act === 'garbage' ? { garbage: 'rtsp' } : { notAnswering: true };
}

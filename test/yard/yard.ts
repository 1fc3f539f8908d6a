/**
 * The yard: simulated cameras that speak real ONVIF, WS-Discovery and RTSP on loopback addresses. Starting makes the
 * clips that are not there yet (some seconds each, once), and either all cameras run or it throws and nothing does.
 * `stop()` ends every port and connection and may be called twice.
 *
 * Each camera has an address of its own (127.0.0.11, .12, ...) where the system allows that; on macOS all share
 * 127.0.0.1 with different ports. Ports are free ones unless a plan says otherwise, so yards do not disturb each other;
 * with discovery, one yard's cameras answer every probe on this computer.
 */
import { YardCamera } from './camera.ts';
import { CameraState } from './cameraState.ts';
import { Discovery } from './discovery.ts';
import { loadFilm, type Film } from './film.ts';
import type { CameraPlan } from './plans.ts';

export { YardCamera } from './camera.ts';
export { defaultPlans, type CameraPlan, type Fault } from './plans.ts';

export interface YardOptions {
  cameras: CameraPlan[];
  /** Answers WS-Discovery probes. */
  discovery?: boolean;
  /** Last number of the first camera's address. */
  firstAddress?: number;
  signal?: AbortSignal;
}

export interface Yard {
  cameras: YardCamera[];
  stop(): Promise<void>;
}

export async function startYard({
  cameras: plans,
  discovery = true,
  firstAddress = 11,
  signal,
}: YardOptions): Promise<Yard> {
  const until = signal ?? new AbortController().signal;
  const films = new Map<CameraPlan, Film[]>();
  for (const plan of plans) {
    const list = [await loadFilm(plan, 'main', plan.main, until)];
    if (plan.sub) list.push(await loadFilm(plan, 'sub', plan.sub, until));
    films.set(plan, list);
  }
  const answering = discovery ? new Discovery() : null;
  const cameras = plans.map((plan, index) => {
    const own = process.platform === 'darwin' ? '127.0.0.1' : `127.0.0.${firstAddress + index}`;
    return new YardCamera(new CameraState(plan, plan.host ?? own), films.get(plan) ?? [], answering);
  });
  const stop = async (): Promise<void> => {
    await Promise.all(cameras.map((camera) => camera.stop()));
    await answering?.close();
  };
  try {
    await answering?.open();
    for (const camera of cameras) await camera.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { cameras, stop };
}

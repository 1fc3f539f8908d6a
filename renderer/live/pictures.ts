/**
 * The live pictures that are on screen, one a camera, however many views show it. A picture that no view shows any more
 * is kept for a moment, so that going from the wall to one camera and back connects nothing anew. While the window
 * cannot be seen, the streams are given back.
 */
import type { CameraId } from '../../main/contract/model.ts';
import { LivePicture } from './livePicture.svelte.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

const lingerMs = 3000;
const restAfterMs = 15_000;

interface Kept {
  picture: LivePicture;
  tile: number;
  viewers: number;
  goes: ReturnType<typeof setTimeout> | undefined;
}

const kept = new Map<CameraId, Kept>();
let tiles = 0;
let worker: Worker | null = null;

function theWorker(): Worker {
  if (worker === null) {
    worker = new Worker(new URL('./decoderWorker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(data));
  }
  return worker;
}

function ofTile(tile: number): LivePicture | undefined {
  return [...kept.values()].find((one) => one.tile === tile)?.picture;
}

function receive(message: FromWorker): void {
  if (message.is !== 'pulses') ofTile(message.tile)?.receive(message);
  else for (const pulse of message.pulses) ofTile(pulse.tile)?.takePulse(pulse);
}

function tell(message: ToWorker, transfer: Transferable[] = []): void {
  theWorker().postMessage(message, transfer);
}

/** The camera's picture. Each taking is given back by `returnPicture`. */
export function takePicture(cameraId: CameraId): LivePicture {
  let one = kept.get(cameraId);
  if (one === undefined) {
    tiles += 1;
    one = { picture: new LivePicture(cameraId, tiles, tell), tile: tiles, viewers: 0, goes: undefined };
    kept.set(cameraId, one);
  }
  clearTimeout(one.goes);
  one.viewers += 1;
  return one.picture;
}

export function returnPicture(cameraId: CameraId): void {
  const one = kept.get(cameraId);
  if (one === undefined) return;
  one.viewers -= 1;
  if (one.viewers > 0) return;
  one.goes = setTimeout(() => drop(cameraId, one), lingerMs);
}

/** The vault was left meanwhile: what is kept for a moment is of connections that are gone. */
export function dropUnseen(): void {
  for (const [cameraId, one] of kept) if (one.viewers === 0) drop(cameraId, one);
}

function drop(cameraId: CameraId, { picture, goes }: Kept): void {
  clearTimeout(goes);
  kept.delete(cameraId);
  picture.close();
}

let rests: ReturnType<typeof setTimeout> | undefined;

document.addEventListener('visibilitychange', () => {
  clearTimeout(rests);
  if (document.hidden) {
    rests = setTimeout(() => {
      for (const { picture } of kept.values()) picture.rest();
    }, restAfterMs);
  } else {
    for (const { picture } of kept.values()) picture.wake();
  }
});

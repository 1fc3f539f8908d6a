/**
 * The live pictures that are on screen, one a camera, however many views show it, and the canvas that they are painted
 * on. A picture that no view shows any more is kept for a while, so that going from the wall to one camera and back
 * connects nothing anew. While the window cannot be seen nothing is decoded; after a long time the streams are given
 * back.
 */
import type { CameraId } from '../../main/contract/model.ts';
import { LivePicture } from './livePicture.svelte.ts';
import type { PictureView } from './pictureView.ts';
import type { FromReplay, ToReplay } from './replay/replayMessages.ts';
import { Surface } from './surface.ts';
import type { FromWorker, Place, ToWorker, Way } from './workerMessages.ts';

/** Longer than most looks at one camera, and than two pages of a tour: what is not on screen is not decoded. */
const lingerMs = 30_000;
/** Beyond these the one that was seen longest ago goes. */
const mostUnseen = 24;
/** Until then a window that comes back shows its pictures at once. */
const restAfterMs = 10 * 60_000;

interface Kept {
  picture: LivePicture;
  tile: number;
  viewers: number;
  goes: ReturnType<typeof setTimeout> | undefined;
}

type Shown = Pick<Place, 'tile' | 'whole'>;

const kept = new Map<CameraId, Kept>();
/** Where pictures are shown. */
const places = new Map<HTMLElement, Shown>();
const surfaces = new Set<Surface>();
let tiles = 0;
let surfacesMade = 0;
let worker: Worker | null = null;

function theWorker(): Worker {
  if (worker === null) {
    worker = new Worker(new URL('./decoderWorker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(data));
    if (document.hidden) tell({ is: 'seen', seen: false });
  }
  return worker;
}

function ofTile(tile: number): LivePicture | undefined {
  return [...kept.values()].find((one) => one.tile === tile)?.picture;
}

const replayListeners = new Set<(message: FromReplay) => void>();

function receive(message: FromWorker): void {
  if (message.is === 'replay') for (const listener of replayListeners) listener(message.message);
  else if (message.is === 'still') (ofTile(message.tile) ?? recorded.get(message.tile))?.receive(message);
  else if (message.is !== 'pulses') ofTile(message.tile)?.receive(message);
  else for (const pulse of message.pulses) ofTile(pulse.tile)?.takePulse(pulse);
}

function tell(message: ToWorker, transfer: Transferable[] = []): void {
  theWorker().postMessage(message, transfer);
}

interface StillReceiver {
  receive(message: Extract<FromWorker, { is: 'still' }>): void;
}

/** The recorded pictures that the worker has a tile of. */
const recorded = new Map<number, StillReceiver>();

/** The worker's side of playing recordings: tiles of their own numbers on the same canvas. `close` may be called twice. */
export interface ReplayLine {
  tell(message: ToReplay, transfer?: Transferable[]): void;
  /** The tile's number, for a picture that answers 'still'. */
  tile(picture: StillReceiver): number;
  dropTile(tile: number): void;
  view(tile: number, view: PictureView): void;
  askStill(tile: number, request: number): void;
  place(element: HTMLElement, tile: number, whole: boolean): () => void;
  close(): void;
}

export function openReplayLine(hear: (message: FromReplay) => void): ReplayLine {
  replayListeners.add(hear);
  return {
    tell: (message, transfer = []) => tell({ is: 'replay', message }, transfer),
    tile(picture) {
      tiles += 1;
      recorded.set(tiles, picture);
      return tiles;
    },
    dropTile: (tile) => void recorded.delete(tile),
    view: (tile, view) => tell({ is: 'view', tile, view }),
    askStill: (tile, request) => tell({ is: 'still', tile, request }),
    place: (element, tile, whole) => place(element, { tile, whole }),
    close: () => void replayListeners.delete(hear),
  };
}

/** The canvas that every place in this window is painted on, until the returned function is called. */
export function paintOn(canvas: HTMLCanvasElement, way: Way): () => void {
  surfacesMade += 1;
  tell({ is: 'way', way });
  const surface = new Surface(surfacesMade, canvas, tell, () => places);
  surfaces.add(surface);
  return () => {
    surfaces.delete(surface);
    surface.close();
  };
}

function place(element: HTMLElement, shown: Shown): () => void {
  places.set(element, shown);
  lookSoon();
  return () => {
    places.delete(element);
    lookSoon();
  };
}

let willLook = false;

/** When the page has made all of its changes, and before it shows them: the worker begins with the new places earlier. */
function lookSoon(): void {
  if (willLook) return;
  willLook = true;
  queueMicrotask(() => {
    willLook = false;
    for (const surface of surfaces) surface.lookNow();
  });
}

/** The camera's picture. Each taking is given back by `returnPicture`. */
export function takePicture(cameraId: CameraId): LivePicture {
  let one = kept.get(cameraId);
  if (one === undefined) {
    tiles += 1;
    const tile = tiles;
    const picture = new LivePicture(cameraId, tile, tell, (element, whole) => place(element, { tile, whole }));
    one = { picture, tile, viewers: 0, goes: undefined };
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
  // In the order in which they were left.
  kept.delete(cameraId);
  kept.set(cameraId, one);
  const unseen = [...kept].filter(([, { viewers }]) => viewers === 0);
  for (const [oldId, old] of unseen.slice(0, -mostUnseen)) drop(oldId, old);
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
  if (worker !== null) tell({ is: 'seen', seen: !document.hidden });
  if (document.hidden) {
    rests = setTimeout(() => {
      for (const { picture } of kept.values()) picture.rest();
    }, restAfterMs);
  } else {
    for (const { picture } of kept.values()) picture.wake();
  }
});

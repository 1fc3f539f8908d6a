/**
 * One worker for the whole window: takes ports, decodes their streams, and paints each picture on the canvases that have
 * a place for it. A picture that stays away is painted grey here, so that this is true even while the window stands
 * still. Four times a second it tells the window what each tile did; a window that does not hear so must take its
 * pictures for old.
 */
import { ReplayDesk } from './replay/replayDesk.ts';
import type { FromWorker, ToWorker, Way } from './workerMessages.ts';
import type { PictureView } from './pictureView.ts';
import { Tile } from './tile.ts';
import { WallCanvas } from './wallCanvas.ts';

const lookMs = 100;
const pulseMs = 250;

const tiles = new Map<number, Tile>();
/** Tiles that will have a place soon. */
const expected = new Set<number>();
const canvases = new Map<number, WallCanvas>();
let isSeen = true;
let way: Way = 'graphics';

function tell(message: FromWorker): void {
  postMessage(message);
}

const replay = new ReplayDesk(() => way, {
  tell: (message) => tell({ is: 'replay', message }),
  changed(reels) {
    for (const canvas of canvases.values()) canvas.paintTogether(reels);
  },
});

function changed(tile: Tile): void {
  for (const canvas of canvases.values()) canvas.paint(tile);
}

/** Only what can be seen, or will be in a moment, is decoded. */
function attend(tile: Tile): void {
  const isPlaced = [...canvases.values()].some((canvas) => canvas.has(tile.number));
  tile.attend({ isPlaced, isExpected: expected.has(tile.number), isSeen });
}

function expect(number: number, isExpected: boolean): void {
  const tile = tiles.get(number);
  if (tile === undefined) return;
  if (isExpected) expected.add(number);
  else expected.delete(number);
  attend(tile);
}

function attendAll(): void {
  for (const tile of tiles.values()) attend(tile);
}

function receive(message: ToWorker): void {
  switch (message.is) {
    case 'tile': {
      const tile = new Tile(message.tile, { tell, changed });
      tiles.set(message.tile, tile);
      attend(tile);
      break;
    }
    case 'stream': {
      const tile = tiles.get(message.tile);
      if (tile) tile.open(message.stream, message.port, way);
      else message.port.close();
      break;
    }
    case 'dropStream':
      tiles.get(message.tile)?.drop(message.stream);
      break;
    case 'dropTile':
      tiles.get(message.tile)?.close();
      tiles.delete(message.tile);
      expected.delete(message.tile);
      break;
    case 'expect':
      expect(message.tile, message.expected);
      break;
    case 'view':
      show(message.tile, message.view);
      break;
    case 'replay':
      replay.receive(message.message);
      break;
    case 'still':
      void answerStill(message.tile, message.request);
      break;
    case 'surface':
      canvases.set(
        message.surface,
        new WallCanvas(message.canvas, way, (tile) => tiles.get(tile) ?? replay.reel(tile)),
      );
      break;
    case 'arrange':
      canvases.get(message.surface)?.arrange(message.arrangement);
      attendAll();
      break;
    case 'dropSurface':
      canvases.delete(message.surface);
      attendAll();
      break;
    case 'seen':
      isSeen = message.seen;
      attendAll();
      break;
    case 'way':
      way = message.way;
      break;
  }
}

function show(number: number, view: PictureView): void {
  tiles.get(number)?.show(view);
  const reel = replay.reel(number);
  if (!reel) return;
  reel.view = view;
  for (const canvas of canvases.values()) canvas.paint(reel);
}

async function answerStill(tile: number, request: number): Promise<void> {
  const shown = tiles.get(tile) ?? replay.reel(tile);
  const frame = shown?.frame;
  const atMs = shown?.frameMs ?? 0;
  const png = frame ? await pngOf(frame) : null;
  tell({ is: 'still', tile, request, still: png && { png, atMs } });
}

/** The whole picture at its own size. null when it cannot be drawn. */
async function pngOf(frame: VideoFrame): Promise<Blob | null> {
  try {
    const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
    canvas.getContext('2d', { alpha: false })?.drawImage(frame, 0, 0);
    return await canvas.convertToBlob({ type: 'image/png' });
  } catch {
    return null;
  }
}

function sendPulses(): void {
  const pulses = [...tiles.values()].map((tile) => tile.takePulse()).filter((pulse) => pulse !== null);
  if (pulses.length > 0) tell({ is: 'pulses', pulses });
}

let lookedMs = performance.now();
let pulsedMs = performance.now();
let waitedBefore = false;

/**
 * A worker that was held up hears first what came meanwhile, or live pictures would be called old for a moment. Once
 * only: one that is held up all the time greys what is old as well.
 */
function look(): void {
  const nowMs = performance.now();
  replay.look(nowMs);
  const waits = nowMs - lookedMs > 3 * lookMs && !waitedBefore;
  waitedBefore = waits;
  lookedMs = nowMs;
  const becameOld = waits ? [] : [...tiles.values()].filter((tile) => tile.look(Date.now()));
  if (becameOld.length === 0 && nowMs - pulsedMs < pulseMs - lookMs / 2) return;
  pulsedMs = nowMs;
  sendPulses();
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => receive(data));
setInterval(look, lookMs);

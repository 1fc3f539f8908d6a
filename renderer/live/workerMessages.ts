/**
 * What the window and the decoder worker tell each other. A tile is one camera's picture; a stream is one port whose
 * frames a tile gets; a surface is one canvas, and a place is where a tile's picture goes on it. All are numbered by the
 * window, upwards from 1.
 */
import type { StreamRole, StreamState } from '../../main/contract/model.ts';
import type { IntakeKind } from '../../main/contract/stream.ts';
import type { Box } from './geometry.ts';
import type { PictureView } from './pictureView.ts';
import type { FromReplay, ToReplay } from './replay/replayMessages.ts';
import type { Still } from './stillOf.ts';

/** How pictures get onto the canvas: drawn by the graphics card, or scaled and converted by the processor. */
export type Way = 'graphics' | 'processor';

export interface Place {
  tile: number;
  /** In the canvas's pixels. */
  box: Box;
  /** The whole picture, whatever the tile's view is. */
  whole: boolean;
}

/** The whole of what one canvas shows. */
export interface Arrangement {
  /** The canvas's own size in pixels. */
  widthPixels: number;
  heightPixels: number;
  /** Later ones lie over earlier ones. */
  places: Place[];
  /** Colour of what lies between places, and of what a picture leaves bare in its place. */
  ground: string;
  bare: string;
}

export type ToWorker =
  | { is: 'tile'; tile: number }
  /** The tile's next stream: what it shows now goes on until the first picture of this one. */
  | { is: 'stream'; tile: number; stream: number; port: MessagePort }
  | { is: 'dropStream'; tile: number; stream: number }
  | { is: 'dropTile'; tile: number }
  | { is: 'view'; tile: number; view: PictureView }
  /** It will have a place soon: decoded already, so that its picture is there with the place. */
  | { is: 'expect'; tile: number; expected: boolean }
  /** The picture on screen as a PNG; answered by 'still' with the same number. */
  | { is: 'still'; tile: number; request: number }
  | { is: 'surface'; surface: number; canvas: OffscreenCanvas }
  | { is: 'arrange'; surface: number; arrangement: Arrangement }
  | { is: 'dropSurface'; surface: number }
  /** Nobody can see the window: nothing is decoded, and what came since the last keyframe is kept. */
  | { is: 'seen'; seen: boolean }
  | { is: 'way'; way: Way }
  | { is: 'replay'; message: ToReplay };

/** What one tile did, counted since its stream began. */
export interface Pulse {
  tile: number;
  stream: number;
  /** When the picture on screen was the newest there was, by this computer's clock; null before the first. */
  pictureMs: number | null;
  /** Without a picture for this long, what is on screen is old. */
  staleAfterMs: number;
  painted: number;
  dropped: number;
  receivedBytes: number;
  /** Mean time from a picture's arrival in the main process until it was painted, since the last pulse. */
  latencyMs: number | null;
  /** The longest of these times. */
  worstLatencyMs: number | null;
  /** The time between the last two keyframes; null before the second. */
  keyframeEveryMs: number | null;
}

/** How a stream comes. */
export interface Coming {
  /** As WebCodecs names it: 'avc1.64001f'. */
  codec: string;
  converted: boolean;
  /** Decoded by the graphics card; else by the processor. */
  hardware: boolean;
  /** It may be another than what was asked for. */
  role: StreamRole;
  intake: IntakeKind;
}

export type FromWorker =
  | { is: 'state'; tile: number; stream: number; state: StreamState }
  | ({ is: 'config'; tile: number; stream: number } & Coming)
  /** First picture of a stream, or a new size. */
  | { is: 'shown'; tile: number; stream: number; widthPixels: number; heightPixels: number; pictureMs: number }
  | { is: 'cannotShow'; tile: number; stream: number; widthPixels: number; heightPixels: number }
  /** The main process closed the port. */
  | { is: 'ended'; tile: number; stream: number }
  /** null when there is no picture. */
  | { is: 'still'; tile: number; request: number; still: Still | null }
  | { is: 'pulses'; pulses: Pulse[] }
  | { is: 'replay'; message: FromReplay };

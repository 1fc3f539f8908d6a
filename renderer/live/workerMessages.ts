/**
 * What the window and the decoder worker tell each other. A tile is a place where one camera's pictures go; a stream is
 * one port whose frames a tile gets. Both are numbered by the window, upwards from 1.
 */
import type { StreamState } from '../../main/contract/model.ts';

export type ToWorker =
  | { is: 'tile'; tile: number; frames: WritableStream<VideoFrame> }
  /** The tile's next stream: what it shows now goes on until the first picture of this one. */
  | { is: 'stream'; tile: number; stream: number; port: MessagePort }
  | { is: 'dropStream'; tile: number; stream: number }
  | { is: 'dropTile'; tile: number };

/** What one tile did, counted since its stream began. */
export interface Pulse {
  tile: number;
  stream: number;
  /** When the last picture was painted, by this computer's clock; null before the first. */
  pictureMs: number | null;
  /** The usual time between two pictures. */
  intervalMs: number;
  painted: number;
  dropped: number;
  receivedBytes: number;
}

export type FromWorker =
  | { is: 'state'; tile: number; stream: number; state: StreamState }
  | { is: 'config'; tile: number; stream: number; codec: string; converted: boolean }
  /** First picture of a stream, or a new size. */
  | { is: 'shown'; tile: number; stream: number; widthPixels: number; heightPixels: number }
  | { is: 'cannotShow'; tile: number; stream: number; widthPixels: number; heightPixels: number }
  /** The main process closed the port. */
  | { is: 'ended'; tile: number; stream: number }
  | { is: 'pulses'; pulses: Pulse[] };

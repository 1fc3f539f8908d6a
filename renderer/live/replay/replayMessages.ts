/**
 * What the window and the worker tell each other about playing recordings. Cameras are told by the number of their tile,
 * as live ones are; moments are UTC ms.
 */
import type { GapCause } from '../../../main/contract/model.ts';
import type { LoopSpan } from './replayClock.ts';

export type ToReplay =
  /** These cameras are shown, in this order, and no others; new ones get their port by 'port'. */
  | { is: 'reels'; tiles: number[]; focused: number | null }
  | { is: 'port'; tile: number; port: MessagePort }
  /** Shows this moment. The newest counts, but what is nearly there is shown first. `nth`: the window counts them. */
  | { is: 'go'; atMs: number; nth: number }
  /** So many pictures of the focused camera on, or back. */
  | { is: 'step'; by: number }
  | { is: 'play'; playing: boolean }
  /** Below 0 backwards; never 0. */
  | { is: 'rate'; rate: number }
  | { is: 'loop'; span: LoopSpan | null }
  /** false: the focused camera alone moves. */
  | { is: 'inStep'; inStep: boolean }
  /** The frames of the focused camera in this span are wanted as marks; null: none. */
  | { is: 'frames'; span: LoopSpan | null }
  /** What did not open is tried again. */
  | { is: 'retry' }
  /** What touches this span of this camera was deleted: nothing of it is kept. */
  | { is: 'removed'; tile: number; span: LoopSpan }
  /** The sound of the focused camera is wanted; 'soundFormat' asks where it goes. */
  | { is: 'hear'; on: boolean }
  /** There, in pieces of one channel. */
  | { is: 'sound'; port: MessagePort };

export type ReelState =
  /** Its picture is not there yet. */
  | { is: 'seeking' }
  | { is: 'shown' }
  | { is: 'gap'; fromMs: number; toMs: number; cause: GapCause }
  /** The last picture that is recorded of it; more comes by itself. */
  | { is: 'edge' }
  | { is: 'unsupported'; codecs: string }
  | { is: 'failed'; code: 'vaultDamaged' | 'gone' | 'undecodable' | 'stopped' };

export interface ReelNow {
  tile: number;
  state: ReelState;
  /** Of the picture on screen, and its size; null where there is none. */
  picture: { atMs: number; widthPixels: number; heightPixels: number } | null;
}

export type FromReplay =
  /** With every set of pictures, all of one moment; and when anything else about them changed. */
  /** `isThere`: no other moment is on its way, as far as 'go' `nth`; a later one the worker has not heard yet. */
  | { is: 'now'; atMs: number; isThere: boolean; nth: number; reels: ReelNow[] }
  /** When the frames of that span begin to be shown, as far as they are in memory; told anew when it becomes more. */
  | { is: 'frames'; timesMs: number[] }
  /** Of this camera the stream ended; another port is needed. */
  | { is: 'reelEnded'; tile: number }
  /** Playing passed over a time in which no camera has anything. */
  | { is: 'passed'; fromMs: number; toMs: number; cause: GapCause | 'vaultDamaged' | 'gone' | 'undecodable' }
  /** The end of what is recorded: nothing can be played faster than it is made. */
  | { is: 'rate'; rate: number }
  /** The focused camera's sound comes at this rate: a port is needed. null: none can be heard. */
  | { is: 'soundFormat'; codec: string; sampleRate: number }
  | { is: 'soundNone'; why: 'none' | 'undecodable'; codec: string };

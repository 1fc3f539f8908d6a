/**
 * What the player tells: where it stands, as one state, and what it passed over. The words for it are the view's.
 */
import type { GapCause } from '../../main/contract/model.ts';

export interface Gap {
  fromMs: number;
  toMs: number;
  cause: GapCause;
}

export type Passed = { is: 'gap'; gap: Gap } | { is: 'damaged'; code: 'vaultDamaged' | 'gone' };

export type PlaybackState =
  /** A moment was asked for and its picture is not there yet. */
  | { state: 'seeking' }
  | { state: 'shown' }
  /** The playhead stands in a gap. */
  | { state: 'gap'; gap: Gap }
  /** The playhead stands at the end of what is recorded; it goes on by itself when more is. */
  | { state: 'edge'; atMs: number }
  /** This computer cannot show the codec. */
  | { state: 'unsupported'; mime: string }
  | { state: 'failed'; code: 'vaultDamaged' | 'gone' | 'undecodable' | 'stopped' };

export interface PlaybackEvents {
  state(state: PlaybackState): void;
  /** Where the playhead is: with every frame shown, and at once when a moment is asked for. */
  time(timeMs: number): void;
  /** Playing passed over a gap, or over a recording that does not open. */
  passed(what: Passed): void;
  /** Started or stopped, also by itself. */
  playing(playing: boolean): void;
  /** At the end of what is recorded nothing can be played faster than it is made. */
  rate(rate: number): void;
}

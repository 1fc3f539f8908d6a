/**
 * Keeps one stream of one camera alive. What it hands to the recorder comes in runs; after any loss it starts a new
 * run, so a run never holds a gap. Never throws after start: trouble is a state.
 */
import type { GapCause, StreamState } from '../../contract/model.ts';
import type { Fragment, Init } from './fmp4.ts';

/** An unbroken series of fragments from one connection. */
export interface Run {
  init: Init;
  /** UTC ms of its media time 0: a fragment begins at `startMs + startSeconds * 1000`. */
  startMs: number;
}

export interface FeedListener {
  state(state: StreamState): void;
  run(run: Run): void;
  /** Always of the run that began last. */
  fragment(fragment: Fragment, arrivalMs: number): void;
  runEnd(cause: GapCause): void;
  /** Once a second while live: all bytes of the last seconds. */
  bitRate?(bitsPerSecond: number): void;
}

/**
 * Stands between a camera's recorded connection and its recorder: lets fragments through while the camera is to be
 * recorded, and keeps the newest in memory while an event is awaited. The connection goes on either way. Before an event
 * nothing is written; with it, what memory holds goes first, at its true times. What is not recorded has the user's own
 * cause; only while an event is awaited does the connection's cause go before it, for then an event would be missed.
 */
import type { GapCause } from '../../contract/model.ts';
import type { QuietCause, Wanted } from '../../contract/recordingPlan.ts';
import type { Run } from '../video/feed.ts';
import type { Fragment } from '../video/fmp4.ts';
import { beganMs, type PreRoll, type PreRollMemory } from './preRoll.ts';
import type { Recorder } from './recorder.ts';

/** A camera without a keyframe for so long is not waited for any more when an event is over. */
const keyframeWithinMs = 30_000;

/** What a gate does now. */
type Doing =
  | { is: 'open' }
  /** To be shut from the first fragment on that begins at or after `atMs`. */
  | { is: 'shutting'; cause: QuietCause; atMs: number }
  | { is: 'shut'; cause: QuietCause };

export class Gate {
  readonly #recorder: Recorder;
  readonly #preRoll: PreRoll;
  /** null before the first decision. */
  #doing: Doing | null = null;
  #preRollMs = 0;
  /** Fragments may come. */
  #runs = false;
  /** Why the run that is held in memory ended; null while it goes on, or where there is none. */
  #runEnd: GapCause | null = null;

  constructor(recorder: Recorder, memory: PreRollMemory) {
    this.#recorder = recorder;
    this.#preRoll = memory.begin();
  }

  /**
   * The decision that holds from `fromMs` (UTC ms) on: for an event, when it began; for hours that are over, when. Said
   * again it changes nothing.
   */
  want(wanted: Wanted, preRollSeconds: number, fromMs: number): void {
    this.#preRollMs = preRollSeconds * 1000;
    if (wanted.records) {
      if (this.#doing?.is === 'shut') this.#open(wanted.because === 'always' ? 0 : this.#preRollMs, fromMs);
      this.#doing = { is: 'open' };
      return;
    }
    const { cause } = wanted;
    if (this.#doing === null || this.#doing.is === 'shut') {
      if (this.#doing?.cause !== cause) this.#shut(cause, fromMs);
    } else if (this.#runs && !endsConnection(cause)) {
      const since = this.#doing.is === 'shutting' ? Math.min(this.#doing.atMs, fromMs) : fromMs;
      this.#doing = { is: 'shutting', cause, atMs: since };
    } else this.#shut(cause, fromMs);
  }

  run(run: Run): void {
    this.#runs = true;
    this.#runEnd = null;
    this.#preRoll.run(run);
    this.#recorder.run(run);
  }

  fragment(fragment: Fragment, arrivalMs: number): void {
    if (this.#doing?.is === 'shutting' && isOver(this.#doing, fragment, arrivalMs)) {
      this.#shut(this.#doing.cause, this.#doing.atMs);
    }
    if (this.#doing?.is !== 'shut') this.#recorder.fragment(fragment, arrivalMs);
    else if (this.#doing.cause === 'noEvent') this.#preRoll.push(fragment, arrivalMs, this.#preRollMs);
  }

  /** Nothing comes any more, because of `cause`, since `sinceMs`; left out: since now. */
  runEnd(cause: GapCause, sinceMs?: number): void {
    this.#runs = false;
    if (this.#doing?.is === 'shutting') this.#shut(this.#doing.cause, this.#doing.atMs);
    // A connection that was ended for the user's sake is no trouble of the next one.
    this.#runEnd = this.#doing?.is === 'shut' && endsConnection(this.#doing.cause) ? null : cause;
    this.#recorder.runEnd(cause, sinceMs);
  }

  /** What was recorded up to now is to be deleted, and so is what memory holds of that time. */
  async cut(): Promise<void> {
    this.#preRoll.forget();
    await this.#recorder.cut();
  }

  /** Ends neither the recorder nor what it records. May be called twice. */
  close(): void {
    this.#preRoll.close();
  }

  #open(preRollMs: number, fromMs: number): void {
    const taken = this.#preRoll.take(fromMs - preRollMs);
    this.#recorder.resume();
    if (taken) this.#recorder.preRoll(taken, this.#runEnd);
    else if (this.#runEnd !== null) this.#recorder.runEnd(this.#runEnd, fromMs);
  }

  #shut(cause: QuietCause, atMs: number): void {
    this.#doing = { is: 'shut', cause };
    this.#preRoll.forget();
    this.#recorder.pause(cause, atMs);
  }
}

/** Whether a camera is not even connected to while it is not recorded for this reason. */
export function endsConnection(cause: QuietCause): boolean {
  return cause === 'paused' || cause === 'off' || cause === 'privacy';
}

/** A pre-roll begins where a recording ended: at a keyframe. Hours end to the fragment. */
function isOver(shutting: Doing & { is: 'shutting' }, fragment: Fragment, arrivalMs: number): boolean {
  const lateMs = beganMs({ fragment, arrivalMs }) - shutting.atMs;
  if (lateMs < 0) return false;
  return shutting.cause === 'schedule' || fragment.keyframe || lateMs > keyframeWithinMs;
}

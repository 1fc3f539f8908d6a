/**
 * Records one camera: takes the runs and fragments of its feed and has them put into recordings of about a minute
 * (recordingSteps.ts), one after another. The feed is never held up: what the disk does not take in time is dropped from a
 * bounded queue, and the gap is named. Never throws after start: trouble with the disk is a state with a cause, tried
 * again until there is room. Every moment that is not recorded is noted in the library with its cause.
 */
import type { GapCause, RecordingState } from '../../contract/model.ts';
import type { Run } from '../video/feed.ts';
import type { Fragment } from '../video/fmp4.ts';
import { Backlog } from './backlog.ts';
import type { TakenRoll } from './preRoll.ts';
import { RecordingSteps, type RecordingStepsOptions, type Step, type StepLimits } from './recordingSteps.ts';

export interface RecorderOptions extends Omit<RecordingStepsOptions, 'now' | 'limits' | 'later'> {
  now?: () => number;
  limits?: Partial<RecorderLimits>;
}

export interface RecorderLimits extends StepLimits {
  /** What may wait for the disk. */
  queueBytes: number;
  queueMs: number;
}

const usualLimits: RecorderLimits = {
  recordingMs: 60_000,
  queueBytes: 32 * 2 ** 20,
  queueMs: 30_000,
  retryMs: 10_000,
  roomBytes: 64 * 2 ** 20,
};

export class Recorder {
  readonly #now: () => number;
  readonly #backlog: Backlog<Step>;
  readonly #steps: RecordingSteps;
  /** The queue overflowed: nothing is taken until it has drained and a keyframe comes. */
  #overflowed = false;
  /** When the last fragment of the run came that was dropped. */
  #droppedMs: number | null = null;
  #paused = false;
  #closing: Promise<void> | null = null;

  constructor(options: RecorderOptions) {
    this.#now = options.now ?? Date.now;
    const limits = { ...usualLimits, ...options.limits };
    const { queueBytes, queueMs } = limits;
    this.#backlog = new Backlog({ sizeBytes: queueBytes, mediaMs: queueMs }, (step) => this.#steps.take(step));
    this.#steps = new RecordingSteps({
      ...{ ...options, limits, now: this.#now },
      later: (step) => this.#backlog.push(step),
    });
  }

  get state(): RecordingState {
    return this.#steps.state;
  }

  run(run: Run): void {
    this.#droppedMs = null;
    if (!this.#closing) this.#backlog.push({ do: 'run', run, atMs: this.#now() });
  }

  fragment(fragment: Fragment, arrivalMs: number): void {
    if (this.#paused || this.#closing) return;
    const weight = { sizeBytes: fragment.bytes.length, mediaMs: fragment.durationSeconds * 1000 };
    const mayGoOn = fragment.keyframe && this.#backlog.drained;
    if (this.#backlog.fits(weight) && (!this.#overflowed || mayGoOn)) {
      this.#overflowed = false;
      this.#backlog.push({ do: 'fragment', fragment, arrivalMs }, weight);
      return;
    }
    this.#droppedMs = Math.round(arrivalMs);
    if (this.#overflowed) return;
    this.#overflowed = true;
    this.#backlog.push({ do: 'end', cause: 'notKeptUp', atMs: arrivalMs });
  }

  /**
   * Nothing comes any more, because of `cause`. Also said when nothing came before: the gap has a cause then, since
   * `sinceMs` (UTC ms; now, where that is not known).
   */
  runEnd(cause: GapCause, sinceMs = this.#now()): void {
    // The clock may have been set back meanwhile.
    const atMs = Math.min(sinceMs, this.#now());
    if (!this.#closing) this.#backlog.push({ do: 'runEnd', cause, atMs, droppedMs: this.#droppedMs });
  }

  /**
   * Records nothing from `atMs` (UTC ms) on until `resume`, whatever comes. Whatever else happens the gap is called
   * `cause`, but for `noEvent`: see WhyNot.
   */
  pause(cause: GapCause = 'paused', atMs = this.#now()): void {
    if (this.#closing) return;
    this.#paused = true;
    this.#backlog.push({ do: 'wish', cause, atMs });
  }

  /** Goes on with the next keyframe. */
  resume(): void {
    if (!this.#paused || this.#closing) return;
    this.#paused = false;
    this.#backlog.push({ do: 'wish', cause: null, atMs: this.#now() });
  }

  /**
   * Records what was kept in memory, before everything that comes from now on. `endedBy`: why its run has ended; null
   * while it goes on. It does not count for the queue: whoever kept it in memory counts it, until it is released.
   */
  preRoll(taken: TakenRoll, endedBy: GapCause | null): void {
    if (this.#closing) taken.release();
    else this.#backlog.push({ do: 'preRoll', taken, endedBy, atMs: this.#now() });
  }

  /** Ends the open recording, and begins the next at the next keyframe: what was recorded up to now is to be deleted. */
  async cut(): Promise<void> {
    if (this.#closing) return;
    this.#backlog.push({ do: 'cut' });
    await this.#backlog.settled();
  }

  /** Finishes the open recording. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#backlog.push({ do: 'close', atMs: this.#now() });
    await this.#backlog.settled();
    await this.#steps.close();
  }
}

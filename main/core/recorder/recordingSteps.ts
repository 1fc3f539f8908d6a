/**
 * What one camera's recorder does, a step at a time: puts fragments into recordings, ends them, and says why nothing is
 * recorded (recordedTime.ts notes it). Of several reasons the nearest to the user counts (whyNot.ts); trouble with the
 * disk is tried again until it is over (diskTrouble.ts). Which steps there are, and that they come one after another and
 * do not become too many, is the recorder's to see to.
 */
import type { CameraId, GapCause, RecordingState } from '../../contract/model.ts';
import type { Problem } from '../../contract/problems.ts';
import type { Library, RecordingRow } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import { VaultError } from '../vault/vaultError.ts';
import type { Run } from '../video/feed.ts';
import type { Fragment } from '../video/fmp4.ts';
import { MediaError } from '../video/mediaError.ts';
import { Chain } from './chain.ts';
import { DiskTrouble } from './diskTrouble.ts';
import type { TakenRoll } from './preRoll.ts';
import { RecordedTime } from './recordedTime.ts';
import { type BeginOptions, RecordingFile } from './recordingFile.ts';
import { RunClock } from './runClock.ts';
import { WhyNot } from './whyNot.ts';

/** What the recorder is told, in the order in which it was told. Times are UTC ms. */
export type Step =
  | { do: 'run'; run: Run; atMs: number }
  | { do: 'fragment'; fragment: Fragment; arrivalMs: number }
  | { do: 'preRoll'; taken: TakenRoll; endedBy: GapCause | null; atMs: number }
  | { do: 'end'; cause: GapCause; atMs: number }
  /** `droppedMs`: when the last of it came that was dropped. */
  | { do: 'runEnd'; cause: GapCause; atMs: number; droppedMs: number | null }
  | { do: 'wish'; cause: GapCause | null; atMs: number }
  | { do: 'close'; atMs: number }
  | { do: 'cut' }
  | { do: 'retry' };

export interface StepLimits {
  /** A recording ends at the first keyframe after this. */
  recordingMs: number;
  /** Between two tries after trouble with the disk. */
  retryMs: number;
  /** Room that must be there before a try, so that it is not full again at once. */
  roomBytes: number;
}

export interface RecordingStepsOptions {
  cameraId: CameraId;
  vault: Vault;
  library: Library;
  now: () => number;
  limits: StepLimits;
  /** Why a camera is silent of which nothing else is known; left out: it is lost. */
  silent?: () => GapCause;
  /** A step of its own: to be done when what was told before it is. */
  later: (step: Step) => void;
  on: {
    state: (state: RecordingState) => void;
    finished?: (row: Omit<RecordingRow, 'path'>) => void;
    /** Why the disk does not take it, in detail; the state only has the cause of the gap. */
    trouble?: (problem: Problem) => void;
    defect?: (error: unknown) => void;
  };
}

/** Fragments come twice a second, from cameras with a slow clock or few pictures less often. */
const silentMs = 2000;
/** Slower media than this inside a run is time that is missing. */
const stretchMs = 5000;

interface Running {
  run: Run;
  clock: RunClock;
  /** How long ffmpeg held its last fragments. */
  toldMs: number[];
}

export class RecordingSteps {
  readonly #options: RecordingStepsOptions;
  readonly #trouble: DiskTrouble;
  readonly #chain: Chain;
  readonly #time: RecordedTime;
  readonly #whyNot = new WhyNot();
  #run: Running | null = null;
  #file: RecordingFile | null = null;
  /** When the run's last fragment came that was wanted; null before the first. */
  #lastCameMs: number | null = null;
  /** When the disk took it again after trouble (UTC ms), as long as nothing was recorded since. */
  #diskWellMs = -Infinity;

  constructor(options: RecordingStepsOptions) {
    this.#options = options;
    const { cameraId, vault, library, on, later, limits } = options;
    this.#time = new RecordedTime({ cameraId, library, now: options.now, onState: (state) => on.state(state) });
    const { retryMs, roomBytes } = limits;
    this.#chain = new Chain(vault, cameraId);
    this.#trouble = new DiskTrouble({
      ...{ vault, library, retryMs, roomBytes },
      onTime: () => later({ do: 'retry' }),
      onFinished: (row) => on.finished?.(row),
      onDefect: (error) => on.defect?.(error),
    });
  }

  get state(): RecordingState {
    return this.#time.state;
  }

  /**
   * Does one step; whoever asks waits before the next. What the disk refuses and the camera sends wrong ends in a gap with
   * its cause. Throws only where nobody is told of defects.
   */
  async take(step: Step): Promise<void> {
    try {
      await this.#do(step);
    } catch (error) {
      if (error instanceof VaultError) await this.#fail(error.problem);
      else if (error instanceof MediaError)
        this.#options.later({ do: 'runEnd', cause: 'codec', atMs: this.#options.now(), droppedMs: null });
      else {
        // A defect in one step must not end the recording of the camera for ever.
        await this.#fail({ code: 'defect', id: '' });
        if (!this.#options.on.defect) throw error;
        this.#options.on.defect(error);
      }
    }
  }

  /** Every step is done: nothing is tried any more. May be called twice. */
  async close(): Promise<void> {
    await this.#trouble.close();
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'run':
        this.#run = { run: step.run, clock: new RunClock(step.run.startMs), toldMs: [] };
        this.#whyNot.stream(null);
        this.#lastCameMs = null;
        await this.#end('lost');
        // It was called lost meanwhile; now an event would be recorded.
        if (this.#whyNot.cause(this.#trouble.cause) === 'noEvent') await this.#time.notRecorded('noEvent', step.atMs);
        return;
      case 'preRoll':
        await this.#writeAll(step.taken);
        if (step.endedBy !== null) await this.#runEnded(step.endedBy, step.atMs);
        return;
      case 'fragment':
        this.#lastCameMs = Math.round(step.arrivalMs);
        if (this.#trouble.cause) await this.#stop(this.#trouble.cause, step.arrivalMs);
        else if (this.#run) await this.#write(step.fragment, step.arrivalMs, this.#run);
        return;
      case 'end':
        await this.#stop(step.cause, step.atMs);
        return;
      case 'runEnd':
        await this.#runEnded(step.cause, step.atMs, step.droppedMs);
        return;
      case 'wish':
        if (step.cause !== null) await this.#silence(step.atMs);
        this.#whyNot.wish(step.cause);
        // Wanted again: the next picture, or what is told of the camera, says how it goes on.
        if (step.cause !== null) await this.#stop(step.cause, step.atMs);
        this.#lastCameMs = null;
        return;
      case 'close':
        await this.#silence(step.atMs);
        this.#run = null;
        this.#whyNot.close();
        await this.#stop('closed', step.atMs);
        return;
      case 'cut':
        await this.#end('deleted');
        return;
      case 'retry':
        await this.#tryAgain();
    }
  }

  /** Nothing is recorded from now on, because of `cause` or of what comes before it. */
  async #stop(cause: GapCause, atMs: number): Promise<void> {
    const why = this.#whyNot.cause(this.#trouble.cause) ?? cause;
    await this.#end(why);
    await this.#time.notRecorded(why, atMs);
  }

  /** The disk takes it again: what is still missing is missing because of the camera, if of anything. */
  async #tryAgain(): Promise<void> {
    const before = this.#trouble.cause;
    await this.#trouble.tryAgain();
    if (before !== null && this.#trouble.cause === null) this.#diskWellMs = this.#options.now();
    const why = this.#whyNot.cause(this.#trouble.cause);
    if (before !== null && why !== null) await this.#time.notRecorded(why, this.#options.now());
  }

  async #writeAll(taken: TakenRoll): Promise<void> {
    const { run, held } = taken;
    try {
      if (this.#trouble.cause) return;
      const running = this.#run?.run === run ? this.#run : { run, clock: new RunClock(run.startMs), toldMs: [] };
      this.#run = running;
      for (const { fragment, arrivalMs } of held) await this.#write(fragment, arrivalMs, running);
    } finally {
      taken.release();
    }
  }

  /** The recording is ended by us, while nothing has come for a while: up to now it was the camera. */
  async #silence(atMs: number): Promise<void> {
    const cameMs = this.#run && this.#lastCameMs;
    if (cameMs === null || this.#trouble.cause || !this.#time.state.recording || atMs - cameMs < silentMs) return;
    const cause = this.#options.silent?.() ?? 'lost';
    await this.#end(cause);
    await this.#time.notRecorded(cause, cameMs);
  }

  /** A camera that has stopped sending is noticed later: the gap begins where the last of it came, dropped or not. */
  async #runEnded(cause: GapCause, atMs: number, droppedMs: number | null = null): Promise<void> {
    if (cause === 'closed') await this.#silence(atMs);
    const wantedMs = this.#run && this.#lastCameMs;
    const cameMs = cause === 'closed' || wantedMs === null ? null : Math.max(wantedMs, droppedMs ?? wantedMs);
    // As long as the disk was in trouble it was that, whatever else was amiss. Its end may lie before a setting of the clock.
    const sinceMs = Math.max(Math.min(atMs, cameMs ?? atMs), Math.min(this.#diskWellMs, this.#options.now()));
    this.#run = null;
    this.#whyNot.stream(cause);
    try {
      await this.#stop(cause, sinceMs);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      await this.#fail(error.problem);
      await this.#failedLater(cause, sinceMs);
    }
  }

  /** The disk refused what was left of a run, after the camera had been silent: until then the gap is the camera's. */
  async #failedLater(cause: GapCause, sinceMs: number): Promise<void> {
    const why = this.#whyNot.cause(this.#trouble.cause);
    // The user's wish, or the computer's sleep, comes before both.
    if (why === null || why !== this.#trouble.cause || this.#options.now() - sinceMs < silentMs) return;
    await this.#time.note(cause, this.#time.behindLast(sinceMs));
    await this.#time.note(why, this.#options.now());
  }

  async #write(fragment: Fragment, arrivalMs: number, { run, clock, toldMs }: Running): Promise<void> {
    if (clock.jumps(fragment)) {
      if (this.#file) {
        await this.#end('lost');
        await this.#time.notRecorded('lost', arrivalMs);
      }
      clock.land(fragment, arrivalMs);
    }
    const heldMs = arrivalMs - clock.utcOf(fragment.pictureStartSeconds ?? fragment.startSeconds);
    const rolls = fragment.keyframe && this.#file !== null && this.#file.mediaMs >= this.#options.limits.recordingMs;
    if (this.#file && !rolls) {
      await this.#file.append(fragment, heldMs);
      clock.arrived(fragment, arrivalMs);
      this.#options.library.grew(this.#options.cameraId);
      return;
    }
    if (!fragment.keyframe) {
      clock.arrived(fragment, arrivalMs);
      return;
    }
    clock.settle();
    const startMs = await this.#room(Math.round(clock.utcOf(fragment.startSeconds)));
    await this.#begin(run, { first: fragment, heldMs, toldMs, startMs });
    clock.arrived(fragment, arrivalMs);
  }

  /** Ends the recording before this one, where there is one, and says when this one begins. */
  async #room(startMs: number): Promise<number> {
    const before = this.#file;
    if (!before) return this.#time.beginOf(startMs);
    const stretchedMs = startMs - before.endMs;
    const follows = startMs > before.startMs && stretchedMs <= stretchMs;
    await this.#finish(before, follows ? startMs : before.endMs);
    if (!follows && stretchedMs > 0) await this.#time.note('clock', before.endMs);
    return startMs;
  }

  async #begin(run: Run, begun: Pick<BeginOptions, 'first' | 'heldMs' | 'toldMs' | 'startMs'>): Promise<void> {
    const { vault, cameraId, library } = this.#options;
    const chain = this.#chain;
    const file = await RecordingFile.begin({ vault, library, cameraId, chain, init: run.init, ...begun });
    this.#file = file;
    this.#diskWellMs = -Infinity;
    library.setOpen(cameraId, file);
    this.#time.recordedFrom(file.startMs);
  }

  async #end(cause: GapCause): Promise<void> {
    const file = this.#file;
    if (!file) return;
    // A run whose start was reckoned late ends no later than the last of it came.
    const lateMs = file.endMs - (this.#lastCameMs ?? file.endMs);
    await this.#finish(file, lateMs > 0 && lateMs < stretchMs ? file.endMs - lateMs : file.endMs);
    await this.#time.note(cause, file.endMs);
  }

  /** The recording is in its place and known before it stops being the open one, so that it is never neither. */
  async #finish(file: RecordingFile, endMs: number): Promise<void> {
    const row = await file.finish(endMs);
    this.#time.endedAt(row.endMs);
    this.#file = null;
    await this.#options.library.add(row);
    if (this.#options.library.openRecording(file.cameraId) === file) this.#options.library.setOpen(file.cameraId, null);
    await file.close();
    this.#options.on.finished?.(row);
  }

  /** The disk refused: keeps what is whole for the retry, and stops recording with a cause. */
  async #fail(problem: Problem): Promise<void> {
    const file = this.#file;
    this.#file = null;
    let atMs = this.#options.now();
    const whole = file?.cut() ?? false;
    if (file && whole) {
      atMs = file.endMs;
      this.#time.endedAt(file.endMs);
    } else if (file) {
      atMs = file.startMs;
      this.#options.library.setOpen(file.cameraId, null);
      await file.discard().catch(() => undefined);
    }
    this.#trouble.begin(problem, whole ? file : null);
    this.#options.on.trouble?.(problem);
    await this.#time.notRecorded(this.#whyNot.cause(this.#trouble.cause) ?? 'unknown', atMs);
  }
}

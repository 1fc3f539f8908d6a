/**
 * One connection to one stream, from its start to its end, whichever way the stream is taken in: ends it when the
 * camera does not answer, stops sending, or sends what cannot be read. Never throws for what a camera sends; `ended`
 * says why it ended. Leaves trying again to Feed.
 */
import type { LossCause } from '../../contract/model.ts';
import type { AudioConfig, VideoConfig } from '../../contract/stream.ts';
import type { CameraClock } from './cameraClock.ts';
import type { Clock } from './clock.ts';
import type { MediaFrame } from './flv.ts';
import type { Fragment, Init } from './fmp4.ts';
import type { MediaIntake, StartIntake } from './intake.ts';

export interface ConnectionListener {
  /** The camera speaks: its stream has been described. */
  answered(): void;
  video(config: VideoConfig): void;
  audio(config: AudioConfig): void;
  frame(frame: MediaFrame, arrivalMs: number): void;
  init(init: Init): void;
  fragment(fragment: Fragment, arrivalMs: number): void;
  cameraClock(clock: CameraClock): void;
}

export interface ConnectionEnd {
  cause: 'refused' | LossCause;
  /** What was said at the end, without addresses. */
  text: string;
  /** Another way of taking it in may do better. */
  elsewhere: boolean;
  /** It was refused because it asks for the password in the clear, which the user has not allowed. */
  inClear: boolean;
  /** It showed pictures, or recorded some. */
  hadPictures: boolean;
}

const answerWithinMs = 10_000;
/** Cameras with a keyframe every 10 s are common, every 20 s not unheard of. */
const pictureWithinMs = 25_000;
const stalledAfterMs = 5000;
/** A fragment comes every second: where pictures come for longer without, something holds them up: only the sound can. */
const fragmentWithinMs = 5000;
const unrecordedPictures = 5;
/** A check that comes so late says that this process stood still, and nothing of the camera. */
const lateCheckMs = 3000;

export class Connection {
  readonly ended: Promise<ConnectionEnd>;
  readonly #on: ConnectionListener;
  readonly #clock: Clock;
  readonly #intake: MediaIntake;
  readonly #records: boolean;
  readonly #startedMs: number;
  #lastCheckMs: number;
  #answered = false;
  #firstPictureMs: number | null = null;
  #lastPictureMs = 0;
  #lastFragmentMs: number | null = null;
  /** Pictures shown since the last fragment. */
  #unrecorded = 0;
  #stopped: LossCause | null = null;

  /** `records`: fragments are expected. */
  constructor(start: StartIntake, records: boolean, clock: Clock, on: ConnectionListener) {
    this.#on = on;
    this.#clock = clock;
    this.#records = records;
    this.#startedMs = this.#lastCheckMs = clock.steadyMs();
    this.#intake = start({
      answered: () => {
        this.#answered = true;
        this.#on.answered();
      },
      video: (config) => this.#on.video(config),
      audio: (config) => this.#on.audio(config),
      frame: (frame) => {
        if (frame.track === 'video') this.#picture();
        this.#on.frame(frame, this.#clock.wallMs());
      },
      init: (init) => this.#on.init(init),
      fragment: (fragment, alone) => {
        this.#lastFragmentMs = this.#clock.steadyMs();
        this.#unrecorded = 0;
        if (alone) this.#picture();
        this.#on.fragment(fragment, this.#clock.wallMs());
      },
      cameraClock: (clock) => this.#on.cameraClock(clock),
      unreadable: () => void this.stop('garbage'),
    });
    this.ended = this.#end();
  }

  /** Bytes so far, of one output: of the live one where there is one. */
  get bytes(): number {
    return this.#intake.bytes;
  }

  /** To be called every second: the watch over a camera that says nothing. */
  check(): void {
    const nowMs = this.#clock.steadyMs();
    const lateMs = nowMs - this.#lastCheckMs;
    this.#lastCheckMs = nowMs;
    if (lateMs > lateCheckMs || this.#stopped !== null) return;
    const cause = this.#silence(nowMs);
    if (cause !== null) void this.stop(cause);
  }

  /** Ends the connection for this reason. The last fragment still arrives before `ended`. */
  async stop(cause: LossCause): Promise<void> {
    this.#stopped ??= cause;
    await this.#intake.close();
  }

  #silence(nowMs: number): LossCause | null {
    if (this.#firstPictureMs === null) {
      const waitedMs = nowMs - this.#startedMs;
      if (!this.#answered) return waitedMs > answerWithinMs ? 'noAnswer' : null;
      return waitedMs > pictureWithinMs ? 'stalled' : null;
    }
    if (nowMs - this.#lastPictureMs > stalledAfterMs) return 'stalled';
    // By the pictures, and not by now: of a camera that falls silent the last few are in no fragment yet.
    const heldUpMs = this.#lastPictureMs - (this.#lastFragmentMs ?? this.#firstPictureMs);
    const heldUp = this.#unrecorded >= unrecordedPictures && heldUpMs > fragmentWithinMs;
    return this.#records && heldUp ? 'failed' : null;
  }

  async #end(): Promise<ConnectionEnd> {
    const { cause, text, elsewhere = false, inClear = false } = await this.#intake.ended;
    const hadPictures = this.#firstPictureMs !== null;
    return {
      cause: this.#stopped ?? (hadPictures ? afterPictures(cause) : cause),
      text,
      elsewhere,
      inClear,
      hadPictures,
    };
  }

  #picture(): void {
    this.#lastPictureMs = this.#clock.steadyMs();
    this.#firstPictureMs ??= this.#lastPictureMs;
    this.#unrecorded++;
  }
}

/** After pictures, no answer is silence, and an end without a reason is the camera's. */
function afterPictures(cause: ConnectionEnd['cause']): ConnectionEnd['cause'] {
  if (cause === 'noAnswer') return 'stalled';
  return cause === 'failed' || cause === 'refused' || cause === 'noSuchHost' ? 'closed' : cause;
}

/**
 * One connection to one stream, from ffmpeg's start to its end: reads both outputs, and ends it when the camera does
 * not answer, stops sending, or sends what cannot be read. Always drains both outputs. Never throws for what a camera
 * sends; `ended` says why it ended. Leaves trying again to Feed.
 */
import type { Readable } from 'node:stream';
import type { LossCause } from '../../contract/model.ts';
import type { VideoConfig } from '../../contract/stream.ts';
import type { Clock } from './clock.ts';
import { type Ffmpeg, type Intake, type IntakeOptions, startIntake } from './ffmpeg.ts';
import { FlvReader, type MediaFrame } from './flv.ts';
import { type Fragment, Fmp4Reader, type Init } from './fmp4.ts';
import { MediaError } from './mediaError.ts';

export interface ConnectionListener {
  /** The camera speaks: its stream has been described. */
  answered(): void;
  video(config: VideoConfig): void;
  frame(frame: MediaFrame, arrivalMs: number): void;
  init(init: Init): void;
  fragment(fragment: Fragment, arrivalMs: number): void;
}

export interface ConnectionEnd {
  cause: 'refused' | LossCause;
  /** ffmpeg's last words, without addresses. */
  text: string;
  /** It showed pictures, or recorded some. */
  hadPictures: boolean;
}

const answerWithinMs = 10_000;
/** Cameras with a keyframe every 10 s are common, every 20 s not unheard of. */
const pictureWithinMs = 25_000;
const stalledAfterMs = 5000;
/** A fragment comes every second: beyond this, something holds the recording up, and it can only be the sound. */
const fragmentWithinMs = 5000;
const unrecordedPictures = 5;
/** A check that comes so late says that this process stood still, and nothing of the camera. */
const lateCheckMs = 3000;

export class Connection {
  readonly ended: Promise<ConnectionEnd>;
  readonly #on: ConnectionListener;
  readonly #clock: Clock;
  readonly #intake: Intake;
  readonly #records: boolean;
  readonly #startedMs: number;
  #lastCheckMs: number;
  #answered = false;
  #configured = false;
  #firstPictureMs: number | null = null;
  #lastPictureMs = 0;
  #lastFragmentMs: number | null = null;
  /** Pictures shown since the last fragment. */
  #unrecorded = 0;
  #stopped: LossCause | null = null;
  #unreadable = false;
  #bytes = 0;

  constructor(ffmpeg: Ffmpeg, options: IntakeOptions, clock: Clock, on: ConnectionListener) {
    this.#on = on;
    this.#clock = clock;
    this.#records = options.record;
    this.#startedMs = this.#lastCheckMs = clock.steadyMs();
    this.#intake = startIntake(ffmpeg, options);
    this.#readLive(this.#intake.live);
    if (this.#intake.disk) this.#readDisk(this.#intake.disk);
    this.ended = this.#end();
  }

  /** Bytes so far, of one output: of the live one where there is one. */
  get bytes(): number {
    return this.#bytes;
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
    const heldUp = this.#records && this.#unrecorded >= unrecordedPictures;
    if (heldUp && nowMs - (this.#lastFragmentMs ?? this.#firstPictureMs) > fragmentWithinMs) return 'failed';
    return null;
  }

  async #end(): Promise<ConnectionEnd> {
    const { cause, text } = await this.#intake.ended;
    const hadPictures = this.#firstPictureMs !== null;
    return { cause: this.#stopped ?? (hadPictures ? afterPictures(cause) : cause), text, hadPictures };
  }

  #readLive(live: Readable): void {
    const reader = new FlvReader({
      video: (config) => {
        this.#configured = true;
        this.#on.video(config);
      },
      audio: () => undefined,
      frame: (frame) => {
        if (!this.#configured) throw new MediaError('FLV: picture without its configuration');
        this.#picture();
        this.#on.frame(frame, this.#clock.wallMs());
      },
    });
    this.#read(live, (bytes) => {
      if (this.#intake.shows) this.#bytes += bytes.length;
      reader.push(bytes);
    });
  }

  #readDisk(disk: Readable): void {
    const reader = new Fmp4Reader({
      init: (init) => this.#on.init(init),
      fragment: (fragment) => {
        this.#lastFragmentMs = this.#clock.steadyMs();
        this.#unrecorded = 0;
        if (!this.#intake.shows) this.#picture();
        this.#on.fragment(fragment, this.#clock.wallMs());
      },
    });
    this.#read(disk, (bytes) => {
      if (!this.#intake.shows) this.#bytes += bytes.length;
      reader.push(bytes);
    });
  }

  #read(stream: Readable, push: (bytes: Uint8Array) => void): void {
    stream.on('data', (bytes: Uint8Array) => {
      if (this.#unreadable) return;
      if (!this.#answered) {
        this.#answered = true;
        this.#on.answered();
      }
      try {
        push(bytes);
      } catch (error) {
        // A RangeError is a length that a reader forgot to check: a defect, but the camera's bytes are the occasion,
        // and they must not end the other cameras' recordings.
        if (!(error instanceof MediaError || error instanceof RangeError)) throw error;
        this.#unreadable = true;
        void this.stop('garbage');
      }
    });
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

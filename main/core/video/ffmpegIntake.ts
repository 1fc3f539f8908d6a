/**
 * Takes a stream in by ffmpeg: reads its two outputs, FLV for the screen and fragmented MP4 for the disk. Always drains
 * both. Never throws for what a camera sends.
 */
import type { Readable } from 'node:stream';
import { type Ffmpeg, type Intake, type IntakeOptions, startIntake } from './ffmpeg.ts';
import { FlvReader } from './flv.ts';
import { Fmp4Reader } from './fmp4.ts';
import type { IntakeListener, MediaIntake } from './intake.ts';
import type { IntakeEnd } from './intakeEnd.ts';
import { MediaError } from './mediaError.ts';

export class FfmpegIntake implements MediaIntake {
  readonly ended: Promise<IntakeEnd>;
  readonly #on: IntakeListener;
  readonly #intake: Intake;
  #answered = false;
  #configured = false;
  #unreadable = false;
  #bytes = 0;

  constructor(ffmpeg: Ffmpeg, options: IntakeOptions, on: IntakeListener) {
    this.#on = on;
    this.#intake = startIntake(ffmpeg, options);
    this.ended = this.#intake.ended;
    this.#readLive(this.#intake.live);
    if (this.#intake.disk) this.#readDisk(this.#intake.disk);
  }

  /** Of one output: of the live one where there is one. */
  get bytes(): number {
    return this.#bytes;
  }

  close(): Promise<void> {
    return this.#intake.close();
  }

  #readLive(live: Readable): void {
    const reader = new FlvReader({
      video: (config) => {
        this.#configured = true;
        this.#on.video(config);
      },
      audio: (config) => this.#on.audio(config),
      frame: (frame) => {
        if (!this.#configured) throw new MediaError('FLV: picture without its configuration');
        this.#on.frame(frame);
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
      fragment: (fragment) => this.#on.fragment(fragment, !this.#intake.shows),
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
        this.#on.unreadable();
      }
    });
  }
}

/**
 * What every way of taking in a stream looks like from outside: ffmpeg (ffmpegIntake.ts) and our own RTSP
 * (rtspIntake.ts). Both hand on the same configurations and frames; only ffmpeg records.
 */
import type { AudioConfig, VideoConfig } from '../../contract/stream.ts';
import type { CameraClock } from './cameraClock.ts';
import type { MediaFrame } from './flv.ts';
import type { Fragment, Init } from './fmp4.ts';
import type { IntakeEnd } from './intakeEnd.ts';

export interface IntakeListener {
  /** The camera speaks: its stream has been described. */
  answered(): void;
  video(config: VideoConfig): void;
  audio(config: AudioConfig): void;
  frame(frame: MediaFrame): void;
  init(init: Init): void;
  /** `alone`: nothing is shown of this stream, so a fragment is the only sign of a picture. */
  fragment(fragment: Fragment, alone: boolean): void;
  /** What the camera tells of its clock, every few seconds; our own RTSP only. */
  cameraClock?(clock: CameraClock): void;
  /** What arrives cannot be read. */
  unreadable(): void;
}

export interface MediaIntake {
  /** Bytes of the stream so far. */
  readonly bytes: number;
  /** Resolves when everything of it is gone. Never rejects. */
  readonly ended: Promise<IntakeEnd>;
  /** Ends it in order; the last fragment is still handed on. May be called twice. */
  close(): Promise<void>;
}

export type StartIntake = (on: IntakeListener) => MediaIntake;

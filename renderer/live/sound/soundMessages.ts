/** What the window and the sound worker tell each other. One stream is heard at a time. */
import type { IntakeKind } from '../../../main/contract/stream.ts';

export type ToSoundWorker =
  /** Decode this live stream's sound, and no other any more. */
  | { is: 'stream'; stream: number; port: MessagePort }
  /** Where the samples of this stream go: pieces of one channel, `Float32Array`. */
  | { is: 'out'; stream: number; port: MessagePort }
  | { is: 'drop' };

/** What is known of a stream's sound. */
export interface SoundFormat {
  /** As WebCodecs names it: 'mp4a.40.2', 'opus', 'ulaw', 'alaw'. */
  codec: string;
  sampleRate: number;
}

/** What the player in the audio thread tells twice a second. */
export interface SoundReport {
  /** How long what comes waits before it is played. */
  waitMs: number;
  /** Times that it ran dry, and that something was left out. */
  breaks: number;
}

export type FromSoundWorker =
  /** The first sound was decoded, or it comes at another rate: an `out` of this rate is needed. */
  | { is: 'format'; stream: number; format: SoundFormat }
  /** None comes on this stream, whose pictures come that way. */
  | { is: 'none'; stream: number; intake: IntakeKind }
  /** This computer cannot decode it. */
  | { is: 'undecodable'; stream: number; codec: string }
  /** The main process closed the port. */
  | { is: 'ended'; stream: number };

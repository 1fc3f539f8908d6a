/**
 * How the next connection to a stream is made, by what the last ones taught: by our own RTSP or by ffmpeg, with how long a
 * look at the first packets, with the sound or without. Pure but for what it remembers.
 */
import type { ConnectionEnd } from './connection.ts';
import type { Probe } from './ffmpeg.ts';

export interface MannerWishes {
  record: boolean;
  convert: boolean;
  sound: boolean;
  /** Nothing but our own RTSP. */
  onlyRtsp: boolean;
}

export class Manner {
  readonly #wishes: MannerWishes;
  #by: 'rtsp' | 'ffmpeg' = 'rtsp';
  #probe: Probe = 'short';
  #sound = false;

  constructor(wishes: MannerWishes) {
    this.#wishes = wishes;
    this.#begin();
  }

  get by(): 'rtsp' | 'ffmpeg' {
    return this.#by;
  }

  get probe(): Probe {
    return this.#probe;
  }

  get sound(): boolean {
    return this.#sound;
  }

  /**
   * Learns from a connection that failed for a reason of its own, not the network's, and says whether another is worth a
   * try at once, and what had to be given up for it: the sound of the recording.
   */
  learn(end: Pick<ConnectionEnd, 'cause' | 'elsewhere' | 'hadPictures'>): { again: boolean; withoutSound?: true } {
    if (this.#by === 'rtsp') {
      if (this.#wishes.onlyRtsp) return { again: false };
      const silent = !end.hadPictures && (end.cause === 'stalled' || end.cause === 'closed');
      if (!end.elsewhere && !silent) return { again: false };
      this.#by = 'ffmpeg';
      return { again: true };
    }
    const unreadable = end.cause === 'garbage' || end.cause === 'codec' || end.cause === 'failed';
    if (!unreadable) return { again: false };
    if (!end.hadPictures && this.#probe === 'short') {
      this.#probe = 'long';
      return { again: true };
    }
    if (this.#wishes.record && this.#sound) {
      this.#sound = false;
      return { again: true, withoutSound: true };
    }
    this.#begin();
    return { again: false };
  }

  /** Our own RTSP shows a picture sooner; ffmpeg alone records and converts. */
  #begin(): void {
    const { record, convert, sound } = this.#wishes;
    this.#by = record || convert ? 'ffmpeg' : 'rtsp';
    this.#probe = 'short';
    this.#sound = sound;
  }
}

/**
 * What every reader of one track's packets has in common. A reader puts packets together to pictures or packets of
 * sound, and hands each on the moment it is whole. It throws a MediaError for what its format does not allow; whoever
 * feeds it ends the connection then. Data handed on owns its buffer.
 */
import type { AudioConfig, VideoConfig } from '../../../contract/stream.ts';
import type { RtpPacket } from './rtpPacket.ts';

export interface Unit {
  /** It can be decoded without what came before. */
  keyframe: boolean;
  /** Of the track's own clock, 32 bits. */
  timestamp: number;
  data: Uint8Array<ArrayBuffer>;
}

export interface TrackListener<Config extends VideoConfig | AudioConfig> {
  /** Before the first unit, and again when it changes. */
  config(config: Config): void;
  unit(unit: Unit): void;
  /** Packets are missing: pictures are left out up to the next that stands alone. */
  lost?(packets: number): void;
}

export interface TrackReader {
  push(packet: RtpPacket): void;
}

/** Counts the packets that are missing before each. Over TCP none is lost on the way, but a camera may drop some. */
export class SequenceWatch {
  #next: number | null = null;

  /** How many are missing before this one; 0 for the first, and for one that came again. */
  missing(sequence: number): number {
    const gap = this.#next === null ? 0 : (sequence - this.#next) & 0xffff;
    this.#next = (sequence + 1) & 0xffff;
    // More than half of the circle ahead is behind.
    return gap < 0x8000 ? gap : 0;
  }
}

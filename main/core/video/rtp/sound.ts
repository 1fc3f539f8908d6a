/**
 * Reads sound out of RTP: AAC (RFC 3640, mode AAC-hbr and generic with AU headers), G.711 (RFC 3551) and Opus
 * (RFC 7587). Each packet of sound stands alone, so a loss costs what was lost and no more.
 */
import type { AudioConfig } from '../../../contract/stream.ts';
import { Bits } from '../bits.ts';
import { aacFormat } from '../codecs.ts';
import { MediaError } from '../mediaError.ts';
import type { RtpPacket } from './rtpPacket.ts';
import type { TrackListener, TrackReader } from './track.ts';

const mostUnits = 64;
const mostUnitBytes = 65_536;

/** What the description's fmtp line says of AAC. Lengths in bits. */
export interface AacForm {
  sizeLength: number;
  indexLength: number;
  indexDeltaLength: number;
  /** AudioSpecificConfig. */
  config: Uint8Array<ArrayBuffer>;
}

export class AacReader implements TrackReader {
  readonly #form: AacForm;
  readonly #on: TrackListener<AudioConfig>;
  readonly #samplesEach = 1024;
  /** A packet of sound that is larger than a packet of RTP comes in parts, each with the whole size. */
  #part: { data: Uint8Array<ArrayBuffer>; filled: number; timestamp: number } | null = null;
  #told = false;

  /** Throws MediaError when the form is beyond reason. */
  constructor(form: AacForm, on: TrackListener<AudioConfig>) {
    if (form.sizeLength < 1 || form.sizeLength > 16 || form.indexLength > 8 || form.indexDeltaLength > 8) {
      throw new MediaError('AAC: headers of an unknown form');
    }
    this.#form = form;
    this.#on = on;
  }

  push({ payload, timestamp }: RtpPacket): void {
    if (!this.#told) {
      this.#told = true;
      this.#on.config({ ...aacFormat(this.#form.config), description: this.#form.config });
    }
    const { sizes, dataStart } = this.#headers(payload);
    const data = payload.subarray(dataStart);
    const [only] = sizes;
    if (sizes.length === 1 && only !== undefined && only > data.length) this.#gather(data, only, timestamp);
    else this.#hand(sizes, data, timestamp);
  }

  #headers(payload: Uint8Array): { sizes: number[]; dataStart: number } {
    const headerBits = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
    const dataStart = 2 + Math.ceil(headerBits / 8);
    if (dataStart > payload.length) throw new MediaError('AAC: headers cut off');
    const bits = new Bits(payload.subarray(2, dataStart));
    const { sizeLength, indexLength, indexDeltaLength } = this.#form;
    const sizes: number[] = [];
    for (let left = headerBits; ;) {
      const indexBits = sizes.length === 0 ? indexLength : indexDeltaLength;
      left -= sizeLength + indexBits;
      if (left < 0) return { sizes, dataStart };
      sizes.push(bits.number(sizeLength));
      if (bits.number(indexBits) !== 0) throw new MediaError('AAC: interleaved');
      if (sizes.length > mostUnits) throw new MediaError('AAC: too many units in a packet');
    }
  }

  #hand(sizes: readonly number[], data: Uint8Array, timestamp: number): void {
    let start = 0;
    for (const [nth, size] of sizes.entries()) {
      if (start + size > data.length) throw new MediaError('AAC: unit cut off');
      const at = (timestamp + nth * this.#samplesEach) >>> 0;
      this.#on.unit({ keyframe: true, timestamp: at, data: data.slice(start, start + size) });
      start += size;
    }
  }

  #gather(data: Uint8Array, sizeBytes: number, timestamp: number): void {
    if (sizeBytes > mostUnitBytes) throw new MediaError('AAC: unit too large');
    if (this.#part?.timestamp !== timestamp || this.#part.data.length !== sizeBytes) {
      this.#part = { data: new Uint8Array(sizeBytes), filled: 0, timestamp };
    }
    const part = this.#part;
    if (part.filled + data.length > sizeBytes) throw new MediaError('AAC: more than the unit’s size');
    part.data.set(data, part.filled);
    part.filled += data.length;
    if (part.filled < sizeBytes) return;
    this.#part = null;
    this.#on.unit({ keyframe: true, timestamp, data: part.data });
  }
}

/** G.711 and Opus: the payload is the sound. */
export class PlainSoundReader implements TrackReader {
  readonly #config: AudioConfig;
  readonly #on: TrackListener<AudioConfig>;
  #told = false;

  constructor(config: AudioConfig, on: TrackListener<AudioConfig>) {
    this.#config = config;
    this.#on = on;
  }

  push({ payload, timestamp }: RtpPacket): void {
    if (payload.length === 0) return;
    if (!this.#told) this.#on.config(this.#config);
    this.#told = true;
    this.#on.unit({ keyframe: true, timestamp, data: payload.slice() });
  }
}

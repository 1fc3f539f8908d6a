/**
 * Reads JPEG pictures out of RTP (RFC 2435): the packets of a picture hold its entropy-coded data only, and the head of
 * the file is written anew from the few bytes before it. Each picture stands alone and is handed on whole, as a JPEG
 * file; one of which a packet is missing is left out. Throws MediaError for what the format does not allow.
 */
import { isTooLarge, type PictureSize } from '../../../contract/pictureSize.ts';
import type { VideoConfig } from '../../../contract/stream.ts';
import { MediaError } from '../mediaError.ts';
import { huffmanTables, quantizationTables } from './jpegTables.ts';
import { Parts } from './parts.ts';
import type { RtpPacket } from './rtpPacket.ts';
import { SequenceWatch, type TrackListener, type TrackReader } from './track.ts';

const mostPictureBytes = 16 * 2 ** 20;
const headBytes = 8;

/** What the first packet of a picture says of it. */
interface Form extends PictureSize {
  /** 0: chroma halved across, 1: halved both ways. */
  type: 0 | 1;
  /** Blocks between restart markers; 0: there are none. */
  restartInterval: number;
  tables: Uint8Array;
}

export class JpegReader implements TrackReader {
  readonly #described: PictureSize | null;
  readonly #on: TrackListener<VideoConfig>;
  readonly #sequence = new SequenceWatch();
  /** Tables that a camera sends once for a quality of 128 to 254. */
  readonly #kept = new Map<number, Uint8Array>();
  #form: Form | null = null;
  /** Of the picture that has begun. */
  readonly #data = new Parts('JPEG picture', mostPictureBytes);
  #timestamp = 0;
  #told = '';
  /** In the first packet of the picture. */
  #dataStart = 0;

  /** `described`: the size that the description gives; pictures beyond 2040 pixels cannot say theirs in the packets. */
  constructor(described: PictureSize | null, on: TrackListener<VideoConfig>) {
    this.#described = described;
    this.#on = on;
  }

  push({ payload, timestamp, marker, sequence }: RtpPacket): void {
    const missing = this.#sequence.missing(sequence);
    if (missing > 0) {
      this.#drop();
      this.#on.lost?.(missing);
    }
    if (payload.length < headBytes) throw new MediaError('RTP: JPEG head cut off');
    const offset = (payload[1] ?? 0) * 65_536 + (payload[2] ?? 0) * 256 + (payload[3] ?? 0);
    if (offset === 0) this.#begin(payload, timestamp);
    else if (this.#form && (timestamp !== this.#timestamp || offset !== this.#data.sizeBytes)) this.#drop();
    if (!this.#form) return;
    this.#data.add(payload.subarray(offset === 0 ? this.#dataStart : headBytes + restartBytes(payload)));
    if (marker) this.#handOn(this.#form);
  }

  #begin(payload: Uint8Array, timestamp: number): void {
    this.#drop();
    const [, , , , type = 0, quality = 0, across = 0, down = 0] = payload;
    const restart = restartBytes(payload);
    let start = headBytes + restart;
    if (start > payload.length) throw new MediaError('RTP: JPEG restart header cut off');
    const restartInterval = restart === 0 ? 0 : (payload[headBytes] ?? 0) * 256 + (payload[headBytes + 1] ?? 0);
    if ((type & 0x3f) > 1) throw new MediaError('RTP: JPEG of a kind that is not spoken here');
    let tables: Uint8Array | null;
    if (quality >= 128) {
      const { given, end } = readTables(payload, start);
      start = end;
      if (given) this.#kept.set(quality, given);
      tables = given ?? (quality === 255 ? null : (this.#kept.get(quality) ?? null));
    } else {
      if (quality === 0 || quality > 99) throw new MediaError('RTP: JPEG of a quality that does not exist');
      tables = quantizationTables(quality);
    }
    const size = {
      widthPixels: across === 0 ? (this.#described?.widthPixels ?? 0) : across * 8,
      heightPixels: down === 0 ? (this.#described?.heightPixels ?? 0) : down * 8,
    };
    if (size.widthPixels === 0 || size.heightPixels === 0) throw new MediaError('RTP: JPEG without a size');
    if (isTooLarge(size)) throw new MediaError('RTP: JPEG picture larger than any camera’s');
    this.#timestamp = timestamp;
    this.#dataStart = start;
    // The tables of this quality came before we did: they come again.
    if (tables) this.#form = { ...size, type: (type & 1) as 0 | 1, restartInterval, tables };
  }

  #handOn(form: Form): void {
    const head = fileHead(form);
    const coded = this.#data.bytes;
    const isEnded = coded.at(-2) === 0xff && coded.at(-1) === 0xd9;
    const data = new Uint8Array(head.length + coded.length + (isEnded ? 0 : 2));
    data.set(head);
    data.set(coded, head.length);
    if (!isEnded) data.set([0xff, 0xd9], head.length + coded.length);
    const timestamp = this.#timestamp;
    this.#drop();
    const { widthPixels, heightPixels } = form;
    if (this.#told !== `${widthPixels}x${heightPixels}`) {
      this.#told = `${widthPixels}x${heightPixels}`;
      this.#on.config({ codec: 'jpeg', widthPixels, heightPixels, description: new Uint8Array(0) });
    }
    this.#on.unit({ keyframe: true, timestamp, data });
  }

  #drop(): void {
    this.#form = null;
    this.#data.clear();
  }
}

/** Bytes of the restart marker header, which types from 64 on have. */
function restartBytes(payload: Uint8Array): number {
  return ((payload[4] ?? 0) & 0xc0) === 0x40 ? 4 : 0;
}

/** The quantization table header (§3.1.8): null where the tables are those that came before. */
function readTables(payload: Uint8Array, start: number): { given: Uint8Array | null; end: number } {
  if (start + 4 > payload.length) throw new MediaError('RTP: JPEG tables cut off');
  const precision = payload[start + 1] ?? 0;
  const length = (payload[start + 2] ?? 0) * 256 + (payload[start + 3] ?? 0);
  const end = start + 4 + length;
  if (end > payload.length) throw new MediaError('RTP: JPEG tables cut off');
  if (length === 0) return { given: null, end };
  // Baseline JPEG has tables of 8 bits; one for both planes, or one for each.
  if (precision !== 0 || (length !== 64 && length !== 128)) throw new MediaError('RTP: JPEG tables of an odd form');
  return { given: payload.slice(start + 4, end), end };
}

/** Everything of a JPEG file before its entropy-coded data (RFC 2435 appendix B). */
function fileHead({ type, widthPixels, heightPixels, restartInterval, tables }: Form): Uint8Array {
  const luma = tables.subarray(0, 64);
  const chroma = tables.length === 128 ? tables.subarray(64) : luma;
  const two = (value: number): number[] => [value >> 8, value & 0xff];
  const quantization = (number: number, table: Uint8Array): number[] => [0xff, 0xdb, 0, 67, number, ...table];
  const lumaSampling = type === 0 ? 0x21 : 0x22;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...quantization(0, luma),
    ...quantization(1, chroma),
    ...(restartInterval === 0 ? [] : [0xff, 0xdd, 0, 4, ...two(restartInterval)]),
    ...[0xff, 0xc0, 0, 17, 8, ...two(heightPixels), ...two(widthPixels), 3],
    ...[1, lumaSampling, 0, 2, 0x11, 1, 3, 0x11, 1],
    ...huffmanTables,
    ...[0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0],
  ]);
}

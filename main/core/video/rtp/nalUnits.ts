/**
 * Puts the NAL units of one picture together and says when the picture is whole: at the packet whose marker bit is set
 * (RFC 6184 §5.1, RFC 7798 §4.1), so that nothing waits for the next picture. Cameras that set the bit on every slice,
 * or never, are found out by their timestamps, and from then on a picture ends where the next begins.
 */
import { MediaError } from '../mediaError.ts';
import { Parts } from './parts.ts';

/** The largest pictures of cameras are a tenth of this. */
const mostUnitBytes = 16 * 2 ** 20;
const mostNals = 2000;

export interface Picture {
  timestamp: number;
  nals: readonly Uint8Array[];
}

export class PictureGather {
  readonly #on: (picture: Picture) => void;
  #nals: Uint8Array[] = [];
  #bytes = 0;
  #holdsSlice = false;
  #timestamp = 0;
  /** Of the last picture that was handed on. */
  #handedOn: number | null = null;
  /** What the marker bit is worth with this camera. */
  #byMarker = true;

  constructor(on: (picture: Picture) => void) {
    this.#on = on;
  }

  /** To be called before the NAL units of a packet: a new timestamp is a new picture. */
  begin(timestamp: number): void {
    if (timestamp === this.#timestamp) return;
    this.#handOn();
    this.#timestamp = timestamp;
  }

  /** A NAL unit that belongs to the picture. `slice`: it holds part of the picture itself. */
  add(nal: Uint8Array, slice: boolean): void {
    // The picture was handed on at a marker, and goes on: the marker means something else here.
    if (slice && this.#handedOn === this.#timestamp) this.#byMarker = false;
    this.#bytes += nal.length;
    if (this.#bytes > mostUnitBytes || this.#nals.length >= mostNals) throw new MediaError('RTP: picture too large');
    // A view of a read buffer many times its size would keep that until the picture is whole.
    this.#nals.push(nal.length * 4 < nal.buffer.byteLength ? new Uint8Array(nal) : nal);
    this.#holdsSlice ||= slice;
  }

  /** To be called after the NAL units of a packet. A picture without a slice is none yet. */
  end(marker: boolean): void {
    if (marker && this.#holdsSlice && this.#byMarker) this.#handOn();
  }

  /** Leaves out what was gathered of this picture. */
  drop(): void {
    this.#nals = [];
    this.#bytes = 0;
    this.#holdsSlice = false;
  }

  #handOn(): void {
    if (!this.#holdsSlice) {
      this.drop();
      return;
    }
    const picture = { timestamp: this.#timestamp, nals: this.#nals };
    this.#handedOn = this.#timestamp;
    this.drop();
    this.#on(picture);
  }
}

/** NAL units with their lengths in 4 bytes before each, as avcC and hvcC records of ours announce. */
export function withLengths(nals: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const sizeBytes = nals.reduce((sum, nal) => sum + 4 + nal.length, 0);
  const data = new Uint8Array(sizeBytes);
  const view = new DataView(data.buffer);
  let offset = 0;
  for (const nal of nals) {
    view.setUint32(offset, nal.length);
    data.set(nal, offset + 4);
    offset += 4 + nal.length;
  }
  return data;
}

/** Puts the fragments of one NAL unit together. */
export class FragmentGather {
  readonly #parts = new Parts('fragmented NAL unit', mostUnitBytes);

  begin(head: Uint8Array, part: Uint8Array): void {
    this.#parts.clear();
    this.#parts.add(head);
    this.#parts.add(part);
  }

  /** False where nothing was begun: its beginning was lost. */
  more(part: Uint8Array): boolean {
    if (this.#parts.sizeBytes === 0) return false;
    this.#parts.add(part);
    return true;
  }

  /** The whole NAL unit. */
  end(): Uint8Array {
    const nal = this.#parts.bytes.slice();
    this.drop();
    return nal;
  }

  drop(): void {
    this.#parts.clear();
  }
}

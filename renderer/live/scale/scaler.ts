/**
 * Makes RGBA pictures of any size out of YUV 4:2:0 planes, by the WebAssembly of scaler.as.ts. Owns one memory that is
 * used again for every picture and grows with the largest one, up to a bound; beyond it nothing is made and the caller
 * takes another way. One picture at a time: copy the planes to where `room` says, then `paint`.
 */
import type { Box } from '../geometry.ts';

export type PlaneFormat = 'I420' | 'NV12';

export interface Colours {
  matrix: 'bt601' | 'bt709' | 'bt2020';
  fullRange: boolean;
}

interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What this file needs of it; the tests' own program does not know the page's types. */
declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => WebAssemblyMemory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: { env: { memory: WebAssemblyMemory } }) => { exports: unknown };
};

/** Where the planes of a picture go: a part of the memory, and how they lie in it. */
export interface Room {
  bytes: Uint8Array<ArrayBuffer>;
  layout: { offset: number; stride: number }[];
}

/** What scaler.as.ts exports; its doc comments say what each does. */
interface Exports {
  setColours(...every: number[]): void;
  makeColumns(...every: number[]): void;
  halve(...every: number[]): void;
  splitPairs(...every: number[]): void;
  paint(...every: number[]): void;
}

interface Plane {
  at: number;
  stride: number;
  width: number;
  height: number;
}

const pageBytes = 65_536;
/** The compiler's own few globals lie below. */
const firstByte = pageBytes;
/** An 8K picture shown on an 8K screen, and some. */
const mostBytes = 256 * 1024 * 1024;
/** What is read or written eight or sixteen values at a time goes over the end by less than this. */
const slackBytes = 64;

const align = (bytes: number): number => (bytes + slackBytes + 15) & ~15;
/** Always larger than the width: halving needs one value more. */
const strideOf = (width: number): number => (width + 16) & ~15;

const weights = {
  bt601: { red: 0.299, blue: 0.114 },
  bt709: { red: 0.2126, blue: 0.0722 },
  bt2020: { red: 0.2627, blue: 0.0593 },
} as const;

/** How much of V and U goes into each colour, for values of 0..255, and the luma of black and its gain. */
export function gainsOf({ matrix, fullRange }: Colours): Record<'black' | 'gain' | 'rv' | 'gu' | 'gv' | 'bu', number> {
  const { red, blue } = weights[matrix];
  const green = 1 - red - blue;
  const chroma = fullRange ? 1 : 255 / 224;
  return {
    black: fullRange ? 0 : 16,
    gain: fullRange ? 1 : 255 / 219,
    rv: chroma * 2 * (1 - red),
    gu: (chroma * 2 * blue * (1 - blue)) / green,
    gv: (chroma * 2 * red * (1 - red)) / green,
    bu: chroma * 2 * (1 - blue),
  };
}

export class Scaler {
  readonly #memory = new WebAssembly.Memory({ initial: 2, maximum: mostBytes / pageBytes });
  readonly #scaler: Exports;
  #format: PlaneFormat = 'I420';
  #planes: { luma: Plane; u: Plane; v: Plane; pairs: Plane } | null = null;
  /** Behind the planes. */
  #free = firstByte;

  /** `compiled` is what build/scaler.ts makes. Throws when it is something else, or WebAssembly is not allowed. */
  constructor(compiled: Uint8Array<ArrayBuffer>) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(compiled), { env: { memory: this.#memory } });
    // Safe: it was compiled from scaler.as.ts, which exports these.
    this.#scaler = instance.exports as Exports;
  }

  /** Where the planes of a picture of this size go. null when it would not fit. */
  room(format: PlaneFormat, width: number, height: number): Room | null {
    if (width < 1 || height < 1) return null;
    const chromaWidth = (width + 1) >> 1;
    const chromaHeight = (height + 1) >> 1;
    let at = firstByte;
    const take = (planeWidth: number, planeHeight: number): Plane => {
      const plane = { at, stride: strideOf(planeWidth), width: planeWidth, height: planeHeight };
      at += align(plane.stride * planeHeight);
      return plane;
    };
    const luma = take(width, height);
    const u = take(chromaWidth, chromaHeight);
    const v = take(chromaWidth, chromaHeight);
    const pairs = format === 'NV12' ? take(2 * chromaWidth, chromaHeight) : u;
    if (!this.#reach(at)) return null;
    this.#format = format;
    this.#planes = { luma, u, v, pairs };
    this.#free = at;
    const layout = format === 'NV12' ? [luma, pairs] : [luma, u, v];
    return {
      bytes: new Uint8Array(this.#memory.buffer, firstByte, at - firstByte),
      layout: layout.map((plane) => ({ offset: plane.at - firstByte, stride: plane.stride })),
    };
  }

  /**
   * The part (in pixels of the picture) whose planes were copied last, as that many pixels of RGBA, valid until the next
   * `room` or `paint`. Takes the planes with it. null when there are none, or it would not fit.
   */
  paint(colours: Colours, part: Box, width: number, height: number): Uint8ClampedArray<ArrayBuffer> | null {
    const planes = this.#planes;
    this.#planes = null;
    if (planes === null || width < 1 || height < 1) return null;
    const tableBytes = align(Math.ceil(width / 8) * 64);
    const chromaTable = this.#free + tableBytes;
    const rows = chromaTable + tableBytes;
    const to = rows + align(3 * 2 * 2 * (width + 24));
    if (!this.#reach(to + align(width * height * 4))) return null;
    this.#setColours(colours);
    if (this.#format === 'NV12') this.#split(planes);
    const shown = this.#halve(planes, part, width, height);
    const { luma, u, v } = planes;
    const stepX = shown.width / width;
    const stepY = shown.height / height;
    this.#scaler.makeColumns(this.#free, width, luma.width, shown.x + stepX / 2 - 0.5, stepX);
    this.#scaler.makeColumns(chromaTable, (width + 1) >> 1, u.width, shown.x / 2 + stepX / 2 - 0.5, stepX);
    this.#scaler.paint(
      ...[to, width, height, luma.at, luma.stride, luma.height],
      ...[u.at, v.at, u.stride, u.height, this.#free, chromaTable, rows],
      ...[shown.y + stepY / 2 - 0.5, shown.y / 2 + stepY / 2 - 0.5, stepY],
    );
    return new Uint8ClampedArray(this.#memory.buffer, to, width * height * 4);
  }

  /** Halves the planes where they lie, until the part is at most twice as large as it is to be. Returns it then. */
  #halve(planes: { luma: Plane; u: Plane; v: Plane }, part: Box, width: number, height: number): Box {
    let { x, y, width: partWidth, height: partHeight } = part;
    while ((partWidth > 2 * width || partHeight > 2 * height) && planes.luma.width * planes.luma.height > 1) {
      for (const plane of [planes.luma, planes.u, planes.v]) {
        this.#scaler.halve(plane.at, plane.stride, plane.at, plane.stride, plane.width, plane.height);
        plane.width = (plane.width + 1) >> 1;
        plane.height = (plane.height + 1) >> 1;
      }
      x /= 2;
      y /= 2;
      partWidth /= 2;
      partHeight /= 2;
    }
    return { x, y, width: partWidth, height: partHeight };
  }

  #split({ u, v, pairs }: { u: Plane; v: Plane; pairs: Plane }): void {
    this.#scaler.splitPairs(u.at, v.at, u.stride, pairs.at, pairs.stride, u.width, u.height);
  }

  #setColours(colours: Colours): void {
    const { black, gain, rv, gu, gv, bu } = gainsOf(colours);
    const halved = (value: number): number => Math.round((value / 2) * 32_768);
    this.#scaler.setColours(black * 128, ...[gain, rv, gu, gv, bu - 2].map(halved));
  }

  /** Makes the memory that large. False when it may not be. */
  #reach(bytes: number): boolean {
    const missing = bytes + slackBytes - this.#memory.buffer.byteLength;
    if (missing <= 0) return true;
    if (bytes + slackBytes > mostBytes) return false;
    try {
      this.#memory.grow(Math.ceil(missing / pageBytes));
      return true;
    } catch {
      return false; // the computer has no more
    }
  }
}

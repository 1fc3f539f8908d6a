/**
 * A small painter for the yard's scenes: filled polygons with soft edges, gradients, light and grain on a picture of
 * floating-point colours. Coordinates are in units of 1/16 of the picture's width, so that a scene is drawn alike at
 * every size. Deterministic: the same calls give the same bytes.
 */

export type Colour = readonly [red: number, green: number, blue: number];
export type Point = readonly [x: number, y: number];

export interface Pixels {
  widthPixels: number;
  heightPixels: number;
  /** RGBA. */
  bytes: Uint8Array;
}

export const unitsWide = 16;
export const unitsHigh = 9;

/** 0..255 from '#rrggbb'. */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** Same numbers for the same seed: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const rowsPerPixel = 4;

export class Raster {
  readonly widthPixels: number;
  readonly heightPixels: number;
  private readonly scale: number;
  private readonly colours: Float32Array;
  private readonly cover: Float32Array;

  /** A whole picture is `unitsWide` wide; a sprite says how many pixels a unit has. */
  constructor(widthPixels: number, heightPixels: number, pixelsPerUnit = widthPixels / unitsWide) {
    this.widthPixels = widthPixels;
    this.heightPixels = heightPixels;
    this.scale = pixelsPerUnit;
    this.colours = new Float32Array(widthPixels * heightPixels * 3);
    this.cover = new Float32Array(widthPixels);
  }

  /** Paints a polygon (even-odd) with a colour, or one that depends on the place in units. */
  polygon(points: readonly Point[], paint: Colour | ((x: number, y: number) => Colour), alpha = 1): void {
    const ys = points.map((point) => point[1] * this.scale);
    const top = Math.max(0, Math.floor(Math.min(...ys)));
    const bottom = Math.min(this.heightPixels, Math.ceil(Math.max(...ys)));
    for (let row = top; row < bottom; row++) {
      this.cover.fill(0);
      for (let part = 0; part < rowsPerPixel; part++) this.coverRow(points, row + (part + 0.5) / rowsPerPixel);
      for (let x = 0; x < this.widthPixels; x++) {
        const share = Math.min(1, this.cover[x] ?? 0) * alpha;
        if (share === 0) continue;
        const rgb = typeof paint === 'function' ? paint((x + 0.5) / this.scale, (row + 0.5) / this.scale) : paint;
        this.blend(x, row, rgb, share);
      }
    }
  }

  box(x: number, y: number, width: number, height: number, paint: Colour | ((x: number, y: number) => Colour)): void {
    this.polygon(
      [
        [x, y],
        [x + width, y],
        [x + width, y + height],
        [x, y + height],
      ],
      paint,
    );
  }

  ellipse(
    x: number,
    y: number,
    radiusX: number,
    radiusY: number,
    paint: Colour | ((x: number, y: number) => Colour),
    alpha = 1,
  ): void {
    const points: Point[] = [];
    for (let step = 0; step < 48; step++) {
      const angle = (step / 48) * 2 * Math.PI;
      points.push([x + Math.cos(angle) * radiusX, y + Math.sin(angle) * radiusY]);
    }
    this.polygon(points, paint, alpha);
  }

  /** Adds light that falls off from a place. */
  light(x: number, y: number, radius: number, tint: Colour, strength: number, flat = 1): void {
    this.everyPixel((offset, px, py) => {
      const dx = (px - x) / radius;
      const dy = (py - y) / (radius * flat);
      const distance = dx * dx + dy * dy;
      if (distance > 9) return;
      const share = strength * Math.exp(-distance * 2.2);
      for (let part = 0; part < 3; part++) {
        const index = offset + part;
        const value = this.colours[index] ?? 0;
        // Half of it lights what is there, half is haze.
        this.colours[index] = value + (tint[part] ?? 0) * share * (0.35 + (value / 255) * 1.3);
      }
    });
  }

  /** Darkens towards the corners. */
  vignette(strength: number): void {
    this.everyPixel((offset, px, py) => {
      const dx = (px - unitsWide / 2) / unitsWide;
      const dy = (py - unitsHigh / 2) / unitsHigh;
      const share = 1 - strength * Math.min(1, (dx * dx + dy * dy) * 1.9);
      for (let part = 0; part < 3; part++) this.colours[offset + part] = (this.colours[offset + part] ?? 0) * share;
    });
  }

  /** Uneven brightness in cells of `size` units, like plaster, lawn or asphalt. */
  grain(size: number, strength: number, seed: number): void {
    const columns = Math.ceil(unitsWide / size) + 2;
    const random = randomOf(seed);
    const values = Float32Array.from({ length: columns * (Math.ceil(unitsHigh / size) + 2) }, () => random() - 0.5);
    this.everyPixel((offset, px, py) => {
      const cx = Math.floor(px / size);
      const cy = Math.floor(py / size);
      const fx = px / size - cx;
      const fy = py / size - cy;
      const value = (column: number, row: number): number => values[row * columns + column] ?? 0;
      const upper = value(cx, cy) * (1 - fx) + value(cx + 1, cy) * fx;
      const lower = value(cx, cy + 1) * (1 - fx) + value(cx + 1, cy + 1) * fx;
      const share = 1 + (upper * (1 - fy) + lower * fy) * strength;
      for (let part = 0; part < 3; part++) this.colours[offset + part] = (this.colours[offset + part] ?? 0) * share;
    });
  }

  /** What a camera sees by its infrared lamp: grey, brighter in the middle. */
  infrared(): void {
    this.everyPixel((offset, px, py) => {
      const grey =
        0.34 * (this.colours[offset] ?? 0) +
        0.46 * (this.colours[offset + 1] ?? 0) +
        0.2 * (this.colours[offset + 2] ?? 0);
      const dx = (px - unitsWide / 2) / unitsWide;
      const dy = (py - unitsHigh * 0.6) / unitsHigh;
      const lit = 14 + grey * (1.28 - 1.7 * (dx * dx + dy * dy));
      this.colours[offset] = lit * 0.97;
      this.colours[offset + 1] = lit;
      this.colours[offset + 2] = lit * 1.01;
    });
  }

  /** Left becomes right. */
  mirror(): void {
    for (let row = 0; row < this.heightPixels; row++) {
      const line = this.colours.slice(row * this.widthPixels * 3, (row + 1) * this.widthPixels * 3);
      for (let x = 0; x < this.widthPixels; x++) {
        const from = (this.widthPixels - 1 - x) * 3;
        this.colours.set(line.subarray(from, from + 3), (row * this.widthPixels + x) * 3);
      }
    }
  }

  pixels(): Pixels {
    const bytes = new Uint8Array(this.widthPixels * this.heightPixels * 4);
    for (let pixel = 0; pixel < this.widthPixels * this.heightPixels; pixel++) {
      for (let part = 0; part < 3; part++) {
        bytes[pixel * 4 + part] = Math.max(0, Math.min(255, Math.round(this.colours[pixel * 3 + part] ?? 0)));
      }
      bytes[pixel * 4 + 3] = 255;
    }
    return { widthPixels: this.widthPixels, heightPixels: this.heightPixels, bytes };
  }

  private coverRow(points: readonly Point[], row: number): void {
    const crossings: number[] = [];
    points.forEach((point, index) => {
      const next = points[(index + 1) % points.length] ?? point;
      const [x1, y1, x2, y2] = [
        point[0] * this.scale,
        point[1] * this.scale,
        next[0] * this.scale,
        next[1] * this.scale,
      ];
      if (y1 <= row !== y2 <= row) crossings.push(x1 + ((row - y1) / (y2 - y1)) * (x2 - x1));
    });
    crossings.sort((a, b) => a - b);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const from = Math.max(0, crossings[index] ?? 0);
      const to = Math.min(this.widthPixels, crossings[index + 1] ?? 0);
      for (let x = Math.floor(from); x < to; x++) {
        const share = Math.min(x + 1, to) - Math.max(x, from);
        this.cover[x] = (this.cover[x] ?? 0) + share / rowsPerPixel;
      }
    }
  }

  private blend(x: number, y: number, rgb: Colour, share: number): void {
    const offset = (y * this.widthPixels + x) * 3;
    for (let part = 0; part < 3; part++) {
      const value = this.colours[offset + part] ?? 0;
      this.colours[offset + part] = value + ((rgb[part] ?? 0) - value) * share;
    }
  }

  private everyPixel(change: (offset: number, x: number, y: number) => void): void {
    for (let row = 0; row < this.heightPixels; row++) {
      for (let x = 0; x < this.widthPixels; x++) {
        change((row * this.widthPixels + x) * 3, (x + 0.5) / this.scale, (row + 0.5) / this.scale);
      }
    }
  }
}

/**
 * The wall's scaler once more, in plain JavaScript and with exact numbers: what the WebAssembly one is held against.
 * Halves with the same rounding, and mixes and converts without any.
 */
import type { Box } from '../../../renderer/live/geometry.ts';
import { gainsOf, type Colours } from '../../../renderer/live/scale/scaler.ts';

export interface PlainPlane {
  width: number;
  height: number;
  /** Row by row, without gaps. */
  values: Uint8Array;
}

export interface PlainPicture {
  luma: PlainPlane;
  u: PlainPlane;
  v: PlainPlane;
}

function at({ width, height, values }: PlainPlane, x: number, y: number): number {
  return values[Math.min(y, height - 1) * width + Math.min(x, width - 1)] ?? 0;
}

function halved(plane: PlainPlane): PlainPlane {
  const width = Math.ceil(plane.width / 2);
  const height = Math.ceil(plane.height / 2);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const four = [at(plane, 2 * x, 2 * y), at(plane, 2 * x + 1, 2 * y)];
      four.push(at(plane, 2 * x, 2 * y + 1), at(plane, 2 * x + 1, 2 * y + 1));
      values[y * width + x] = Math.floor((four.reduce((sum, one) => sum + one, 0) + 2) / 4);
    }
  }
  return { width, height, values };
}

function mixed(plane: PlainPlane, x: number, y: number): number {
  const left = Math.min(Math.max(x, 0), plane.width - 1);
  const top = Math.min(Math.max(y, 0), plane.height - 1);
  const [column, row] = [Math.floor(left), Math.floor(top)];
  const across = left - column;
  const down = top - row;
  const above = at(plane, column, row) * (1 - across) + at(plane, column + 1, row) * across;
  const below = at(plane, column, row + 1) * (1 - across) + at(plane, column + 1, row + 1) * across;
  return above * (1 - down) + below * down;
}

/** RGBA, row by row. */
export function scalePlainly(
  picture: PlainPicture,
  colours: Colours,
  part: Box,
  width: number,
  height: number,
): Uint8ClampedArray {
  let { luma, u, v } = picture;
  const shown = { ...part };
  while ((shown.width > 2 * width || shown.height > 2 * height) && luma.width * luma.height > 1) {
    [luma, u, v] = [halved(luma), halved(u), halved(v)];
    for (const key of ['x', 'y', 'width', 'height'] as const) shown[key] /= 2;
  }
  const { black, gain, rv, gu, gv, bu } = gainsOf(colours);
  const stepX = shown.width / width;
  const stepY = shown.height / height;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const chromaY = shown.y / 2 + ((y >> 1) + 0.5) * stepY - 0.5;
    for (let x = 0; x < width; x++) {
      const chromaX = shown.x / 2 + ((x >> 1) + 0.5) * stepX - 0.5;
      const light = (mixed(luma, shown.x + (x + 0.5) * stepX - 0.5, shown.y + (y + 0.5) * stepY - 0.5) - black) * gain;
      const cb = mixed(u, chromaX, chromaY) - 128;
      const cr = mixed(v, chromaX, chromaY) - 128;
      rgba.set([light + rv * cr, light - gu * cb - gv * cr, light + bu * cb, 255], (y * width + x) * 4);
    }
  }
  return rgba;
}

/** What a scene is, and the shapes and patterns that several drawings share. */
import { mix, type Colour, type Pixels, type Point, type Raster } from '../raster.ts';

export interface Sprite {
  picture: Pixels;
  /** ffmpeg overlay expressions for the sprite's left and top edge; W, H, w and h are the sizes, t the time in seconds. */
  x: string;
  y: string;
}

/** A place: its background, and where a walker's feet, a car's lamps or a moth may pass, in units. */
export interface Drawing {
  draw(raster: Raster): void;
  passers: Passer[];
}

export type Passer =
  | { is: 'walker' | 'cat' | 'headlights'; y: number; size: number; fromS: number; toS: number }
  | { is: 'moth'; x: number; y: number; size: number };

/** 0..1, the same for the same place. */
export function hash(column: number, row: number): number {
  const value = Math.sin(column * 127.1 + row * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

export function sky(raster: Raster, top: Colour, middle: Colour, low: Colour, horizon: number): void {
  raster.box(0, 0, 16, horizon, (_x, y) =>
    y < horizon / 2 ? mix(top, middle, y / (horizon / 2)) : mix(middle, low, (y - horizon / 2) / (horizon / 2)),
  );
}

/** Bricks of a wall seen from the front. */
export function bricks(tone: Colour, mortar: Colour, width = 0.62, height = 0.24): (x: number, y: number) => Colour {
  return (x, y) => {
    const row = Math.floor(y / height);
    const along = x / width + (row % 2) * 0.5;
    const column = Math.floor(along);
    const inJoint = y / height - row < 0.13 || along - column < 0.05;
    return inJoint ? mortar : mix(tone, [20, 14, 12], hash(column, row) * 0.35);
  };
}

/** Boards between two edges: `along` 0..1 runs across them. */
export function boards(
  raster: Raster,
  [upperFrom, upperTo, lowerFrom, lowerTo]: readonly [Point, Point, Point, Point],
  count: number,
  tone: (board: number) => Colour,
): void {
  for (let board = 0; board < count; board++) {
    const from = board / count;
    const to = (board + 0.9) / count;
    raster.polygon(
      [
        between(upperFrom, upperTo, from),
        between(upperFrom, upperTo, to),
        between(lowerFrom, lowerTo, to),
        between(lowerFrom, lowerTo, from),
      ],
      tone(board),
    );
  }
}

export function between(from: Point, to: Point, share: number): Point {
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

/** A crown of leaves, lit from the upper left. */
export function foliage(raster: Raster, x: number, y: number, radius: number, tone: Colour, seed: number): void {
  for (let leaf = 0; leaf < 70; leaf++) {
    const angle = hash(leaf, seed) * 2 * Math.PI;
    const distance = Math.sqrt(hash(leaf + 31, seed)) * radius;
    const px = x + Math.cos(angle) * distance;
    const py = y + Math.sin(angle) * distance * 0.8;
    const lit = 0.5 - (px - x + (py - y) * 1.6) / (radius * 4.5);
    const shade = mix([8, 12, 12], tone, Math.max(0.1, Math.min(1.1, lit + (hash(leaf, seed + 9) - 0.5) * 0.3)));
    raster.ellipse(px, py, radius * 0.26, radius * 0.22, shade, 0.9);
  }
}

export function tree(raster: Raster, x: number, base: number, height: number, tone: Colour, seed: number): void {
  const trunk = height * 0.035;
  raster.polygon(
    [
      [x - trunk, base],
      [x - trunk * 0.6, base - height * 0.6],
      [x + trunk * 0.6, base - height * 0.6],
      [x + trunk, base],
    ],
    [28, 22, 20],
  );
  foliage(raster, x, base - height * 0.72, height * 0.3, tone, seed);
  foliage(raster, x - height * 0.16, base - height * 0.58, height * 0.19, tone, seed + 1);
  foliage(raster, x + height * 0.17, base - height * 0.6, height * 0.2, tone, seed + 2);
}

/** A window with a cross, lit from within. */
export function litWindow(raster: Raster, x: number, y: number, width: number, height: number, glow: Colour): void {
  raster.box(x - 0.1, y - 0.1, width + 0.2, height + 0.2, [196, 190, 178]);
  raster.box(x, y, width, height, (px, py) => mix(glow, [120, 74, 38], ((py - y) / height) * 0.7 + (px - x) * 0.02));
  raster.box(x + width / 2 - 0.04, y, 0.08, height, [196, 190, 178]);
  raster.box(x, y + height * 0.42, width, 0.08, [196, 190, 178]);
}

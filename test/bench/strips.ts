/**
 * Reads the yard's frame numbers off a screen's rows, and says whether a part of the screen shows anything at all. Pure:
 * gets pixels, four bytes each. One row through the middle of the squares is enough: it is unreadable, and never wrong,
 * while the picture is half painted (the squares carry a check).
 */
import { readFrameNumber, strip } from '../yard/frameNumber.ts';

/** Where on the screen a picture lies, in pixels; fractions are kept, as a page places its tiles. */
export interface Rectangle {
  x: number;
  y: number;
  widthPixels: number;
  heightPixels: number;
}

/** What both have in common. */
export function overlapOf(one: Rectangle, other: Rectangle): Rectangle {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  return {
    x,
    y,
    widthPixels: Math.min(one.x + one.widthPixels, other.x + other.widthPixels) - x,
    heightPixels: Math.min(one.y + one.heightPixels, other.y + other.heightPixels) - y,
  };
}

/** The one row of the screen that is read of a picture, and the part of it that holds the squares. */
export interface StripRow {
  row: number;
  fromX: number;
  widthPixels: number;
  /** Where in that part the picture begins, below 1. */
  insetPixels: number;
  pictureWidthPixels: number;
}

export function stripRowOf({ x, y, widthPixels, heightPixels }: Rectangle): StripRow {
  const fromX = Math.floor(x);
  const squares = strip.squares * strip.squareWidthShare * widthPixels;
  return {
    row: Math.round(y + (heightPixels * strip.squareHeightShare) / 2 - 0.5),
    fromX,
    widthPixels: Math.ceil(squares + x - fromX),
    insetPixels: x - fromX,
    pictureWidthPixels: widthPixels,
  };
}

/** The number in that part of that row; null when none can be read. */
export function numberIn(
  pixels: Uint8Array,
  { widthPixels, insetPixels, pictureWidthPixels }: StripRow,
): number | null {
  const place = { x: insetPixels, y: 0, widthPixels: pictureWidthPixels, heightPixels: 1 };
  return readFrameNumber(pixels, widthPixels, 1, place);
}

/** Green (0..255) below which the first square, which is white, is dimmed: whole it has 220 and more, greyed 150. */
const dimBelow = 190;

/** Whether a picture whose number can be read is dimmed, as one that is old is. */
export function isDimmed(pixels: Uint8Array, { insetPixels, pictureWidthPixels }: StripRow): boolean {
  const middle = Math.floor(insetPixels + (pictureWidthPixels * strip.squareWidthShare) / 2);
  return (pixels[middle * 4 + 1] ?? 0) < dimBelow;
}

/** Least difference of brightness (0..255, green) within something that shows a picture. The yard's have 150 and more. */
const leastSpread = 40;

/** Rows through a picture that are looked at to know whether it shows anything; its lower edge has a caption. */
export function rowsAcross({ y, heightPixels }: Rectangle, rows = 8): number[] {
  return Array.from({ length: rows }, (_, at) => Math.round(y + heightPixels * (0.03 + (0.6 * at) / (rows - 1))));
}

/** True when these pixels are nearly all alike: black, or the ground of an empty tile, and no picture. */
export function isBlank(rows: Uint8Array[]): boolean {
  let least = 255;
  let most = 0;
  for (const pixels of rows) {
    for (let at = 1; at < pixels.length; at += 12) {
      const green = pixels[at] ?? 0;
      if (green < least) least = green;
      if (green > most) most = green;
    }
  }
  return most - least < leastSpread;
}

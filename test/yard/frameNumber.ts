/**
 * Reads the frame number that every picture of the yard carries as a row of black and white squares along its top left
 * edge. Pure and free of imports, so it runs in a page as well as in Node. Returns null, and never a guess, when the
 * squares are blurred away, covered, or their check squares disagree.
 *
 * The row, each square 1/40 of the picture's width and 2/45 of its height (16 x 16 at 640 x 360): white, black, 16 data
 * squares (highest first, white is 1), 4 check squares (exclusive or of the data's four nibbles), black, white.
 */

export const strip = {
  squares: 24,
  dataSquares: 16,
  checkSquares: 4,
  /** Of the picture's width and height. */
  squareWidthShare: 1 / 40,
  squareHeightShare: 2 / 45,
} as const;

/** The number's low bits count frames from the loop's start; the bits above name the clip. */
export const positionBits = 10;
export const positionsAtMost = 1 << positionBits;

/** Least difference of brightness (0..255) between the row's own white and black squares. */
const leastContrast = 64;

export interface Place {
  x: number;
  y: number;
  widthPixels: number;
  heightPixels: number;
}

/** `clipMark` 0..63 and a position in the loop 0..1023, as one number. */
export function frameNumberOf(clipMark: number, position: number): number {
  return clipMark * positionsAtMost + position;
}

export function positionOf(frameNumber: number): number {
  return frameNumber % positionsAtMost;
}

export function clipMarkOf(frameNumber: number): number {
  return Math.floor(frameNumber / positionsAtMost);
}

/** The four check squares' value. */
export function checkOf(frameNumber: number): number {
  return (frameNumber ^ (frameNumber >> 4) ^ (frameNumber >> 8) ^ (frameNumber >> 12)) & 15;
}

/**
 * The number in an RGBA picture of `widthPixels` x `heightPixels`; null when there is none to be read. `place` says
 * where in the pixels the camera's picture lies (for screenshots). The pixels may end below the row of squares.
 */
export function readFrameNumber(
  pixels: Uint8ClampedArray | Uint8Array,
  widthPixels: number,
  heightPixels: number,
  place: Place = { x: 0, y: 0, widthPixels, heightPixels },
): number | null {
  const squareWidth = place.widthPixels * strip.squareWidthShare;
  const squareHeight = place.heightPixels * strip.squareHeightShare;
  const levels: number[] = [];
  for (let square = 0; square < strip.squares; square++) {
    const level = brightness(
      pixels,
      widthPixels,
      place.x + (square + 0.25) * squareWidth,
      place.x + (square + 0.75) * squareWidth,
      place.y + 0.25 * squareHeight,
      place.y + 0.75 * squareHeight,
    );
    if (level === null) return null;
    levels.push(level);
  }
  const last = strip.squares - 1;
  const white = Math.min(at(levels, 0), at(levels, last));
  const black = Math.max(at(levels, 1), at(levels, last - 1));
  if (white - black < leastContrast) return null;
  const threshold = (white + black) / 2;

  let bits = 0;
  for (let square = 2; square < last - 1; square++) bits = bits * 2 + (at(levels, square) > threshold ? 1 : 0);
  const number = bits >> strip.checkSquares;
  return checkOf(number) === (bits & 15) ? number : null;
}

/** Mean of red, green and blue over a rectangle of at least one pixel; null when it lies outside the pixels. */
function brightness(
  pixels: Uint8ClampedArray | Uint8Array,
  widthPixels: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
): number | null {
  const fromX = Math.floor(left);
  const toX = Math.max(fromX + 1, Math.round(right));
  const fromY = Math.floor(top);
  const toY = Math.max(fromY + 1, Math.round(bottom));
  if (fromX < 0 || fromY < 0 || toX > widthPixels || toY * widthPixels * 4 > pixels.length) return null;
  let sum = 0;
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX; x < toX; x++) {
      const offset = (y * widthPixels + x) * 4;
      sum += at(pixels, offset) + at(pixels, offset + 1) + at(pixels, offset + 2);
    }
  }
  return sum / (3 * (toX - fromX) * (toY - fromY));
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

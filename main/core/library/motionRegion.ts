/**
 * Motion in a region, as arithmetic on small grey pictures: which pixels belong to the region, how much of it changed
 * between two pictures, and which moments of change are one event. A light that goes on changes every pixel by about
 * the same; that is taken off first, so that only what is not like the rest counts. Pure.
 */
import { type MotionHit, type MotionPoint, mostHits, type Sensitivity } from '../../contract/motion.ts';

/** The size of the pictures that are compared; each pixel is the mean of what it covers. */
export const greyWidth = 160;
export const greyHeight = 90;
export const greyBytes = greyWidth * greyHeight;

/** How much a pixel must change (of 255), and what share of the region must have changed so. */
const thresholds: Record<Sensitivity, { grey: number; share: number }> = {
  1: { grey: 48, share: 0.05 },
  2: { grey: 34, share: 0.02 },
  3: { grey: 24, share: 0.008 },
  4: { grey: 17, share: 0.004 },
  5: { grey: 11, share: 0.002 },
};
/** Fewer than this are noise, however small the region. */
const leastPixels = 3;
/** Changes nearer to each other than this are one event. */
const joinMs = 3000;

/** The numbers of the pixels whose middle lies in the polygon; never empty: the nearest one to its first corner at least. */
export function pixelsOf(region: readonly MotionPoint[]): Uint16Array {
  const inside: number[] = [];
  for (let row = 0; row < greyHeight; row++) {
    for (let column = 0; column < greyWidth; column++) {
      if (isInside(region, (column + 0.5) / greyWidth, (row + 0.5) / greyHeight)) inside.push(row * greyWidth + column);
    }
  }
  const [corner = { x: 0, y: 0 }] = region;
  const near = (of: number, count: number): number => Math.min(count - 1, Math.floor(of * count));
  if (inside.length === 0) inside.push(near(corner.y, greyHeight) * greyWidth + near(corner.x, greyWidth));
  return Uint16Array.from(inside);
}

/** By the even-odd rule, so that a polygon that crosses itself is no trouble. */
function isInside(region: readonly MotionPoint[], x: number, y: number): boolean {
  let inside = false;
  let before = region.at(-1);
  for (const corner of region) {
    if (before && corner.y > y !== before.y > y) {
      const crossing = corner.x + ((y - corner.y) / (before.y - corner.y)) * (before.x - corner.x);
      if (x < crossing) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

/** What share of the region changed from one picture to the other; 0 where that is less than the sensitivity asks for. */
export function changedShare(
  before: Uint8Array,
  now: Uint8Array,
  pixels: Uint16Array,
  sensitivity: Sensitivity,
): number {
  const { grey, share } = thresholds[sensitivity];
  const brighter = meanDifference(before, now);
  let changed = 0;
  for (const pixel of pixels) {
    if (Math.abs((now[pixel] ?? 0) - (before[pixel] ?? 0) - brighter) > grey) changed++;
  }
  const part = changed / pixels.length;
  return part >= share && changed >= Math.min(leastPixels, pixels.length) ? part : 0;
}

/** The middle of all differences, which a light changes and somebody who walks by does not. */
function meanDifference(before: Uint8Array, now: Uint8Array): number {
  const counts = new Uint32Array(511);
  for (let pixel = 0; pixel < greyBytes; pixel++) {
    const difference = (now[pixel] ?? 0) - (before[pixel] ?? 0) + 255;
    counts[difference] = (counts[difference] ?? 0) + 1;
  }
  let seen = 0;
  for (const [difference, count] of counts.entries()) {
    seen += count;
    if (seen * 2 >= greyBytes) return difference - 255;
  }
  return 0;
}

/** Hits with one more of them, in order of time; those that follow each other closely are one. */
export function withHit(hits: readonly MotionHit[], hit: MotionHit): MotionHit[] {
  const near = (other: MotionHit): boolean => other.fromMs - hit.toMs < joinMs && hit.fromMs - other.toMs < joinMs;
  const joined = hits.filter(near).reduce(
    (all, other) => ({
      fromMs: Math.min(all.fromMs, other.fromMs),
      toMs: Math.max(all.toMs, other.toMs),
      changed: Math.max(all.changed, other.changed),
    }),
    hit,
  );
  const others = hits.filter((other) => !near(other));
  return [...others, joined].sort((one, other) => one.fromMs - other.fromMs).slice(0, mostHits);
}

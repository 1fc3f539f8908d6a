/** Drawing a region: pure, each change a new polygon. Places are shares of the picture's width and height. */
import { mostCorners, type MotionPoint } from '../../main/contract/motion.ts';

export const wholePicture: MotionPoint[] = rectangle({ x: 0, y: 0 }, { x: 1, y: 1 });
const [step, longStep] = [0.01, 0.05];

export function rectangle(one: MotionPoint, other: MotionPoint): MotionPoint[] {
  const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
  const [top, bottom] = [Math.min(one.y, other.y), Math.max(one.y, other.y)];
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

export function within({ x, y }: MotionPoint): MotionPoint {
  return { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
}

export function withCorner(region: readonly MotionPoint[], at: number, to: MotionPoint): MotionPoint[] {
  return region.map((corner, number) => (number === at ? within(to) : corner));
}

/** In the middle of the longest side; the same where there are enough. */
export function withOneMore(region: readonly MotionPoint[]): MotionPoint[] {
  if (region.length >= mostCorners) return [...region];
  const sides = region.map((corner, at) => {
    const next = region[(at + 1) % region.length] ?? corner;
    return { at, middle: { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 }, length: distance(corner, next) };
  });
  const longest = sides.reduce((one, other) => (other.length > one.length ? other : one));
  return region.toSpliced(longest.at + 1, 0, longest.middle);
}

/** Three stay. */
export function withoutCorner(region: readonly MotionPoint[], at: number): MotionPoint[] {
  return region.length > 3 ? region.toSpliced(at, 1) : [...region];
}

/** Where a key moves a corner to; null for any other key. */
export function nudged({ x, y }: MotionPoint, key: string, far: boolean): MotionPoint | null {
  const by = far ? longStep : step;
  switch (key) {
    case 'ArrowLeft':
      return within({ x: x - by, y });
    case 'ArrowRight':
      return within({ x: x + by, y });
    case 'ArrowUp':
      return within({ x, y: y - by });
    case 'ArrowDown':
      return within({ x, y: y + by });
    default:
      return null;
  }
}

function distance(one: MotionPoint, other: MotionPoint): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

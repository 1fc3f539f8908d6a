/**
 * The wall's geometry, in cells: 24 across and 24 down, each 16:9. Pure. What it promises: no two rectangles that it
 * hands out overlap, none leaves the wall, and a tile keeps its camera's shape, to the nearest cell. A camera for
 * which there is no room is named, never hidden behind another.
 */
import { gridCells, type LayoutKind, type TilePlace } from '../../main/contract/layouts.ts';
import type { CameraId } from '../../main/contract/model.ts';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** A camera and its picture's width by its height. */
export interface Shaped {
  cameraId: CameraId;
  aspect: number;
}

const cellAspect = 16 / 9;
/** A tile that the user sizes keeps its name and state: its longer side is this long or longer. */
const leastLongSide = 4;
const leastShortSide = 2;
/** What a camera gets by itself where there is room: a third of the wall. */
const usualSide = 8;
/** Equal tiles a row that divide the wall without a rest. */
const evenColumns = [1, 2, 3, 4, 6] as const;

const whole: Rectangle = { x: 0, y: 0, width: gridCells, height: gridCells };

export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function isInside(place: Rectangle, around: Rectangle = whole): boolean {
  return (
    place.x >= around.x &&
    place.y >= around.y &&
    place.x + place.width <= around.x + around.width &&
    place.y + place.height <= around.y + around.height
  );
}

function isFree(place: Rectangle, taken: readonly Rectangle[]): boolean {
  return isInside(place) && !taken.some((other) => overlap(place, other));
}

/** Every size in cells of a picture of this shape, the smallest first. */
export function sizesOf(aspect: number): { width: number; height: number }[] {
  const sizes: { width: number; height: number }[] = [];
  const ratio = aspect / cellAspect;
  for (let long = 1; long <= gridCells; long += 1) {
    const short = (by: number): number => Math.max(1, Math.round(long * by));
    sizes.push(ratio >= 1 ? { width: long, height: short(1 / ratio) } : { width: short(ratio), height: long });
  }
  return sizes;
}

function isLargeEnough({ width, height }: { width: number; height: number }): boolean {
  return Math.max(width, height) >= leastLongSide && Math.min(width, height) >= leastShortSide;
}

/** Sizes that the user may give a tile. A very long picture has none that is wide enough; then all. */
function usableSizes(aspect: number): { width: number; height: number }[] {
  const all = sizesOf(aspect);
  const usable = all.filter(isLargeEnough);
  return usable.length > 0 ? usable : all;
}

/** The largest place of that shape inside this one, in its middle. */
export function fitInto(place: Rectangle, aspect: number): Rectangle {
  const size = sizesOf(aspect).findLast(({ width, height }) => width <= place.width && height <= place.height);
  if (size === undefined) return { ...place, width: 1, height: 1 };
  return {
    x: place.x + Math.floor((place.width - size.width) / 2),
    y: place.y + Math.floor((place.height - size.height) / 2),
    ...size,
  };
}

// --- the fixed layouts

function equalPlaces(columns: number): Rectangle[] {
  const side = gridCells / columns;
  return Array.from({ length: columns * columns }, (_one, at) => ({
    x: (at % columns) * side,
    y: Math.floor(at / columns) * side,
    width: side,
    height: side,
  }));
}

/** One large tile at the upper left, and others in a row below it and a column beside it: 5 with 3 columns, 7 with 4. */
function largePlaces(columns: 3 | 4): Rectangle[] {
  const side = gridCells / columns;
  const large = { x: 0, y: 0, width: gridCells - side, height: gridCells - side };
  return [large, ...equalPlaces(columns).filter((place) => !overlap(place, large))];
}

/** How many equal tiles would stand in a row: what the gaps between them are counted by. */
export function columnsOf(kind: LayoutKind, cameras: number): number {
  if (kind === 'free') return 1;
  if (kind === 'oneLarge') return cameras <= 6 ? 3 : 4;
  return Math.sqrt(kind);
}

/** The places of a fixed layout, in reading order; with `oneLarge` the large one first. */
export function fixedPlaces(kind: Exclude<LayoutKind, 'free'>, cameras: number): Rectangle[] {
  return kind === 'oneLarge' ? largePlaces(cameras <= 6 ? 3 : 4) : equalPlaces(Math.sqrt(kind));
}

/** Pages of a fixed layout. With `oneLarge` the first camera is the large one on every page. */
export function pagesOf<Item>(kind: LayoutKind, items: readonly Item[]): Item[][] {
  if (kind === 'free') return [[...items]];
  const tiles = fixedPlaces(kind, items.length).length;
  if (kind !== 'oneLarge') return chunks(items, tiles);
  return chunks(items.slice(1), tiles - 1).map((others) => [...items.slice(0, 1), ...others]);
}

/** At least one, which may be empty. */
function chunks<Item>(items: readonly Item[], length: number): Item[][] {
  const count = Math.max(1, Math.ceil(items.length / length));
  return Array.from({ length: count }, (_one, at) => items.slice(at * length, (at + 1) * length));
}

// --- the free layout

/** Equal tiles for so many cameras, each in its camera's shape. Those over 36 get no place. */
function evenly(cameras: readonly Shaped[]): TilePlace[] {
  const columns = evenColumns.find((one) => one * one >= cameras.length) ?? 6;
  const places = equalPlaces(columns);
  return cameras.slice(0, places.length).map(({ cameraId, aspect }, at) => ({
    cameraId,
    ...fitInto(places[at] ?? whole, aspect),
  }));
}

export interface Arranged {
  places: TilePlace[];
  /** Cameras for which there is no room. */
  without: CameraId[];
}

/**
 * Where each camera is in the free layout: where it was put, in its own shape; else where there is room, as large as
 * that allows up to a third of the wall; else nowhere, and that is said. In the cameras' order.
 */
export function arrange(cameras: readonly Shaped[], kept: readonly TilePlace[]): Arranged {
  const known = new Set(cameras.map(({ cameraId }) => cameraId));
  const asKept = kept.filter(({ cameraId }) => known.has(cameraId));
  const start = asKept.length === 0 ? evenly(cameras) : asKept;
  const placed = new Map<CameraId, TilePlace>();
  for (const { cameraId, aspect } of cameras) {
    const place = start.find((one) => one.cameraId === cameraId);
    if (place === undefined) continue;
    const fitted = { cameraId, ...fitInto(place, aspect) };
    if (isFree(fitted, [...placed.values()])) placed.set(cameraId, fitted);
  }
  for (const { cameraId, aspect } of cameras) {
    if (placed.has(cameraId)) continue;
    const room = roomFor(aspect, [...placed.values()]);
    if (room !== null) placed.set(cameraId, { cameraId, ...room });
  }
  return {
    places: cameras.map(({ cameraId }) => placed.get(cameraId)).filter((place) => place !== undefined),
    without: cameras.map(({ cameraId }) => cameraId).filter((cameraId) => !placed.has(cameraId)),
  };
}

/** The largest free place up to the usual size, the uppermost and leftmost of those; null where there is none. */
function roomFor(aspect: number, taken: readonly Rectangle[]): Rectangle | null {
  const sizes = usableSizes(aspect).filter(({ width, height }) => Math.max(width, height) <= usualSide);
  for (const size of sizes.toReversed()) {
    for (let y = 0; y + size.height <= gridCells; y += 1) {
      for (let x = 0; x + size.width <= gridCells; x += 1) {
        const place = { x, y, ...size };
        if (isFree(place, taken)) return place;
      }
    }
  }
  return null;
}

/** What came of a wish to change a place: other places, or what is in the way (null: the wall's edge). */
export type Changed = { done: true; places: TilePlace[] } | { done: false; inTheWay: CameraId | null };

function split(places: readonly TilePlace[], cameraId: CameraId): { own: TilePlace | null; others: TilePlace[] } {
  return {
    own: places.find((place) => place.cameraId === cameraId) ?? null,
    others: places.filter((place) => place.cameraId !== cameraId),
  };
}

function put(places: readonly TilePlace[], cameraId: CameraId, to: Rectangle): Changed {
  const inTheWay = places.find((place) => place.cameraId !== cameraId && overlap(place, to));
  if (inTheWay !== undefined) return { done: false, inTheWay: inTheWay.cameraId };
  if (!isInside(to)) return { done: false, inTheWay: null };
  const { x, y, width, height } = to;
  return {
    done: true,
    places: places.map((place) => (place.cameraId === cameraId ? { cameraId, x, y, width, height } : place)),
  };
}

const steps = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
} as const satisfies Record<Direction, { x: number; y: number }>;

/** One cell in that direction. */
export function moveBy(places: readonly TilePlace[], cameraId: CameraId, direction: Direction): Changed {
  const { own } = split(places, cameraId);
  if (own === null) return { done: false, inTheWay: null };
  const step = steps[direction];
  return put(places, cameraId, { ...own, x: own.x + step.x, y: own.y + step.y });
}

/** The free place nearest to the wanted one, at most so many cells away; null where there is none. */
export function nearestFree(
  places: readonly TilePlace[],
  cameraId: CameraId,
  wanted: { x: number; y: number },
  atMost: number,
): Rectangle | null {
  const { own, others } = split(places, cameraId);
  if (own === null) return null;
  const { width, height } = own;
  let best: { place: Rectangle; distance: number } | null = null;
  for (let y = 0; y + height <= gridCells; y += 1) {
    for (let x = 0; x + width <= gridCells; x += 1) {
      const distance = Math.hypot(x - wanted.x, y - wanted.y);
      if (distance > atMost || (best !== null && distance >= best.distance)) continue;
      const place = { x, y, width, height };
      if (isFree(place, others)) best = { place, distance };
    }
  }
  return best?.place ?? null;
}

export function moveTo(places: readonly TilePlace[], cameraId: CameraId, to: Rectangle): Changed {
  return put(places, cameraId, to);
}

/** Each takes the other's place, in its own shape. */
export function swapPlaces(places: readonly TilePlace[], one: Shaped, other: Shaped): TilePlace[] {
  const first = split(places, one.cameraId).own;
  const second = split(places, other.cameraId).own;
  if (first === null || second === null) return [...places];
  return places.map((place) => {
    if (place.cameraId === one.cameraId) return { cameraId: one.cameraId, ...fitInto(rectangleOf(second), one.aspect) };
    if (place.cameraId === other.cameraId)
      return { cameraId: other.cameraId, ...fitInto(rectangleOf(first), other.aspect) };
    return place;
  });
}

export function rectangleOf({ x, y, width, height }: Rectangle): Rectangle {
  return { x, y, width, height };
}

/** The edges that stay where they are while a tile is sized. */
export interface Anchor {
  right: boolean;
  bottom: boolean;
}

const anchors: readonly Anchor[] = [
  { right: false, bottom: false },
  { right: true, bottom: false },
  { right: false, bottom: true },
  { right: true, bottom: true },
];

function sized(own: Rectangle, size: { width: number; height: number }, anchor: Anchor): Rectangle {
  return {
    x: anchor.right ? own.x + own.width - size.width : own.x,
    y: anchor.bottom ? own.y + own.height - size.height : own.y,
    ...size,
  };
}

/** The next larger or smaller size: to the right and down if there is room, else to the other sides. */
export function sizeBy(places: readonly TilePlace[], { cameraId, aspect }: Shaped, by: -1 | 1): Changed {
  const { own } = split(places, cameraId);
  if (own === null) return { done: false, inTheWay: null };
  const sizes = usableSizes(aspect);
  const next =
    by === 1
      ? sizes.find(({ width, height }) => width > own.width || height > own.height)
      : sizes.findLast(({ width, height }) => width < own.width || height < own.height);
  if (next === undefined) return { done: false, inTheWay: null };
  const tries = anchors.map((anchor) => put(places, cameraId, sized(own, next, anchor)));
  return (
    tries.find(({ done }) => done) ??
    tries.find((one) => !one.done && one.inTheWay !== null) ?? { done: false, inTheWay: null }
  );
}

/** The size nearest to the wanted one (either side null: whatever goes with the other) that there is room for. */
export function sizeTo(
  places: readonly TilePlace[],
  { cameraId, aspect }: Shaped,
  wanted: { width: number | null; height: number | null },
  anchor: Anchor,
): Rectangle | null {
  const { own, others } = split(places, cameraId);
  if (own === null) return null;
  const miss = ({ width, height }: { width: number; height: number }): number =>
    Math.abs(width - (wanted.width ?? width)) + Math.abs(height - (wanted.height ?? height));
  const free = usableSizes(aspect)
    .map((size) => sized(own, size, anchor))
    .filter((place) => isFree(place, others));
  return free.length === 0 ? null : free.reduce((best, place) => (miss(place) < miss(best) ? place : best));
}

/** Upper ones first, then those further left: as one reads. */
export function inReadingOrder(places: readonly TilePlace[]): TilePlace[] {
  return places.toSorted((a, b) => a.y - b.y || a.x - b.x);
}

/**
 * The place that an arrow leads to: the nearest one on that side; at the end of a row the next or the last one as one
 * reads. -1 where there is none.
 */
export function neighbourOf(places: readonly Rectangle[], from: number, direction: Direction): number {
  const own = places[from];
  if (own === undefined) return -1;
  const step = steps[direction];
  let best = -1;
  let least = Infinity;
  places.forEach((place, at) => {
    const dx = middle(place).x - middle(own).x;
    const dy = middle(place).y - middle(own).y;
    const ahead = dx * step.x + dy * step.y;
    const aside = Math.abs(dx * step.y) + Math.abs(dy * step.x);
    const isAhead =
      step.x === 0 ? clear(own.y, own.height, place.y, place.height, step.y) : isBeside(own, place, step.x);
    if (at === from || !isAhead || ahead <= 0) return;
    const far = ahead + 2 * aside;
    if (far < least) [best, least] = [at, far];
  });
  if (best !== -1 || step.x === 0) return best;
  const order = places.map((place, at) => ({ ...place, at })).sort((a, b) => a.y - b.y || a.x - b.x);
  return order[order.findIndex(({ at }) => at === from) + step.x]?.at ?? -1;
}

function middle({ x, y, width, height }: Rectangle): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Wholly on that side: nothing of the one stands beside the other. */
function clear(from: number, length: number, other: number, otherLength: number, step: number): boolean {
  return step > 0 ? other >= from + length : other + otherLength <= from;
}

/** On that side, and in the same rows at least in part. */
function isBeside(own: Rectangle, place: Rectangle, step: number): boolean {
  const sharesRows = own.y < place.y + place.height && place.y < own.y + own.height;
  return sharesRows && clear(own.x, own.width, place.x, place.width, step);
}

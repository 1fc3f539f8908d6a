/**
 * The layouts of the wall: which cameras one shows, in what order and places, and how it is cut into tiles. Kept in
 * the settings; the same checks serve what the page says and what lies on the disk. Where a tile of a fixed layout
 * lies, and what fits where, is the page's geometry (renderer/state/grid.ts).
 */
import * as v from 'valibot';

/** The wall is this many cells wide and high, each 16:9. */
export const gridCells = 24;
/** No more layouts than this are kept. */
export const mostLayouts = 50;
const mostCameras = 1000;

/** How long the tour of the wall may stay at one place, in seconds. */
export const tourSecondsAllowed = { least: 5, most: 120 } as const;

/** So many equal tiles; one large and others beside it; or each tile where it was put. */
export const layoutKinds = [1, 4, 9, 16, 'oneLarge', 'free'] as const;
export type LayoutKind = (typeof layoutKinds)[number];

/** 16 lower-case hexadecimal digits. */
export type LayoutId = string;

const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
const cells = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(gridCells));
const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(gridCells));
const cameraIds = v.pipe(v.array(id), v.maxLength(mostCameras));

/** A rectangle of cells; `x` and `y` count from the wall's upper left corner. */
const place = v.pipe(
  v.strictObject({ cameraId: id, x: cells, y: cells, width: size, height: size }),
  v.check(({ x, y, width, height }) => x + width <= gridCells && y + height <= gridCells),
);

export const layoutForm = v.strictObject({
  id,
  /** '' for one that was never named. */
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  name: v.pipe(v.string(), v.maxLength(80), v.regex(/^[^\u0000-\u001f\u007f]*$/), v.trim()),
  kind: v.picklist(layoutKinds),
  /** The cameras that it shows, in order. */
  cameraIds,
  /** Cameras that the user took off it. The first layout shows those too that are neither here nor above: new ones. */
  leftOut: cameraIds,
  /** Of the free layout. A camera without one gets a place where there is room. */
  places: v.pipe(v.array(place), v.maxLength(gridCells * gridCells)),
  /** Cameras whose main or sub stream is shown whatever the tile's size. */
  pinned: v.pipe(
    v.array(v.strictObject({ cameraId: id, role: v.picklist(['main', 'sub']) })),
    v.maxLength(mostCameras),
  ),
});
export type Layout = v.InferOutput<typeof layoutForm>;
export type TilePlace = Layout['places'][number];

/** What a new vault begins with: every camera, the newest last. */
export const firstLayout: Layout = {
  id: '0000000000000001',
  name: '',
  kind: 4,
  cameraIds: [],
  leftOut: [],
  places: [],
  pinned: [],
};

/** The layouts with nothing in them of a camera. */
export function withoutCamera(layouts: readonly Layout[], cameraId: string): Layout[] {
  const isOther = (one: { cameraId: string }): boolean => one.cameraId !== cameraId;
  return layouts.map((layout) => ({
    ...layout,
    cameraIds: layout.cameraIds.filter((other) => other !== cameraId),
    leftOut: layout.leftOut.filter((other) => other !== cameraId),
    places: layout.places.filter(isOther),
    pinned: layout.pinned.filter(isOther),
  }));
}

/** Where a window is on the desktop, in the system's own pixels. */
export const windowPlace = v.strictObject({
  x: v.pipe(v.number(), v.safeInteger()),
  y: v.pipe(v.number(), v.safeInteger()),
  width: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
  height: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
  wholeScreen: v.boolean(),
});
export type WindowPlace = v.InferOutput<typeof windowPlace>;

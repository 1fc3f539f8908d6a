/**
 * What is on the wall: the chosen layout's page, where each tile lies, which one has the focus. Survives going to
 * another view and back. The layouts themselves are kept in the vault (layouts.svelte.ts); how a tile is moved is
 * tileMoves.svelte.ts.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { gridCells, layoutKinds, type Layout, type LayoutKind } from '../../main/contract/layouts.ts';
import type { Camera, CameraId } from '../../main/contract/model.ts';
import { arrange, columnsOf, fixedPlaces, pagesOf, type Arranged, type Rectangle, type Shaped } from './grid.ts';
import { known } from './known.svelte.ts';
import { layouts } from './layouts.svelte.ts';
import { streamOf } from './tileState.ts';

export interface PlacedTile {
  camera: Camera;
  place: Rectangle;
}

class WallPlace {
  page = $state(0);
  focusedId = $state<CameraId | null>(null);
  /** T: the strip of the last 24 hours also where it costs picture. */
  stripAlways = $state(false);
  /** Cameras whose details are shown over their tile. */
  readonly detailed = new SvelteSet<CameraId>();
  /** The shape of pictures whose camera does not say their size. */
  readonly #seen = new SvelteMap<CameraId, number>();

  readonly kind = $derived(layouts.current.kind);
  /** Every camera of the layout, also those on other pages. */
  readonly all = $derived(layouts.camerasOf(layouts.current));
  readonly #pages = $derived(pagesOf(this.kind, this.all));
  /** Of the wall's box on screen. */
  widthPixels = $state(0);
  readonly pages = $derived(this.#pages.length);
  readonly shownPage = $derived(Math.min(this.page, this.pages - 1));
  readonly columns = $derived(columnsOf(this.kind, this.all.length));
  readonly #free = $derived(this.#arranged(this.all, layouts.current));
  /** What is shown now, in the layout's order. */
  readonly tiles = $derived(this.tilesOf(layouts.current, this.shownPage));
  /** The places of the free layout, of all its cameras. */
  readonly freePlaces = $derived(this.#free.places);
  /** Cameras of the free layout for which there is no room. */
  readonly without = $derived(this.kind === 'free' ? this.#free.without.length : 0);
  /** The camera that keys and strip speak of. */
  readonly focused = $derived(
    (this.tiles.find(({ camera }) => camera.id === this.focusedId) ?? this.tiles[0])?.camera ?? null,
  );

  /** The tiles of one page of a layout, in its order. */
  tilesOf(layout: Layout, page: number): PlacedTile[] {
    const all = layouts.camerasOf(layout);
    const cameras = pagesOf(layout.kind, all)[page] ?? [];
    if (layout.kind !== 'free') {
      const places = fixedPlaces(layout.kind, all.length);
      return cameras.flatMap((camera, at) => (places[at] ? [{ camera, place: places[at] }] : []));
    }
    const { places } = this.#arranged(all, layout);
    return cameras.flatMap((camera) => {
      const place = places.find(({ cameraId }) => cameraId === camera.id);
      return place ? [{ camera, place }] : [];
    });
  }

  /** How wide a tile is there, in the screen's own pixels. */
  widthOf(place: Rectangle): number {
    return (place.width / gridCells) * this.widthPixels * window.devicePixelRatio;
  }

  #arranged(cameras: readonly Camera[], layout: Layout): Arranged {
    return arrange(
      cameras.map((camera) => this.shapeOf(camera)),
      layout.places,
    );
  }

  shapeOf(camera: Camera): Shaped {
    const stream = streamOf(camera, 'main') ?? streamOf(camera, 'sub');
    const isKnown = stream !== null && stream.widthPixels > 0 && stream.heightPixels > 0;
    const aspect = isKnown ? stream.widthPixels / stream.heightPixels : (this.#seen.get(camera.id) ?? 16 / 9);
    return { cameraId: camera.id, aspect };
  }

  /** A picture came; its shape counts where the camera did not say one. */
  seeShape(cameraId: CameraId, widthPixels: number, heightPixels: number): void {
    const aspect = widthPixels / heightPixels;
    if (Number.isFinite(aspect) && aspect > 0 && this.#seen.get(cameraId) !== aspect) this.#seen.set(cameraId, aspect);
  }

  /** False at either end. */
  turn(by: -1 | 1): boolean {
    const next = this.shownPage + by;
    if (next < 0 || next >= this.pages) return false;
    this.page = next;
    return true;
  }

  /** Keeps the focused camera on the page that is shown. */
  setKind(kind: LayoutKind): void {
    if (kind === this.kind) return;
    const focusedId = this.focused?.id;
    layouts.change({ kind });
    this.#showPageOf(focusedId);
  }

  stepKind(by: -1 | 1): void {
    const kind = layoutKinds[layoutKinds.indexOf(this.kind) + by];
    if (kind !== undefined) this.setKind(kind);
  }

  /** The page that has this camera, and the camera as the focused one. */
  goTo(cameraId: CameraId): void {
    this.#showPageOf(cameraId);
    this.focusedId = cameraId;
  }

  /** The cameras in the order of the wall that is shown, and after them those that are not on it. */
  get ordered(): Camera[] {
    return [...this.all, ...known.ordered.filter((camera) => !this.all.includes(camera))];
  }

  #showPageOf(cameraId: CameraId | undefined): void {
    const page = this.#pages.findIndex((cameras) => cameras.some(({ id }) => id === cameraId));
    this.page = Math.max(0, page);
  }
}

export const wallPlace = new WallPlace();

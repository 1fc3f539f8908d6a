/**
 * Moves, sizes and swaps the tiles of the wall, by key and by pointer. What cannot be done is said at the tile, and to
 * readers. Every change is one of the layout, and can be undone there.
 */
import type { TilePlace } from '../../main/contract/layouts.ts';
import type { Camera, CameraId } from '../../main/contract/model.ts';
import { announcer } from './announcer.svelte.ts';
import {
  inReadingOrder,
  moveBy,
  moveTo,
  neighbourOf,
  sizeBy,
  swapPlaces,
  type Changed,
  type Direction,
  type Rectangle,
} from './grid.ts';
import { known } from './known.svelte.ts';
import { layouts } from './layouts.svelte.ts';
import { text } from './text.ts';
import { wallPlace } from './wallPlace.svelte.ts';

const words = text.wall.moves;
/** A sentence at a tile goes after this, or with the next one. */
const saidForMs = 5000;

class TileMoves {
  /** The last thing said, at the tile that it is about. */
  said = $state.raw<{ cameraId: CameraId; sentence: string } | null>(null);
  /** The tile that plain arrows move, until Enter or Esc. */
  movingId = $state<CameraId | null>(null);
  #before: { order: CameraId[]; places: TilePlace[] } | null = null;
  #goes: ReturnType<typeof setTimeout> | undefined;

  /** In the free layout by a cell, changing places with the tile in the way; else with the next tile on that side. */
  move(cameraId: CameraId, direction: Direction, maySwap: boolean): void {
    if (wallPlace.kind !== 'free') {
      this.#swapWithNext(cameraId, direction);
      return;
    }
    const moved = moveBy(wallPlace.freePlaces, cameraId, direction);
    if (moved.done) this.#take(moved.places);
    else if (moved.inTheWay !== null && maySwap) this.swap(cameraId, moved.inTheWay);
    else this.#sayNoRoom(cameraId, moved.inTheWay);
  }

  size(cameraId: CameraId, by: -1 | 1): void {
    if (wallPlace.kind !== 'free') {
      this.say(cameraId, words.sizesAreFixed);
      return;
    }
    const camera = known.camera(cameraId);
    if (camera === null) return;
    const changed = sizeBy(wallPlace.freePlaces, wallPlace.shapeOf(camera), by);
    if (changed.done) this.#take(changed.places);
    else if (by === -1) this.say(cameraId, words.smallest);
    else this.#sayNoRoom(cameraId, changed.inTheWay);
  }

  /** Only in the free layout; a place that is taken is refused. */
  place(cameraId: CameraId, place: Rectangle): void {
    const changed: Changed = moveTo(wallPlace.freePlaces, cameraId, place);
    if (changed.done) this.#take(changed.places);
    else this.#sayNoRoom(cameraId, changed.inTheWay);
  }

  swap(cameraId: CameraId, otherId: CameraId): void {
    const one = known.camera(cameraId);
    const other = known.camera(otherId);
    if (one === null || other === null || one === other) return;
    if (wallPlace.kind === 'free') {
      this.#take(swapPlaces(wallPlace.freePlaces, wallPlace.shapeOf(one), wallPlace.shapeOf(other)));
    } else {
      const ids = wallPlace.all.map(({ id }) => id);
      layouts.change({ cameraIds: ids.map((id) => (id === cameraId ? otherId : id === otherId ? cameraId : id)) });
    }
    this.say(cameraId, words.swapped(one.name, other.name));
  }

  /** From here on plain arrows move this tile, and Shift with them sizes it. */
  begin(camera: Camera): void {
    this.movingId = camera.id;
    const { places, cameraIds } = layouts.current;
    this.#before = { order: cameraIds, places };
    this.say(camera.id, this.help, true);
  }

  get help(): string {
    return wallPlace.kind === 'free' ? words.helpFree : words.helpFixed;
  }

  /** Enter leaves it where it is; Esc puts everything back. */
  end(keep: boolean): void {
    if (this.movingId === null) return;
    const before = this.#before;
    this.movingId = null;
    this.#before = null;
    this.said = null;
    if (!keep && before !== null && before.order !== layouts.current.cameraIds) {
      layouts.change({ cameraIds: before.order, places: before.places });
    }
  }

  say(cameraId: CameraId, sentence: string, stays = false): void {
    clearTimeout(this.#goes);
    this.said = { cameraId, sentence };
    announcer.say(sentence);
    if (stays) return;
    this.#goes = setTimeout(() => {
      this.said = this.movingId === null ? null : { cameraId: this.movingId, sentence: this.help };
    }, saidForMs);
  }

  #swapWithNext(cameraId: CameraId, direction: Direction): void {
    const { tiles } = wallPlace;
    const from = tiles.findIndex(({ camera }) => camera.id === cameraId);
    const other =
      tiles[
        neighbourOf(
          tiles.map(({ place }) => place),
          from,
          direction,
        )
      ];
    if (other) this.swap(cameraId, other.camera.id);
    else this.#sayNoRoom(cameraId, null);
  }

  #sayNoRoom(cameraId: CameraId, inTheWay: CameraId | null): void {
    const other = inTheWay === null ? null : known.camera(inTheWay);
    this.say(cameraId, other === null ? words.edge : words.inTheWay(other.name));
  }

  /** The order follows the places, so that Tab goes as one reads. */
  #take(places: TilePlace[]): void {
    const placed = inReadingOrder(places).map(({ cameraId }) => cameraId);
    const others = wallPlace.all.map(({ id }) => id).filter((id) => !placed.includes(id));
    layouts.change({ places, cameraIds: [...placed, ...others] });
  }
}

export const tileMoves = new TileMoves();

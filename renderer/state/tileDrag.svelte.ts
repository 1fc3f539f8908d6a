/**
 * A tile under the pointer: dragged to another place or onto another tile, or by an edge to another size. Says where
 * it would land while it is held; nothing changes before it is let go, and Esc gives it up. What then happens is
 * tileMoves'.
 */
import { gridCells } from '../../main/contract/layouts.ts';
import type { CameraId } from '../../main/contract/model.ts';
import { nearestFree, rectangleOf, sizeTo, type Rectangle } from './grid.ts';
import { known } from './known.svelte.ts';
import { text } from './text.ts';
import { tileMoves } from './tileMoves.svelte.ts';
import { wallPlace } from './wallPlace.svelte.ts';

/** A click that trembles is no drag. */
const startsAfterPixels = 6;
/** A place this many cells away from the pointer is still meant. */
const reachCells = 5;

/** 'n', 'e', 's', 'w' and their corners. */
export type Edge = string;

interface Held {
  cameraId: CameraId;
  /** null: the whole tile. */
  edge: Edge | null;
  fromX: number;
  fromY: number;
  own: Rectangle;
  wall: HTMLElement;
  pointerId: number;
}

export interface Landing {
  cameraId: CameraId;
  place: Rectangle;
  /** The tile that it would change places with. */
  swapWith: CameraId | null;
  possible: boolean;
}

class TileDrag {
  landing = $state.raw<Landing | null>(null);
  #held: Held | null = null;

  hold(event: PointerEvent, wall: HTMLElement): void {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    if (event.target.closest('button, a, input, dl') !== null) return;
    const cameraId = event.target.closest<HTMLElement>('[data-camera]')?.dataset['camera'];
    const tile = wallPlace.tiles.find(({ camera }) => camera.id === cameraId);
    if (tile === undefined) return;
    const edge = event.target.closest<HTMLElement>('[data-edge]')?.dataset['edge'] ?? null;
    this.#held = {
      ...{ cameraId: tile.camera.id, edge, own: rectangleOf(tile.place), wall },
      ...{ fromX: event.clientX, fromY: event.clientY, pointerId: event.pointerId },
    };
  }

  move(event: PointerEvent): void {
    const held = this.#held;
    if (held?.pointerId !== event.pointerId) return;
    const dx = event.clientX - held.fromX;
    const dy = event.clientY - held.fromY;
    if (this.landing === null && Math.hypot(dx, dy) < startsAfterPixels) return;
    if (this.landing === null) held.wall.setPointerCapture(event.pointerId);
    const { width, height } = held.wall.getBoundingClientRect();
    const by = { x: (dx / width) * gridCells, y: (dy / height) * gridCells };
    this.landing = held.edge === null ? this.#landsAt(held, event, by) : this.#sizesTo(held, held.edge, by);
  }

  drop(): void {
    const { landing } = this;
    this.giveUp();
    if (landing === null) return;
    if (landing.swapWith !== null) tileMoves.swap(landing.cameraId, landing.swapWith);
    else if (landing.possible) tileMoves.place(landing.cameraId, landing.place);
    else tileMoves.say(landing.cameraId, text.wall.moves.noRoom);
  }

  /** False when nothing was held. */
  giveUp(): boolean {
    const held = this.#held;
    const wasDragged = this.landing !== null;
    this.#held = null;
    this.landing = null;
    if (held?.wall.hasPointerCapture(held.pointerId) === true) held.wall.releasePointerCapture(held.pointerId);
    return wasDragged;
  }

  #landsAt(held: Held, event: PointerEvent, by: { x: number; y: number }): Landing {
    const { cameraId, own } = held;
    const under = this.#tileUnder(held, event);
    if (under !== null) return { cameraId, place: under.place, swapWith: under.cameraId, possible: true };
    const wanted = { x: Math.round(own.x + by.x), y: Math.round(own.y + by.y) };
    const isFree = wallPlace.kind === 'free';
    const place = isFree ? nearestFree(wallPlace.freePlaces, cameraId, wanted, reachCells) : null;
    return { cameraId, place: place ?? own, swapWith: null, possible: place !== null };
  }

  #tileUnder({ cameraId, wall }: Held, event: PointerEvent): { cameraId: CameraId; place: Rectangle } | null {
    const { left, top, width, height } = wall.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * gridCells;
    const y = ((event.clientY - top) / height) * gridCells;
    const under = wallPlace.tiles.find(
      ({ camera, place }) =>
        camera.id !== cameraId &&
        x >= place.x &&
        x < place.x + place.width &&
        y >= place.y &&
        y < place.y + place.height,
    );
    return under === undefined ? null : { cameraId: under.camera.id, place: rectangleOf(under.place) };
  }

  #sizesTo({ cameraId, own }: Held, edge: Edge, by: { x: number; y: number }): Landing {
    const camera = known.camera(cameraId);
    const wanted = {
      width: edge.includes('e') ? own.width + by.x : edge.includes('w') ? own.width - by.x : null,
      height: edge.includes('s') ? own.height + by.y : edge.includes('n') ? own.height - by.y : null,
    };
    const anchor = { right: edge.includes('w'), bottom: edge.includes('n') };
    const place = camera && sizeTo(wallPlace.freePlaces, wallPlace.shapeOf(camera), wanted, anchor);
    return { cameraId, place: place ?? own, swapWith: null, possible: place !== null };
  }
}

export const tileDrag = new TileDrag();

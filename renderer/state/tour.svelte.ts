/**
 * The tour: the wall turns by itself through the pages of its layout, or through all layouts. It waits while something
 * is being moved or asked. Shortly before a turn the next pictures are opened, so that no tile is black. What it shows
 * on its way is not written down as a choice. Turning by hand begins the time anew.
 */
import type { CameraId } from '../../main/contract/model.ts';
import type { LivePicture } from '../live/livePicture.svelte.ts';
import { returnPicture, takePicture } from '../live/pictures.ts';
import { announcer } from './announcer.svelte.ts';
import { known } from './known.svelte.ts';
import { layouts } from './layouts.svelte.ts';
import { text } from './text.ts';
import { roleFor } from './tileState.ts';
import { wallPlace, type PlacedTile } from './wallPlace.svelte.ts';

const words = text.wall.tour;
/** The next pictures are asked for so long before: a camera answers and sends a keyframe within it. */
const openBeforeMs = 3000;
/** Opened pictures are given back when their tiles have taken them. */
const giveBackAfterMs = 1000;

type Turn = { is: 'page'; page: number } | { is: 'layout'; layoutId: string };

class Tour {
  state = $state<'off' | 'going' | 'paused'>('off');
  /** When it turns next, by this computer's clock. */
  nextMs = $state(0);
  /** Taken for the next turn. */
  #opened: LivePicture[] = [];
  #timers: ReturnType<typeof setTimeout>[] = [];
  /** Something is open or held that a turn would take away. */
  isBusy: () => boolean = () => false;

  start(): void {
    this.state = 'going';
    this.#wait();
    announcer.say(words.started(known.settings.tourSeconds));
  }

  /** What it shows then stays. */
  stop(): void {
    if (this.state === 'off') return;
    this.state = 'off';
    this.#rest();
    layouts.settle();
    announcer.say(words.ended);
  }

  pause(): void {
    if (this.state !== 'going') return;
    this.state = 'paused';
    this.#rest();
    announcer.say(words.paused);
  }

  toggle(): void {
    if (this.state === 'paused') this.start();
    else this.pause();
  }

  /** The person turned by hand. */
  restart(): void {
    if (this.state === 'going') this.#wait();
  }

  #wait(): void {
    this.#rest();
    const dwellMs = known.settings.tourSeconds * 1000;
    this.nextMs = Date.now() + dwellMs;
    this.#timers = [
      setTimeout(() => this.#open(this.#next()), dwellMs - openBeforeMs),
      setTimeout(() => this.#turn(), dwellMs),
    ];
  }

  #rest(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#giveBack();
  }

  #giveBack(opened = this.#opened.splice(0)): void {
    for (const picture of opened) {
      picture.expect(false);
      returnPicture(picture.cameraId);
    }
  }

  #turn(): void {
    if (!this.isBusy()) {
      const turn = this.#next();
      if (turn.is === 'layout') layouts.showForNow(turn.layoutId);
      wallPlace.page = turn.is === 'page' ? turn.page : 0;
    }
    const opened = this.#opened.splice(0);
    setTimeout(() => this.#giveBack(opened), giveBackAfterMs);
    this.#wait();
  }

  /** Through all layouts it goes through each one's pages first. */
  #next(): Turn {
    const { shownPage, pages } = wallPlace;
    const { list, current } = layouts;
    const next = list[(list.indexOf(current) + 1) % list.length];
    const leaves = known.settings.tourThrough === 'layouts' && shownPage === pages - 1 && next !== undefined;
    if (leaves && next !== current) return { is: 'layout', layoutId: next.id };
    return { is: 'page', page: (shownPage + 1) % pages };
  }

  /** Asks for the pictures that come next, in the size that they will have. */
  #open(turn: Turn): void {
    const { tiles, pins } = this.#tilesAfter(turn);
    for (const { camera, place } of tiles) {
      // What is on the wall already is there, and stays in the size that it has.
      if (wallPlace.tiles.some((one) => one.camera.id === camera.id)) continue;
      const role = roleFor(camera, wallPlace.widthOf(place), tiles.length, pins(camera.id));
      const picture = takePicture(camera.id);
      const roles = camera.streams.map((stream) => stream.role);
      picture.want(role, roles);
      picture.expect(true);
      this.#opened.push(picture);
    }
  }

  #tilesAfter(turn: Turn): { tiles: PlacedTile[]; pins: typeof layouts.pinOf } {
    if (turn.is === 'page') return { tiles: wallPlace.tilesOf(layouts.current, turn.page), pins: layouts.pinOf };
    const layout = layouts.list.find(({ id }) => id === turn.layoutId) ?? layouts.current;
    const pins = (cameraId: CameraId) => layouts.pinOf(cameraId, layout);
    return { tiles: wallPlace.tilesOf(layout, 0), pins };
  }
}

export const tour = new Tour();

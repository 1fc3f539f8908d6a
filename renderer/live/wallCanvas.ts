/**
 * One canvas of the window, painted here: every tile that has a place on it, when its picture changes. Paints all of it
 * anew when the places change, from the pictures that the tiles keep. Never throws.
 */
import type { CanvasTile } from './canvasTile.ts';
import { fitted, isEmpty, isOn, sameBox, type Box } from './geometry.ts';
import { GraphicsPainter } from './graphicsPainter.ts';
import { paintGrey, type CanvasContext, type Painter, type Put } from './painter.ts';
import { wholePicture } from './pictureView.ts';
import { ProcessorPainter } from './processorPainter.ts';
import type { Arrangement, Place, Way } from './workerMessages.ts';

interface Filled {
  box: Box;
  isGrey: boolean;
}

export class WallCanvas {
  readonly #canvas: OffscreenCanvas;
  readonly #context: CanvasContext | null;
  readonly #painter: Painter | null;
  readonly #tileOf: (tile: number) => CanvasTile | undefined;
  #arrangement: Arrangement = { widthPixels: 0, heightPixels: 0, places: [], ground: '#000', bare: '#000' };
  /** Where each place's picture lies; a picture of another shape leaves other pixels bare. */
  readonly #filled = new Map<Place, Filled>();
  readonly #waiting = new Set<Place>();
  #isReading = false;
  #together: CanvasTile[] = [];
  #isTogether = false;

  constructor(canvas: OffscreenCanvas, way: Way, tileOf: (tile: number) => CanvasTile | undefined) {
    this.#canvas = canvas;
    this.#tileOf = tileOf;
    this.#context = canvas.getContext('2d', { alpha: false, willReadFrequently: way === 'processor' });
    this.#painter = this.#context && painterFor(this.#context, way);
    // The graphics process crashed and is back: nothing of what was painted is left.
    canvas.addEventListener('contextrestored', () => this.arrange(this.#arrangement));
  }

  has(tile: number): boolean {
    const size = { width: this.#arrangement.widthPixels, height: this.#arrangement.heightPixels };
    return this.#arrangement.places.some((place) => place.tile === tile && isOn(place.box, size));
  }

  arrange(arrangement: Arrangement): void {
    const { widthPixels, heightPixels, places, bare } = arrangement;
    this.#arrangement = arrangement;
    // To set a size clears the canvas, even to the same size.
    if (this.#canvas.width !== widthPixels) this.#canvas.width = widthPixels;
    if (this.#canvas.height !== heightPixels) this.#canvas.height = heightPixels;
    this.#filled.clear();
    this.#waiting.clear();
    this.#fillBetween(arrangement);
    for (const place of places) {
      if (this.#tileOf(place.tile)?.frame) this.#waiting.add(place);
      else this.#fill(bare, place.box);
    }
    this.#work();
  }

  /** The tile is to be painted anew. */
  paint(tile: CanvasTile): void {
    for (const place of this.#arrangement.places) if (place.tile === tile.number) this.#waiting.add(place);
    this.#work();
  }

  /**
   * These are to be painted anew, and none of them without the others: they are pictures of one moment. Where they come
   * faster than they are painted the newest count.
   */
  paintTogether(tiles: readonly CanvasTile[]): void {
    this.#together = [...new Set([...this.#together, ...tiles])];
    if (!this.#isTogether) void this.#workTogether();
  }

  async #workTogether(): Promise<void> {
    this.#isTogether = true;
    while (this.#together.length > 0) {
      const tiles = this.#together;
      this.#together = [];
      const { places } = this.#arrangement;
      const prepared = await Promise.all(
        places.filter(({ tile }) => tiles.some(({ number }) => number === tile)).map((place) => this.#prepare(place)),
      );
      for (const { place, frame, box, put } of prepared) {
        // The places may have changed meanwhile: then all of them were painted anew.
        if (this.#arrangement.places === places) {
          if (put === null) this.#bare(place);
          else if (put()) this.#finish(place, box, false);
        }
        frame?.close();
      }
    }
    this.#isTogether = false;
  }

  /** The frame is a copy, to be closed when it has been put. */
  async #prepare(place: Place): Promise<{ place: Place; frame: VideoFrame | null; box: Box; put: Put | null }> {
    const tile = this.#tileOf(place.tile);
    const frame = tile?.frame?.clone() ?? null;
    if (!tile || !frame || !this.#painter || isEmpty(place.box)) return { place, frame, box: place.box, put: null };
    const box = fitted({ width: frame.displayWidth, height: frame.displayHeight }, place.box);
    const put = await this.#painter.prepare(frame, place.whole ? wholePicture : tile.view, box);
    return { place, frame, box, put };
  }

  #bare(place: Place): void {
    this.#filled.delete(place);
    this.#fill(this.#arrangement.bare, place.box);
  }

  /** Paints what waits, one after the other where pictures must be read first. */
  #work(): void {
    while (!this.#isReading) {
      const place = this.#waiting.values().next().value;
      if (place === undefined) return;
      this.#waiting.delete(place);
      this.#paintPlace(place);
    }
  }

  #paintPlace(place: Place): void {
    const tile = this.#tileOf(place.tile);
    const frame = tile?.frame;
    if (!tile || !frame || isEmpty(place.box)) {
      this.#bare(place);
      return;
    }
    const box = fitted({ width: frame.displayWidth, height: frame.displayHeight }, place.box);
    const awaited = tile.beginPainting();
    const painted = this.#painter?.paint(frame, place.whole ? wholePicture : tile.view, box) ?? false;
    const finish = (isPainted: boolean): void => {
      if (!isPainted) {
        this.#leave(place, tile.isOld);
        return;
      }
      tile.paintedNow(awaited); // and so it may be old no more
      this.#finish(place, box, tile.isOld);
    };
    if (typeof painted === 'boolean') {
      finish(painted);
      return;
    }
    this.#isReading = true;
    void painted.then((isPainted) => {
      this.#isReading = false;
      // The places may have changed meanwhile: what was just painted could lie over another one.
      if (this.#arrangement.places.includes(place)) finish(isPainted);
      else this.arrange(this.#arrangement);
      this.#work();
    });
  }

  #finish(place: Place, box: Box, isOld: boolean): void {
    const before = this.#filled.get(place);
    if (before === undefined || !sameBox(before.box, box)) this.#bareAround(place.box, box);
    this.#filled.set(place, { box, isGrey: isOld });
    if (isOld && this.#context) paintGrey(this.#context, box);
  }

  /** The picture could not be painted. What is there stays, and may grow old; it is not left where it may be another's. */
  #leave(place: Place, isOld: boolean): void {
    const before = this.#filled.get(place);
    if (before === undefined) {
      this.#fill(this.#arrangement.bare, place.box);
    } else if (isOld && !before.isGrey && this.#context) {
      paintGrey(this.#context, before.box);
      this.#filled.set(place, { ...before, isGrey: true });
    }
  }

  /** What the picture leaves of its place: at most two strips. */
  #bareAround(place: Box, box: Box): void {
    const { bare } = this.#arrangement;
    const right = place.x + place.width;
    const below = place.y + place.height;
    this.#fill(bare, { ...place, height: box.y - place.y });
    this.#fill(bare, { ...place, y: box.y + box.height, height: below - box.y - box.height });
    this.#fill(bare, { ...place, width: box.x - place.x });
    this.#fill(bare, { ...place, x: box.x + box.width, width: right - box.x - box.width });
  }

  /** Everything but the places: a picture that stays where it is does not flicker. */
  #fillBetween({ widthPixels, heightPixels, places, ground }: Arrangement): void {
    const context = this.#context;
    if (!context) return;
    context.beginPath();
    context.rect(0, 0, widthPixels, heightPixels);
    for (const { box } of places) context.rect(box.x, box.y, box.width, box.height);
    context.fillStyle = ground;
    context.fill('evenodd');
  }

  #fill(colour: string, box: Box): void {
    if (!this.#context || isEmpty(box)) return;
    this.#context.fillStyle = colour;
    this.#context.fillRect(box.x, box.y, box.width, box.height);
  }
}

function painterFor(context: CanvasContext, way: Way): Painter {
  if (way === 'graphics') return new GraphicsPainter(context);
  try {
    return new ProcessorPainter(context);
  } catch {
    return new GraphicsPainter(context); // no WebAssembly here: a dear picture is better than none
  }
}

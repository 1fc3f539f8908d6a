/**
 * Scales and converts pictures by the processor, in WebAssembly, and puts the finished pixels on the canvas: without a
 * graphics card a third of what drawing the frames costs (main/README.md, decisions). What the scaler does not know
 * (10 bits, RGB, alpha, larger than its memory) is drawn as the other way does it.
 */
import { scalerBytes } from 'virtual:scaler';
import { shownPart, type Box } from './geometry.ts';
import { GraphicsPainter } from './graphicsPainter.ts';
import type { CanvasContext, Painter, Put } from './painter.ts';
import type { PictureView } from './pictureView.ts';
import { coloursOf } from './scale/colours.ts';
import { Scaler, type PlaneFormat, type Room } from './scale/scaler.ts';

/** A picture is read in a few milliseconds at most; after this, painting goes on without it. */
const readingDeadlineMs = 1000;
/** How often that is looked at: a timer for each picture would cost more than its copy. */
const lookMs = 250;
/** Copies that may be under way for good, each with a scaler of its own; beyond these pictures are drawn. */
const mostStuck = 3;

/** One for all canvases: a picture is copied in, made and put out before the next. */
let scaler: Scaler | null = null;
/** Who copies into it now. */
let reading: Promise<Put> | null = null;
/** Since when, by this worker's own clock, and what goes on without it. */
let copying: { sinceMs: number; late: () => void } | null = null;
let stuck = 0;

function look(): void {
  if (copying !== null && performance.now() - copying.sinceMs > readingDeadlineMs) copying.late();
}

export class ProcessorPainter implements Painter {
  readonly #context: CanvasContext;
  readonly #other: GraphicsPainter;

  constructor(context: CanvasContext) {
    this.#context = context;
    this.#other = new GraphicsPainter(context);
    if (scaler !== null) return;
    scaler = new Scaler(scalerBytes);
    setInterval(look, lookMs);
  }

  paint(frame: VideoFrame, view: PictureView, box: Box): Promise<boolean> | boolean {
    const format = planeFormatOf(frame);
    if (format === null || stuck >= mostStuck) return this.#other.paint(frame, view, box);
    return this.#inTurn((before) => this.#readPlanes(frame, format, view, box, before, false)).then((put) => put());
  }

  prepare(frame: VideoFrame, view: PictureView, box: Box): Promise<Put> | Put {
    const format = planeFormatOf(frame);
    if (format === null || stuck >= mostStuck) return this.#other.prepare(frame, view, box);
    return this.#inTurn((before) => this.#readPlanes(frame, format, view, box, before, true));
  }

  #inTurn(read: (before: Promise<Put> | null) => Promise<Put>): Promise<Put> {
    const mine = read(reading).finally(() => {
      if (reading === mine) reading = null;
    });
    reading = mine;
    return mine;
  }

  /** `keeps`: the pixels may wait to be put while others are made in the same memory. */
  async #readPlanes(
    frame: VideoFrame,
    format: PlaneFormat,
    view: PictureView,
    box: Box,
    before: Promise<Put> | null,
    keeps: boolean,
  ): Promise<Put> {
    // The caller may close the frame while it waits for its turn; a clone shares its memory.
    const own = before === null ? frame : frame.clone();
    try {
      if (before !== null) await before;
      const visible = own.visibleRect;
      const room = visible && (scaler?.room(format, visible.width, visible.height) ?? null);
      if (!visible || !room)
        return keeps ? this.#other.prepare(frame, view, box) : done(this.#other.paint(own, view, box));
      return await this.#copyAndMake(own, room, shownPart(view, visible), box, keeps);
    } catch {
      return failed; // the frame was closed, or its memory is gone with the graphics process: the next one comes soon
    } finally {
      if (own !== frame) own.close();
    }
  }

  async #copyAndMake(frame: VideoFrame, room: Room, part: Box, box: Box, keeps: boolean): Promise<Put> {
    const colours = coloursOf(frame);
    // At once for pictures in the computer's own memory.
    const copied = frame.copyTo(room.bytes, { layout: room.layout });
    if (!(await endsInTime(copied))) {
      giveUp(copied);
      return failed;
    }
    const pixels = scaler?.paint(colours, part, box.width, box.height);
    if (!pixels) return failed;
    const image = new ImageData(keeps ? pixels.slice() : pixels, box.width, box.height);
    const put = (): boolean => {
      this.#context.putImageData(image, box.x, box.y);
      return !this.#context.isContextLost();
    };
    return keeps ? put : done(put());
  }
}

function done(isPainted: boolean): Put {
  return () => isPainted;
}

const failed = done(false);

/** False after the deadline. Rejects as the copy does. */
function endsInTime(copied: Promise<unknown>): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const mine = { sinceMs: performance.now(), late: () => resolve(false) };
  copying = mine;
  const settle = (end: () => void): void => {
    if (copying === mine) copying = null;
    end();
  };
  copied.then(
    () => settle(() => resolve(true)),
    (error: unknown) => settle(() => reject(error)),
  );
  return promise;
}

/** The copy may still be written, at any time, over what another picture would have there: that memory is left to it. */
function giveUp(copied: Promise<unknown>): void {
  const settled = (): void => {
    stuck -= 1;
  };
  stuck += 1;
  copied.then(settled, settled);
  scaler = null; // where no other can be made
  scaler = new Scaler(scalerBytes);
}

function planeFormatOf({ format }: VideoFrame): PlaneFormat | null {
  return format === 'I420' || format === 'NV12' ? format : null;
}

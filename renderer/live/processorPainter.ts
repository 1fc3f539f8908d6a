/**
 * Scales and converts pictures by the processor, in WebAssembly, and puts the finished pixels on the canvas: without a
 * graphics card a third of what drawing the frames costs (main/README.md, decisions). What the scaler does not know
 * (10 bits, RGB, alpha, larger than its memory) is drawn as the other way does it.
 */
import { scalerBytes } from 'virtual:scaler';
import { shownPart, type Box } from './geometry.ts';
import { GraphicsPainter } from './graphicsPainter.ts';
import type { CanvasContext, Painter } from './painter.ts';
import type { PictureView } from './pictureView.ts';
import { coloursOf } from './scale/colours.ts';
import { Scaler, type PlaneFormat, type Room } from './scale/scaler.ts';

/** One for all canvases: a picture is copied in, made and put out before the next. */
let scaler: Scaler | null = null;
/** Who copies into it now. */
let reading: Promise<void> | null = null;

export class ProcessorPainter implements Painter {
  readonly #context: CanvasContext;
  readonly #other: GraphicsPainter;

  constructor(context: CanvasContext) {
    this.#context = context;
    this.#other = new GraphicsPainter(context);
    scaler ??= new Scaler(scalerBytes);
  }

  paint(frame: VideoFrame, view: PictureView, box: Box): Promise<void> | undefined {
    const format = planeFormatOf(frame);
    if (format === null) {
      this.#other.paint(frame, view, box);
      return undefined;
    }
    const mine = this.#paintPlanes(frame, format, view, box, reading).finally(() => {
      if (reading === mine) reading = null;
    });
    reading = mine;
    return mine;
  }

  async #paintPlanes(
    frame: VideoFrame,
    format: PlaneFormat,
    view: PictureView,
    box: Box,
    before: Promise<void> | null,
  ): Promise<void> {
    // The caller may close the frame while it waits for its turn; a clone shares its memory.
    const own = before === null ? frame : frame.clone();
    try {
      if (before !== null) await before;
      const visible = own.visibleRect;
      const room = visible && (scaler?.room(format, visible.width, visible.height) ?? null);
      if (!visible || !room) this.#other.paint(own, view, box);
      else await this.#copyAndPut(own, room, shownPart(view, visible), box);
    } catch {
      // The frame was closed, or its memory is gone with the graphics process: the next one comes soon.
    } finally {
      if (own !== frame) own.close();
    }
  }

  async #copyAndPut(frame: VideoFrame, room: Room, part: Box, box: Box): Promise<void> {
    const colours = coloursOf(frame);
    // At once for pictures in the computer's own memory.
    await frame.copyTo(room.bytes, { layout: room.layout });
    const pixels = scaler?.paint(colours, part, box.width, box.height);
    if (pixels) this.#context.putImageData(new ImageData(pixels, box.width, box.height), box.x, box.y);
  }
}

function planeFormatOf({ format }: VideoFrame): PlaneFormat | null {
  return format === 'I420' || format === 'NV12' ? format : null;
}

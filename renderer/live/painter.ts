/**
 * One way to get a picture onto a canvas. Both ways (`graphicsPainter`, `processorPainter`) give the same picture; which
 * one is taken depends on what the graphics card can do.
 */
import type { Box } from './geometry.ts';
import type { PictureView } from './pictureView.ts';

export interface Painter {
  /**
   * Paints what the view shows of the frame into the box, both in whole pixels of the canvas. Returns a promise where
   * the frame must be read first; only one such reading may be under way, and it ends within a good second. The frame
   * stays the caller's, who may close it meanwhile. Never throws or rejects: a frame that cannot be painted leaves the
   * box as it was, and the answer is false.
   */
  paint(frame: VideoFrame, view: PictureView, box: Box): Promise<boolean> | boolean;

  /**
   * Does all of it but the last step, which is what comes back: so that several pictures are put on the canvas in one
   * task, and none is ever seen without the others. The frame must stay open until then.
   */
  prepare(frame: VideoFrame, view: PictureView, box: Box): Promise<Put> | Put;
}

/** Puts a picture on the canvas; false when it could not be. */
export type Put = () => boolean;

export type CanvasContext = OffscreenCanvasRenderingContext2D;

/** As a picture that is old: without colour and dark, as style.css greys what is not painted here. */
export function paintGrey(context: CanvasContext, box: Box): void {
  context.globalCompositeOperation = 'saturation';
  context.fillStyle = '#808080';
  context.fillRect(box.x, box.y, box.width, box.height);
  context.globalCompositeOperation = 'source-over';
  context.fillStyle = 'rgb(8 9 11 / 0.42)';
  context.fillRect(box.x, box.y, box.width, box.height);
}

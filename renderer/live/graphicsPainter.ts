/**
 * Draws frames as they are: where the graphics card decodes or draws, they never leave it. Without one this is the dearer
 * way (main/README.md, decisions).
 */
import { shownPart, type Box } from './geometry.ts';
import type { CanvasContext, Painter, Put } from './painter.ts';
import type { PictureView } from './pictureView.ts';

export class GraphicsPainter implements Painter {
  readonly #context: CanvasContext;

  constructor(context: CanvasContext) {
    this.#context = context;
  }

  prepare(frame: VideoFrame, view: PictureView, box: Box): Put {
    return () => this.paint(frame, view, box);
  }

  paint(frame: VideoFrame, view: PictureView, box: Box): boolean {
    const part = shownPart(view, { width: frame.displayWidth, height: frame.displayHeight });
    // 'low' looks at four pixels only: made smaller by more than half, a picture would glitter.
    this.#context.imageSmoothingQuality = part.width > 2 * box.width ? 'medium' : 'low';
    try {
      this.#context.drawImage(
        ...([frame, part.x, part.y, part.width, part.height] as const),
        ...([box.x, box.y, box.width, box.height] as const),
      );
      // Without its context a canvas takes every call, and paints nothing.
      return !this.#context.isContextLost();
    } catch {
      return false; // the frame was closed, or its memory is gone with the graphics process: the next one comes soon
    }
  }
}

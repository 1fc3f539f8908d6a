/**
 * What a canvas needs to know of a picture that has a place on it: a camera's live one (`Tile`), or a recorded one
 * (`replay/reel.ts`).
 */
import type { PictureView } from './pictureView.ts';

export interface CanvasTile<Painting = unknown> {
  readonly number: number;
  /** The picture on screen; it stays the tile's own. null where there is none: its place is bare. */
  readonly frame: VideoFrame | null;
  readonly view: PictureView;
  /** No newer picture came in time: it is painted grey. */
  readonly isOld: boolean;
  /** A canvas begins to paint the picture, and gives this to `paintedNow` when it has. */
  beginPainting(): Painting;
  paintedNow(painting: Painting): void;
}

/**
 * The digital zoom of one picture on screen, for as long as it is looked at. Tells whoever paints what is seen, with
 * every change. The picture itself, what is recorded and what is kept of it are not touched by it.
 */
import { wholePicture, type PictureView } from '../live/pictureView.ts';
import { panBy, zoomTo, type FramePoint } from './zoom.ts';

export class Zoom {
  view = $state.raw<PictureView>(wholePicture);
  readonly zoomed = $derived(this.view.scale > 1);
  readonly #paint: (view: PictureView) => void;

  constructor(paint: (view: PictureView) => void = () => undefined) {
    this.#paint = paint;
  }

  /** `anchor`: what lies there stays there; the middle where it is left out. */
  to(scale: number, anchor?: FramePoint): void {
    this.#set(zoomTo(this.view, scale, anchor));
  }

  by(factor: number, anchor?: FramePoint): void {
    this.to(this.view.scale * factor, anchor);
  }

  /** In parts of the frame. */
  pan(right: number, down: number): void {
    this.#set(panBy(this.view, right, down));
  }

  whole(): void {
    this.#set(wholePicture);
  }

  #set(view: PictureView): void {
    this.view = view;
    this.#paint(view);
  }
}

/**
 * The arithmetic of digital zoom: from one view of a picture to the next. Pure. Whatever it is given, the view that comes
 * out lies inside the picture and is between 1 and 8 times as large. Leaves wheel, keys and fingers to the parts.
 */
import { wholePicture, type PictureView } from '../live/pictureView.ts';

export const mostScale = 8;
/** One press of a key: half of the way to twice as large, so 1.4, 2, 2.8, 4, 5.7, 8. */
export const keyFactor = Math.SQRT2;
/** One press of an arrow moves by this part of what is seen. */
export const keyPan = 1 / 8;

/** A place on screen, in parts of the frame's width and height. */
export interface FramePoint {
  x: number;
  y: number;
}

const middle: FramePoint = { x: 0.5, y: 0.5 };

function within(value: number, most: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), most) : 0;
}

export function clampView({ x, y, scale }: PictureView): PictureView {
  const kept = Number.isFinite(scale) ? Math.min(Math.max(scale, 1), mostScale) : 1;
  // What is left of a whole step is not worth a zoom: 1.0000001 would keep the overview on screen.
  if (kept < 1.005) return wholePicture;
  return { x: within(x, 1 - 1 / kept), y: within(y, 1 - 1 / kept), scale: kept };
}

/** So large, with what lies under the anchor staying there, as far as the picture's edges allow. */
export function zoomTo(view: PictureView, scale: number, anchor: FramePoint = middle): PictureView {
  const next = Math.min(Math.max(scale, 1), mostScale);
  return clampView({
    x: view.x + anchor.x / view.scale - anchor.x / next,
    y: view.y + anchor.y / view.scale - anchor.y / next,
    scale: next,
  });
}

/** Moved so that what is seen lies further right and down by these parts of the frame. */
export function panBy(view: PictureView, right: number, down: number): PictureView {
  return clampView({ ...view, x: view.x + right / view.scale, y: view.y + down / view.scale });
}

/** For an element as large as its frame, whose transform begins at its upper left corner. */
export function transformOf({ x, y, scale }: PictureView): string {
  return scale === 1 ? 'none' : `scale(${scale}) translate(${-100 * x}%, ${-100 * y}%)`;
}

/** Where on a slider a scale stands, 0 to 1: each doubling takes as much of it. */
export function sliderPart(scale: number): number {
  return Math.log2(scale) / Math.log2(mostScale);
}

export function sliderScale(part: number): number {
  return mostScale ** Math.min(Math.max(part, 0), 1);
}

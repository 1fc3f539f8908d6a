/**
 * Where pictures go on a canvas, in whole device pixels, and which part of them is shown. Pure, for window and worker
 * both. A picture keeps its shape: what is left of its place is bare, nothing is cropped or stretched.
 */
import type { PictureView } from './pictureView.ts';

/** Left upper corner and size; the unit is the caller's. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Deeper than this there is nothing to see but blocks. */
const mostScale = 32;

/**
 * The device pixels of an element on a canvas, from their boxes on the page in CSS pixels. Edges are rounded, not
 * sizes: neighbours neither overlap nor leave a gap.
 */
export function devicePlace(element: Box, canvas: Box, pixelRatio: number): Box {
  const edge = (at: number): number => Math.round(at * pixelRatio);
  const x = edge(element.x - canvas.x);
  const y = edge(element.y - canvas.y);
  return {
    x,
    y,
    width: edge(element.x - canvas.x + element.width) - x,
    height: edge(element.y - canvas.y + element.height) - y,
  };
}

/** The largest box of the picture's shape inside the place, centred, at least one pixel each way. */
export function fitted(picture: { width: number; height: number }, place: Box): Box {
  const scale = Math.min(place.width / picture.width, place.height / picture.height);
  // A pixel that rounding took would be a bare line at the edge.
  const near = (size: number, all: number): number => (all - size < 1.5 ? all : Math.max(1, Math.round(size)));
  const width = near(picture.width * scale, place.width);
  const height = near(picture.height * scale, place.height);
  return {
    x: place.x + Math.floor((place.width - width) / 2),
    y: place.y + Math.floor((place.height - height) / 2),
    width,
    height,
  };
}

/** The part of a picture of this size that a view shows, in the picture's pixels; always inside it. */
export function shownPart(view: PictureView, picture: { width: number; height: number }): Box {
  const scale = Number.isFinite(view.scale) ? Math.min(mostScale, Math.max(1, view.scale)) : 1;
  const part = 1 / scale;
  const begin = (at: number): number => Math.min(1 - part, Math.max(0, Number.isFinite(at) ? at : 0));
  return {
    x: begin(view.x) * picture.width,
    y: begin(view.y) * picture.height,
    width: part * picture.width,
    height: part * picture.height,
  };
}

export function isEmpty({ width, height }: Box): boolean {
  return width < 1 || height < 1;
}

/** Whether any of a box lies on a canvas of this size. */
export function isOn(box: Box, canvas: { width: number; height: number }): boolean {
  return (
    !isEmpty(box) && box.x < canvas.width && box.y < canvas.height && box.x + box.width > 0 && box.y + box.height > 0
  );
}

export function sameBox(one: Box, other: Box): boolean {
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}

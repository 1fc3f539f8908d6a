/**
 * Which part of a picture is on screen: what digital zoom sets and the painter paints. It never reaches beyond the
 * picture's edges; state/zoom.ts sees to that.
 */
export interface PictureView {
  /** Upper left corner of what is seen, in parts of the picture's width and height, 0 to 1. */
  x: number;
  y: number;
  /** How many times as large as the whole picture, 1 to 8: 1/scale of its width and height is seen. */
  scale: number;
}

export const wholePicture: PictureView = Object.freeze({ x: 0, y: 0, scale: 1 });

/** The timeline over all cameras: what is recorded of each, merged to what can be seen, and the bookmarks on it. */
import type { CameraId, Span } from './model.ts';

export interface CameraSpans {
  cameraId: CameraId;
  /** In order; they cover the time from the camera's first recording on. Empty where nothing is recorded before its end. */
  spans: Span[];
}

/** A moment of one camera with a name, to be found again. It protects nothing. */
export interface Bookmark {
  id: string;
  cameraId: CameraId;
  atMs: number;
  /** As the user calls it; '' where it has no name. */
  name: string;
  createdMs: number;
}

export const mostBookmarks = 10_000;

/**
 * What the page finds in its window and TypeScript's own library does not know: the bridge, and Chromium's generator of
 * video tracks.
 */
/// <reference types="svelte" />
/// <reference types="vite/client" />
import type { NightjarApi } from '../main/contract/preloadApi.ts';

declare global {
  interface Window {
    readonly nightjar: NightjarApi;
  }

  /** Chromium's way to make a video track out of frames; it exists in windows only, its `writable` can be transferred. */
  class MediaStreamTrackGenerator extends MediaStreamTrack {
    constructor(init: { kind: 'video' });
    readonly writable: WritableStream<VideoFrame>;
  }
}

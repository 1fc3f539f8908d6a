/**
 * What the page finds in its window and TypeScript's own library does not know: the bridge, and
 * what the build makes beside the sources.
 */
/// <reference types="svelte" />
/// <reference types="vite/client" />
import type { NightjarApi } from '../main/contract/preloadApi.ts';

declare global {
  interface Window {
    readonly nightjar: NightjarApi;
  }
}

/** What a journey finds in the app's window. */
import type { NightjarApi } from '../../main/contract/preloadApi.ts';

declare global {
  interface Window {
    readonly nightjar: NightjarApi;
  }
}

/**
 * Runs in the page's own world, before any script of the page: takes what the preload exposes, frozen through and
 * through, and turns `window.open` into a question to main. Leaves nothing else behind. Closes over nothing.
 */
import type { makeBridge } from './bridge.ts';

export function pageWorld(token: string, bridgeMaker: typeof makeBridge): void {
  type PageWindow = { top: unknown; open: unknown; location: { href: string; protocol: string } };
  // Safe: this runs in a page only.
  const window = globalThis as unknown as PageWindow;
  if (window !== window.top || window.location.protocol !== 'https:') return;
  const bridge = bridgeMaker(token, 'page', 'preload');

  function freezeAll(value: unknown): unknown {
    const holds = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!holds || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
    Object.freeze(value);
    Object.values(value).forEach(freezeAll);
    return value;
  }

  bridge.on('expose', (detail) => {
    const [key, exposed] = detail as [string, unknown];
    const value = freezeAll(bridge.unpack(exposed));
    Object.defineProperty(window, key, { value, enumerable: true, writable: false, configurable: false });
  });
  // The order of the two worlds' scripts is not given: whoever comes second is greeted by the first.
  bridge.on('hello', () => bridge.tell('ready', 1));
  bridge.tell('ready', 1);
  // Electron answers null when the handler denies, and here it always does.
  window.open = (address?: string | URL, frameName = '') => {
    bridge.tell('open', [new URL(address ?? 'about:blank', window.location.href).href, frameName]);
    return null;
  };
}

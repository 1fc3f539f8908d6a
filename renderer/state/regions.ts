/**
 * F6: from region to region (rail, top bar, view), each time to where the focus was in it before.
 */
const last = new WeakMap<Element, HTMLElement>();
const focusable = 'a[href], button:not([disabled]), input:not([disabled]), select, [tabindex]:not([tabindex="-1"])';

function regionOf(element: Element | null): Element | null {
  return element?.closest('[data-region]') ?? null;
}

export function rememberFocus(event: FocusEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  const region = regionOf(event.target);
  if (region !== null) last.set(region, event.target);
}

export function focusNextRegion(backwards: boolean): void {
  const regions = [...document.querySelectorAll('[data-region]')];
  const at = regions.findIndex((region) => region === regionOf(document.activeElement));
  for (let step = 1; step <= regions.length; step += 1) {
    const region = regions[(at + (backwards ? -step : step) + 2 * regions.length) % regions.length];
    if (region === undefined) return;
    const before = last.get(region);
    const target = before?.isConnected === true ? before : region.querySelector<HTMLElement>(focusable);
    if (target) {
      target.focus();
      return;
    }
  }
}

/**
 * What the graphics card does for the pages, by Chromium's own account: software rendering, a driver on its list of
 * broken ones, or a graphics process that crashed too often all say 'disabled' or 'unavailable' there.
 */
import type { App, GPUFeatureStatus } from 'electron';
import type { Graphics } from '../contract/calls.ts';

/** Chromium asks its graphics process while it starts; a page waits no longer than this for what it says. */
const deadlineMs = 1000;

/** To be called before 'ready': the account holds from 'gpu-info-update' on. */
export function watchGraphics(app: Pick<App, 'once' | 'getGPUFeatureStatus'>): () => Promise<Graphics> {
  const told = new Promise<void>((resolve) => app.once('gpu-info-update', () => resolve()));
  return async () => {
    const { promise: waited, resolve } = Promise.withResolvers<undefined>();
    const deadline = setTimeout(() => resolve(undefined), deadlineMs);
    await Promise.race([told, waited]);
    clearTimeout(deadline);
    return graphicsOf(app.getGPUFeatureStatus());
  };
}

function graphicsOf(status: Partial<GPUFeatureStatus>): Graphics {
  const isOn = (feature: string | undefined): boolean => feature?.startsWith('enabled') === true;
  return {
    draws: isOn(status.gpu_compositing) && isOn(status['2d_canvas']),
    decodes: isOn(status.video_decode),
  };
}

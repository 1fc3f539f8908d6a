/**
 * What the graphics card does for the pages, by Chromium's own account: software rendering, a driver on its list of
 * broken ones, or a graphics process that crashed too often all say 'disabled' or 'unavailable' there.
 */
import { app, type GPUFeatureStatus } from 'electron';
import type { Graphics } from '../contract/calls.ts';

export function graphics(): Graphics {
  return graphicsOf(app.getGPUFeatureStatus());
}

function graphicsOf(status: GPUFeatureStatus): Graphics {
  const isOn = (feature: string): boolean => feature.startsWith('enabled');
  return {
    draws: isOn(status.gpu_compositing) && isOn(status['2d_canvas']),
    decodes: isOn(status.video_decode),
  };
}

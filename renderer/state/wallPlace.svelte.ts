/**
 * Where the person is on the wall: page, tile, strip. Survives going to another view and back. The layout itself is a
 * setting and lies in the vault.
 */
import type { CameraId, WallLayout } from '../../main/contract/model.ts';
import { known } from './known.svelte.ts';

export const layouts = [1, 4, 9, 16] as const satisfies readonly WallLayout[];

class WallPlace {
  page = $state(0);
  focusedId = $state<CameraId | null>(null);
  /** T: the strip of the last 24 hours also where it costs picture. */
  stripAlways = $state(false);

  readonly layout = $derived(known.settings.wallLayout);
  readonly columns = $derived(Math.sqrt(this.layout));
  readonly pages = $derived(Math.max(1, Math.ceil(known.ordered.length / this.layout)));
  readonly shownPage = $derived(Math.min(this.page, this.pages - 1));
  readonly cameras = $derived(known.ordered.slice(this.shownPage * this.layout, (this.shownPage + 1) * this.layout));
  /** The camera that keys and strip speak of. */
  readonly focused = $derived(this.cameras.find((camera) => camera.id === this.focusedId) ?? this.cameras[0] ?? null);

  turn(by: -1 | 1): void {
    this.page = Math.min(this.pages - 1, Math.max(0, this.shownPage + by));
  }

  /** Keeps the focused camera on the page that is shown. */
  async setLayout(layout: WallLayout): Promise<void> {
    const at = known.ordered.findIndex((camera) => camera.id === this.focused?.id);
    this.page = Math.floor(Math.max(0, at) / layout);
    await known.changeSettings({ wallLayout: layout });
  }

  stepLayout(by: -1 | 1): void {
    const layout = layouts[layouts.indexOf(this.layout) + by];
    if (layout !== undefined) void this.setLayout(layout);
  }

  /** The page that has this camera, and the camera as the focused one. */
  goTo(cameraId: CameraId): void {
    const at = known.ordered.findIndex((camera) => camera.id === cameraId);
    if (at !== -1) this.page = Math.floor(at / this.layout);
    this.focusedId = cameraId;
  }
}

export const wallPlace = new WallPlace();

/**
 * Every camera's connections: the one that is recorded, which keeps the recorder fed, and those for showing, which
 * `Showing` makes and ends as viewers come and go. What of the first is recorded a `Gate` does, as `Wanting` says; while
 * everything is private there is no connection at all.
 *
 * Nothing here throws after start: trouble is a state, told by `on.status`.
 */
import type { Camera, CameraId, CameraStatus, StreamRole } from '../contract/model.ts';
import type { Privacy } from '../contract/privacy.ts';
import { PreRollMemory } from '../core/recorder/preRoll.ts';
import type { Onlooker } from './showing.ts';
import { deafEar, type Ear, Wanting } from './wanting.ts';
import { WatchedCamera, type WatchedCameraOptions } from './watchedCamera.ts';

export interface WatchingOptions extends WatchedCameraOptions {
  /** Hears the cameras' events; left out: nobody does. */
  ear?: Ear;
}

export class Watching {
  readonly #options: WatchingOptions;
  readonly #wanting: Wanting;
  readonly #memory = new PreRollMemory();
  readonly #watched = new Map<CameraId, WatchedCamera>();
  #closed = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
    this.#wanting = new Wanting({
      ear: options.ear ?? deafEar,
      on: { changed: (cameraId, wanted, fromMs) => this.#watched.get(cameraId)?.want(wanted, fromMs) },
    });
  }

  /** Begins to record a camera, or takes over what changed about it. */
  async watch(camera: Camera): Promise<void> {
    const before = this.#watched.get(camera.id);
    if (before) {
      before.camera = camera;
      this.#wanting.set(camera);
      // How long the pre-roll is may have changed, and nothing else.
      before.planChanged();
      await before.record();
      return;
    }
    if (this.#closed) return;
    const watched = new WatchedCamera(camera, this.#memory, this.#options);
    this.#watched.set(camera.id, watched);
    // Whatever is wanted of it is told at once.
    this.#wanting.set(camera);
    await watched.record();
  }

  /** Everything is private from now on, or (null) no more. */
  setPrivacy(privacy: Privacy | null): void {
    this.#wanting.setPrivacy(privacy);
  }

  /** Ends everything of a camera, its open recording included. */
  async forget(cameraId: CameraId): Promise<void> {
    const watched = this.#watched.get(cameraId);
    if (!watched) return;
    this.#watched.delete(cameraId);
    this.#wanting.forget(cameraId);
    await watched.close();
  }

  /** Ends a camera's open recording, so that all that is recorded up to now is finished; what waits in memory goes. */
  async cut(cameraId: CameraId): Promise<void> {
    await this.#watched.get(cameraId)?.cut();
  }

  statuses(): CameraStatus[] {
    return [...this.#watched.values()].map((watched) => watched.status);
  }

  /** Tries a lost camera now, without waiting for its turn; every camera when none is named. */
  tryNow(cameraId: CameraId | null = null): void {
    for (const [id, watched] of this.#watched) {
      if (cameraId === null || id === cameraId) watched.tryNow();
    }
  }

  /**
   * Shows a stream to a viewer until the returned function is called. null when the camera is not on the list.
   * A camera with one stream shows that one, whatever was asked for.
   */
  show(cameraId: CameraId, role: StreamRole, converted: boolean, viewer: Onlooker): (() => void) | null {
    return this.#watched.get(cameraId)?.show(role, converted, viewer) ?? null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wanting.close();
    const all = [...this.#watched.values()];
    this.#watched.clear();
    const ended = await Promise.allSettled(all.map((watched) => watched.close()));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

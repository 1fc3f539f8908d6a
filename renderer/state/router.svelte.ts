/**
 * Where the person is: one place at a time, and the way back. Nothing is remembered beyond the window's life. Leaves the
 * meaning of a place to its view.
 */
import type { CameraId } from '../../main/contract/model.ts';

export type Place =
  | { view: 'live' }
  | { view: 'camera'; cameraId: CameraId }
  /** Both null: the last camera's latest moment. It is played from there, unless it stands. */
  | { view: 'archive'; cameraId: CameraId | null; atMs: number | null; stands?: boolean }
  | { view: 'cameras'; cameraId: CameraId | null }
  | { view: 'addCameras'; by: 'search' | 'address' }
  | { view: 'exports' }
  | { view: 'health' }
  /** A section, where the person was led to it for something that is missing there. */
  | { view: 'settings'; section?: 'lock' };

export type RailView = 'live' | 'archive' | 'cameras' | 'exports' | 'health' | 'settings';
export const railViews = [
  'live',
  'archive',
  'cameras',
  'exports',
  'health',
  'settings',
] as const satisfies readonly RailView[];

class Router {
  place = $state.raw<Place>({ view: 'live' });

  go(place: Place): void {
    this.place = place;
  }

  goToRail(view: RailView): void {
    if (view === 'archive') this.go({ view, cameraId: null, atMs: null });
    else if (view === 'cameras') this.go({ view, cameraId: null });
    else this.go({ view });
  }

  /** The entry of the rail that the place belongs to. */
  get rail(): RailView {
    if (this.place.view === 'camera') return 'live';
    if (this.place.view === 'addCameras') return 'cameras';
    return this.place.view;
  }
}

export const router = new Router();

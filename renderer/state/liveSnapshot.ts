/** A snapshot of a live picture: of the one that is on screen, with the time at which it came. */
import type { Camera } from '../../main/contract/model.ts';
import { returnPicture, takePicture } from '../live/pictures.ts';
import { known } from './known.svelte.ts';
import { snapshots } from './snapshots.svelte.ts';
import { tileState } from './tileState.ts';

/** Nothing where the camera's tile shows no picture. `elsewhere`: asks again where it shall go. */
export async function snapshotLive(camera: Camera, elsewhere = false): Promise<void> {
  const picture = takePicture(camera.id);
  try {
    const nowMs = Date.now();
    const state = tileState(camera, known.statuses.get(camera.id)?.stream ?? null, picture, nowMs);
    if (state.is !== 'live' && state.is !== 'stale') return;
    // An old picture carries its own time, not that of the key.
    const atMs = state.is === 'stale' ? state.pictureMs : nowMs;
    await snapshots.take(camera.id, async () => ({ png: await picture.still(), atMs }), elsewhere);
  } finally {
    returnPicture(camera.id);
  }
}

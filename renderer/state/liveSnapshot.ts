/** A snapshot of a live picture: of the one that is on screen, with its own time, not that of the key. */
import type { Camera } from '../../main/contract/model.ts';
import { returnPicture, takePicture } from '../live/pictures.ts';
import { known } from './known.svelte.ts';
import { snapshots } from './snapshots.svelte.ts';
import { tileState } from './tileState.ts';

/** Nothing where the camera's tile shows no picture. `elsewhere`: asks again where it shall go. */
export async function snapshotLive(camera: Camera, elsewhere = false): Promise<void> {
  const picture = takePicture(camera.id);
  try {
    const state = tileState(camera, known.statuses.get(camera.id)?.stream ?? null, picture, Date.now());
    if (state.is !== 'live' && state.is !== 'stale') return;
    await snapshots.take(camera.id, () => picture.still(), elsewhere);
  } finally {
    returnPicture(camera.id);
  }
}

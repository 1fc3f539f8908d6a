/** Which cameras a layout shows. Pure, so that every case can be tried. */
import type { Layout } from '../../main/contract/layouts.ts';
import type { Camera } from '../../main/contract/model.ts';

/**
 * Those that it names, in its order, as far as they are there; the first layout shows those too that it neither shows
 * nor leaves out: cameras that were added since, the newest last.
 */
export function camerasOn(layout: Layout, isFirst: boolean, cameras: readonly Camera[]): Camera[] {
  const own = layout.cameraIds.flatMap((id) => cameras.find((camera) => camera.id === id) ?? []);
  if (!isFirst) return own;
  const isNew = ({ id }: Camera): boolean => !layout.cameraIds.includes(id) && !layout.leftOut.includes(id);
  return [...own, ...cameras.filter(isNew).sort((a, b) => a.addedMs - b.addedMs)];
}

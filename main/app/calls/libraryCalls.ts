/** Answers the calls about what is recorded. */
import type { Handlers } from '../../contract/calls.ts';
import type { CameraId } from '../../contract/model.ts';
import { good } from '../../contract/problems.ts';
import { packSpans } from '../../contract/timeline.ts';
import { en } from '../../contract/text/en.ts';
import { isCameraId } from '../../core/library/recordingName.ts';
import type { House } from '../house.ts';
import type { Rooms } from './rooms.ts';

type LibraryCalls = Extract<keyof Handlers, `library.${string}`>;

export function libraryCalls({ house, withHouse }: Rooms): Pick<Handlers, LibraryCalls> {
  return {
    'library.spans': ({ cameraId, fromMs, toMs }) =>
      withHouse(async (open) => good(await open.library.spans(cameraId, fromMs, toMs))),
    'library.overview': ({ cameraIds, leastMs, ...span }) =>
      withHouse(async (open) => good(packSpans(await open.library.overview(cameraIds, span, leastMs)))),
    'library.holdings': ({ cameraId }) => withHouse(async (open) => good(await open.keeping.holdings(cameraId))),
    'library.remove': ({ cameraId, clips }) => withHouse((open) => open.keeping.deleteRecordings(cameraId, clips)),
    'library.cameras': async () => {
      const open = house();
      return open ? withRecordings(open) : [];
    },
  };
}

/** Cameras on the list, removed ones whose recordings are still there, and those of a list that was lost. */
async function withRecordings({
  cameras,
  library,
}: House): Promise<{ cameraId: CameraId; name: string; removed: boolean }[]> {
  const recorded = new Set(await library.cameras());
  const listed = cameras.list().map(({ id, name }) => ({ cameraId: id, name, removed: false }));
  const removed = cameras.removed().filter(({ id }) => recorded.has(id));
  const known = new Set([...listed.map(({ cameraId }) => cameraId), ...removed.map(({ id }) => id)]);
  const nameless = [...recorded].filter((id) => isCameraId(id) && !known.has(id));
  return [
    ...listed,
    ...removed.map(({ id, name }) => ({ cameraId: id, name, removed: true })),
    ...nameless.map((id) => ({ cameraId: id, name: en.archive.nameless(id), removed: true })),
  ];
}

/** Answers the calls about snapshots. */
import type { Handlers } from '../../contract/calls.ts';
import { bad, good, type Problem } from '../../contract/problems.ts';
import { Snapshots } from '../snapshots.ts';
import { nameOf, type Rooms } from './rooms.ts';

type SnapshotCalls = Extract<keyof Handlers, `snapshots.${string}`>;

export function snapshotCalls({ withHouse, house, opening, desk }: Rooms): Pick<Handlers, SnapshotCalls> {
  const snapshots = new Snapshots((suggestedName) => desk.chooseSaveFile(suggestedName));
  return {
    'snapshots.save': ({ cameraId, ...snapshot }) =>
      withHouse((open) => {
        const closed = (): Problem | null => {
          if (house() === open) return null;
          return { code: opening.state.phase === 'locked' ? 'locked' : 'gone' };
        };
        return snapshots.save({ ...snapshot, cameraName: nameOf(open, cameraId) }, open.vault.folder, closed);
      }),
    'snapshots.show': () =>
      withHouse(async () => {
        if (snapshots.last === null) return bad({ code: 'gone' });
        desk.showFile(snapshots.last);
        return good(null);
      }),
  };
}

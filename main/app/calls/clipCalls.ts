/** Answers the calls about protected clips. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type ClipCalls = Extract<keyof Handlers, `clips.${string}`>;

export function clipCalls({ withHouse }: Rooms): Pick<Handlers, ClipCalls> {
  return {
    'clips.list': () => withHouse(({ keeping }) => keeping.clipList()),
    'clips.measure': ({ cameraIds, ...span }) =>
      withHouse(async ({ keeping }) => good({ sizeBytes: await keeping.measure(cameraIds, span) })),
    'clips.protect': ({ cameraIds, fromMs, toMs, name }) =>
      withHouse(({ keeping }) => keeping.protect(cameraIds, { fromMs, toMs }, name)),
    'clips.rename': ({ clipId, name }) => withHouse(({ keeping }) => keeping.rename(clipId, name)),
    'clips.remove': ({ clipId }) => withHouse(({ keeping }) => keeping.release(clipId)),
  };
}

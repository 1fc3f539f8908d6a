/** Answers the calls that move a camera's head. */
import type { Handlers } from '../../contract/calls.ts';
import type { Rooms } from './rooms.ts';

type PtzCalls = Extract<keyof Handlers, `ptz.${string}`>;

export function ptzCalls({ withHouse }: Rooms): Pick<Handlers, PtzCalls> {
  return {
    'ptz.move': ({ cameraId, ...speed }) => withHouse((open) => open.ptz.move(cameraId, speed)),
    'ptz.stop': ({ cameraId }) => withHouse((open) => open.ptz.stop(cameraId)),
    'ptz.presets': ({ cameraId }) => withHouse((open) => open.ptz.presets(cameraId)),
    'ptz.goTo': ({ cameraId, token }) => withHouse((open) => open.ptz.goTo(cameraId, token)),
    'ptz.store': ({ cameraId, token, name }) => withHouse((open) => open.ptz.store(cameraId, token, name)),
    'ptz.remove': ({ cameraId, token }) => withHouse((open) => open.ptz.remove(cameraId, token)),
    'ptz.home': ({ cameraId }) => withHouse((open) => open.ptz.home(cameraId)),
    'ptz.storeHome': ({ cameraId }) => withHouse((open) => open.ptz.storeHome(cameraId)),
  };
}

/** Answers the calls about cameras: the list, the search, trying, adding, changing, removing. */
import type { Handlers } from '../../contract/calls.ts';
import { withoutCamera } from '../../contract/layouts.ts';
import { bad, good } from '../../contract/problems.ts';
import { readAddress } from '../../core/cameras/address.ts';
import { securityOf } from '../health/security.ts';
import type { House } from '../house.ts';
import type { Rooms } from './rooms.ts';

type CameraCalls = Extract<keyof Handlers, `cameras.${string}`>;

export function cameraCalls({ house, withHouse, tell, ended }: Rooms): Pick<Handlers, CameraCalls> {
  async function takeOver(open: House, cameraId: string): Promise<void> {
    tell('cameras.changed', open.cameras.list());
    tell('search.changed', open.discovery.search());
    const camera = open.cameras.list().find(({ id }) => id === cameraId);
    if (!camera) return;
    open.cameraEvents.follow(camera);
    await open.watching.watch(camera);
  }

  return {
    'cameras.list': async () => house()?.cameras.list() ?? [],
    'cameras.statuses': async () => house()?.watching.statuses() ?? [],
    'cameras.search': async () => {
      const open = house();
      if (!open) return { networks: [], looking: false, found: [] };
      open.discovery.start();
      return open.discovery.search();
    },
    'cameras.stopSearch': async () => {
      house()?.discovery.stop();
      return null;
    },
    'cameras.readAddress': async ({ text }) => readAddress(text),
    'cameras.try': ({ allowsClearPassword = false, ...question }) =>
      withHouse((open) => open.cameras.tryCamera({ ...question, allowsClearPassword }, ended)),
    'cameras.checkSecurity': ({ cameraId }) => withHouse((open) => securityOf(open, cameraId, ended)),
    'cameras.stopTry': async () => {
      house()?.cameras.stopTry();
      return null;
    },
    'cameras.add': (choice) =>
      withHouse(async (open) => {
        const added = await open.cameras.add(choice);
        if (added.ok) await takeOver(open, added.value.id);
        return added;
      }),
    'cameras.edit': (change) =>
      withHouse(async (open) => {
        const edited = await open.cameras.edit(change);
        if (edited.ok) await takeOver(open, change.cameraId);
        if (edited.ok) open.keeping.apply();
        return edited;
      }),
    'cameras.signIn': ({ cameraId, user, password, allowsClearPassword = false }) =>
      withHouse(async (open) => {
        const signed = await open.cameras.signIn(cameraId, { user, password }, ended, allowsClearPassword);
        // What was allowed may have been taken back also where the camera did not take the password.
        tell('cameras.changed', open.cameras.list());
        if (signed.ok) {
          open.ptz.forget(cameraId);
          const camera = open.cameras.list().find(({ id }) => id === cameraId);
          if (camera) open.cameraEvents.anew(camera);
          open.watching.tryNow(cameraId);
        }
        return signed;
      }),
    'cameras.setPaused': ({ cameraId, paused }) =>
      withHouse(async (open) => {
        const set = await open.cameras.setPaused(cameraId, paused);
        if (!set.ok) return set;
        await takeOver(open, cameraId);
        return good(null);
      }),
    'cameras.tryNow': ({ cameraId }) =>
      withHouse(async (open) => {
        open.watching.tryNow(cameraId);
        return good(null);
      }),
    'cameras.remove': ({ cameraId, recordings, clips }) =>
      withHouse(async (open) => {
        const camera = open.cameras.list().find(({ id }) => id === cameraId);
        if (!camera) return bad({ code: 'gone' });
        const removed = await open.removeCamera(camera, recordings, clips);
        tell('cameras.changed', open.cameras.list());
        if (!removed.ok) return removed;
        // Nobody could show it any more; what stays of it in them goes at the next change.
        await open.settings.update((value) => ({ ...value, layouts: withoutCamera(value.layouts, cameraId) }));
        tell('settings.changed', open.settings.value);
        return removed;
      }),
  };
}

/** Answers the calls about the settings. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import { firstSettings } from '../../core/settings.ts';
import type { Rooms } from './rooms.ts';

type SettingsCalls = Extract<keyof Handlers, `settings.${string}`>;

export function settingsCalls({ house, theme, withHouse, tell }: Rooms): Pick<Handlers, SettingsCalls> {
  return {
    'settings.get': async () => house()?.settings.value ?? { ...firstSettings, theme: theme() },
    'settings.set': (change) =>
      withHouse(async (open) => {
        const updated = await open.settings.update((value) => ({ ...value, ...change }));
        if (!updated.ok) return updated;
        if (change.keepBytes !== undefined || change.keepDays !== undefined) open.keeping.apply();
        tell('settings.changed', open.settings.value);
        return good(open.settings.value);
      }),
  };
}

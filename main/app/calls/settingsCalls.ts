/** Answers the calls about the settings. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import { chosenOf, firstSettings } from '../../core/settings.ts';
import type { Rooms } from './rooms.ts';

type SettingsCalls = Extract<keyof Handlers, `settings.${string}`>;

export function settingsCalls({ house, theme, withHouse, tell }: Rooms): Pick<Handlers, SettingsCalls> {
  return {
    'settings.get': async () => house()?.settings.value ?? { ...firstSettings, theme: theme() },
    'settings.set': (change) =>
      withHouse(async (open) => {
        const { secondLayoutId, ...rest } = change;
        const updated = await open.settings.update((value) => {
          const { layouts, secondWindow } = value;
          return {
            ...{ ...value, ...rest },
            layoutId: chosenOf(layouts, rest.layoutId ?? value.layoutId),
            secondWindow: { ...secondWindow, layoutId: chosenOf(layouts, secondLayoutId ?? secondWindow.layoutId) },
          };
        });
        if (!updated.ok) return updated;
        if (change.keepBytes !== undefined || change.keepDays !== undefined) open.keeping.apply();
        tell('settings.changed', open.settings.value);
        return good(open.settings.value);
      }),
  };
}

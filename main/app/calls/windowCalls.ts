/** Answers the calls about the app's windows. What a window is, the shell knows. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type WindowCalls = Extract<keyof Handlers, `windows.${string}`>;

export function windowCalls({ desk, withHouse }: Rooms): Pick<Handlers, WindowCalls> {
  return {
    'windows.own': async (_nothing, from = 'main') => from,
    'windows.openOther': (_nothing, from = 'main') =>
      withHouse(async (open) => {
        if (from === 'second') desk.windows?.openMain();
        else desk.windows?.openSecond(open.settings.value.secondWindow.place);
        return good(null);
      }),
    'windows.toggleWholeScreen': async (_nothing, from = 'main') => {
      desk.windows?.toggleWholeScreen(from);
      return null;
    },
  };
}

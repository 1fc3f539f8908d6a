/** Answers the calls about the check of the vault. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type CheckCalls = Extract<keyof Handlers, `check.${string}`>;

export function checkCalls({ house, withHouse }: Rooms): Pick<Handlers, CheckCalls> {
  return {
    'check.start': ({ repair }) => withHouse(async (open) => open.checking.start(repair)),
    'check.stop': () =>
      withHouse(async (open) => {
        await open.checking.stop();
        return good(null);
      }),
    'check.state': async () => (await house()?.checking.state()) ?? { state: 'never' },
  };
}

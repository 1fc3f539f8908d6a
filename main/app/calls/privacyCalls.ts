/** Answers the calls about privacy. */
import type { Handlers } from '../../contract/calls.ts';
import type { Rooms } from './rooms.ts';

type PrivacyCalls = Extract<keyof Handlers, `privacy.${string}`>;

export function privacyCalls({ house, withHouse }: Rooms): Pick<Handlers, PrivacyCalls> {
  return {
    'privacy.start': ({ lasts }) => withHouse((open) => open.privacy.start(lasts)),
    'privacy.end': () => withHouse((open) => open.privacy.end()),
    'privacy.state': async () => house()?.privacy.state ?? null,
  };
}

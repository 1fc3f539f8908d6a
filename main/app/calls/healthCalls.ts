/** Answers the calls about how the cameras were recorded. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type HealthCalls = Extract<keyof Handlers, `health.${string}`>;

export function healthCalls({ withHouse }: Rooms): Pick<Handlers, HealthCalls> {
  return {
    'health.report': ({ bounds }) => withHouse(async (open) => good(await open.health.report(bounds))),
  };
}

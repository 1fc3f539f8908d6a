/** Answers the calls about what the rules of keeping delete. */
import type { Handlers } from '../../contract/calls.ts';
import type { Rooms } from './rooms.ts';

type RetentionCalls = Extract<keyof Handlers, `retention.${string}`>;

export function retentionCalls({ withHouse }: Rooms): Pick<Handlers, RetentionCalls> {
  return {
    'retention.preview': (typed) => withHouse(({ keeping }) => keeping.preview(typed)),
  };
}

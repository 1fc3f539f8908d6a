/** Answers the calls about the system's notifications. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type NoticeCalls = Extract<keyof Handlers, `notices.${string}`>;

export function noticeCalls({ withHouse, notices }: Rooms): Pick<Handlers, NoticeCalls> {
  return {
    'notices.take': () => withHouse(async () => good(notices.take())),
    'notices.can': async () => notices.canShow(),
  };
}

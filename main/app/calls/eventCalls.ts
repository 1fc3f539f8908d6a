/** Answers the calls about what cameras told. */
import type { Handlers } from '../../contract/calls.ts';
import type { Rooms } from './rooms.ts';

type EventCalls = Extract<keyof Handlers, `events.${string}`>;

export function eventCalls({ withHouse }: Rooms): Pick<Handlers, EventCalls> {
  return {
    'events.list': (question) => withHouse((open) => open.eventStore.list(question)),
    'events.beside': (question) => withHouse((open) => open.eventStore.beside(question)),
    'events.ticks': (question) => withHouse((open) => open.eventStore.ticks(question)),
  };
}

/** Answers the calls about the search for motion. */
import type { Handlers } from '../../contract/calls.ts';
import { good } from '../../contract/problems.ts';
import type { Rooms } from './rooms.ts';

type MotionCalls = Extract<keyof Handlers, `motion.${string}`>;

export function motionCalls({ house, withHouse }: Rooms): Pick<Handlers, MotionCalls> {
  return {
    'motion.start': (question) =>
      withHouse(async (open) => {
        open.motion.start(question);
        return good(null);
      }),
    'motion.stop': () =>
      withHouse(async (open) => {
        await open.motion.stop();
        return good(null);
      }),
    'motion.state': async () => house()?.motion.state ?? { state: 'none' },
  };
}

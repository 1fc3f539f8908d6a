/**
 * What was done in a run, written down by those who did it, at the moment they did it, by the computer's own clock: the
 * truth (story.ts) is made of that and of what the cameras sent. It believes what it is told, and asks the program
 * nothing. The acts are also kept in sentences, for whoever reads a run that came out wrong.
 */
import type { FakedClock } from './fakedClock.ts';
import type { Condition, Level } from './story.ts';
import type { Awaited } from './storyAwaited.ts';

/** Of one camera, or of all of them at once. */
export type Whose = number | 'all';

export class Book {
  readonly acts: string[] = [];
  /** Epoch ms of the computer: the app was started for the first time. */
  launchedMs = 0;
  /** The cameras are added. */
  beganMs = 0;
  readonly #clock: FakedClock;
  readonly #conditions: { camera: Whose; condition: Condition }[] = [];
  readonly #awaited: { camera: number; awaited: Awaited }[] = [];

  constructor(clock: FakedClock) {
    this.#clock = clock;
  }

  /** Something is done now. */
  note(text: string): void {
    const sinceMs = Date.now() - this.beganMs;
    this.acts.push(`${(sinceMs / 1000).toFixed(2)} s, ${new Date(this.#clock.nowMs).toISOString()}: ${text}`);
  }

  /** Something is wrong from then on; whoever ends it says so in what is returned. */
  tell(camera: Whose, what: Omit<Condition, 'toMs'> & { toMs?: number }): Condition {
    const condition = { toMs: Infinity, ...what };
    this.#conditions.push({ camera, condition });
    return condition;
  }

  /** Only events are wanted of that camera from then on; as `tell`. */
  tellAwaited(camera: number, what: Omit<Awaited, 'toMs'>): Awaited {
    const awaited = { toMs: Infinity, ...what };
    this.#awaited.push({ camera, awaited });
    return awaited;
  }

  /** Something is wrong while this is done. */
  async during(
    camera: Whose,
    [level, cause]: [Level, Condition['cause']],
    step: (condition: Condition) => Promise<unknown>,
    within: Pick<Condition, 'beginsWithinMs' | 'endsWithinMs' | 'tellsNothing'> = {},
  ): Promise<void> {
    const condition = this.tell(camera, { level, cause, fromMs: Date.now(), ...within });
    await step(condition);
    condition.toMs = Date.now();
  }

  /** What was wrong with that camera, or with all; in the order in which it began. */
  conditionsOf(camera: number): Condition[] {
    return this.#conditions
      .filter((one) => one.camera === camera || one.camera === 'all')
      .map(({ condition }) => condition);
  }
  /** When only events were wanted of that camera, in order. */
  awaitedOf(camera: number): Awaited[] {
    return this.#awaited.filter((one) => one.camera === camera).map(({ awaited }) => awaited);
  }
}

/**
 * The app of a run through all its lives: started, stopped in one way or the other and started again on the same vault,
 * with the clock that the run sets. Whoever stops it, or calls it beside others, does so `alone`: one after the other, so
 * that no call is lost with a life. How long its own promises let it take is said here, for all who write down edges.
 */
import type { RecorderLimits } from '../../main/core/recorder/recorder.ts';
import { InTurn } from '../../main/contract/inTurn.ts';
import type { CoreProcess } from './coreProcess.ts';
import type { FakedClock } from './fakedClock.ts';
import type { TestPlace } from './place.ts';
import type { Condition } from './story.ts';
import type { Book } from './storyBook.ts';

export const recordingMs = 4000;
/** What waits for the disk is no more than that. */
export const queueMs = 3000;
const limits: Partial<RecorderLimits> = { recordingMs, retryMs: 500, roomBytes: 1_000_000, queueMs };

/** What waits in memory may be lost to a kill and to a disk that takes no more (DESIGN P5). */
export const lossMs = 2000;
/** A try to connect that takes no longer is not told apart from what was before it. */
export const connectMs = 3000;
/** An app that is told to close has closed after this. */
const [usualMs, closesWithinMs] = [1000, 3000];

export interface StoryAppOptions {
  place: TestPlace;
  clock: FakedClock;
  timeZone: string;
  book: Book;
}

export class StoryApp {
  readonly #options: StoryAppOptions;
  #core: CoreProcess | null = null;
  readonly #turns = new InTurn();

  constructor(options: StoryAppOptions) {
    this.#options = options;
  }

  /** Its present life. Throws before the first. */
  get core(): CoreProcess {
    if (!this.#core) throw new Error('the app is not running');
    return this.#core;
  }

  launch(): CoreProcess {
    const { place, clock, timeZone } = this.#options;
    this.#core = place.start(limits, { environment: { ...clock.environment, TZ: timeZone } });
    return this.#core;
  }

  /** Does this when everybody who came before is done. Their failures are their own. */
  alone<Value>(step: () => Promise<Value>): Promise<Value> {
    return this.#turns.run(step);
  }

  /** Stops it, does that, starts it, and waits for its vault to be open: no camera is recorded meanwhile. To be done alone. */
  async stop(how: 'close' | 'kill', meanwhile: () => Promise<unknown>): Promise<void> {
    const core = this.core;
    // It records until it has closed: its connections first, and on a machine with much to do that takes its time.
    const within: Pick<Condition, 'beginsWithinMs' | 'tellsNothing'> =
      how === 'kill' ? { beginsWithinMs: lossMs, tellsNothing: true } : {};
    const beganMs = Date.now();
    await this.#options.book.during(
      'all',
      ['app', 'closed'],
      async (condition) => {
        if (how === 'kill') core.kill();
        else {
          await core.close();
          condition.beginsWithinMs = Math.min(closesWithinMs, Math.max(usualMs, Date.now() - beganMs));
        }
        await core.end();
        await meanwhile();
        const next = this.launch();
        await next.until('the vault is open', () => next.state === 'open');
      },
      { ...within, endsWithinMs: connectMs },
    );
  }

  /** May be called twice, and before the first life. */
  async end(): Promise<void> {
    await this.#core?.end();
  }
}

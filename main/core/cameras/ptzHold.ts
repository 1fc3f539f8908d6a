/**
 * Moves a camera's head for as long as somebody holds it, and stops it by all means. A hold lasts one second; who holds
 * says so again before that is over. While it lasts the camera is told to move for a short time, again and again, so
 * that it stops by itself when it can no longer be reached. When it ends the camera is told to stop, again a few times
 * where it does not answer. One order is under way at any time; behind it waits only what is wanted last, and not for
 * long: then the one under way is given up. It may still be obeyed after the next one: then the head is stopped twice.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';

/** -1 to 1 each: pan to the right, tilt up, zoom in. */
export interface Speed {
  pan: number;
  tilt: number;
  zoom: number;
}

export interface HeldHead {
  /** For how long it goes on by itself. */
  readonly stopsAfterMs: number;
  /**
   * `running`: what may be moving by earlier orders. `accepted`: called when the camera takes an order, of which it may
   * need two; what is refused after that does not keep the head from moving.
   */
  move(speed: Speed, running: Speed, signal: AbortSignal, accepted: () => void): Promise<Outcome<null>>;
  stop(signal: AbortSignal): Promise<Outcome<null>>;
}

/** The page renews a hold every 300 ms. */
const holdLifeMs = 1000;
/** A camera's own timeout is a second: one order may be late. */
const renewEveryMs = 400;
const moveDeadlineMs = 2000;
const stopDeadlineMs = 1500;
const mostStops = 5;
const stopAgainMs = 200;
/** So much later an order that was given up has been obeyed, or never will be. */
const lateOrderMs = 500;
/** So long an order may still be answered when another direction is wanted, or that the head stops. */
const turnGraceMs = 500;
const stopGraceMs = 100;
const still: Speed = { pan: 0, tilt: 0, zoom: 0 };

type Answer = Outcome<null> | 'replaced';

export class PtzHold {
  readonly #head: HeldHead;
  readonly #defect: (error: unknown) => string;
  #wanted: Speed | null = null;
  /** Set when a hold failed, until it is let go: what is renewed then does not begin anew. */
  #problem: Problem | null = null;
  #lapse: NodeJS.Timeout | undefined;
  #working: Promise<void> | null = null;
  /** Ends the order under way, or the pause after it. */
  #interrupt = new AbortController();
  #pausing = false;
  #grace: NodeJS.Timeout | undefined;
  /** Who waits for the head to stop. */
  #waiting: ((stopped: Outcome<null>) => void)[] = [];
  #closed = false;

  /** `defect`: returns the id that the user sees. */
  constructor(head: HeldHead, defect: (error: unknown) => string) {
    this.#head = head;
    this.#defect = defect;
  }

  /** Begins, changes or renews a hold. What is told is what is known by now: a renewal tells how the order before went. */
  hold(speed: Speed): Outcome<null> {
    clearTimeout(this.#lapse);
    if (this.#closed) return bad({ code: 'gone' });
    this.#lapse = setTimeout(() => this.#letGo(), holdLifeMs).unref();
    if (this.#problem !== null) return bad(this.#problem);
    if (this.#wanted === null || !isSame(this.#wanted, speed)) {
      this.#wanted = speed;
      this.#hurry(turnGraceMs);
    }
    this.#working ??= this.#work();
    return good(null);
  }

  /** Ends the hold. Resolves when the camera was told to stop: with what went wrong since the hold began. */
  async release(): Promise<Outcome<null>> {
    const failed = this.#problem;
    this.#letGo();
    const stopped =
      this.#working === null ? good(null) : await new Promise<Outcome<null>>((resolve) => this.#waiting.push(resolve));
    return failed === null ? stopped : bad(failed);
  }

  /** Releases, and resolves when the camera has stopped or was asked often enough. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#letGo();
    await this.#working;
  }

  #letGo(): void {
    clearTimeout(this.#lapse);
    this.#problem = null;
    if (this.#wanted === null) return;
    this.#wanted = null;
    this.#hurry(stopGraceMs);
  }

  /** Something else is wanted: a pause is over, and an order soon. */
  #hurry(graceMs: number): void {
    const interrupt = this.#interrupt;
    if (this.#pausing) interrupt.abort();
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => interrupt.abort(), graceMs).unref();
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    /** What may be moving. */
    let running = still;
    let givenUp = false;
    let stops = 0;
    /** Why the last order failed, which nobody was told: the head was let go before it was answered. */
    let untold: Problem | null = null;
    for (;;) {
      const wanted = this.#wanted;
      if (wanted !== null) {
        const before = running;
        const accepted = (): void => void (running = either(before, wanted));
        const answer = await this.#order(moveDeadlineMs, (signal) => this.#head.move(wanted, before, signal, accepted));
        if (answer === 'replaced' || answer.ok || mayBeHeard(answer.problem)) accepted();
        untold = null;
        if (answer === 'replaced') givenUp = true;
        else if (!answer.ok) untold = this.#fail(wanted, answer.problem);
        else if (this.#wanted === wanted) await this.#pause(renewEveryMs);
        stops = 0;
        continue;
      }
      const answer = isSame(running, still)
        ? good(null)
        : await this.#order(stopDeadlineMs, (signal) => this.#head.stop(signal));
      if (answer === 'replaced') givenUp = true;
      // A new hold has begun: whoever let go of the one before need not wait for it.
      if (answer === 'replaced' || this.#wanted !== null) {
        this.#tell(good(null));
        continue;
      }
      stops += 1;
      const problem: Problem | null = answer.ok ? null : { code: 'notStopped', withinMs: this.#head.stopsAfterMs };
      this.#tell(outcomeOf(untold ?? problem));
      if (answer.ok ? !givenUp : stops === mostStops) break;
      await this.#pause(answer.ok ? lateOrderMs : stopAgainMs * 2 ** stops);
      if (answer.ok) givenUp = false;
    }
    this.#working = null;
  }

  /** Ends the hold. Returns the problem where nobody holds any more; that of an order before another one is nobody's. */
  #fail(order: Speed, problem: Problem): Problem | null {
    if (this.#wanted === null) return problem;
    if (this.#wanted !== order) return null;
    this.#wanted = null;
    this.#problem = problem;
    return null;
  }

  async #order(deadlineMs: number, send: (signal: AbortSignal) => Promise<Outcome<null>>): Promise<Answer> {
    const { signal } = this.#next();
    const answer = await this.#sent(() => send(AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])));
    return signal.aborted && !answer.ok ? 'replaced' : answer;
  }

  /** An order that ends in a defect may have been heard: the head is stopped after it as after any other. */
  async #sent(send: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    try {
      return await send();
    } catch (error) {
      return bad({ code: 'defect', id: this.#defect(error) });
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#next();
    this.#pausing = true;
    await wait(ms, undefined, { signal }).catch(() => undefined);
    this.#pausing = false;
  }

  #next(): AbortController {
    clearTimeout(this.#grace);
    this.#interrupt = new AbortController();
    return this.#interrupt;
  }

  #tell(stopped: Outcome<null>): void {
    for (const resolve of this.#waiting.splice(0)) resolve(stopped);
  }
}

function outcomeOf(problem: Problem | null): Outcome<null> {
  return problem === null ? good(null) : bad(problem);
}

function isSame(one: Speed, other: Speed): boolean {
  return one.pan === other.pan && one.tilt === other.tilt && one.zoom === other.zoom;
}

function either(one: Speed, other: Speed): Speed {
  return { pan: one.pan || other.pan, tilt: one.tilt || other.tilt, zoom: one.zoom || other.zoom };
}

/** The order was sent, and what came back does not say what became of it. */
function mayBeHeard({ code }: Problem): boolean {
  return code === 'noAnswer' || code === 'notACamera' || code === 'cancelled' || code === 'defect';
}

/**
 * Hears what one camera sees, by ONVIF pull points: subscribes, asks and waits, renews, and begins anew when the camera
 * has forgotten the subscription. Every answer is followed by a pause, a longer one the more is in it, and failures by
 * growing ones, so that no camera is asked without end, nor floods whoever listens; a refused password is tried as
 * rarely as for its streams. Never throws after start: trouble is a state. How each question reads is eventQuestions.ts's.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { between, ClockOffset, type Moment, momentAgo, momentNow } from './eventClock.ts';
import {
  ask,
  keptQuestion,
  pullQuestion,
  renewQuestion,
  statesQuestion,
  statesWishQuestion,
  subscribe,
  unsubscribe,
} from './eventQuestions.ts';
import { readGivenMs, readLifeMs, readMessages, type Subscription } from './eventReplies.ts';
import { EventStates, type EventChange } from './eventStates.ts';
import { answeredAgoMs, eventTimeMs } from './eventTime.ts';
import type { OnvifCamera } from './onvif.ts';

export type EventsState =
  | { state: 'connecting' }
  | { state: 'heard'; sinceMs: number }
  /** It is tried again at `nextTryMs`. */
  | { state: 'lost'; problem: Problem; nextTryMs: number }
  /** The camera has no events. */
  | { state: 'none' };

export interface EventPullOptions {
  /** Reaches the camera and signs in. */
  open: (signal: AbortSignal) => Promise<Outcome<OnvifCamera>>;
  on: {
    /** `atMs`: by this computer's clock (eventTime.ts); of what is over, when the camera was heard last. */
    event: (change: EventChange, atMs: number) => void;
    state: (state: EventsState) => void;
    /** Returns the id that the user sees. */
    defect: (error: unknown) => string;
  };
  /** Milliseconds before the next try, by how many failed in a row; the last for all after it. */
  pausesMs?: readonly number[];
  refusedPausesMs?: readonly number[];
}

const pollDeadlineMs = 30_000;
/** Cameras that do not wait are asked this often. */
const leastPollMs = 1000;
/** After each answer, however much is in it. */
const betweenPollsMs = 200;
/** So much longer for each message: a camera that makes events without end is heard 50 times a second. */
const eachMessageMs = 20;
/** Before a subscription takes the place of one that the camera has forgotten. */
const forgottenPauseMs = 1000;
const usualPausesMs = [1000, 2000, 5000, 10_000, 30_000];
/** As a refused stream: some cameras lock an account after five wrong passwords. */
const usualRefusedPausesMs = [5000, 30_000, 60_000, 300_000];
/** A question that waits when it is to be begun anew has so long to be answered. */
const nudgedGraceMs = 500;
/** What was active before a camera fell silent for so long is not the same event any more. */
const forgetAfterMs = 60_000;

/** What became of a subscription: it has to be made anew, at once or after a pause. */
type Ending = { is: 'forgotten' } | { is: 'nudged' } | { is: 'lost'; problem: Problem };

export class EventPull {
  readonly #options: EventPullOptions;
  readonly #ended = new AbortController();
  readonly #states = new EventStates();
  readonly #running: Promise<void>;
  /** How many tries failed in a row. */
  #failures = 0;
  #heardMs = performance.now();
  /** When the camera gave its last answer, sleep included; null before it was ever heard. */
  #heardAt: Moment | null = null;
  /** `now` ends a pause, and `late`, a little after it, a question. */
  #nudge = { now: new AbortController(), late: new AbortController() };

  constructor(options: EventPullOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /**
   * The camera may be there again, or may have been rebooted: tries now, without waiting for its turn, and subscribes
   * anew where it seemed to be heard. A refused password is tried again, too: cameras count those.
   */
  tryNow(): void {
    const { now, late } = this.#nudge;
    this.#nudge = { now: new AbortController(), late: new AbortController() };
    now.abort();
    setTimeout(() => late.abort(), nudgedGraceMs);
  }

  /** Ends the subscription at the camera too, where it answers soon. May be called twice. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    for (let hasEvents = true; hasEvents && !isEnded(signal);) {
      try {
        hasEvents = await this.#try(signal);
      } catch (error) {
        // Whoever is told may throw, too: that ends neither the hearing nor `close`.
        await this.#failed({ code: 'defect', id: this.#options.on.defect(error) });
      }
    }
  }

  /** False when the camera has no events. */
  async #try(signal: AbortSignal): Promise<boolean> {
    this.#options.on.state({ state: 'connecting' });
    const opened = await this.#options.open(signal);
    if (opened.ok && !opened.value.has('events')) {
      this.#options.on.state({ state: 'none' });
      return false;
    }
    const problem = opened.ok ? await this.#follow(opened.value) : opened.problem;
    const silentMs = performance.now() - this.#heardMs;
    if (isEnded(signal) || silentMs > forgetAfterMs) this.#tell(this.#states.endAll());
    if (!isEnded(signal)) await this.#failed(problem);
    return true;
  }

  /** One subscription after another, until the camera cannot be reached or refuses. */
  async #follow(camera: OnvifCamera): Promise<Problem> {
    const { signal } = this.#ended;
    const offset = new ClockOffset(() => camera.clockOffsetMs);
    for (;;) {
      const subscribed = await subscribe(camera, signal);
      if (!subscribed.ok) return subscribed.problem;
      this.#options.on.state({ state: 'heard', sinceMs: Date.now() });
      const ending = await this.#pull(camera, subscribed.value, offset);
      if (isEnded(signal) || ending.is === 'nudged') await unsubscribe(camera, subscribed.value);
      if (isEnded(signal)) return { code: 'cancelled' };
      if (ending.is === 'nudged') continue;
      if (ending.is === 'lost') return ending.problem;
      // A camera that forgets each subscription at once is not asked without a pause.
      if (this.#failures > 0) return { code: 'eventsRefused', reason: '' };
      this.#failures += 1;
      await pause(forgottenPauseMs, signal);
      if (isEnded(signal)) return { code: 'cancelled' };
    }
  }

  /** Until the subscription ends. */
  async #pull(camera: OnvifCamera, subscription: Subscription, offset: ClockOffset): Promise<Ending> {
    const nudged = this.#nudge.now.signal;
    const signal = AbortSignal.any([this.#ended.signal, nudged]);
    // What the camera keeps for this subscription it tells no other one: it may have been while the computer slept.
    const patient = AbortSignal.any([this.#ended.signal, this.#nudge.late.signal]);
    const lost = (problem: Problem): Ending => (isEnded(nudged) ? { is: 'nudged' } : { is: 'lost', problem });
    const life = new Life(subscription.lifeMs);
    this.#states.subscribed();
    for (let asking: 'states' | 'statesAgain' | 'changes' = 'states'; ;) {
      const asked = momentNow();
      const isLast = isEnded(nudged);
      const question = isLast ? keptQuestion : asking === 'changes' ? pullQuestion : statesQuestion;
      const reply = await ask(camera, subscription, question, patient, pollDeadlineMs);
      if (!reply.ok) return lost(reply.problem);
      if (reply.value.name === 'Fault') return isLast ? { is: 'nudged' } : { is: 'forgotten' };
      this.#failures = 0;
      const messages = readMessages(reply.value);
      const changes = messages.map((message) => this.#states.take(message)).filter((change) => change !== null);
      const again: boolean = asking === 'states' && this.#states.holdsUntold;
      if (asking !== 'changes' && !again) changes.push(...this.#states.allTold());
      this.#heard(changes, { givenMs: readGivenMs(reply.value), offsetMs: offset.nowMs(), asked });
      if (isLast) return { is: 'nudged' };
      life.told(readLifeMs(reply.value));
      if (life.wantsRenewal) {
        const renewed = await ask(camera, subscription, renewQuestion, signal);
        if (!renewed.ok) return lost(renewed.problem);
        life.renewed(renewed.value.name === 'Fault' ? null : (readLifeMs(renewed.value) ?? subscription.lifeMs));
      }
      // Some cameras say what holds only when they are asked to.
      if (again) await ask(camera, subscription, statesWishQuestion, signal);
      asking = again ? 'statesAgain' : 'changes';
      const tookMs = performance.now() - asked.steadyMs;
      const restMs = messages.length === 0 ? leastPollMs - tookMs : messages.length * eachMessageMs;
      await pause(again ? 0 : Math.max(betweenPollsMs, restMs), signal);
      if (isEnded(this.#ended.signal)) return lost({ code: 'cancelled' });
    }
  }

  #heard(
    changes: EventChange[],
    { givenMs, offsetMs, asked }: { givenMs: number | null; offsetMs: number | null; asked: Moment },
  ): void {
    this.#tell(changes, offsetMs);
    this.#heardMs = performance.now();
    // What came after an answer that waited to be read was not in it.
    const waiting = { readMs: Date.now(), tookMs: between(asked, momentNow()) };
    this.#heardAt = momentAgo(answeredAgoMs(givenMs, offsetMs, waiting));
  }

  #tell(changes: EventChange[], offsetMs: number | null = null): void {
    const arrivedMs = Date.now();
    // By what nobody sets: the clock may have been set since, over hours.
    const sinceMs = this.#heardAt ? arrivedMs - between(this.#heardAt, momentNow()) : arrivedMs;
    for (const change of changes) {
      const atMs = change.is === 'over' ? sinceMs : eventTimeMs(change.cameraMs, offsetMs, { sinceMs, arrivedMs });
      this.#options.on.event(change, atMs);
    }
  }

  /** Says so, and waits until it is tried again. */
  async #failed(problem: Problem): Promise<void> {
    const { pausesMs = usualPausesMs, refusedPausesMs = usualRefusedPausesMs } = this.#options;
    const isRefused = problem.code === 'passwordRefused' || problem.code === 'passwordMissing';
    const pauses = isRefused ? refusedPausesMs : pausesMs;
    const ms = pauses[Math.min(this.#failures, pauses.length - 1)] ?? leastPollMs;
    this.#failures += 1;
    try {
      this.#options.on.state({ state: 'lost', problem, nextTryMs: Date.now() + ms });
    } catch (error) {
      this.#options.on.defect(error);
    }
    await pause(ms, AbortSignal.any([this.#ended.signal, this.#nudge.now.signal]));
  }
}

/** How long the camera keeps a subscription; most prolong it by each question, the others want to be asked. */
class Life {
  #endsMs: number;
  #renewMs: number;

  constructor(lifeMs: number) {
    this.#endsMs = performance.now() + lifeMs;
    this.#renewMs = performance.now() + lifeMs / 2;
  }

  get wantsRenewal(): boolean {
    return performance.now() >= this.#renewMs;
  }

  /** null: an answer did not say how long it lives. */
  told(leftMs: number | null): void {
    if (leftMs !== null) this.#endsMs = Math.max(this.#endsMs, performance.now() + leftMs);
  }

  /** null: the camera did not renew it. */
  renewed(lifeMs: number | null): void {
    const nowMs = performance.now();
    if (lifeMs !== null) this.#endsMs = nowMs + lifeMs;
    this.#renewMs = nowMs + Math.max((this.#endsMs - nowMs) / 2, leastPollMs);
  }
}

/** Asked anew after each wait, which the compiler cannot know. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

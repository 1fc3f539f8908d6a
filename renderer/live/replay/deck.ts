/**
 * Plays up to nine cameras by one clock. A moment is taken from the clock, every camera brings its picture of it about,
 * and only when all of them have it all are shown at once: so they are never apart, and where decoding does not keep up
 * fewer moments are shown. A camera in a gap says so and does not hold up the others; where none has anything, playing
 * goes over it. At the end of what is being recorded it waits until there is more, and so it does in a gap that still goes
 * on, where a moment in it was asked for. Knows no canvas: `shown` says that all
 * that changed is to be painted.
 */
import type { GapCause } from '../../../main/contract/model.ts';
import { beforeMs } from './groupStore.ts';
import type { Readiness, Reel } from './reel.ts';
import { type LoopSpan, ReplayClock } from './replayClock.ts';
import type { FromReplay, ReelNow, ReelState } from './replayMessages.ts';

export interface DeckListener {
  tell(message: FromReplay): void;
  /** These are to be painted, now. */
  shown(reels: readonly Reel[]): void;
}

/** A camera that has nothing to show after so long is left out of this moment. */
const longestWaitMs = 2500;
/** The clock does not run away from what is shown by more. */
const mostBehindMs = 400;
/** Decoded pictures of all cameras. */
const shelvesBytes = 320 * 1024 * 1024;
/** Waits at the end of what is recorded until so much is there: it comes half a second at a time. */
const cushionMs = 1200;
const nearEdgeMs = 6000;
/** Nothing was wanted for so long: the hand rests. */
const restsMs = 60;
const leastTickMs = 4;
const mostTickMs = 100;

/** A moment that is to be shown. */
interface Wanted {
  atMs: number;
  since: number;
  /** What was ready stays so, whatever comes meanwhile. */
  decodes: boolean;
  /** By the user, and not by the clock. */
  isAsked: boolean;
}

export class Deck {
  readonly clock: ReplayClock;
  readonly #on: DeckListener;
  #reels: Reel[] = [];
  #focused: Reel | null = null;
  #states = new Map<Reel, ReelState>();
  #inStep = true;
  #playing = false;
  /** The moment on screen. */
  #atMs: number;
  #stepMs = 40;
  #shownAt = 0;
  #wanted: Wanted | null = null;
  #nextMs: number | null = null;
  /** Of the newest 'go'. */
  #nth = 0;
  #steps = 0;
  /** At the end of what is recorded; goes on when more is. */
  #holds = false;
  /** The loop began anew since a picture was shown. */
  #loopedOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #willTick = false;

  constructor(startMs: number, on: DeckListener) {
    this.#atMs = startMs;
    this.clock = new ReplayClock(startMs);
    this.#on = on;
  }

  get reels(): readonly Reel[] {
    return this.#reels;
  }

  get focused(): Reel | null {
    return this.#focused;
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** Time goes on, and what is on screen with it. */
  get isRunning(): boolean {
    return this.#playing && !this.#holds && this.#nextMs === null;
  }

  arrange(reels: Reel[], focused: Reel | null): void {
    const isNew = reels.some((reel) => !this.#reels.includes(reel));
    this.#reels = reels;
    this.#focused = focused ?? reels[0] ?? null;
    for (const reel of this.#states.keys()) if (!reels.includes(reel)) this.#states.delete(reel);
    for (const reel of reels) reel.bound(Math.floor(shelvesBytes / Math.max(1, reels.length)), reels.length === 1);
    if (isNew) this.go(this.#aimMs);
    else this.#tellNow();
  }

  /** `nth`: where the window asked for it, as it counts. */
  go(atMs: number, nth = this.#nth): void {
    this.#nth = nth;
    this.#steps = 0;
    this.#nextMs = Math.max(0, atMs);
    this.#holds = false;
    this.#loopedOver = false;
    this.tickSoon();
  }

  step(by: number): void {
    this.play(false);
    this.#steps += by;
    this.tickSoon();
  }

  play(playing: boolean): void {
    if (this.#playing === playing) return;
    this.#playing = playing;
    this.#holds = false;
    this.clock.set(this.#aimMs, performance.now());
    this.clock.run(playing, performance.now());
    this.tickSoon();
  }

  setRate(rate: number): void {
    // It waited where it is, while the clock ran on.
    if (this.#holds) this.clock.set(this.#atMs, performance.now());
    this.clock.setRate(rate, performance.now());
    this.#holds = false;
    this.tickSoon();
  }

  setLoop(span: LoopSpan | null): void {
    this.clock.set(this.#atMs, performance.now());
    this.clock.loop = span;
    this.#loopedOver = false;
  }

  setInStep(inStep: boolean): void {
    this.#inStep = inStep;
    if (inStep) this.go(this.#aimMs);
    else this.#tellNow();
  }

  /** What touches this span of this camera was deleted. What is there instead is shown as soon as it is known. */
  removed(reel: Reel, { fromMs, toMs }: LoopSpan): void {
    if (!reel.removed(fromMs, toMs)) {
      this.tickSoon();
      return;
    }
    this.#states.set(reel, { is: 'seeking' });
    this.#on.shown([reel]);
    this.go(this.#aimMs);
    this.#tellNow();
  }

  /** Something came that may make a picture possible. */
  readonly tickSoon = (): void => {
    if (this.#willTick) return;
    this.#willTick = true;
    queueMicrotask(() => {
      this.#willTick = false;
      this.#tick();
    });
  };

  close(): void {
    clearTimeout(this.#timer);
    for (const reel of this.#reels) reel.close();
    this.#reels = [];
    this.#states.clear();
  }

  /** What is on screen, or will be next. */
  get #aimMs(): number {
    return this.#nextMs ?? this.#wanted?.atMs ?? this.#atMs;
  }

  get #moved(): Reel[] {
    if (this.#inStep) return this.#reels;
    return this.#focused ? [this.#focused] : [];
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    if (this.#moved.length === 0) return;
    this.#takeNext(now);
    if (this.#wanted) this.#try(this.#wanted, now);
    if (!this.#wanted && this.#playing && !this.#holds) this.#lookAhead();
    if (this.#wanted || this.#playing || this.#steps !== 0)
      this.#timer = setTimeout(() => this.#tick(), this.#pauseMs(now));
    else if (now - this.#shownAt < restsMs) this.#timer = setTimeout(() => this.#tick(), restsMs);
    else for (const reel of this.#moved) reel.fillAround(this.#atMs);
  }

  /** What is to be shown next: what was asked for, a step, or what the clock says. */
  #takeNext(now: number): void {
    if (this.#nextMs !== null) {
      // What is being decoded is nearly there: given up each time, nothing would be shown while somebody drags.
      if (this.#wanted?.decodes === true && now - this.#wanted.since < longestWaitMs) return;
      this.#wanted = { atMs: this.#nextMs, since: now, decodes: false, isAsked: true };
      this.clock.set(this.#nextMs, now);
      this.#nextMs = null;
      return;
    }
    if (this.#wanted) return;
    if (this.#steps !== 0) this.#takeStep(now);
    else if (this.#playing && this.#holds) this.#goOn(now);
    else if (this.#playing && this.#isAtEnd) this.#holds = true;
    else if (this.#playing) {
      const atMs = this.clock.momentAt(now);
      if (this.#changesAt(atMs)) this.#wanted = { atMs, since: now, decodes: false, isAsked: false };
    }
  }

  /** Nothing follows the gap that is on screen, as far as is known. */
  get #isAtEnd(): boolean {
    if (this.clock.loop !== null) return false;
    const by = this.clock.rate > 0 ? 1 : -1;
    return this.#moved.every((reel) => Math.abs(reel.changesNext(this.#atMs, by) ?? 0) === Infinity);
  }

  #takeStep(now: number): void {
    const by = this.#steps > 0 ? 1 : -1;
    const nextMs = this.#focused?.beside(this.#focused.frameMs ?? this.#atMs, by) ?? null;
    if (nextMs === 'waiting') return;
    this.#steps = nextMs === null ? 0 : this.#steps - by;
    if (nextMs === null) return;
    this.#wanted = { atMs: nextMs, since: now, decodes: false, isAsked: true };
    this.clock.set(nextMs, now);
  }

  /** What is on screen of any camera is another one at this moment. */
  #changesAt(atMs: number): boolean {
    return this.#moved.some((reel) => reel.changesAt(atMs, atMs >= this.#atMs ? 1 : -1, this.#atMs));
  }

  #try(wanted: Wanted, now: number): void {
    const direction = this.#playing ? (this.clock.rate > 0 ? 1 : -1) : 0;
    const found = new Map(this.#moved.map((reel) => [reel, reel.want(wanted.atMs, direction)] as const));
    const waiting = [...found.values()].filter((one) => one.is === 'waiting');
    wanted.decodes = waiting.length > 0 && waiting.every((one) => one.for === 'picture');
    if (waiting.length > 0 && now - wanted.since < longestWaitMs) {
      this.#sayWaiting(wanted, now, found);
      return;
    }
    this.#wanted = null;
    const edgeMs = this.#edgeOf(wanted, found);
    if (edgeMs !== null) {
      this.#hold(edgeMs, now);
      return;
    }
    if (this.#playing && [...found.values()].every(({ is }) => is === 'gap' || is === 'failed')) {
      if (this.#passOver(wanted.atMs, [...found.values()])) return;
    }
    this.#show(wanted.atMs, found, now);
  }

  /** What takes long is said; the pictures that are on screen stay meanwhile. */
  #sayWaiting(wanted: Wanted, now: number, found: Map<Reel, Readiness>): void {
    if (this.#playing || now - wanted.since < 300) return;
    for (const [reel, { is }] of found) {
      if (is === 'waiting' && this.#states.get(reel)?.is !== 'seeking') {
        this.#states.set(reel, { is: 'seeking' });
        this.#tellNow();
      }
    }
  }

  #show(atMs: number, found: Map<Reel, Readiness>, now: number): void {
    const changed: Reel[] = [];
    for (const [reel, readiness] of found) {
      if (reel.show(readiness.is === 'picture' ? readiness.timeMs : null)) changed.push(reel);
      this.#states.set(reel, readiness.is === 'picture' && this.#holds ? { is: 'edge' } : stateOf(readiness));
    }
    if ([...found.values()].some(({ is }) => is === 'picture')) this.#loopedOver = false;
    const shownMs = Math.abs(atMs - this.#atMs);
    if (this.#playing && shownMs > 0 && shownMs < 60_000) this.#stepMs = shownMs;
    this.#atMs = atMs;
    if (this.#playing && Math.abs(this.clock.momentAt(now) - atMs) > mostBehindMs * Math.abs(this.clock.rate)) {
      this.clock.set(atMs, now);
    }
    this.#shownAt = now;
    this.#on.shown(changed);
    this.#tellNow();
    if (this.#nextMs !== null || this.#steps !== 0) this.tickSoon();
  }

  /** Where the shown cameras wait for what is being recorded; null where nothing is to be waited for. */
  #edgeOf({ atMs, isAsked }: Wanted, found: Map<Reel, Readiness>): number | null {
    if (this.#playing && this.clock.rate < 0) return null;
    const beyond = [...found].flatMap(([reel, one]) =>
      one.is === 'gap' && one.toMs === Infinity && Number.isFinite(one.fromMs) ? [{ reel, endMs: one.fromMs }] : [],
    );
    if (beyond.length === 0) return null;
    const growing = beyond.filter(({ reel, endMs }) => atMs - endMs < nearEdgeMs && reel.isGrowingAt(endMs));
    if (growing.length > 0) return Math.min(...growing.map(({ endMs }) => endMs));
    // In a loop there is always more to come.
    if (this.clock.loop !== null) return null;
    // A camera that is recorded no more is no reason for the others to wait.
    const hasOthers = [...found.values()].some((one) => one.is === 'picture' || ('toMs' in one && one.toMs < Infinity));
    if (hasOthers) return null;
    const lastEndMs = Math.max(...beyond.map(({ endMs }) => endMs));
    // Playing ends there. Who asks for a moment well behind it, or stands at one, sees why nothing is recorded.
    return atMs - lastEndMs >= nearEdgeMs && (isAsked || this.#atMs > lastEndMs) ? null : lastEndMs;
  }

  #hold(edgeMs: number, now: number): void {
    const lastMs = Math.max(0, edgeMs - beforeMs);
    this.#holds = true;
    this.clock.set(lastMs, now);
    if (this.#playing && this.clock.rate > 1) {
      this.clock.setRate(1, now);
      this.#on.tell({ is: 'rate', rate: 1 });
    }
    const found = new Map(this.#moved.map((reel) => [reel, reel.want(lastMs, 0)] as const));
    if ([...found.values()].some(({ is }) => is === 'waiting')) {
      // Its last picture comes first; what was beyond is asked again then.
      this.#wanted = { atMs: lastMs, since: now, decodes: false, isAsked: false };
      return;
    }
    this.#show(lastMs, found, now);
  }

  /** Goes on when enough was recorded since. */
  #goOn(now: number): void {
    if (this.clock.rate < 0 || this.#isAtEnd) return;
    if (this.#moved.some((reel) => reel.frame !== null && reel.knownUntil(this.#atMs) < this.#atMs + cushionMs)) return;
    this.#holds = false;
    this.clock.set(this.#atMs, now);
  }

  /** None has anything there: on with the first that has, in a loop from its beginning. False where none ever has. */
  #passOver(atMs: number, found: Readiness[]): boolean {
    const forward = this.clock.rate > 0;
    const spans = found.filter((one) => one.is === 'gap' || one.is === 'failed');
    const nextMs = forward
      ? Math.min(...spans.map(({ toMs }) => toMs))
      : Math.max(...spans.map(({ fromMs }) => fromMs)) - beforeMs;
    const loopedMs = this.clock.loopedOver(nextMs);
    if (loopedMs === null ? !Number.isFinite(nextMs) : this.#loopedOver) {
      this.#holds = true;
      return false;
    }
    if (loopedMs !== null) {
      this.#loopedOver = true;
      this.#nextMs = loopedMs;
      this.tickSoon();
      return true;
    }
    const [first] = spans;
    const cause: GapCause | 'vaultDamaged' | 'gone' | 'undecodable' =
      first?.is === 'gap' ? first.cause : (first?.code ?? 'unknown');
    if (Math.abs(nextMs - atMs) >= 1000 || first?.is === 'failed') {
      this.#on.tell({ is: 'passed', fromMs: Math.min(atMs, nextMs), toMs: Math.max(atMs, nextMs), cause });
    }
    this.#nextMs = nextMs;
    this.tickSoon();
    return true;
  }

  #lookAhead(): void {
    const direction = this.clock.rate > 0 ? 1 : -1;
    const stepMs = Math.max(this.#stepMs, 20 * Math.abs(this.clock.rate));
    for (const reel of this.#moved) reel.lookAhead(this.#atMs, direction, stepMs);
  }

  /** Until the next picture, or the next look at what is missing. */
  #pauseMs(now: number): number {
    if (this.#wanted || this.#holds || this.#steps !== 0) return mostTickMs;
    const by = this.clock.rate > 0 ? 1 : -1;
    const soonest = this.#moved.reduce((least, reel) => {
      const nextMs = reel.changesNext(this.#atMs, by);
      return Math.min(least, nextMs === null ? mostTickMs : this.clock.until(nextMs, now));
    }, mostTickMs);
    // Faster than a screen shows them there is no use in more of them.
    return Math.max(leastTickMs, soonest, 15 - (now - this.#shownAt));
  }

  #tellNow(): void {
    const reels = this.#reels.map((reel): ReelNow => {
      const { frame, frameMs } = reel;
      const picture =
        frame && frameMs !== null
          ? { atMs: frameMs, widthPixels: frame.displayWidth, heightPixels: frame.displayHeight }
          : null;
      return { tile: reel.number, state: this.#states.get(reel) ?? { is: 'seeking' }, picture };
    });
    const isThere = this.#nextMs === null && this.#wanted === null;
    this.#on.tell({ is: 'now', atMs: this.#atMs, isThere, nth: this.#nth, reels });
  }
}

function stateOf(readiness: Readiness): ReelState {
  switch (readiness.is) {
    case 'picture':
      return { is: 'shown' };
    case 'waiting':
      return { is: 'seeking' };
    case 'gap': {
      const { fromMs, toMs, cause } = readiness;
      return { is: 'gap', fromMs, toMs, cause };
    }
    case 'failed':
      return { is: 'failed', code: readiness.code };
    case 'unsupported':
      return { is: 'unsupported', codecs: readiness.codecs };
  }
}

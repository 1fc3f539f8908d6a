/**
 * Keeps one stream of one camera alive: connects, watches, and tries again after 1, 2, 5, 10 and then every 30 s. What
 * it hands to the recorder comes in runs; after any loss it starts a new run, so a run never holds a gap. Never throws
 * after start: trouble is a state. Recording never fails because of the sound: where it does, the sound is left out.
 */
import type { GapCause, RefusalCode, StreamRole, StreamState } from '../../contract/model.ts';
import { bad, type Outcome } from '../../contract/problems.ts';
import type { CameraClock } from './cameraClock.ts';
import type { SignInMemory } from '../wire/signInMemory.ts';
import { askBeforeFfmpeg } from './beforeFfmpeg.ts';
import { type Clock, ClockWatch, systemClock } from './clock.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import { BitRate } from './bitRate.ts';
import { FanOut, type Viewer } from './fanOut.ts';
import { FfmpegIntake } from './ffmpegIntake.ts';
import type { Ffmpeg, StreamSource } from './ffmpeg.ts';
import type { Fragment, Init } from './fmp4.ts';
import type { StartIntake } from './intake.ts';
import { causeOf, gapCause, type Cause } from './causes.ts';
import { Manner } from './manner.ts';
import { isSpoken } from './rtp/tracks.ts';
import { RtspIntake } from './rtspIntake.ts';
import { Runs } from './runs.ts';
import type { Way } from './way.ts';

/** An unbroken series of fragments from one connection. */
export interface Run {
  init: Init;
  /** UTC ms of its media time 0: a fragment begins at `startMs + startSeconds * 1000`. */
  startMs: number;
}

export interface FeedListener {
  state?(state: StreamState): void;
  run?(run: Run): void;
  /** Always of the run that began last. */
  fragment?(fragment: Fragment, arrivalMs: number): void;
  /**
   * Nothing is recorded any more, because of `cause`; also told where no run came before, once for each cause.
   * `sinceMs`: when the try, or the sleep, began that told it (UTC ms); left out: it is so since now.
   */
  runEnd?(cause: GapCause, sinceMs?: number): void;
  /** Every second while live: the mean of the last five. */
  bitRate?(bitsPerSecond: number): void;
  /** What the camera tells of its clock, every few seconds; only where our own RTSP takes the stream in. */
  cameraClock?(clock: CameraClock): void;
  /** A connection ended, and no other way of making it is left to try. */
  ended?(end: ConnectionEnd): void;
  /** What ffmpeg said at the end of a connection, without addresses; what was left out to keep the recording going. */
  note?(what: string): void;
  /** What asking for the address or connecting threw: a defect. The camera is tried again like one that is lost. */
  defect?(error: unknown): void;
}

export interface FeedOptions {
  ffmpeg: Ffmpeg;
  role: StreamRole;
  /** Asked at every connect: the address may change, and with it the credentials. The first time it failed nowhere yet. */
  source: (signal: AbortSignal, afterFailure: boolean) => Promise<Outcome<StreamSource>>;
  record: boolean;
  sound: boolean;
  /** Convert the picture to H.264 for viewing. */
  convert: boolean;
  /** Whether this computer has a way to the camera; left out: it always has. */
  way?: Pick<Way, 'isGone'>;
  /** What earlier connections to the same camera learned about signing in. */
  signInMemory?: SignInMemory;
  /** Nothing but our own RTSP: it is there for showing sooner what another connection brings anyway. */
  onlyRtsp?: boolean;
  on: FeedListener;
  clock?: Clock;
}

const lostDelaysMs = [1000, 2000, 5000, 10_000, 30_000];
/** Some cameras lock an account for half an hour after five to seven wrong passwords. */
const refusedDelaysMs = [5000, 30_000, 60_000, 300_000];
/** A connection that lasted so long was a good one: the next trouble is a new one. */
const goodAfterMs = 30_000;
const sourceWithinMs = 20_000;
/** From asking for the address to the first picture a camera that is well takes less. */
const slowTryMs = 3000;
/** The network is looked at every second, and pictures come several times a second: one went because of the other. */
const sameMomentMs = 2000;
/** What a connection ends with where the computer's own network may be the reason. */
const perhapsNetwork: ReadonlySet<Cause> = new Set([
  'noAnswer',
  'noSuchHost',
  'closed',
  'stalled',
  'failed',
  'network',
]);

interface TryEnd {
  cause: Cause;
  /** Another way of connecting is worth a try. */
  again: boolean;
  hadPictures: boolean;
}

export class Feed {
  readonly role: StreamRole;
  readonly #options: FeedOptions;
  readonly #clock: Clock;
  readonly #clockWatch: ClockWatch;
  readonly #closing = new AbortController();
  readonly #fanOut = new FanOut();
  readonly #bitRate = new BitRate();
  readonly #ticks: NodeJS.Timeout;
  readonly #loop: Promise<void>;
  #state: StreamState;
  #connection: Connection | null = null;
  readonly #runs: Runs;
  readonly #manner: Manner;
  #failures = 0;
  #troubleSinceMs: number | null = null;
  #lastPictureMs: number | null = null;
  #stopWaiting: (() => void) | null = null;
  #slept = false;
  /** When the end was asked for: a camera that says nothing takes a while to be let go of. */
  #closedMs: number | undefined;
  /** The one that goes on now: since when its outcome counts (UTC ms), and when it began (steady ms). */
  #try: { sinceMs: number; beganMs: number } | null = null;
  /** This computer has no way to the camera, as it was at the last look; and since when that was so last (UTC ms). */
  #wayIsGone = false;
  #wentMs: number | null = null;
  /** There was a connection, or a try at one. */
  #connected = false;
  /** Why the last try was refused, if it was. */
  #refusal: RefusalCode = 'passwordRefused';

  constructor(options: FeedOptions) {
    this.role = options.role;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#clockWatch = new ClockWatch(this.#clock);
    this.#runs = new Runs(options.on);
    const { record, convert, sound, onlyRtsp = false } = options;
    this.#manner = new Manner({ record, convert, sound, onlyRtsp });
    this.#state = { state: 'connecting', sinceMs: this.#clock.wallMs(), answered: false };
    this.#ticks = setInterval(() => this.#tick(), 1000);
    this.#loop = this.#keepAlive();
  }

  get state(): StreamState {
    return this.#state;
  }

  /**
   * The viewer gets the state, and pictures from the last keyframe on. Returns the function that ends the viewing.
   */
  watch(viewer: Viewer): () => void {
    viewer.state(this.#state);
    return this.#fanOut.watch(viewer);
  }

  /** Does not wait for the next try's turn. No effect while connected. */
  retryNow(): void {
    this.#failures = 0;
    this.#stopWaiting?.();
  }

  /**
   * Notices at once what is looked for every second otherwise: a clock that was set, and sleep. To be called before
   * anything is ended by the clock. True when the computer slept.
   */
  lookAtClock(): boolean {
    const change = this.#clockWatch.check();
    if (change?.what === 'clock') this.#runs.clockSet(change.byMs);
    if (change?.what === 'asleep') {
      const silentMs = change.sinceMs - (this.#lastPictureMs ?? change.sinceMs);
      // It was silent before the computer slept.
      if (this.#runs.running && silentMs > sameMomentMs) this.#runs.end(this.#wayIsGone ? 'network' : 'lost');
      this.#runs.end('asleep', change.sinceMs);
      // What the old connection still holds is of before, and no run's.
      this.#runs.connect();
      this.#slept = true;
      this.#stopWaiting?.();
      void this.#connection?.stop('closed');
    }
    return change?.what === 'asleep';
  }

  /** Ends everything; the last fragment is still handed on. May be called twice. */
  async close(): Promise<void> {
    if (!this.#isClosing()) this.lookAtClock();
    this.#closedMs ??= this.#clock.wallMs();
    this.#closing.abort();
    this.#stopWaiting?.();
    await this.#connection?.stop('closed');
    await this.#loop;
  }

  async #keepAlive(): Promise<void> {
    // The owner has no reference yet: nothing is told from inside the constructor.
    await Promise.resolve();
    this.#options.on.state?.(this.#state);
    // What the first try finds out is why the run before it ended: a camera whose password was changed hangs up, too.
    let runEndedMs: number | null = null;
    while (!this.#isClosing()) {
      const sinceMs: number = runEndedMs ?? this.#clock.wallMs();
      this.#lookAtWay();
      this.#try = { sinceMs, beganMs: this.#clock.steadyMs() };
      const end = await this.#connect().catch((error: unknown) => this.#defect(error));
      this.#try = null;
      if (this.#isClosing()) break;
      if (this.#slept) this.#connecting();
      else {
        const ran = this.#runs.running;
        end.cause = this.#because(end);
        this.#tellEnd(end, sinceMs);
        runEndedMs = ran ? this.#clock.wallMs() : null;
      }
      if (!this.#slept && !end.again) await this.#wait(end.cause);
      // Tried in another way at once; live it is not meanwhile.
      else if (end.again && this.#state.state === 'live') this.#connecting();
      if (this.#slept) runEndedMs = null;
      this.#slept = false;
    }
    clearInterval(this.#ticks);
    this.#runs.end('closed', this.#closedMs);
    this.#setState({ state: 'off' });
  }

  /** Where this computer has no way to the camera, that is the reason. */
  #because({ cause, hadPictures }: TryEnd): Cause {
    this.#lookAtWay();
    if (!perhapsNetwork.has(cause)) return cause;
    // It may be back by the time at which the silence is noticed.
    const wentThen = hadPictures && (this.#wentMs ?? 0) > (this.#lastPictureMs ?? Infinity) - sameMomentMs;
    return this.#wayIsGone || wentThen ? 'network' : cause;
  }

  /** Why nothing is recorded. `sinceMs`: when the try began that came to that end. */
  #tellEnd({ cause, hadPictures }: TryEnd, sinceMs: number): void {
    // There were pictures, of a run that the clock ended, perhaps: since the last of them.
    const lostMs = hadPictures ? (this.#lastPictureMs ?? undefined) : sinceMs;
    const ran = this.#runs.running;
    const wentMs = cause === 'network' ? this.#wentMs : null;
    if (wentMs === null || (ran && wentMs - (this.#lastPictureMs ?? wentMs) < sameMomentMs)) {
      this.#runs.end(gapCause(cause), ran ? undefined : lostMs);
      return;
    }
    // It was silent before the network went.
    if (ran) this.#runs.end('lost');
    this.#runs.end('network', Math.max(lostMs ?? wentMs, wentMs));
  }

  /** What goes on may outlive it; whoever waits for the camera waits for the network from now on. */
  #lookAtWay(): void {
    const isGone = this.#options.way?.isGone() ?? false;
    if (isGone && !this.#wayIsGone) {
      this.#wentMs = this.#clock.wallMs();
      // What the camera sends meanwhile waits in TCP: nothing would tell it from what it sends when the way is back.
      if (this.#options.record && !this.#runs.reckoned) void this.#connection?.stop('network');
    }
    this.#wayIsGone = isGone;
    const before = this.#state;
    if (!isGone || this.#try || (before.state !== 'refused' && before.state !== 'lost')) return;
    if (before.state === 'lost' && before.cause === 'network') return;
    const { nextTryMs } = before;
    this.#runs.end('network', this.#wentMs ?? undefined);
    const sinceMs = before.state === 'lost' ? before.sinceMs : this.#clock.wallMs();
    this.#setState({ state: 'lost', cause: 'network', sinceMs, nextTryMs });
  }

  /** What nobody foresaw ends a connection, never the feed. */
  #defect(error: unknown): TryEnd {
    this.#connection = null;
    this.#options.on.defect?.(error);
    return { cause: 'failed', again: false, hadPictures: false };
  }

  /** One connection, from asking for the address to its end. */
  async #connect(): Promise<TryEnd> {
    const source = await this.#askSource();
    const missing = source.ok ? source.value.credentials === null : source.problem.code === 'passwordMissing';
    this.#refusal = missing ? 'passwordMissing' : 'passwordRefused';
    if (!source.ok) return { cause: causeOf(source.problem), again: false, hadPictures: false };
    if (this.#isClosing()) return { cause: 'closed', again: false, hadPictures: false };
    const { ffmpeg, record, convert, signInMemory, on } = this.#options;
    const startedMs = this.#clock.steadyMs();
    this.#connected = true;
    this.#runs.connect();
    const { by, probe, sound } = this.#manner;
    const spoken = by === 'rtsp' && isSpoken(source.value.video);
    const asked = spoken ? source : await this.#askBeforeFfmpeg(source.value);
    if (!asked.ok) return { cause: asked.cause, again: false, hadPictures: false };
    if (this.#isClosing()) return { cause: 'closed', again: false, hadPictures: false };
    const start: StartIntake = (listener) =>
      spoken
        ? new RtspIntake({ source: asked.value, sound, clock: this.#clock, signInMemory }, listener)
        : new FfmpegIntake(ffmpeg, { source: asked.value, record, convert, probe, sound }, listener);
    this.#connection = new Connection(start, record, this.#clock, {
      answered: () => this.#answered(),
      video: (config) => this.#fanOut.video(config, { role: this.role, intake: spoken ? 'rtsp' : 'ffmpeg' }),
      audio: (config) => this.#fanOut.audio(config),
      frame: (frame, arrivalMs) => {
        // A clock that was set just before, and not noticed yet, must not be reckoned with twice.
        if (!this.#runs.reckoned) this.lookAtClock();
        if (frame.track === 'video') this.#runs.picture(frame.timeMs, arrivalMs);
        this.#live(arrivalMs);
        this.#fanOut.frame(frame, arrivalMs);
      },
      init: (init) => this.#runs.init(init),
      fragment: (fragment, arrivalMs) => {
        this.#live(arrivalMs);
        if (!this.#runs.reckoned) this.lookAtClock();
        this.#runs.fragment(fragment, arrivalMs);
      },
      cameraClock: (clock) => on.cameraClock?.(clock),
    });
    const end = await this.#connection.ended;
    this.#connection = null;
    this.#bitRate.reset();
    this.#fanOut.reset();
    if (end.inClear) this.#refusal = 'passwordInClear';
    if (end.text !== '') on.note?.(end.text);
    if (this.#clock.steadyMs() - startedMs > goodAfterMs && end.hadPictures) this.#failures = 0;
    const { again, withoutSound } = this.#manner.learn(end);
    if (withoutSound) on.note?.('the sound is left out of the recording: with it, nothing could be recorded');
    if (!again && !this.#isClosing()) on.ended?.(end);
    return { cause: end.cause, again, hadPictures: end.hadPictures };
  }

  /** What ffmpeg may be given; an end told like a connection's where it may not be started. */
  async #askBeforeFfmpeg(
    source: StreamSource,
  ): Promise<{ ok: true; value: StreamSource } | { ok: false; cause: Cause }> {
    const asked = await askBeforeFfmpeg(source, this.#closing.signal);
    if (asked.ok) return { ok: true, value: asked.source };
    const { cause, text, inClear = false } = asked.end;
    if (inClear) this.#refusal = 'passwordInClear';
    const { on } = this.#options;
    if (!this.#isClosing()) {
      if (text !== '') on.note?.(text);
      on.ended?.({ cause, text, elsewhere: false, inClear, hadPictures: false });
    }
    return { ok: false, cause };
  }

  async #askSource(): Promise<Outcome<StreamSource>> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(sourceWithinMs)]);
    const { promise, resolve } = Promise.withResolvers<Outcome<StreamSource>>();
    const giveUp = (): void => resolve(bad({ code: 'cancelled' }));
    signal.addEventListener('abort', giveUp, { once: true });
    const asked = this.#options.source(signal, this.#connected).catch((error: unknown) => {
      this.#options.on.defect?.(error);
      return bad({ code: 'defect', id: '' });
    });
    const answer = await Promise.race([asked, promise]);
    signal.removeEventListener('abort', giveUp);
    return answer;
  }

  async #wait(cause: Cause): Promise<void> {
    const delaysMs = cause === 'refused' ? refusedDelaysMs : lostDelaysMs;
    const delayMs = delaysMs[Math.min(this.#failures++, delaysMs.length - 1)] ?? 0;
    const nowMs = this.#clock.wallMs();
    this.#troubleSinceMs ??= this.#lastPictureMs ?? nowMs;
    const trouble = { sinceMs: this.#troubleSinceMs, nextTryMs: nowMs + delayMs };
    this.#setState(
      cause === 'refused'
        ? { state: 'refused', code: this.#refusal, ...trouble }
        : { state: 'lost', cause, ...trouble },
    );
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), delayMs);
    this.#stopWaiting = () => resolve(true);
    // Tried in its turn, a lost camera stays lost until it answers; tried by the user, it shows that it is tried.
    if ((await promise) && !this.#isClosing()) this.#connecting();
    clearTimeout(timer);
    this.#stopWaiting = null;
  }

  #tick(): void {
    if (!this.lookAtClock()) {
      this.#lookAtWay();
      this.#tellSlowTry();
    }
    if (!this.#connection) return;
    this.#connection.check();
    const bitsPerSecond = this.#bitRate.sample(this.#connection.bytes, this.#clock.steadyMs());
    if (bitsPerSecond !== null && this.#state.state === 'live') this.#options.on.bitRate?.(bitsPerSecond);
  }

  /** A try that takes so long and succeeds in the end was waited for: until then the camera was lost. */
  #tellSlowTry(): void {
    if (!this.#try || this.#runs.running || this.#state.state === 'live') return;
    if (this.#clock.steadyMs() - this.#try.beganMs <= slowTryMs) return;
    if (this.#wayIsGone) this.#runs.end('network', Math.max(this.#try.sinceMs, this.#wentMs ?? 0));
    else this.#runs.end('lost', this.#try.sinceMs);
  }

  #connecting(): void {
    this.#setState({ state: 'connecting', sinceMs: this.#clock.wallMs(), answered: false });
  }

  #answered(): void {
    if (this.#state.state === 'live') return;
    const sinceMs = this.#state.state === 'connecting' ? this.#state.sinceMs : this.#clock.wallMs();
    this.#setState({ state: 'connecting', sinceMs, answered: true });
  }

  #live(arrivalMs: number): void {
    this.#lastPictureMs = arrivalMs;
    if (this.#state.state === 'live') return;
    this.#tellSlowTry();
    this.#troubleSinceMs = null;
    this.#setState({ state: 'live', sinceMs: arrivalMs });
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  #setState(state: StreamState): void {
    this.#state = state;
    this.#options.on.state?.(state);
    this.#fanOut.state(state);
  }
}

/**
 * What is shown of one camera: its viewers, and the connections that are made for them. The connection that is recorded
 * shows too, one picture later than our own RTSP, so the main stream comes by a connection of its own beside it where
 * the camera grants one, and by the recorded one where it does not. The sub stream falls back to the recorded one as
 * well. A connection that nobody looks at is ended after a while. Never throws: trouble is a state.
 */
import type { StreamRole, StreamState, VideoCodec } from '../contract/model.ts';
import type { Outcome } from '../contract/problems.ts';
import type { CameraClock } from '../core/video/cameraClock.ts';
import type { ConnectionEnd } from '../core/video/connection.ts';
import { EitherWay } from '../core/video/eitherWay.ts';
import type { Viewer } from '../core/video/fanOut.ts';
import { Feed } from '../core/video/feed.ts';
import { flvCarriesHevc, type Ffmpeg, type StreamSource } from '../core/video/ffmpeg.ts';
import { isSpoken } from '../core/video/rtp/tracks.ts';
import { SignInMemory } from '../core/wire/signInMemory.ts';
import { isCarried } from '../core/video/intakeScript.ts';
import type { Way } from '../core/video/way.ts';
import { Beside } from './beside.ts';

/** A stream without viewers is kept for this long: switching between one and four tiles then costs nothing. */
const lingerMs = 4000;

/** How a connection ends that a camera does not grant. */
const refusals = new Set<ConnectionEnd['cause']>(['closed', 'noAnswer', 'refused', 'stalled']);

export type ViewingKey = 'main' | 'sub' | 'main converted' | 'sub converted';

/** A viewer that can be told that its stream reaches it only converted. */
export interface Onlooker extends Viewer {
  notCarried(): void;
}

export interface ShowingOptions {
  ffmpeg: Ffmpeg;
  source: (role: StreamRole) => (signal: AbortSignal, afterFailure: boolean) => Promise<Outcome<StreamSource>>;
  /** Whether this computer has a way to the camera. */
  way: Way;
  /** As the camera describes it; it may change. */
  codec: (role: StreamRole) => VideoCodec;
  on: { note(what: string): void; cameraClock(clock: CameraClock): void; defect(error: unknown): void };
}

interface Shown {
  key: ViewingKey;
  viewer: Onlooker;
  way: EitherWay;
  /** It was told that nothing comes but a converted picture. */
  toldNotCarried: boolean;
  /** UTC ms; null while it has a connection to be shown over. */
  notGrantedSinceMs: number | null;
}

interface Viewing {
  feed: Feed;
  /** Made while the stream was recorded, and therefore by our own RTSP alone. */
  beside: boolean;
  /** What its last connection ended with, while it showed nothing. */
  fruitless: ConnectionEnd['cause'] | null;
  linger: NodeJS.Timeout | null;
}

export class Showing {
  readonly #options: ShowingOptions;
  readonly #beside = new Beside();
  readonly #signInMemory = new SignInMemory();
  readonly #shown = new Set<Shown>();
  readonly #viewing = new Map<ViewingKey, Viewing>();
  #recorded: Feed | null = null;
  #recordedState: StreamState = { state: 'off' };
  #makingWay = false;
  /** Nobody is to be seen. */
  #hidden = false;
  /** Our own RTSP does not speak to this camera's main stream. */
  #notSpoken = false;
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ShowingOptions) {
    this.#options = options;
  }

  /** Shows a stream to a viewer until the returned function is called. */
  show(key: ViewingKey, viewer: Onlooker): () => void {
    const way = new EitherWay(viewer, { atOnce: key === 'main' });
    const shown = { key, viewer, way, toldNotCarried: false, notGrantedSinceMs: null };
    this.#shown.add(shown);
    this.#arrange();
    return () => {
      shown.way.close();
      if (this.#shown.delete(shown)) this.#arrange();
    };
  }

  /**
   * Ends what a camera that grants few connections might count against its recording: to be awaited before a recording
   * begins, and followed by `recorded`. Viewers keep their last picture meanwhile.
   */
  async makeWay(): Promise<void> {
    this.#recorded = null;
    this.#makingWay = true;
    this.#arrange();
    await this.#dropAll();
  }

  /** Shows nothing, whoever looks, and has no connection for it; or shows again. */
  async hide(hidden: boolean): Promise<void> {
    if (this.#hidden === hidden) return;
    this.#hidden = hidden;
    this.#arrange();
    if (hidden) await this.#dropAll();
  }

  /** The camera is recorded over this connection from now on; null: it is not recorded. */
  recorded(feed: Feed | null): void {
    this.#recorded = feed;
    this.#recordedState = feed?.state ?? { state: 'off' };
    this.#makingWay = false;
    this.#arrange();
  }

  /** What the recorded connection tells of itself. */
  recordedState(state: StreamState): void {
    const wasLive = this.#recordedState.state === 'live';
    this.#recordedState = state;
    if (wasLive && state.state === 'lost' && this.#beside.recordingLost(performance.now(), !this.#othersStand())) {
      this.#options.on.note('the recording was lost soon after another connection to the camera began');
      void this.#dropAll();
    }
    this.#arrange();
  }

  /** A connection for the recording ended. One that never came about may have been refused because of another. */
  recordedEnded({ hadPictures, cause }: ConnectionEnd): void {
    if (hadPictures || !this.#othersStand() || cause === 'refused') return;
    this.#beside.refused(performance.now());
    void this.#dropAll();
    this.#arrange();
  }

  retryNow(): void {
    for (const { feed } of this.#viewing.values()) feed.retryNow();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#again) clearTimeout(this.#again);
    for (const { way } of this.#shown) way.close();
    this.#shown.clear();
    await this.#dropAll();
  }

  /** Gives every viewer the connections that it is to have now, and makes and ends them. May be called at any time. */
  #arrange(): void {
    if (this.#closed) return;
    for (const [key, { beside }] of this.#viewing) {
      if (key === 'main' && beside !== (this.#recorded !== null)) void this.#drop(key);
    }
    const wanted = new Set<ViewingKey>();
    for (const shown of this.#shown) {
      const own = this.#mayOpen(shown.key) ? this.#open(shown.key) : null;
      if (own) wanted.add(shown.key);
      // The sub stream is small: the large one does not go before it while it is about to come.
      const waits = shown.key !== 'main' && !own && this.#isAboutToGrant();
      const recorded = isConverted(shown.key) || waits || this.#hidden ? null : this.#recorded;
      shown.way.ways({ own: own?.feed ?? null, recorded });
      if (this.#hidden) {
        shown.viewer.state({ state: 'off' });
        continue;
      }
      const refused = !own && !recorded && this.#recorded !== null && this.#recordedState.state === 'refused';
      if (waits || refused) shown.viewer.state(this.#recordedState);
      else if (!own && !recorded && this.#recorded) this.#tellNotGranted(shown);
      else shown.notGrantedSinceMs = null;
      this.#tellNotCarried(shown, own);
    }
    for (const [key, viewing] of this.#viewing) {
      if (wanted.has(key)) continue;
      viewing.linger ??= setTimeout(() => void this.#drop(key), lingerMs).unref();
    }
    this.#planAnother();
  }

  /** A connection beside the recorded one is there, or is being made. */
  #othersStand(): boolean {
    const states = [...this.#viewing.values()].map(({ feed }) => feed.state.state);
    return states.some((state) => state === 'live' || state === 'connecting');
  }

  /** The recording has its connection; its first keyframe may be long in coming. */
  #recordedStands(): boolean {
    const state = this.#recordedState;
    return state.state === 'live' || (state.state === 'connecting' && state.answered);
  }

  /** The recording gets its connection in a moment, and then others may be asked for. */
  #isAboutToGrant(): boolean {
    if (this.#hidden) return false;
    const waits = this.#recordedState.state === 'connecting' && !this.#recordedStands();
    return waits && this.#beside.mayAsk(performance.now());
  }

  /** Whether the camera is asked for a connection to show this. */
  #mayOpen(key: ViewingKey): boolean {
    if (this.#hidden) return false;
    if (this.#recorded === null) return !this.#makingWay;
    if (key === 'main' && (this.#notSpoken || !isSpoken(this.#options.codec('main')))) return false;
    if (!this.#beside.mayAsk(performance.now())) return false;
    const state = this.#recordedState;
    // The same password would be refused once more, and some cameras lock after a few. What stands, stands.
    if (state.state === 'refused') return this.#viewing.get(key)?.feed.state.state === 'live';
    // The recording gets its connection first. One that can never be had takes none away.
    const never = state.state === 'lost' && state.cause === 'codec';
    return this.#viewing.has(key) || this.#recordedStands() || (key !== 'main' && never);
  }

  #open(key: ViewingKey): Viewing {
    const open = this.#viewing.get(key);
    if (open) {
      if (open.linger) clearTimeout(open.linger);
      open.linger = null;
      return open;
    }
    const role = key.startsWith('main') ? 'main' : 'sub';
    const { ffmpeg, source, way, on } = this.#options;
    const beside = key === 'main' && this.#recorded !== null;
    if (this.#recorded) this.#beside.began(performance.now());
    const feed = new Feed({
      ...{ ffmpeg, role, source: source(role), way, record: false, onlyRtsp: beside },
      // Always taken in: to add it when somebody wants to listen would take another connection.
      sound: true,
      convert: isConverted(key),
      signInMemory: this.#signInMemory,
      on: {
        defect: (error) => on.defect(error),
        cameraClock: (clock) => on.cameraClock(clock),
        state: (state) => {
          const isMade = state.state === 'connecting' || state.state === 'live';
          if (isMade && this.#recorded) this.#beside.began(performance.now());
        },
        ended: (end) => this.#ended(key, viewing, end),
      },
    });
    const viewing: Viewing = { feed, beside, fruitless: null, linger: null };
    this.#viewing.set(key, viewing);
    return viewing;
  }

  /** A connection for viewing ended. While the recorded one goes on, one that showed nothing was not granted. */
  #ended(key: ViewingKey, viewing: Viewing, end: ConnectionEnd): void {
    if (this.#viewing.get(key) !== viewing) return;
    viewing.fruitless = end.hadPictures ? null : end.cause;
    if (!end.hadPictures && this.#recordedStands()) {
      const notGranted = refusals.has(end.cause) && !end.elsewhere;
      if (notGranted) this.#beside.refused(performance.now());
      // The recorded one shows it, by ffmpeg.
      else if (viewing.beside) this.#notSpoken = true;
      const what = notGranted
        ? 'grants no connection beside the one that is recorded'
        : 'is not spoken to by our own RTSP';
      if (notGranted || viewing.beside) {
        this.#options.on.note(`the camera ${what}: ${end.text || end.cause}`);
        void this.#drop(key);
      }
    }
    if (this.#recorded && this.#recordedState.state === 'refused') void this.#drop(key);
    this.#arrange();
  }

  /** Only a converted picture has nothing else to come over. */
  #tellNotGranted(shown: Shown): void {
    const sinceMs = (shown.notGrantedSinceMs ??= Date.now());
    const nextTryMs = Date.now() + this.#beside.waitMs(performance.now());
    shown.viewer.state({ state: 'lost', sinceMs, cause: 'oneConnection', nextTryMs });
  }

  #tellNotCarried(shown: Shown, own: Viewing | null): void {
    if (isConverted(shown.key) || shown.toldNotCarried) return;
    const { codec, ffmpeg } = this.#options;
    const carried = isCarried(codec(shown.key === 'sub' ? 'sub' : 'main'), flvCarriesHevc(ffmpeg));
    const recordedShows = this.#recorded !== null && isCarried(codec('main'), flvCarriesHevc(ffmpeg));
    const ownMayShow = own !== null ? own.fruitless !== 'codec' : this.#beside.mayAsk(performance.now());
    if (carried || recordedShows || (ownMayShow && isSpoken(codec(shown.key === 'sub' ? 'sub' : 'main')))) return;
    shown.toldNotCarried = true;
    shown.viewer.notCarried();
  }

  /** Another connection is asked for again when its time has come, and somebody still looks. */
  #planAnother(): void {
    const waitMs = this.#beside.waitMs(performance.now());
    if (this.#again || waitMs === 0 || this.#shown.size === 0) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#arrange();
    }, waitMs + 1).unref();
  }

  async #dropAll(): Promise<void> {
    await Promise.all([...this.#viewing.keys()].map((key) => this.#drop(key)));
  }

  async #drop(key: ViewingKey): Promise<void> {
    const viewing = this.#viewing.get(key);
    this.#viewing.delete(key);
    if (viewing?.linger) clearTimeout(viewing.linger);
    await viewing?.feed.close();
  }
}

function isConverted(key: ViewingKey): boolean {
  return key.endsWith('converted');
}

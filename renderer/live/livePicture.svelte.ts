/**
 * The live picture of one camera, as the window knows it: asks for streams, hands their ports to the worker, and says
 * what is shown, since when, and why not. Takes the camera's other stream where this computer cannot show the wanted
 * one. A stream that ends by itself is asked for again. Never throws. Leaves the words to the views.
 */
import type { CameraId, StreamRole, StreamState } from '../../main/contract/model.ts';
import { openStream } from '../home.ts';
import { withPoint, type Point } from './lastMinute.ts';
import { wholePicture, type PictureView } from './pictureView.ts';
import type { Still } from './stillOf.ts';
import type { Coming, FromWorker, Pulse, ToWorker } from './workerMessages.ts';

const openAgainMs = 2000;
/** A picture is drawn and packed in a few dozen milliseconds, or the worker stands still. */
const stillDeadlineMs = 10_000;

interface Request {
  role: StreamRole;
  converted: boolean;
}

export interface Shown extends Coming {
  widthPixels: number;
  heightPixels: number;
}

/** A stream that this computer cannot show. Width and height are 0 where unknown. */
export interface NotShown {
  role: StreamRole;
  widthPixels: number;
  heightPixels: number;
}

export interface Measured {
  painted: number;
  dropped: number;
  framesPerSecond: number;
  bitsPerSecond: number | null;
  /** From a picture's arrival in the main process until it was painted, lately. */
  latencyMs: number | null;
  /** The time between the last two keyframes. */
  keyframeEveryMs: number | null;
}

const nothingMeasured: Measured = {
  ...{ painted: 0, dropped: 0, framesPerSecond: 0, bitsPerSecond: null },
  ...{ latencyMs: null, keyframeEveryMs: null },
};

type Trouble = Extract<StreamState, { state: 'lost' | 'refused' }>;
type OfTile = Exclude<FromWorker, { is: 'pulses' | 'replay' }>;

export class LivePicture {
  readonly cameraId: CameraId;
  /** The state of the stream that is shown, or of the one that is awaited. */
  stream = $state.raw<StreamState | null>(null);
  /** What was wrong before the present attempt to connect; null once the camera has answered. */
  trouble = $state.raw<Trouble | null>(null);
  shown = $state.raw<Shown | null>(null);
  notShown = $state.raw<NotShown | null>(null);
  pictureMs = $state.raw<number | null>(null);
  /** Without a picture for this long, what is on screen is old. Slow cameras are given two pictures' time. */
  staleAfterMs = $state.raw(700);
  /** Since when it is painted somewhere; null while it is nowhere. */
  inSightSinceMs = $state.raw<number | null>(null);
  #places = 0;
  /** When the worker was heard last of it: one that stands still greys nothing. */
  heardMs = $state.raw(Date.now());
  measured = $state.raw<Measured>(nothingMeasured);
  /** The longest latency of each moment of the last minute, in ms. */
  lastMinute = $state.raw<readonly Point[]>([]);
  #view = $state.raw<PictureView>(wholePicture);

  readonly #tile: number;
  readonly #tell: (message: ToWorker, transfer?: Transferable[]) => void;
  readonly #place: (element: HTMLElement, whole: boolean) => () => void;
  // Neither is read by anything on screen.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- as said above
  readonly #requests = new Map<number, Request & { coming: Coming | null }>();
  /** Roles that this computer cannot show unconverted. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- as said above
  readonly #cannot = new Set<StreamRole>();
  #roles: readonly StreamRole[] = ['main'];
  #wanted: Request | null = null;
  #asked: Request | null = null;
  #latest = 0;
  #shownStream = 0;
  #opening: AbortController | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #pulses: { pulse: Pulse; atMs: number }[] = [];
  #stills = 0;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- as said above
  readonly #awaitedStills = new Map<number, (still: Still | null) => void>();

  /** `place` makes an element a place where this picture is painted, until the function it returns is called. */
  constructor(
    cameraId: CameraId,
    tile: number,
    tell: (message: ToWorker, transfer?: Transferable[]) => void,
    place: (element: HTMLElement, whole: boolean) => () => void,
  ) {
    this.cameraId = cameraId;
    this.#tile = tile;
    this.#tell = tell;
    this.#place = place;
    tell({ is: 'tile', tile });
  }

  /** Digital zoom: which part of the picture is painted, wherever it is. */
  get view(): PictureView {
    return this.#view;
  }

  set view({ x, y, scale }: PictureView) {
    this.#view = { x, y, scale };
    this.#tell({ is: 'view', tile: this.#tile, view: { x, y, scale } });
  }

  /** The stream that fits the place where it is shown. What is on screen stays until the first picture of it. */
  want(role: StreamRole, roles: readonly StreamRole[]): void {
    this.#roles = roles;
    this.#wanted = { role, converted: this.#wanted?.converted ?? false };
    this.#ask();
  }

  /** It will be shown soon: decoded although it has no place yet. Until it is taken back by `false`. */
  expect(isExpected: boolean): void {
    this.#tell({ is: 'expect', tile: this.#tile, expected: isExpected });
  }

  /** Has the wanted stream converted, after all. */
  convert(): void {
    if (this.#wanted === null) return;
    this.#wanted = { ...this.#wanted, converted: true };
    this.#ask();
  }

  /**
   * The picture is painted where this element is, in its own shape, until the returned function is called; `whole`:
   * without the zoom. What the page itself shows there lies over it.
   */
  showIn(element: HTMLElement, whole = false): () => void {
    const leave = this.#place(element, whole);
    if (this.#places++ === 0) this.inSightSinceMs = Date.now();
    let isLeft = false;
    return () => {
      leave();
      if (!isLeft && --this.#places === 0) this.inSightSinceMs = null;
      isLeft = true;
    };
  }

  /** The whole picture that is on screen now, at the stream's own size. Rejects when there is none. */
  still(): Promise<Still> {
    const request = ++this.#stills;
    const { promise, resolve, reject } = Promise.withResolvers<Still>();
    const none = (): void => reject(new Error('There is no picture, or it could not be drawn.'));
    const deadline = setTimeout(() => {
      this.#awaitedStills.delete(request);
      none();
    }, stillDeadlineMs);
    this.#awaitedStills.set(request, (still) => {
      clearTimeout(deadline);
      if (still === null) none();
      else resolve(still);
    });
    this.#tell({ is: 'still', tile: this.#tile, request });
    return promise;
  }

  /** Gives the streams back while nobody can see the picture. */
  rest(): void {
    this.#stopAsking();
    for (const stream of this.#requests.keys()) this.#tell({ is: 'dropStream', tile: this.#tile, stream });
    this.#requests.clear();
    this.#asked = null;
    // What is on screen stays, and grows old; of the next stream every state is heard.
    this.#shownStream = 0;
  }

  wake(): void {
    if (this.#asked === null) this.#ask();
  }

  close(): void {
    this.rest();
    this.#wanted = null;
    this.#tell({ is: 'dropTile', tile: this.#tile });
    for (const answer of this.#awaitedStills.values()) answer(null);
    this.#awaitedStills.clear();
  }

  receive(message: OfTile): void {
    if (message.is === 'still') {
      this.#awaitedStills.get(message.request)?.(message.still);
      this.#awaitedStills.delete(message.request);
      return;
    }
    const request = this.#requests.get(message.stream);
    if (request === undefined) return;
    switch (message.is) {
      case 'state':
        if (this.#shownStream === 0 || message.stream === this.#shownStream) this.#takeState(message.state);
        break;
      case 'config':
        this.#takeComing(message.stream, message);
        break;
      case 'shown':
        if (request.coming)
          this.#takeShown(message.stream, { ...request.coming, ...sizeOf(message) }, message.pictureMs);
        break;
      case 'cannotShow':
        this.#takeCannot(message.stream, { role: request.role, ...sizeOf(message) });
        break;
      case 'ended':
        this.#forget(message.stream);
        if (message.stream === this.#latest) this.#askLater();
        break;
    }
  }

  takePulse(pulse: Pulse): void {
    if (pulse.stream !== this.#shownStream) return;
    this.heardMs = Date.now();
    this.pictureMs = pulse.pictureMs;
    this.staleAfterMs = pulse.staleAfterMs;
    const atMs = performance.now();
    this.#pulses = [...this.#pulses.filter((one) => atMs - one.atMs < 4000), { pulse, atMs }];
    const first = this.#pulses[0] ?? { pulse, atMs };
    const seconds = (atMs - first.atMs) / 1000;
    const perSecond = (amount: number): number => (seconds < 0.5 ? 0 : amount / seconds);
    if (pulse.worstLatencyMs !== null)
      this.lastMinute = withPoint(this.lastMinute, { atMs: this.heardMs, value: pulse.worstLatencyMs });
    this.measured = {
      painted: pulse.painted,
      dropped: pulse.dropped,
      framesPerSecond: perSecond(pulse.painted - first.pulse.painted),
      bitsPerSecond: seconds < 0.5 ? null : perSecond(8 * (pulse.receivedBytes - first.pulse.receivedBytes)),
      latencyMs: pulse.latencyMs ?? this.measured.latencyMs,
      keyframeEveryMs: pulse.keyframeEveryMs,
    };
  }

  #takeState(state: StreamState): void {
    this.stream = state;
    if (state.state === 'lost' || state.state === 'refused') this.trouble = state;
    else if (state.state !== 'connecting' || state.answered) this.trouble = null;
  }

  /** The way of what is shown may change while the same stream goes on. */
  #takeComing(stream: number, { codec, converted, hardware, role, intake }: Coming): void {
    const request = this.#requests.get(stream);
    const coming = { codec, converted, hardware, role, intake };
    if (request) this.#requests.set(stream, { ...request, coming });
    if (stream !== this.#shownStream || this.shown === null) return;
    if (this.shown.intake !== intake || this.shown.role !== role) this.lastMinute = [];
    this.shown = { ...this.shown, ...coming };
  }

  #takeShown(stream: number, shown: Shown, pictureMs: number): void {
    for (const older of this.#requests.keys()) if (older < stream) this.#requests.delete(older);
    if (stream !== this.#shownStream) {
      this.#pulses = [];
      this.lastMinute = [];
      this.measured = nothingMeasured;
    }
    this.#shownStream = stream;
    this.shown = shown;
    this.notShown = null;
    this.trouble = null;
    this.pictureMs = pictureMs;
    if (this.stream?.state !== 'live') this.stream = { state: 'live', sinceMs: pictureMs };
  }

  #takeCannot(stream: number, notShown: NotShown): void {
    const request = this.#requests.get(stream);
    if (request?.converted !== true) this.#cannot.add(notShown.role);
    if (stream !== this.#latest) return;
    this.notShown = notShown;
    const other = this.#roles.find((role) => !this.#cannot.has(role));
    if (other === undefined) return;
    this.#tell({ is: 'dropStream', tile: this.#tile, stream });
    this.#forget(stream);
    this.#ask();
  }

  #forget(stream: number): void {
    this.#requests.delete(stream);
    if (stream === this.#shownStream) this.#shownStream = 0;
  }

  /** The wanted stream, or the other one where this computer cannot show it. */
  #choose(wanted: Request): Request {
    if (wanted.converted || !this.#cannot.has(wanted.role)) return wanted;
    const other = this.#roles.find((role) => !this.#cannot.has(role));
    return other === undefined ? wanted : { role: other, converted: false };
  }

  #ask(): void {
    if (this.#wanted === null) return;
    const request = this.#choose(this.#wanted);
    if (this.#asked?.role === request.role && this.#asked.converted === request.converted) return;
    this.#asked = request;
    void this.#open(request);
  }

  #askLater(): void {
    clearTimeout(this.#again);
    this.#asked = null;
    this.#again = setTimeout(() => this.#ask(), openAgainMs);
  }

  #stopAsking(): void {
    clearTimeout(this.#again);
    this.#opening?.abort();
    this.#opening = null;
  }

  async #open(request: Request): Promise<void> {
    this.#stopAsking();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      const port = await openStream({ kind: 'live', cameraId: this.cameraId, ...request }, opening.signal);
      this.#latest += 1;
      this.#requests.set(this.#latest, { ...request, coming: null });
      this.#tell({ is: 'stream', tile: this.#tile, stream: this.#latest, port }, [port]);
    } catch {
      if (!opening.signal.aborted) this.#askLater();
    }
  }
}

function sizeOf(message: { widthPixels: number; heightPixels: number }): { widthPixels: number; heightPixels: number } {
  return { widthPixels: message.widthPixels, heightPixels: message.heightPixels };
}

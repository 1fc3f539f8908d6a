/**
 * One camera's picture in the worker. Keeps the picture that is on screen, so that every new place of it is painted at
 * once, and knows whether it is old. A new stream takes over with its first picture. Owns its pictures: each is closed
 * when the next one takes its place. Leaves painting to the canvases that have a place for it, and goes by what they
 * have painted: a picture that was decoded and could not be painted makes nothing live.
 */
import type { CanvasTile } from './canvasTile.ts';
import { Pace } from './pace.ts';
import { wholePicture, type PictureView } from './pictureView.ts';
import { StreamDecoder, type Decoded } from './streamDecoder.ts';
import type { FromWorker, Pulse, Way } from './workerMessages.ts';

interface Source {
  stream: number;
  decoder: StreamDecoder;
}

/** A picture that waits to be painted. */
export interface Awaited {
  stream: number;
  widthPixels: number;
  heightPixels: number;
  /** When it was the newest there was, by this computer's clock. */
  pictureMs: number;
  /** How long it was on its way, where that is known, and since when it is here. */
  wayMs: number | null;
  sinceMs: number;
  isBegun: boolean;
  isPainted: boolean;
}

/** What is looked at: a place on a canvas, one that will be there soon, the window itself. */
export interface Attention {
  isPlaced: boolean;
  isExpected: boolean;
  isSeen: boolean;
}

export interface TileListener {
  tell: (message: FromWorker) => void;
  /** It is to be painted anew: another picture, another view, or the same picture that has become old. */
  changed(tile: Tile): void;
}

export class Tile implements CanvasTile<Awaited | null> {
  readonly number: number;
  readonly #on: TileListener;
  readonly #pace = new Pace();
  #shown: Source | null = null;
  #coming: Source | null = null;
  #frame: VideoFrame | null = null;
  #frameMs = 0;
  #view: PictureView = wholePicture;
  #isOld = false;
  #attention: Attention = { isPlaced: false, isExpected: false, isSeen: true };
  #size = '';
  /** Of the picture on screen; without a place, of the one that would be. */
  #pictureMs: number | null = null;
  #painted = 0;
  #waiting: Awaited | null = null;
  #latencyMs = { sum: 0, count: 0, worst: 0 };

  constructor(tile: number, on: TileListener) {
    this.number = tile;
    this.#on = on;
  }

  /** The picture on screen; it stays this tile's own. null before the first. */
  get frame(): VideoFrame | null {
    return this.#frame;
  }

  /** When `frame` was the newest picture there was. */
  get frameMs(): number {
    return this.#frameMs;
  }

  get view(): PictureView {
    return this.#view;
  }

  /** No newer picture came in time: it is painted grey. */
  get isOld(): boolean {
    return this.#isOld;
  }

  open(stream: number, port: MessagePort, way: Way): void {
    this.#coming?.decoder.close();
    const about = { tile: this.number, stream };
    const { tell } = this.#on;
    const decoder = new StreamDecoder(port, way, this.#isAttended, {
      picture: (decoded) => this.#take(stream, decoded),
      state: (state) => tell({ is: 'state', ...about, state }),
      config: (coming) => tell({ is: 'config', ...about, ...coming }),
      cannotShow: ({ widthPixels, heightPixels }) => tell({ is: 'cannotShow', ...about, widthPixels, heightPixels }),
      ended: () => tell({ is: 'ended', ...about }),
    });
    this.#coming = { stream, decoder };
  }

  drop(stream: number): void {
    if (this.#coming?.stream === stream) {
      this.#coming.decoder.close();
      this.#coming = null;
    } else if (this.#shown?.stream === stream) {
      this.#shown.decoder.close();
      this.#shown = null;
    }
  }

  close(): void {
    this.#coming?.decoder.close();
    this.#shown?.decoder.close();
    this.#coming = null;
    this.#shown = null;
    this.#frame?.close();
    this.#frame = null;
  }

  attend(attention: Attention): void {
    const before = this.#isAttended;
    this.#attention = attention;
    if (before === this.#isAttended) return;
    this.#pace.pause();
    this.#coming?.decoder.attend(this.#isAttended);
    this.#shown?.decoder.attend(this.#isAttended);
  }

  show(view: PictureView): void {
    this.#view = view;
    this.#on.changed(this);
  }

  /** A canvas begins to paint the picture, and gives this to `paintedNow` when it has. null: it was painted before. */
  beginPainting(): Awaited | null {
    if (this.#waiting !== null) this.#waiting.isBegun = true;
    return this.#waiting;
  }

  /** A canvas has painted this picture; another one may wait by now. */
  paintedNow(awaited: Awaited | null): void {
    if (awaited === null || awaited.isPainted || awaited.stream !== this.#shown?.stream) return;
    awaited.isPainted = true;
    if (this.#waiting === awaited) this.#waiting = null;
    this.#painted += 1;
    this.#nowShows(awaited);
    const { wayMs, sinceMs } = awaited;
    if (wayMs === null) return;
    const latencyMs = wayMs + performance.now() - sinceMs;
    const { sum, count, worst } = this.#latencyMs;
    this.#latencyMs = { sum: sum + latencyMs, count: count + 1, worst: Math.max(worst, latencyMs) };
  }

  /** To be called a few times a second. True when the picture has just become old. */
  look(nowMs: number): boolean {
    this.#coming?.decoder.look();
    this.#shown?.decoder.look();
    if (!this.#isAttended || this.#isOld || this.#frame === null || this.#pictureMs === null) return false;
    if (nowMs - this.#pictureMs < this.#pace.staleAfterMs) return false;
    this.#isOld = true;
    this.#on.changed(this);
    return true;
  }

  /** What it did since the last call; null while it shows no stream. */
  takePulse(): Pulse | null {
    if (this.#shown === null) return null;
    const { stream, decoder } = this.#shown;
    const { sum, count, worst } = this.#latencyMs;
    this.#latencyMs = { sum: 0, count: 0, worst: 0 };
    return {
      tile: this.number,
      stream,
      pictureMs: this.#pictureMs,
      staleAfterMs: this.#pace.staleAfterMs,
      painted: this.#painted,
      dropped: decoder.dropped,
      receivedBytes: decoder.receivedBytes,
      latencyMs: count === 0 ? null : sum / count,
      worstLatencyMs: count === 0 ? null : worst,
      keyframeEveryMs: decoder.keyframeEveryMs,
    };
  }

  get #isAttended(): boolean {
    const { isPlaced, isExpected, isSeen } = this.#attention;
    return (isPlaced || isExpected) && isSeen;
  }

  #take(stream: number, { frame, behindMs, wayMs }: Decoded): void {
    if (this.#coming?.stream === stream) this.#change(this.#coming);
    else if (this.#shown?.stream !== stream) {
      frame.close();
      return;
    }
    if (this.#waiting?.isBegun === false) this.#shown?.decoder.leftOut();
    this.#frame?.close();
    this.#frame = frame;
    const nowMs = Date.now();
    this.#pace.picture(nowMs);
    this.#frameMs = nowMs - behindMs;
    this.#waiting = {
      stream,
      widthPixels: frame.displayWidth,
      heightPixels: frame.displayHeight,
      pictureMs: this.#frameMs,
      wayMs,
      sinceMs: performance.now(),
      isBegun: false,
      isPainted: false,
    };
    if (!this.#attention.isPlaced) this.#nowShows(this.#waiting);
    this.#on.changed(this);
  }

  #nowShows(picture: Awaited): void {
    this.#pictureMs = picture.pictureMs;
    this.#isOld = Date.now() - picture.pictureMs > this.#pace.staleAfterMs;
    this.#sayShown(picture);
  }

  #change(to: Source): void {
    this.#shown?.decoder.close();
    this.#shown = to;
    this.#coming = null;
    this.#painted = 0;
    this.#size = '';
    this.#waiting = null;
  }

  #sayShown({ stream, widthPixels, heightPixels, pictureMs }: Awaited): void {
    const size = `${widthPixels}x${heightPixels}`;
    if (size === this.#size) return;
    this.#size = size;
    this.#on.tell({ is: 'shown', tile: this.number, stream, widthPixels, heightPixels, pictureMs });
  }
}

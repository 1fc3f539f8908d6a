/**
 * Makes runs out of a feed's fragments: says at which moment the media time 0 of each connection was, begins each run
 * with a fragment that begins at a keyframe, and ends it when the wall clock was set, so that no run holds two
 * reckonings. Inside a run, times follow from its start. Tells why nothing is recorded once for each cause, also where
 * no run came before. Leaves a camera's clock that runs fast or slow to the recorder, which sees every arrival.
 */
import type { GapCause } from '../../contract/model.ts';
import type { FeedListener } from './feed.ts';
import { delayPicture, type Fragment, type Init } from './fmp4.ts';

/** No camera sends its pictures further apart, and the second sooner than that. */
const stretchedMs = 1000;

export class Runs {
  readonly #on: Pick<FeedListener, 'run' | 'fragment' | 'runEnd'>;
  #init: Init | null = null;
  /**
   * Of the first picture on the live output: its time there, and when it came (UTC ms); and the least of
   * (arrival − time) over the pictures.
   */
  #live: { firstMs: number; cameMs: number; zeroMs: number } | null = null;
  /** UTC ms of media time 0. */
  #startMs: number | null = null;
  #running = false;
  /** Why nothing is recorded, as it was told last. */
  #gap: GapCause | null = null;

  constructor(on: Pick<FeedListener, 'run' | 'fragment' | 'runEnd'>) {
    this.#on = on;
  }

  /** What follows is of another connection. */
  connect(): void {
    this.#init = null;
    this.#live = null;
    this.#startMs = null;
  }

  init(init: Init): void {
    this.#init = init;
  }

  /** A picture on the live output: it arrives as soon as it is there, while a fragment is only complete at its end. */
  picture(timeMs: number, arrivalMs: number): void {
    if (this.#startMs !== null) return;
    const zeroMs = arrivalMs - timeMs;
    if (this.#live === null) this.#live = { firstMs: timeMs, cameMs: arrivalMs, zeroMs };
    else if (zeroMs < this.#live.zeroMs) this.#live.zeroMs = zeroMs;
  }

  fragment(told: Fragment, arrivalMs: number): void {
    if (this.#init === null) return;
    const fragment = this.#startMs === null ? this.#unstretched(told, arrivalMs, this.#init) : told;
    this.#startMs ??= this.#reckon(fragment, arrivalMs);
    if (this.#startMs === null) return;
    if (!this.#running) {
      if (!fragment.keyframe) return;
      this.#running = true;
      this.#gap = null;
      this.#on.run?.({ init: this.#init, startMs: this.#startMs });
    }
    this.#on.fragment?.(fragment, arrivalMs);
  }

  /** The wall clock was set by so much: what follows is another run, from the next keyframe on. */
  clockSet(byMs: number): void {
    if (this.#startMs !== null) this.#startMs += byMs;
    if (this.#live) {
      this.#live.zeroMs += byMs;
      this.#live.cameMs += byMs;
    }
    if (this.#running) this.end('clock');
  }

  /** It is known when the connection's media time 0 was. */
  get reckoned(): boolean {
    return this.#startMs !== null;
  }

  /** A run was begun and not ended. */
  get running(): boolean {
    return this.#running;
  }

  /** Nothing comes any more, because of `cause`, since `sinceMs`; left out: since now. */
  end(cause: GapCause, sinceMs?: number): void {
    if (!this.#running && this.#gap === cause) return;
    this.#running = false;
    this.#gap = cause;
    this.#on.runEnd?.(cause, sinceMs);
  }

  /**
   * ffmpeg gives the first packet from RTP no time, and it comes to stand at 0. Where the stream's time began at another
   * moment than its pictures (RTP-Info, RFC 2326 §12.33: the camera was frozen when it was connected to, or says
   * something wrong) it would last up to the second picture, and the recording begin seconds before the first came.
   */
  #unstretched(fragment: Fragment, arrivalMs: number, init: Init): Fragment {
    const { pictureStartSeconds, startSeconds, durationSeconds } = fragment;
    if (this.#live === null || pictureStartSeconds === null) return fragment;
    const { firstMs, cameMs, zeroMs } = this.#live;
    const lengthMs = (startSeconds + durationSeconds - pictureStartSeconds) * 1000;
    // What ends it is there now; the second picture may have come on the live output, and says it better.
    const endedMs = Math.min(arrivalMs, zeroMs + firstMs + lengthMs);
    const earlyMs = lengthMs - (endedMs - cameMs);
    if (earlyMs <= stretchedMs) return fragment;
    const delayed = delayPicture(fragment, init.tracks, earlyMs / 1000);
    if (delayed === null) return fragment;
    this.#live.zeroMs = cameMs - firstMs;
    return delayed;
  }

  /** UTC ms of media time 0; null as long as no picture says. */
  #reckon(fragment: Fragment, arrivalMs: number): number | null {
    const { pictureStartSeconds, startSeconds, durationSeconds } = fragment;
    if (pictureStartSeconds === null) return null;
    if (this.#live) return this.#live.zeroMs + this.#live.firstMs - pictureStartSeconds * 1000;
    return arrivalMs - (startSeconds + durationSeconds) * 1000;
  }
}

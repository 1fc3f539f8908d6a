/**
 * One MediaSource with one SourceBuffer behind a <video>: takes recorded fragments in order, each recording at its own
 * place in time. Work is done one after the other, and what was asked for before `clear` is not done after it. A change
 * of codec goes through `changeType`; a change in the number of tracks takes a new MediaSource, which the browser's rules
 * demand. Never throws: what cannot be appended is told by `broken`. Leaves what to append, and when, to the player.
 */

export interface MediaBufferEvents {
  /** Something was appended or removed: what is buffered has changed. */
  changed(): void;
  /** full: no room even after the past was dropped. undecodable: the browser refused the bytes. */
  broken(cause: 'full' | 'undecodable'): void;
}

/** How long one operation of the browser may take. */
const deadlineMs = 5000;
/** Media times lie inside this; an append beyond it stretches it by itself. */
const durationSeconds = 48 * 3600;

export class MediaBuffer {
  readonly #video: HTMLVideoElement;
  readonly #on: MediaBufferEvents;
  #source: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #address = '';
  #mime = '';
  #generation = 0;
  #chain: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** What is buffered is still what was there before `clear`. */
  #stale = false;
  #closed = false;

  constructor(video: HTMLVideoElement, on: MediaBufferEvents) {
    this.#video = video;
    this.#on = on;
  }

  /** Appends that are not done yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Forgets all media, also what waits to be appended. */
  clear(): void {
    this.#generation += 1;
    this.#waiting = 0;
    this.#stale = true;
    this.#do(async () => {
      if (this.#buffer && this.#buffer.buffered.length > 0) {
        this.#buffer.remove(0, Infinity);
        await settled(this.#buffer, 'updateend', 'error');
      }
      this.#stale = false;
    });
  }

  /** What follows begins a recording whose media time 0 is `offsetSeconds` on the element's own clock. */
  begin(mime: string, offsetSeconds: number): void {
    this.#do(async () => {
      if (!this.#buffer || trackCount(mime) !== trackCount(this.#mime)) await this.#open(mime);
      if (!this.#buffer) return;
      if (mime !== this.#mime) this.#buffer.changeType(mime);
      this.#mime = mime;
      this.#buffer.timestampOffset = offsetSeconds;
    });
  }

  /** Whether a recording of that type can follow without a new MediaSource. */
  canFollow(mime: string): boolean {
    return this.#mime === '' || trackCount(mime) === trackCount(this.#mime);
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting += 1;
    this.#do(async () => {
      const buffer = this.#buffer;
      if (!buffer) return;
      try {
        buffer.appendBuffer(bytes);
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
        buffer.remove(0, Math.max(0.001, this.#video.currentTime - 5));
        await settled(buffer, 'updateend', 'error');
        try {
          buffer.appendBuffer(bytes);
        } catch {
          this.#on.broken('full');
          return;
        }
      }
      await settled(buffer, 'updateend', 'error');
      this.#waiting -= 1;
      this.#on.changed();
    });
  }

  /** Drops what lies before that time. */
  trimBefore(seconds: number): void {
    this.#do(async () => {
      const buffer = this.#buffer;
      if (!buffer || buffer.buffered.length === 0 || buffer.buffered.start(0) >= seconds) return;
      buffer.remove(0, seconds);
      await settled(buffer, 'updateend', 'error');
    });
  }

  /** What is buffered, in order, in seconds of the element's clock. */
  ranges(): { start: number; end: number }[] {
    if (!this.#buffer || this.#stale || this.#source?.readyState !== 'open') return [];
    const { buffered } = this.#buffer;
    return Array.from({ length: buffered.length }, (_, index) => ({
      start: buffered.start(index),
      end: buffered.end(index),
    }));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#generation += 1;
    this.#drop();
  }

  /** Appended to the chain; skipped when `clear` or `close` came in between. */
  #do(work: () => Promise<void>): void {
    const generation = this.#generation;
    this.#chain = this.#chain.then(async () => {
      if (this.#isStale(generation)) return;
      try {
        await work();
      } catch {
        if (!this.#isStale(generation)) this.#on.broken('undecodable');
      }
    });
  }

  #isStale(generation: number): boolean {
    return generation !== this.#generation || this.#closed;
  }

  async #open(mime: string): Promise<void> {
    const at = this.#video.currentTime;
    this.#drop();
    const source = new MediaSource();
    this.#source = source;
    this.#address = URL.createObjectURL(source);
    this.#video.src = this.#address;
    this.#video.currentTime = at;
    await settled(source, 'sourceopen', 'sourceclose');
    source.duration = durationSeconds;
    this.#buffer = source.addSourceBuffer(mime);
    this.#mime = mime;
  }

  #drop(): void {
    if (this.#address === '') return;
    URL.revokeObjectURL(this.#address);
    this.#video.removeAttribute('src');
    this.#video.load();
    this.#address = '';
    this.#buffer = null;
    this.#source = null;
    this.#mime = '';
  }
}

/** The codecs in 'video/mp4; codecs="avc1.64001f, mp4a.40.2"': one a track. */
function trackCount(mime: string): number {
  return (/codecs="([^"]*)"/.exec(mime)?.[1] ?? '').split(',').length;
}

function settled(target: EventTarget, good: string, bad: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (finish: () => void) => (): void => {
      over.abort();
      clearTimeout(timer);
      finish();
    };
    const fail = end(() => reject(new Error(`The browser did not finish: ${bad}.`)));
    const timer = setTimeout(fail, deadlineMs);
    target.addEventListener(good, end(resolve), { signal: over.signal });
    target.addEventListener(bad, fail, { signal: over.signal });
  });
}

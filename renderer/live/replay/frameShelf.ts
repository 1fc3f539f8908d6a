/**
 * Decoded pictures of one camera around the playhead, so that moments near it are shown at once and a group is played
 * backwards. Owns them: each is closed when it goes. Bounded in bytes, and in number where the graphics card decodes,
 * which lends only so many. What is farthest from the playhead goes first, behind it sooner than ahead.
 */
const behindCounts = 3;

interface Kept {
  frame: VideoFrame;
  bytes: number;
}

export class FrameShelf {
  readonly #frames = new Map<number, Kept>();
  #bytes = 0;
  #mostBytes: number;
  #mostFrames = Infinity;
  #atMs = 0;
  #direction: -1 | 0 | 1 = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bound(mostBytes: number, mostFrames: number): void {
    this.#mostBytes = mostBytes;
    this.#mostFrames = mostFrames;
    this.#trim();
  }

  /** Where the playhead is, and where it goes: 0 while it may go either way. */
  aim(atMs: number, direction: -1 | 0 | 1): void {
    this.#atMs = atMs;
    this.#direction = direction;
  }

  /** Takes the frame over; its time stamp is microseconds of UTC. */
  put(frame: VideoFrame): void {
    const key = frame.timestamp;
    this.#remove(key);
    const bytes = bytesOf(frame);
    this.#frames.set(key, { frame, bytes });
    this.#bytes += bytes;
    this.#trim();
  }

  has(timeMs: number): boolean {
    return this.#frames.has(keyOf(timeMs));
  }

  /** Stays the shelf's. */
  get(timeMs: number): VideoFrame | null {
    return this.#frames.get(keyOf(timeMs))?.frame ?? null;
  }

  /** Pictures of this span, UTC ms, are not kept. */
  drop(fromMs: number, toMs: number): void {
    const [first, behind] = [keyOf(fromMs), keyOf(toMs)];
    for (const key of [...this.#frames.keys()]) if (key >= first && key < behind) this.#remove(key);
  }

  clear(): void {
    for (const key of [...this.#frames.keys()]) this.#remove(key);
  }

  #trim(): void {
    while (this.#frames.size > 1 && (this.#bytes > this.#mostBytes || this.#frames.size > this.#mostFrames)) {
      let farthest = -1;
      let worst = -1;
      for (const key of this.#frames.keys()) {
        const cost = this.#cost(key);
        if (cost >= worst) [farthest, worst] = [key, cost];
      }
      this.#remove(farthest);
    }
  }

  #cost(key: number): number {
    const aheadMs = key / 1000 - this.#atMs;
    const isBehind = this.#direction !== 0 && Math.sign(aheadMs) === -this.#direction;
    return Math.abs(aheadMs) * (isBehind ? behindCounts : 1);
  }

  #remove(key: number): void {
    const kept = this.#frames.get(key);
    if (!kept) return;
    this.#frames.delete(key);
    this.#bytes -= kept.bytes;
    kept.frame.close();
  }
}

/** What a picture of that time has as its time stamp. */
export function keyOf(timeMs: number): number {
  return Math.round(timeMs * 1000);
}

/** What a decoded picture takes. */
export function bytesOf(frame: VideoFrame): number {
  return Math.ceil(frame.codedWidth * frame.codedHeight * 1.5);
}

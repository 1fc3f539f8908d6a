/**
 * Notices pictures that were never sent: a camera that fell silent and goes on leaves no number out, and what it sends up
 * to its next keyframe builds on what is missing. One long gap between the times of two pictures is taken for that; a
 * camera that sends few pictures has long ones always, and is believed from the second on. Pure.
 */
const silentMs = 2000;
/** Cameras that send fewer pictures while nothing moves do not send so many fewer at once. */
const timesAsLong = 8;

export class Silence {
  #timeMs: number | null = null;
  #gapMs = 0;

  /** Whether pictures are missing before the one of this time, by the stream's own clock. */
  before(timeMs: number): boolean {
    const gapMs = this.#timeMs === null ? 0 : timeMs - this.#timeMs;
    const isSilence = this.#gapMs > 0 && gapMs > Math.max(silentMs, this.#gapMs * timesAsLong);
    this.#timeMs = timeMs;
    if (gapMs > 0) this.#gapMs = gapMs;
    return isSilence;
  }

  /** Another stream. */
  reset(): void {
    this.#timeMs = null;
    this.#gapMs = 0;
  }
}

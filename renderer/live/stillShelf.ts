/**
 * The last few hundred small pictures of the archive, each for the span of one group of pictures. Owns them: a picture
 * that goes is closed. Knows neither streams nor decoders.
 */
import type { CameraId } from '../../main/contract/model.ts';

export interface Kept<Still> {
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
  still: Still;
}

export class StillShelf<Still extends { close(): void }> {
  readonly #most: number;
  #kept: Kept<Still>[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Stays the shelf's; null where none is kept. */
  find(cameraId: CameraId, atMs: number): Still | null {
    const found = this.#kept.findLast((one) => one.cameraId === cameraId && atMs >= one.fromMs && atMs < one.toMs);
    return found?.still ?? null;
  }

  /** Takes the picture over; what was put there first goes for it. */
  put(one: Kept<Still>): void {
    this.#kept.push(one);
    if (this.#kept.length > this.#most) this.#kept.shift()?.still.close();
  }

  /** Those of one camera, or (null) of all; where a span is given, those that touch it. */
  forget(cameraId: CameraId | null, span: { fromMs: number; toMs: number } | null): void {
    const goes = (one: Kept<Still>): boolean =>
      (cameraId === null || one.cameraId === cameraId) &&
      (span === null || (one.fromMs < span.toMs && one.toMs > span.fromMs));
    for (const one of this.#kept) if (goes(one)) one.still.close();
    this.#kept = this.#kept.filter((one) => !goes(one));
  }
}

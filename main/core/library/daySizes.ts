/**
 * How many bytes of recordings each day has, of all cameras: of days that were looked at what was found, of the others
 * what they came to when they were settled (daySums.ts), which is taken up when it is first asked for. A day of which
 * neither is known counts nothing. Opens nothing.
 */
import type { CameraId } from '../../contract/model.ts';
import type { DaySums } from './daySums.ts';

export class DaySizes {
  readonly #sums: () => Promise<DaySums>;
  readonly #sizes = new Map<string, number>();
  #tookUp = false;

  constructor(sums: () => Promise<DaySums>) {
    this.#sums = sums;
  }

  /** What was found by looking. */
  set(cameraId: CameraId, day: string, sizeBytes: number): void {
    this.#sizes.set(keyOf(cameraId, day), sizeBytes);
  }

  drop(cameraId: CameraId, day: string): void {
    this.#sizes.delete(keyOf(cameraId, day));
  }

  has(cameraId: CameraId, day: string): boolean {
    return this.#sizes.has(keyOf(cameraId, day));
  }

  /** Days whose size is known, those of settled days among them, and that are not `there` (`<camera id>/<day>`). */
  async daysBeside(there: ReadonlySet<string>): Promise<[cameraId: CameraId, day: string][]> {
    await this.takeUp();
    const gone = [...this.#sizes.keys()].filter((key) => !there.has(key));
    return gone.map((key) => {
      const [cameraId = '', day = ''] = key.split('/');
      return [cameraId, day];
    });
  }

  /** Of all days whose size is known. */
  async sumBytes(): Promise<number> {
    await this.takeUp();
    let sum = 0;
    for (const sizeBytes of this.#sizes.values()) sum += sizeBytes;
    return sum;
  }

  /** Takes up what settled days came to, once. What was found by looking stays. */
  async takeUp(): Promise<void> {
    const sums = await this.#sums();
    for (const [cameraId, days] of this.#tookUp ? [] : sums.all) {
      for (const [day, { sizeBytes }] of days) {
        const key = keyOf(cameraId, day);
        if (!this.#sizes.has(key)) this.#sizes.set(key, sizeBytes);
      }
    }
    this.#tookUp = true;
  }
}

function keyOf(cameraId: CameraId, day: string): string {
  return `${cameraId}/${day}`;
}

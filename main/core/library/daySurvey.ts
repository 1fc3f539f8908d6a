/**
 * Which days are in order, and which are not known to be. A day is settled when it was looked at, all in it was
 * explained, and nobody has written into it since; every other day, and only such, can hold what a crash left. Recordings
 * that are being written are held here, so that whoever looks leaves them alone. Looking is recovery's.
 */
import type { CameraId } from '../../contract/model.ts';
import type { DayLook, DayShelf } from './dayShelf.ts';
import { dayOf } from './recordingName.ts';

export class DaySurvey {
  readonly #shelf: DayShelf;
  readonly #now: () => number;
  /** Recordings whose files are being written, by camera and start. */
  readonly #held = new Map<string, { cameraId: CameraId; day: string }>();

  constructor(shelf: DayShelf, now: () => number) {
    this.#shelf = shelf;
    this.#now = now;
  }

  /**
   * This camera's recording of that start is about to be written: until the function returned is called, its file is
   * nobody else's to touch, and its day is not settled.
   */
  async hold(cameraId: CameraId, startMs: number): Promise<() => void> {
    const key = `${cameraId}/${startMs}`;
    // Of one that is still held the file is there, and another of its name cannot be begun.
    if (this.#held.has(key)) return () => undefined;
    const day = dayOf(startMs);
    this.#held.set(key, { cameraId, day });
    await (await this.#shelf.sums()).unsettle(cameraId, day);
    return () => void this.#held.delete(key);
  }

  holds(cameraId: CameraId, startMs: number): boolean {
    return this.#held.has(`${cameraId}/${startMs}`);
  }

  /** In order. Without opening any: as far as it was written down. */
  async unsettledDays(cameraId: CameraId): Promise<string[]> {
    const sums = await this.#shelf.sums();
    return (await this.#shelf.days(cameraId)).filter((day) => sums.get(cameraId, day) === null);
  }

  /** Whether the day's folder is still what it was when it was settled, and its outline is known where that can be. */
  async isSettled(cameraId: CameraId, day: string): Promise<boolean> {
    const sum = await (await this.#shelf.sums()).current(cameraId, day);
    return (
      sum !== null && (this.#shelf.isLocked || (await this.#shelf.outlines.get(cameraId, day, sum.changedMs)) !== null)
    );
  }

  /** Looks at a day anew. `keep`: it will be asked for soon. */
  async look(cameraId: CameraId, day: string, keep: boolean): Promise<DayLook> {
    return await this.#shelf.look(cameraId, day, keep);
  }

  /** All that was found there is in order. A day that can still be written into, today above all, is not settled. */
  async settle(cameraId: CameraId, day: string, look: DayLook): Promise<void> {
    const held = [...this.#held.values()].some((one) => one.cameraId === cameraId && one.day === day);
    const nowMs = this.#now();
    if (!held && day !== dayOf(nowMs)) await this.#shelf.settle(cameraId, day, look, nowMs);
  }

  /** Somebody looks at every day, and has when this resolves: the sum of all sizes waits for that. */
  goesOnUntil(looked: Promise<void>): void {
    this.#shelf.measuredBy(looked);
  }

  /** Every day was looked at: keeps what is settled for the next start. */
  async keep(): Promise<void> {
    await this.#shelf.forgetGone();
    await this.#shelf.outlines.save();
    await (await this.#shelf.sums()).save();
  }
}

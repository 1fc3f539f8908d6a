/**
 * Looks at every day of a vault after its start, and every half hour again at those that changed: ends what was cut off
 * long ago (with a clock that was wrong, or while the vault was locked), names what is not to be explained, and writes
 * down what the settled days came to, so that the next start need not look. It takes its time: it rests three times as
 * long as it works, so that neither the recording nor the screen wait for it. Never throws.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CameraId } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';
import type { Vault } from '../vault/folder.ts';
import { camerasIn, daysIn, newReport, recoverDay, type RecoveryReport } from './recovery.ts';

export interface LookAroundOptions {
  vault: Vault;
  library: Library;
  /** The first look begins so long after the start: what is asked for first comes first. */
  afterMs?: number;
  on: { looked?: (report: RecoveryReport) => void; defect: (error: unknown) => void };
}

const usuallyAfterMs = 5000;
const everyMs = 30 * 60_000;
const restShare = 3;
/** Settled days that are found unchanged in one go. */
const atOnce = 32;

export class LookAround {
  readonly #options: LookAroundOptions;
  readonly #ending = new AbortController();
  readonly #going: Promise<void>;
  #wake = new AbortController();

  constructor(options: LookAroundOptions) {
    this.#options = options;
    this.#going = new Promise((ended) => {
      const looked = new Promise<void>((resolve) => {
        const going = this.#go(resolve).catch((error: unknown) => options.on.defect(error));
        ended(going.finally(resolve));
      });
      options.library.survey.goesOnUntil(looked);
    });
  }

  /** Looks again soon: the vault was unlocked, or its disk is back. */
  again(): void {
    this.#wake.abort();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#going;
  }

  async #go(lookedOnce: () => void): Promise<void> {
    const { afterMs = usuallyAfterMs } = this.#options;
    for (let waitMs = afterMs; !this.#hasEnded(); waitMs = everyMs) {
      this.#wake = new AbortController();
      await this.#rest(waitMs, AbortSignal.any([this.#ending.signal, this.#wake.signal]));
      await this.#lookAtAll();
      lookedOnce();
    }
  }

  async #lookAtAll(): Promise<void> {
    const { vault, library, on } = this.#options;
    if (this.#hasEnded() || (await vault.away())) return;
    const report = newReport();
    for (const cameraId of await camerasIn(vault, report)) {
      const days = await daysIn(vault, cameraId, report);
      // The newest first: they are asked for most.
      for (let end = days.length; end > 0; end -= atOnce) {
        for (const day of await this.#unsettled(cameraId, days.slice(Math.max(0, end - atOnce), end))) {
          await this.#working(() => recoverDay({ vault, library, cameraId, day, report }));
          if (this.#hasEnded()) return;
        }
      }
    }
    await library.survey.keep();
    on.looked?.(report);
  }

  async #unsettled(cameraId: CameraId, days: readonly string[]): Promise<string[]> {
    const { survey } = this.#options.library;
    const settled = await this.#working(() => Promise.all(days.map((day) => survey.isSettled(cameraId, day))));
    return days.filter((_, nth) => !settled[nth]).reverse();
  }

  async #working<Value>(work: () => Promise<Value>): Promise<Value> {
    const beganMs = performance.now();
    const value = await work();
    await this.#rest((performance.now() - beganMs) * restShare, this.#ending.signal);
    return value;
  }

  #hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/**
 * How the cameras were recorded, as main last said it, for the period on screen. Asked again when main knows more, every
 * quarter of a minute because the present goes on, and at a new hour or day. A failed question is told by `failed`, and
 * asked again in its turn.
 */
import type { CameraHealth, HealthReport } from '../../main/contract/health.ts';
import type { CameraId } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { boundsOf, type Period } from './healthCells.ts';

const everyMs = 15_000;

class Health {
  period = $state<Period>('month');
  report = $state.raw<HealthReport | null>(null);
  /** Of the report. */
  bounds = $state.raw<number[]>([]);
  failed = $state(false);
  #watchers = 0;
  #asked = 0;
  #stop: (() => void)[] = [];

  /** Keeps the report fresh until the function returned is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      const timer = setInterval(() => void this.ask(), everyMs);
      this.#stop = [
        () => clearInterval(timer),
        on('health.changed', () => void this.ask()),
        on('cameras.changed', () => void this.ask()),
      ];
    }
    void this.ask();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) for (const stop of this.#stop) stop();
    };
  }

  choose(period: Period): void {
    if (period === this.period) return;
    this.period = period;
    this.report = null;
    void this.ask();
  }

  of(cameraId: CameraId): CameraHealth | null {
    return this.report?.cameras.find((one) => one.cameraId === cameraId) ?? null;
  }

  /** The answer to the newest question holds. */
  async ask(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const bounds = boundsOf(this.period, Date.now());
    try {
      const answer = await call('health.report', { bounds });
      if (asked !== this.#asked) return;
      this.failed = !answer.ok;
      if (!answer.ok) return;
      this.report = answer.value;
      this.bounds = bounds;
    } catch {
      if (asked === this.#asked) this.failed = true;
    }
  }
}

export const health = new Health();

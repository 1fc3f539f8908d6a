/**
 * The export jobs as main tells them, how fast each runs, and the span that the new-export sheet is open for. Main
 * sends the whole list with every change, so a missed one does no harm.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CameraId, ExportJob } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';

export interface ExportRequest {
  cameraId: CameraId;
  cameraName: string;
  fromMs: number;
  toMs: number;
}

class Exports {
  jobs = $state.raw<ExportJob[]>([]);
  read = $state(false);
  failed = $state(false);
  /** How many times faster than real time each running job is, once that can be told. */
  readonly speeds = new SvelteMap<string, number>();
  #begun = new Map<string, { atMs: number; fraction: number }>();

  readonly working = $derived(
    this.jobs.filter((job) => job.progress.state === 'running' || job.progress.state === 'waiting'),
  );
  readonly finished = $derived(
    this.jobs.filter((job) => job.progress.state !== 'running' && job.progress.state !== 'waiting'),
  );

  /** Keeps the list fresh until the function returned is called. */
  watch(): () => void {
    const stop = on('exports.changed', (jobs) => this.#take(jobs));
    void this.#ask();
    return stop;
  }

  async #ask(): Promise<void> {
    try {
      this.#take(await call('exports.list'));
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.read = true;
  }

  #take(jobs: ExportJob[]): void {
    this.jobs = jobs;
    const nowMs = Date.now();
    for (const { id, progress, recordedMs } of jobs) {
      if (progress.state !== 'running') {
        this.#begun.delete(id);
        this.speeds.delete(id);
        continue;
      }
      const begun = this.#begun.get(id);
      if (!begun) this.#begun.set(id, { atMs: nowMs, fraction: progress.doneFraction });
      else if (nowMs - begun.atMs > 500 && progress.doneFraction > begun.fraction) {
        this.speeds.set(id, ((progress.doneFraction - begun.fraction) * recordedMs) / (nowMs - begun.atMs));
      }
    }
  }
}

export const exportJobs = new Exports();

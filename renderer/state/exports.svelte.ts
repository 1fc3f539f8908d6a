/**
 * The export jobs as main tells them: the whole list with every change, so a missed one does no harm.
 */
import type { ExportJob } from '../../main/contract/exports.ts';
import { call, on } from '../home.ts';

class Exports {
  jobs = $state.raw<ExportJob[]>([]);
  read = $state(false);
  failed = $state(false);

  readonly working = $derived(
    this.jobs.filter((job) => job.progress.state === 'running' || job.progress.state === 'waiting'),
  );
  readonly finished = $derived(
    this.jobs.filter((job) => job.progress.state !== 'running' && job.progress.state !== 'waiting'),
  );

  /** Keeps the list fresh until the function returned is called. */
  watch(): () => void {
    const stop = on('exports.changed', (jobs) => (this.jobs = jobs));
    void this.#ask();
    return stop;
  }

  async #ask(): Promise<void> {
    try {
      this.jobs = await call('exports.list');
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.read = true;
  }
}

export const exportJobs = new Exports();

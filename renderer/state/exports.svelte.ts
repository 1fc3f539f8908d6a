/**
 * The export jobs as main tells them: the whole list with every change, so a missed one does no harm.
 */
import type { ExportJob } from '../../main/contract/exports.ts';
import { call, on } from '../home.ts';
import { Changes } from './changes.ts';

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
    const changes = new Changes();
    const take = (jobs: ExportJob[]): void => void (this.jobs = jobs);
    const stop = on('exports.changed', changes.heard(take));
    void this.#ask(changes, take);
    return stop;
  }

  async #ask(changes: Changes, take: (jobs: ExportJob[]) => void): Promise<void> {
    try {
      await changes.answered(call('exports.list'), take);
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.read = true;
  }
}

export const exportJobs = new Exports();

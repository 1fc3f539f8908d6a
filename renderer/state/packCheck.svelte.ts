/** The check of one evidence pack in the list of exports: when it was checked last in this run, and what came of it. */
import type { EvidenceCheck } from '../../main/contract/exports.ts';
import { call } from '../home.ts';
import { Asking } from './asking.svelte.ts';

export class PackCheck {
  readonly asking = new Asking();
  /** null: not since it was made. */
  last = $state.raw<EvidenceCheck | null>(null);

  get busy(): boolean {
    return this.asking.busy;
  }

  run(jobId: string): void {
    void this.asking.ask(
      () => call('exports.checkEvidence', { jobId }),
      (check) => (this.last = check),
    );
  }
}

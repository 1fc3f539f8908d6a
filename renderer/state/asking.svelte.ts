/**
 * One question at a time from a form to the main process: whether it is being asked, and what came of it if that was no
 * success. A second click while it is asked does nothing. What rejects is told too: a defect by its id, anything else as
 * no answer.
 */
import type { Outcome, Problem } from '../../main/contract/problems.ts';
import { defectOf } from './defect.ts';
import { text } from './text.ts';

/** The contract's problem, or a fact and a remedy in words. */
export type Trouble = Problem | { fact: string; remedy: string };

export class Asking {
  busy = $state(false);
  problem = $state.raw<Trouble | null>(null);

  /** True when the answer was good; `done` has it then. */
  async ask<Value>(question: () => Promise<Outcome<Value>>, done?: (value: Value) => void): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      const outcome = await question();
      if (outcome.ok) done?.(outcome.value);
      else this.problem = outcome.problem;
      return outcome.ok;
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

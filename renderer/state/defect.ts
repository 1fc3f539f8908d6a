/**
 * What a rejected call means: main has logged a defect under an id, which the person gets to see. Pure. null for any
 * other failure of the bridge, which has no id; the caller says then that there was no answer.
 */
import type { ProblemOf } from '../../main/contract/problems.ts';

export function defectOf(error: unknown): ProblemOf<'defect'> | null {
  const id = error instanceof Error ? /\bdefect ([0-9a-f]{8})$/.exec(error.message)?.[1] : undefined;
  return id === undefined ? null : { code: 'defect', id };
}

/**
 * The language that the page speaks, and a problem in its words. Every sentence comes from the contract's catalogue, so
 * that no view holds one of its own.
 */
import type { Problem } from '../../main/contract/problems.ts';
import { en, type Text } from '../../main/contract/text/en.ts';
import type { Saying } from '../../main/contract/text/en/problems.ts';

export const text: Text = en;

export function sayProblem(problem: Problem): Saying {
  // The catalogue has, under each code, a sentence for the problem of just that code; TypeScript cannot pair the two.
  const say = text.problems[problem.code] as (problem: Problem) => Saying;
  return say(problem);
}

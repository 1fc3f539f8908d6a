/**
 * What typed rules of keeping would delete: asked of the main process a moment after the last change, since a large vault
 * takes a while to be looked through. Only the answer to the newest question counts.
 */
import type { CallArgument } from '../../main/contract/calls.ts';
import type { RetentionPreview } from '../../main/contract/model.ts';
import { call } from '../home.ts';
import type { Trouble } from './asking.svelte.ts';
import { defectOf } from './defect.ts';
import { text } from './text.ts';

export type TypedRules = CallArgument<'retention.preview'>;
export type PreviewState =
  { is: 'none' } | { is: 'asking' } | { is: 'said'; preview: RetentionPreview } | { is: 'failed'; problem: Trouble };

const afterMs = 250;

/** Asks for what `typed` would delete; null: nothing is typed. Returns what ends the question. */
export function askPreview(typed: TypedRules | null, tell: (state: PreviewState) => void): () => void {
  if (typed === null) {
    tell({ is: 'none' });
    return () => undefined;
  }
  let ended = false;
  tell({ is: 'asking' });
  const timer = setTimeout(() => {
    void ask(typed).then((state) => {
      if (!ended && state) tell(state);
    });
  }, afterMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

async function ask(typed: TypedRules): Promise<PreviewState | null> {
  try {
    const answer = await call('retention.preview', typed);
    if (answer.ok) return { is: 'said', preview: answer.value };
    return answer.problem.code === 'cancelled' ? null : { is: 'failed', problem: answer.problem };
  } catch (error) {
    return { is: 'failed', problem: defectOf(error) ?? text.app.noReply };
  }
}

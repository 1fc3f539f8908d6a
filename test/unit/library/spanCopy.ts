/** The copy of the protected spans, in memory, where the list of cameras has it in the program. It can refuse. */
import { bad, good } from '../../../main/contract/problems.ts';
import type { SpanCopy } from '../../../main/core/library/clips.ts';

export function spanCopy(): SpanCopy & { refuses: boolean } {
  let kept: Parameters<SpanCopy['keep']>[0] = [];
  const copy: SpanCopy & { refuses: boolean } = {
    refuses: false,
    spans: () => kept,
    keep: (spans) => {
      if (copy.refuses) return Promise.resolve(bad({ code: 'diskFull', folder: '', freeBytes: 0 }));
      kept = spans;
      return Promise.resolve(good(null));
    },
    erase: (spans) => copy.keep(spans),
  };
  return copy;
}

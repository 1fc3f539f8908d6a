import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GapCause, Span } from '../../../main/contract/model.ts';
import { longestCause } from '../../../main/core/exporter/exportShare.ts';

function gap(fromMs: number, toMs: number, cause: GapCause): Span {
  return { fromMs, toMs, kind: 'gap', cause };
}

test('a span that is all gap is told by the cause that most of it has, over several gaps', () => {
  const spans = [gap(0, 400, 'lost'), gap(400, 900, 'asleep'), gap(900, 1100, 'lost')];
  assert.equal(longestCause(spans), 'lost');
  assert.equal(longestCause([gap(0, 400, 'lost'), gap(400, 1000, 'noEvent')]), 'noEvent');
});

test('where nothing was recorded before there is no cause to tell', () => {
  assert.equal(longestCause([]), null);
  assert.equal(longestCause([{ fromMs: 0, toMs: 10, kind: 'recorded' }]), null);
});

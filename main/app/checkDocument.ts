/** The last check of the vault, as it is remembered in it: what comes back from the disk is believed only in this form. */
import * as v from 'valibot';
import { type CheckState, mostToldFindings } from '../contract/check.ts';

export const checkFile = 'check.json.age';

export interface CheckDocument {
  last: Extract<CheckState, { state: 'done' | 'stopped' }> | null;
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const text = v.pipe(v.string(), v.maxLength(4096));
const lost = v.nullable(v.object({ fromMs: whole, toMs: whole }));
const chunks = v.object({ firstChunk: whole, fromByte: whole, toByte: whole, plainFrom: whole, plainTo: whole });
const finding = v.variant('kind', [
  v.object({ kind: v.picklist(['closed', 'short', 'exchanged', 'missing']), file: text, lost }),
  v.object({ kind: v.picklist(['unlinked', 'replaced']), file: text, beforeMs: whole, lost }),
  v.object({ kind: v.literal('chainCut'), file: text, beforeMs: whole }),
  v.object({ kind: v.literal('chunks'), file: text, chunks, lost }),
  v.object({ kind: v.picklist(['cutOff', 'misread']), file: text, atByte: whole, lost }),
  v.object({ kind: v.literal('unreadable'), file: text, code: text, lost }),
  v.object({
    kind: v.picklist(['forged', 'unchained', 'newer', 'unindexed', 'noIndex', 'unfinished', 'unexplained', 'leftover']),
    file: text,
  }),
]);
const tally = v.object({
  startedMs: whole,
  repair: v.boolean(),
  files: whole,
  bytes: whole,
  findings: v.pipe(
    v.array(v.object({ finding, camera: v.nullable(text), fromMs: v.nullable(whole), toMs: v.nullable(whole) })),
    v.maxLength(3 * mostToldFindings),
  ),
  counts: v.object({ damage: whole, repairable: whole, note: whole }),
  repaired: whole,
});
const form = v.object({
  last: v.nullable(
    v.variant('state', [
      v.object({ state: v.literal('done'), tally, finishedMs: whole }),
      v.object({ state: v.literal('stopped'), tally, finishedMs: whole, by: v.picklist(['user', 'lock', 'close']) }),
    ]),
  ),
});

export function readCheck(value: unknown): CheckDocument | null {
  const parsed = v.safeParse(form, value);
  return parsed.success ? parsed.output : null;
}

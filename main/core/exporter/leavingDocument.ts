/** How far the export of everything came, as it is remembered in the vault: believed only in this form. */
import * as v from 'valibot';

export const leavingFile = 'leaving.json.age';
/** More losses than this are only counted: the report says so. */
export const mostLosses = 5000;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const amount = v.pipe(v.number(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(4096));
const cameraId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
const loss = v.object({ cameraId, fromMs: whole, toMs: whole, file: text });
const job = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  /** Recordings begun before it are exported. */
  startedMs: whole,
  folder: text,
  everything: v.boolean(),
  cameras: v.pipe(
    v.array(
      v.object({
        id: cameraId,
        name: text,
        folder: text,
        /** Everything that began before it is done. */
        doneMs: whole,
        /** Gaps and losses are written. */
        ended: v.boolean(),
      }),
    ),
    v.maxLength(2000),
  ),
  totalBytes: amount,
  doneBytes: amount,
  files: whole,
  recordedMs: amount,
  losses: v.pipe(v.array(loss), v.maxLength(mostLosses)),
  lossCount: whole,
  /** What is being written. */
  current: v.nullable(
    v.object({
      cameraId,
      fromMs: whole,
      toMs: whole,
      /** Below the job's folder. */
      day: text,
      /** Files of it that have their names already. */
      parts: whole,
      /** A whole file that is about to get its name. */
      placing: v.nullable(v.object({ file: text, sizeBytes: whole, recordedMs: amount })),
    }),
  ),
  /** null while it is to go on. */
  end: v.nullable(
    v.variant('state', [
      v.object({ state: v.literal('done'), finishedMs: whole }),
      v.object({ state: v.literal('stopped') }),
    ]),
  ),
});
const form = v.object({ job: v.nullable(job) });

export type LeavingDocument = v.InferOutput<typeof form>;
export type StoredLeaving = v.InferOutput<typeof job>;
export type StoredCamera = StoredLeaving['cameras'][number];
export type Loss = v.InferOutput<typeof loss>;

export function readLeaving(value: unknown): LeavingDocument | null {
  const parsed = v.safeParse(form, value);
  return parsed.success ? parsed.output : null;
}

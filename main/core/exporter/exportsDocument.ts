/** The list of exports as it is remembered in the vault: what comes back from the disk is believed only in this form. */
import * as v from 'valibot';

export const exportsFile = 'exports.json.age';
export const mostExports = 200;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const text = v.pipe(v.string(), v.maxLength(4096));
const problem = v.variant('code', [
  v.object({ code: v.literal('diskFull'), folder: text, freeBytes: whole }),
  v.object({ code: v.picklist(['folderNotWritable', 'vaultMissing']), folder: text }),
  v.object({ code: v.picklist(['fileExists', 'vaultDamaged']), file: text }),
  v.object({ code: v.literal('ffmpegFailed'), reason: v.pipe(v.string(), v.maxLength(20_000)) }),
  v.object({ code: v.picklist(['notRecorded', 'ffmpegMissing', 'gone']) }),
]);
const form = v.object({
  jobs: v.pipe(
    v.array(
      v.object({
        id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
        cameraId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
        cameraName: text,
        fromMs: whole,
        toMs: whole,
        recordedMs: v.pipe(v.number(), v.minValue(0)),
        file: text,
        agreed: v.nullable(v.object({ inode: v.number(), sizeBytes: v.number(), changedMs: v.number() })),
        /** Whole files that are about to get their names. */
        placing: v.pipe(v.array(v.object({ file: text, sizeBytes: whole })), v.maxLength(1000)),
        end: v.nullable(
          v.variant('state', [
            v.object({ state: v.literal('done'), sizeBytes: whole, files: v.array(text), finishedMs: whole }),
            v.object({ state: v.literal('failed'), problem }),
            v.object({ state: v.literal('cancelled'), doneFraction: v.number() }),
          ]),
        ),
      }),
    ),
    v.maxLength(mostExports),
  ),
});

export type ExportsDocument = v.InferOutput<typeof form>;
export type StoredExport = ExportsDocument['jobs'][number];

export function readExports(value: unknown): ExportsDocument | null {
  const parsed = v.safeParse(form, value);
  return parsed.success ? parsed.output : null;
}

/** An end that can be remembered: a defect, and what only this run of the program knows, is cancelled next time. */
export function storedEnd(end: unknown): StoredExport['end'] {
  const parsed = v.safeParse(form.entries.jobs.pipe[0].item.entries.end, end);
  return parsed.success ? parsed.output : { state: 'cancelled', doneFraction: 0 };
}

/** What remembers a document. */
export interface Memory<Document> {
  /** null while it cannot be read: the vault is locked. */
  read(): Promise<Document | null>;
  write(document: Document): Promise<void>;
}

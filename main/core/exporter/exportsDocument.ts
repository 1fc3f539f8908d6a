/**
 * The list of exports as it is remembered in the vault: what comes back from the disk is believed only in this form. Of a
 * passphrase nothing is remembered: the heads of the sealed files are made when the export is asked for, and remembered
 * with the keys of these files, which open nothing else.
 */
import * as v from 'valibot';
import path from 'node:path';

export const exportsFile = 'exports.json.age';
export const mostExports = 200;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const text = v.pipe(v.string(), v.maxLength(4096));
const cameraId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
const problem = v.variant('code', [
  v.object({ code: v.literal('diskFull'), folder: text, freeBytes: whole }),
  v.object({ code: v.literal('targetFull'), folder: text, neededBytes: whole, freeBytes: whole }),
  v.object({ code: v.picklist(['folderNotWritable', 'vaultMissing', 'diskReadOnly']), folder: text }),
  v.object({ code: v.picklist(['fileExists', 'vaultDamaged']), file: text }),
  v.object({ code: v.literal('ffmpegFailed'), reason: v.pipe(v.string(), v.maxLength(20_000)) }),
  v.object({
    code: v.picklist(['notRecorded', 'recordingGone', 'ffmpegMissing', 'encoderMissing', 'passphraseGone', 'gone']),
  }),
]);
/** Whole files that are about to get their names. */
const placing = v.pipe(v.array(v.object({ file: text, sizeBytes: whole })), v.maxLength(10_000));
const end = v.nullable(
  v.variant('state', [
    v.object({ state: v.literal('done'), sizeBytes: whole, files: v.array(text), finishedMs: whole }),
    v.object({ state: v.literal('failed'), problem }),
    v.object({ state: v.literal('cancelled'), doneFraction: v.number() }),
  ]),
);
const base64 = v.pipe(v.string(), v.maxLength(4096), v.base64());
const result = v.variant('is', [
  v.object({ is: v.picklist(['plain', 'evidence']) }),
  v.object({ is: v.literal('sealed'), by: v.literal('key'), key: text }),
  v.object({
    is: v.literal('sealed'),
    by: v.literal('passphrase'),
    /** For a file each. */
    heads: v.pipe(v.array(v.object({ header: base64, fileKey: base64 })), v.maxLength(200)),
  }),
]);
const shared = {
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  fromMs: whole,
  toMs: whole,
  recordedMs: v.pipe(v.number(), v.minValue(0)),
  placing,
  end,
};
const job = v.object({
  ...shared,
  cameras: v.pipe(v.array(v.object({ id: cameraId, name: text })), v.minLength(1), v.maxLength(100)),
  gaps: whole,
  cut: v.picklist(['fast', 'exact']),
  burnsIn: v.boolean(),
  sound: v.boolean(),
  timeLapseMs: v.nullable(v.pipe(whole, v.minValue(1))),
  result,
  folder: text,
  madeAnew: v.pipe(v.array(cameraId), v.maxLength(100)),
});
const form = v.object({ version: v.literal(2), jobs: v.pipe(v.array(job), v.maxLength(mostExports)) });
/** One camera, and the file that the user chose. */
const firstForm = v.object({
  jobs: v.pipe(v.array(v.object({ ...shared, cameraId, cameraName: text, file: text })), v.maxLength(mostExports)),
});

export type ExportsDocument = v.InferOutput<typeof form>;
export type StoredExport = v.InferOutput<typeof job>;
export type StoredResult = StoredExport['result'];

export function readExports(value: unknown): ExportsDocument | null {
  const parsed = v.safeParse(form, value);
  if (parsed.success) return parsed.output;
  const first = v.safeParse(firstForm, value);
  return first.success ? { version: 2, jobs: first.output.jobs.map(fromFirst) } : null;
}

/** What waits goes into the folder of the file that was chosen, under a name of its own. */
function fromFirst(stored: v.InferOutput<typeof firstForm>['jobs'][number]): StoredExport {
  const { cameraId: id, cameraName: name, file, ...rest } = stored;
  return {
    ...rest,
    cameras: [{ id, name }],
    ...{ gaps: 0, cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, madeAnew: [] },
    result: { is: 'plain' },
    folder: path.dirname(file),
  };
}

/** An end that can be remembered: a defect, and what only this run of the program knows, is cancelled next time. */
export function storedEnd(told: unknown): StoredExport['end'] {
  const parsed = v.safeParse(end, told);
  return parsed.success ? parsed.output : { state: 'cancelled', doneFraction: 0 };
}

/** What remembers a document. */
export interface Memory<Document> {
  /** null while it cannot be read: the vault is locked. */
  read(): Promise<Document | null>;
  /** Never throws for the disk: false for what it refuses, which is written with the next change. */
  write(document: Document): Promise<boolean>;
  /** The vault is locked: nothing of what was opened stays in memory. */
  lock(): void;
}

/**
 * Reads one run of samples (`trun`, ISO 14496-12 §8.8.8): how many there are, how long they last together, where they lie,
 * and, for whoever wants them, each of them. Every field is checked against the box. Throws MediaError.
 */
import { type Box, fullHead, requireBytes } from './boxes.ts';
import { MediaError } from './mediaError.ts';

/** What holds for samples of which a run does not say it. */
export interface SampleDefaults {
  durationUnits: number;
  sizeBytes: number;
  sampleFlags: number;
}

export interface TrackRun {
  samples: number;
  /** Of all samples together. */
  durationUnits: number;
  /** The first can be decoded alone; false where there is none. */
  beginsInSync: boolean;
  /** Where the samples begin, counted from the moof; null: behind those of the run before. */
  dataOffset: number | null;
  defaults: SampleDefaults;
  /** `sample_flags` of the first, where they are told apart from the others'. */
  firstFlags: number | null;
  table: { flags: number; offset: number };
}

/** Each sample of a run, in order. */
export interface RunSamples {
  sizes: Uint32Array;
  durations: Uint32Array;
  /** From decoding to being shown; null where that is 0 for all. */
  shownAfter: Int32Array | null;
  /** 1 where it can be decoded alone. */
  inSync: Uint8Array;
}

export const mostSamples = 1_000_000;
const notInSync = 0x10000;

/** Fields of a run, then those of a sample, in the order in which they are written (§8.8.8.2). */
const field = {
  ...{ dataOffset: 0x1, firstFlags: 0x4 },
  ...{ duration: 0x100, size: 0x200, flags: 0x400, shownAfter: 0x800 },
} as const;
const ofSample = [field.duration, field.size, field.flags, field.shownAfter];

export function readTrackRun(view: DataView, trun: Box, defaults: SampleDefaults): TrackRun {
  const { flags } = fullHead(view, trun);
  const firstFlagsOffset = trun.content + 8 + (flags & field.dataOffset ? 4 : 0);
  const table = { flags, offset: firstFlagsOffset + (flags & field.firstFlags ? 4 : 0) };
  requireBytes(trun, table.offset - trun.content);
  const samples = view.getUint32(trun.content + 4);
  if (samples > mostSamples) throw new MediaError('MP4: too many samples in a fragment');
  requireBytes(trun, table.offset - trun.content + samples * sampleBytes(flags));
  const run: TrackRun = {
    ...{ samples, defaults, table, durationUnits: 0, beginsInSync: false },
    dataOffset: flags & field.dataOffset ? view.getInt32(trun.content + 8) : null,
    firstFlags: flags & field.firstFlags ? view.getUint32(firstFlagsOffset) : null,
  };
  const duration = reading(view, run, field.duration, defaults.durationUnits);
  if (flags & field.duration) for (let at = 0; at < samples; at += 1) run.durationUnits += duration(at);
  else run.durationUnits = samples * defaults.durationUnits;
  if (samples > 0)
    run.beginsInSync = isInSync(run.firstFlags ?? reading(view, run, field.flags, defaults.sampleFlags)(0));
  return run;
}

export function samplesOfRun(view: DataView, run: TrackRun): RunSamples {
  const { samples, defaults } = run;
  const size = reading(view, run, field.size, defaults.sizeBytes);
  const duration = reading(view, run, field.duration, defaults.durationUnits);
  const flags = reading(view, run, field.flags, defaults.sampleFlags);
  const later = reading(view, run, field.shownAfter, 0);
  const sizes = new Uint32Array(samples);
  const durations = new Uint32Array(samples);
  const inSync = new Uint8Array(samples);
  const shownAfter = run.table.flags & field.shownAfter ? new Int32Array(samples) : null;
  for (let at = 0; at < samples; at += 1) {
    sizes[at] = size(at);
    durations[at] = duration(at);
    inSync[at] = isInSync(at === 0 ? (run.firstFlags ?? flags(0)) : flags(at)) ? 1 : 0;
    // Version 0 has no negative ones; nobody means two thousand million.
    if (shownAfter) shownAfter[at] = later(at) | 0;
  }
  const isPlain = shownAfter?.every((units) => units === 0) ?? true;
  return { sizes, durations, inSync, shownAfter: isPlain ? null : shownAfter };
}

/** Where the duration of its first sample is written; null where what holds otherwise is its duration. */
export function durationOffsetOf({ table }: TrackRun): number | null {
  return table.flags & field.duration ? table.offset : null;
}

/** Of a sample by its number what this field says; without it what holds otherwise. */
function reading(view: DataView, { table }: TrackRun, wanted: number, otherwise: number): (at: number) => number {
  if (!(table.flags & wanted)) return () => otherwise;
  const stride = sampleBytes(table.flags);
  const first = table.offset + sampleBytes(table.flags & (wanted - 1));
  return (at) => view.getUint32(first + at * stride);
}

function sampleBytes(flags: number): number {
  return 4 * ofSample.filter((one) => flags & one).length;
}

function isInSync(flags: number): boolean {
  return (flags & notInSync) === 0;
}

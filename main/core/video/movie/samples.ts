/**
 * Reads every sample of a movie fragment (ISO 14496-12 §8.8.7, 8.8.8): where it lies in the fragment, how long it lasts,
 * when it is shown, and whether it can be decoded alone. Every offset is checked against the fragment, for the bytes may
 * be anybody's. Throws MediaError.
 */
import { type Box, boxesIn, fourCc, fullHead, requireBytes, required, viewOf } from '../boxes.ts';
import type { Track } from '../fmp4.ts';
import { MediaError } from '../mediaError.ts';

/** Samples that lie behind each other. */
export interface SampleRun {
  trackId: number;
  /** Decode time of the first, in units of the track. */
  startUnits: number;
  /** Of the first sample, in the fragment. */
  offset: number;
  sizes: Uint32Array;
  durations: Uint32Array;
  /** From decoding to being shown; null where that is 0 for all. */
  shownAfter: Int32Array | null;
  inSync: Uint8Array;
}

const mostSamples = 1_000_000;
const notInSync = 0x10000;

/** `head`: the fragment, at least to the end of its moof. `length`: of the whole fragment. In the file's order. */
export function readSamples(head: Uint8Array, length: number, tracks: readonly Track[]): SampleRun[] {
  const view = viewOf(head);
  if (head.length < 8 || fourCc(view, 4) !== 'moof') throw new MediaError('MP4: no moof');
  const moofBytes = view.getUint32(0);
  if (moofBytes < 8 || moofBytes > head.length) throw new MediaError('MP4: moof cut off');
  const runs: SampleRun[] = [];
  for (const traf of boxesIn(view, { type: 'moof', start: 0, content: 8, end: moofBytes })) {
    if (traf.type === 'traf') runs.push(...readTraf(view, traf, tracks));
  }
  for (const run of runs) {
    const sizeBytes = run.sizes.reduce((sum, size) => sum + size, 0);
    if (run.offset < moofBytes + 8 || run.offset + sizeBytes > length) throw new MediaError('MP4: sample does not fit');
  }
  return runs.sort((a, b) => a.offset - b.offset);
}

interface Defaults {
  durationUnits: number;
  sizeBytes: number;
  sampleFlags: number;
}

function readTraf(view: DataView, traf: Box, tracks: readonly Track[]): SampleRun[] {
  const inside = boxesIn(view, traf);
  const { track, defaults } = readTfhd(view, required(inside, 'tfhd'), tracks);
  let startUnits = readTfdt(view, required(inside, 'tfdt'));
  let follows: number | null = null;
  const runs: SampleRun[] = [];
  for (const trun of inside) {
    if (trun.type !== 'trun') continue;
    const run = readTrun(view, trun, defaults, follows);
    runs.push({ ...run, trackId: track.id, startUnits });
    startUnits += run.durations.reduce((sum, units) => sum + units, 0);
    follows = run.offset + run.sizes.reduce((sum, size) => sum + size, 0);
  }
  return runs;
}

function readTfhd(view: DataView, tfhd: Box, tracks: readonly Track[]): { track: Track; defaults: Defaults } {
  const { flags } = fullHead(view, tfhd);
  if ((flags & 0x1) !== 0) throw new MediaError('MP4: fragment counts from the start of its file');
  const fields = [0x2, 0x8, 0x10, 0x20].filter((flag) => (flags & flag) !== 0);
  requireBytes(tfhd, 8 + fields.length * 4);
  const id = view.getUint32(tfhd.content + 4);
  const track = tracks.find((candidate) => candidate.id === id);
  if (!track) throw new MediaError('MP4: fragment of an unknown track');
  const field = (flag: number, otherwise: number): number => {
    const index = fields.indexOf(flag);
    return index === -1 ? otherwise : view.getUint32(tfhd.content + 8 + index * 4);
  };
  const { durationUnits, sampleFlags, sizeBytes } = track.defaults;
  return {
    track,
    defaults: {
      durationUnits: field(0x8, durationUnits),
      sizeBytes: field(0x10, sizeBytes),
      sampleFlags: field(0x20, sampleFlags),
    },
  };
}

function readTfdt(view: DataView, tfdt: Box): number {
  const { version } = fullHead(view, tfdt);
  requireBytes(tfdt, version === 1 ? 12 : 8);
  const units = version === 1 ? Number(view.getBigUint64(tfdt.content + 4)) : view.getUint32(tfdt.content + 4);
  if (!Number.isSafeInteger(units)) throw new MediaError('MP4: decode time beyond reason');
  return units;
}

/** `follows`: where the samples begin when the run does not say. */
function readTrun(
  view: DataView,
  trun: Box,
  defaults: Defaults,
  follows: number | null,
): Omit<SampleRun, 'trackId' | 'startUnits'> {
  const { flags } = fullHead(view, trun);
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 1);
  const tableOffset = trun.content + 8 + (has(0x1) + has(0x4)) * 4;
  const sampleBytes = (has(0x100) + has(0x200) + has(0x400) + has(0x800)) * 4;
  requireBytes(trun, tableOffset - trun.content);
  const samples = view.getUint32(trun.content + 4);
  if (samples > mostSamples) throw new MediaError('MP4: too many samples in a fragment');
  requireBytes(trun, tableOffset - trun.content + samples * sampleBytes);
  const offset = has(0x1) ? view.getInt32(trun.content + 8) : follows;
  if (offset === null || offset < 0) throw new MediaError('MP4: samples without a place');
  const firstFlags = has(0x4) ? view.getUint32(trun.content + 8 + has(0x1) * 4) : null;
  const sizes = new Uint32Array(samples);
  const durations = new Uint32Array(samples);
  const inSync = new Uint8Array(samples);
  const shownAfter = has(0x800) ? new Int32Array(samples) : null;
  for (let index = 0, at = tableOffset; index < samples; index++) {
    const next = (flag: number, otherwise: number): number => {
      if (!has(flag)) return otherwise;
      at += 4;
      return view.getUint32(at - 4);
    };
    durations[index] = next(0x100, defaults.durationUnits);
    sizes[index] = next(0x200, defaults.sizeBytes);
    const own = next(0x400, defaults.sampleFlags);
    const sampleFlags = index === 0 && firstFlags !== null ? firstFlags : own;
    inSync[index] = (sampleFlags & notInSync) === 0 ? 1 : 0;
    // Version 0 has no negative ones; nobody means two thousand million.
    if (shownAfter) shownAfter[index] = next(0x800, 0) | 0;
  }
  const isPlain = shownAfter?.every((units) => units === 0) ?? true;
  return { offset, sizes, durations, inSync, shownAfter: isPlain ? null : shownAfter };
}

/**
 * Reads one track fragment (traf) of a movie fragment: when its samples begin, how long they last, and whether the
 * first can be decoded alone (ISO 14496-12 §8.8.7, 8.8.8, 8.8.12). Throws MediaError on what does not fit. Files
 * whose fragments count from the start of the file are refused: such a fragment means nothing once it is cut out.
 */
import { boxesIn, type Box, fullHead, requireBytes, required } from './boxes.ts';
import type { Track } from './fmp4.ts';
import { MediaError } from './mediaError.ts';

export interface TrackFragment {
  track: Track;
  startUnits: number;
  durationUnits: number;
  /** The first sample is a sync sample; false where there is none. */
  beginsInSync: boolean;
  /** Where the decode time is written. */
  time: { offset: number; version: number };
}

const mostSamples = 1_000_000;
const notInSync = 0x10000;

export function readTrackFragment(view: DataView, traf: Box, tracks: readonly Track[]): TrackFragment {
  const inside = boxesIn(view, traf);
  const head = readHead(view, required(inside, 'tfhd'), tracks);
  const time = readDecodeTime(view, required(inside, 'tfdt'));
  let durationUnits = 0;
  let samples = 0;
  let beginsInSync = false;
  for (const box of inside) {
    if (box.type !== 'trun') continue;
    const run = readRun(view, box, head);
    if (samples === 0 && run.samples > 0) beginsInSync = run.beginsInSync;
    samples += run.samples;
    durationUnits += run.durationUnits;
    if (samples > mostSamples) throw new MediaError('MP4: too many samples in a fragment');
  }
  return { track: head.track, startUnits: time.units, durationUnits, beginsInSync, time };
}

interface FragmentDefaults {
  track: Track;
  durationUnits: number;
  sampleFlags: number;
}

function readHead(view: DataView, tfhd: Box, tracks: readonly Track[]): FragmentDefaults {
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
  return {
    track,
    durationUnits: field(0x8, track.defaults.durationUnits),
    sampleFlags: field(0x20, track.defaults.sampleFlags),
  };
}

function readDecodeTime(view: DataView, tfdt: Box): { units: number; offset: number; version: number } {
  const { version } = fullHead(view, tfdt);
  requireBytes(tfdt, version === 1 ? 12 : 8);
  const offset = tfdt.content + 4;
  const units = version === 1 ? Number(view.getBigUint64(offset)) : view.getUint32(offset);
  if (!Number.isSafeInteger(units)) throw new MediaError('MP4: decode time beyond reason');
  return { units, offset, version };
}

function readRun(
  view: DataView,
  trun: Box,
  defaults: FragmentDefaults,
): { samples: number; durationUnits: number; beginsInSync: boolean } {
  const { flags } = fullHead(view, trun);
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 1);
  const firstFlagsOffset = trun.content + 8 + has(0x1) * 4;
  const tableOffset = firstFlagsOffset + has(0x4) * 4;
  const sampleBytes = (has(0x100) + has(0x200) + has(0x400) + has(0x800)) * 4;
  requireBytes(trun, tableOffset - trun.content);
  const samples = view.getUint32(trun.content + 4);
  if (samples > mostSamples) throw new MediaError('MP4: too many samples in a fragment');
  requireBytes(trun, tableOffset - trun.content + samples * sampleBytes);
  let durationUnits = samples * defaults.durationUnits;
  if (has(0x100)) {
    durationUnits = 0;
    for (let index = 0; index < samples; index++) durationUnits += view.getUint32(tableOffset + index * sampleBytes);
  }
  let sampleFlags = defaults.sampleFlags;
  if (has(0x4)) sampleFlags = view.getUint32(firstFlagsOffset);
  else if (has(0x400) && samples > 0) sampleFlags = view.getUint32(tableOffset + (has(0x100) + has(0x200)) * 4);
  return { samples, durationUnits, beginsInSync: samples > 0 && (sampleFlags & notInSync) === 0 };
}

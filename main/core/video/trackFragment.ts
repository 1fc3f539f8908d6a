/**
 * Reads the head (moof) of a movie fragment and the track fragments (traf) in it: when their samples begin, how long they
 * last, and whether the first can be decoded alone (ISO 14496-12 §8.8.4 to 8.8.8, 8.8.12). Throws MediaError on what does
 * not fit. Files whose fragments count from the start of the file are refused: such a fragment means nothing once it is
 * cut out.
 */
import { boxesIn, type Box, fourCc, fullHead, requireBytes, required, viewOf } from './boxes.ts';
import type { Track } from './fmp4.ts';
import { MediaError } from './mediaError.ts';
import { durationOffsetOf, mostSamples, readTrackRun, type SampleDefaults, type TrackRun } from './trackRun.ts';

export interface TrackFragment {
  track: Track;
  startUnits: number;
  durationUnits: number;
  /** The first sample is a sync sample; false where there is none. */
  beginsInSync: boolean;
  /** Where the decode time is written. */
  time: { offset: number; version: number };
  /** Where the duration of its only sample is written; null: it has none or several, or none says how long it is. */
  durationOffset: number | null;
  runs: TrackRun[];
}

export const mostTracks = 8;
const headBytes = 8;

/** `bytes`: the fragment, at least to the end of its moof. */
export function readMoof(bytes: Uint8Array, tracks: readonly Track[]): { moof: Box; trackFragments: TrackFragment[] } {
  const view = viewOf(bytes);
  if (bytes.length < headBytes || fourCc(view, 4) !== 'moof') throw new MediaError('MP4: no moof');
  const moofBytes = view.getUint32(0);
  if (moofBytes < headBytes || moofBytes > bytes.length) throw new MediaError('MP4: moof cut off');
  const moof: Box = { type: 'moof', start: 0, content: headBytes, end: moofBytes };
  const trafs = boxesIn(view, moof).filter((box) => box.type === 'traf');
  if (trafs.length === 0 || trafs.length > mostTracks) throw new MediaError('MP4: no or too many track fragments');
  return { moof, trackFragments: trafs.map((traf) => readTrackFragment(view, traf, tracks)) };
}

function readTrackFragment(view: DataView, traf: Box, tracks: readonly Track[]): TrackFragment {
  const inside = boxesIn(view, traf);
  const head = readHead(view, required(inside, 'tfhd'), tracks);
  const time = readDecodeTime(view, required(inside, 'tfdt'));
  let durationUnits = 0;
  let samples = 0;
  let beginsInSync = false;
  const runs: TrackRun[] = [];
  for (const box of inside) {
    if (box.type !== 'trun') continue;
    const run = readTrackRun(view, box, head);
    runs.push(run);
    if (samples === 0 && run.samples > 0) beginsInSync = run.beginsInSync;
    samples += run.samples;
    durationUnits += run.durationUnits;
    if (samples > mostSamples) throw new MediaError('MP4: too many samples in a fragment');
  }
  const only = samples === 1 ? runs.find((run) => run.samples === 1) : undefined;
  const durationOffset = only ? (durationOffsetOf(only) ?? head.durationOffset) : null;
  return { track: head.track, startUnits: time.units, durationUnits, beginsInSync, time, durationOffset, runs };
}

interface FragmentDefaults extends SampleDefaults {
  track: Track;
  /** Where the default duration is written; null: the track's holds. */
  durationOffset: number | null;
}

function readHead(view: DataView, tfhd: Box, tracks: readonly Track[]): FragmentDefaults {
  const { flags } = fullHead(view, tfhd);
  if ((flags & 0x1) !== 0) throw new MediaError('MP4: fragment counts from the start of its file');
  const fields = [0x2, 0x8, 0x10, 0x20].filter((flag) => (flags & flag) !== 0);
  requireBytes(tfhd, 8 + fields.length * 4);
  const id = view.getUint32(tfhd.content + 4);
  const track = tracks.find((candidate) => candidate.id === id);
  if (!track) throw new MediaError('MP4: fragment of an unknown track');
  const place = (flag: number): number | null => {
    const index = fields.indexOf(flag);
    return index === -1 ? null : tfhd.content + 8 + index * 4;
  };
  const field = (flag: number, otherwise: number): number => {
    const offset = place(flag);
    return offset === null ? otherwise : view.getUint32(offset);
  };
  return {
    track,
    durationOffset: place(0x8),
    durationUnits: field(0x8, track.defaults.durationUnits),
    sizeBytes: field(0x10, track.defaults.sizeBytes),
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

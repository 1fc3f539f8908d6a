/**
 * Reads every sample of a movie fragment: where it lies in the fragment, how long it lasts, when it is shown, and whether
 * it can be decoded alone. Every offset is checked against the fragment, for the bytes may be anybody's. Throws
 * MediaError.
 */
import { viewOf } from '../boxes.ts';
import type { Track } from '../fmp4.ts';
import { MediaError } from '../mediaError.ts';
import { readMoof, type TrackFragment } from '../trackFragment.ts';
import { type RunSamples, samplesOfRun } from '../trackRun.ts';

/** Samples that lie behind each other. */
export interface SampleRun extends RunSamples {
  trackId: number;
  /** Decode time of the first, in units of the track. */
  startUnits: number;
  /** Of the first sample, in the fragment. */
  offset: number;
}

/** `head`: the fragment, at least to the end of its moof. `length`: of the whole fragment. In the file's order. */
export function readSamples(head: Uint8Array, length: number, tracks: readonly Track[]): SampleRun[] {
  const view = viewOf(head);
  const { moof, trackFragments } = readMoof(head, tracks);
  const runs = trackFragments.flatMap((one) => runsOf(view, one));
  for (const { offset, sizes } of runs) {
    if (offset < moof.end + 8 || offset + sum(sizes) > length) throw new MediaError('MP4: sample does not fit');
  }
  return runs.sort((a, b) => a.offset - b.offset);
}

function runsOf(view: DataView, { track, startUnits: beginsUnits, runs }: TrackFragment): SampleRun[] {
  let startUnits = beginsUnits;
  /** Where the samples begin of a run that does not say it. */
  let follows: number | null = null;
  const found: SampleRun[] = [];
  for (const run of runs) {
    const offset: number | null = run.dataOffset ?? follows;
    if (offset === null || offset < 0) throw new MediaError('MP4: samples without a place');
    const samples = samplesOfRun(view, run);
    found.push({ ...samples, trackId: track.id, startUnits, offset });
    startUnits += run.durationUnits;
    follows = offset + sum(samples.sizes);
  }
  return found;
}

function sum(sizes: Uint32Array): number {
  return sizes.reduce((all, size) => all + size, 0);
}

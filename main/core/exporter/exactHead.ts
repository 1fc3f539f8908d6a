/**
 * The beginning of an exact cut. Pictures up to the next keyframe need what lies before the span: they are decoded, and
 * made anew as a GOP of their own, in the stream's own profile and size, with parameter sets under a number that the stream
 * does not use. Everything behind is copied. Their times stay as they were recorded.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { moveFragment } from '../video/fmp4.ts';
import type { Init } from '../video/fmp4.ts';
import { joinedTrak, matchOf } from '../video/movie/avcJoin.ts';
import { readSamples } from '../video/movie/samples.ts';
import { joined } from '../video/movie/movieBoxes.ts';
import { encodePictures } from './encode.ts';
import type { PartWork } from './makePart.ts';
import { type PlannedPart, trakOf } from './plannedPart.ts';
import type { Sources } from './sources.ts';

/** Whether what an encoder makes can be joined to these pictures. */
export function joins(init: Init): boolean {
  const track = init.tracks.find(({ kind }) => kind === 'video');
  return track !== undefined && matchOf(trakOf(init, track.id)) !== null;
}

/** Fills the places that the plan kept free. `ffmpegFailed` also when other than the wanted pictures came. */
export async function makeHead({ work, part, sources }: PartWork): Promise<Outcome<null>> {
  const match = matchOf(part.pictures.trak);
  if (part.head.pictures === 0) return good(null);
  if (!match) throw new Error('planned to be joined, and cannot be');
  const { before, head } = part;
  const sizes: number[] = [];
  const pieces: Uint8Array[] = [];
  const made = await encodePictures({
    ...{ ffmpeg: work.ffmpeg, timescale: part.pictures.track.timescale, signal: work.signal },
    input: fragmentsOf(part, sources, head.fragments),
    filters: `[0:v:0]trim=start_frame=${before}:end_frame=${before + head.pictures},setpts=PTS-STARTPTS[out]`,
    codec: [
      ...['-preset', 'medium', '-crf', '16', '-g', String(head.pictures + 1), '-profile:v', match.profile],
      ...['-x264-params', `sps-id=${match.freeNumber}:scenecut=0:keyint=infinite`],
    ],
    async onFragment({ bytes }, init) {
      for (const run of readSamples(bytes, bytes.length, init.tracks)) {
        let offset = run.offset;
        for (const size of run.sizes) {
          sizes.push(size);
          pieces.push(bytes.subarray(offset, offset + size));
          offset += size;
        }
      }
    },
  });
  if (!made.ok) return made;
  const [track] = made.value.tracks;
  if (sizes.length !== head.pictures || !track) return bad({ code: 'ffmpegFailed', reason: 'pictures are missing' });
  part.pictures.trak = joinedTrak(part.pictures.trak, trakOf(made.value, track.id));
  const all = joined(pieces);
  part.fillHead(
    sizes,
    sources.addOther((offset, length) => Promise.resolve(all.subarray(offset, offset + length))),
  );
  return good(null);
}

/** Fragmented MP4 of the first fragments of a part (all, where nothing is said), as they lie in its time. */
export async function* fragmentsOf(
  part: PlannedPart,
  sources: Sources,
  count = Infinity,
  wanted: (at: number) => boolean = () => true,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { init, fragments } = part;
  yield init.bytes;
  for (const [at, { source, place, shiftSeconds }] of fragments.entries()) {
    if (at >= count) return;
    if (!wanted(at)) continue;
    const bytes = await sources.read(source, place.offset, place.length);
    yield moveFragment(bytes, init.tracks, shiftSeconds);
  }
}

/**
 * Small grey pictures of recordings, several a second or of keyframes alone: the fragments are opened in memory and go to
 * ffmpeg by its standard input, the pictures come back by its output. Nothing touches the disk. ffmpeg gets what others
 * leave of the processor.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { VaultError } from '../vault/vaultError.ts';
import { type Ffmpeg, runFfmpeg } from '../video/ffmpeg.ts';
import { greyBytes, greyHeight, greyWidth } from './motionRegion.ts';
import { type FragmentPlace, keyframeAtOrBefore } from './openRecording.ts';
import type { RecordingSource } from './recordingSource.ts';

export interface GreyPicture {
  /** UTC ms. */
  atMs: number;
  grey: Uint8Array;
}

export interface PicturesOf {
  ffmpeg: Ffmpeg;
  source: RecordingSource;
  fromMs: number;
  toMs: number;
  /** A picture for each keyframe, and nothing between. */
  keyframesOnly: boolean;
  signal: AbortSignal;
}

export const picturesASecond = 4;
/** One recording has about a minute. */
const deadlineMs = 300_000;
const decoding = ['-hide_banner', '-v', 'error', '-threads', '1'];
const scaled = `scale=${greyWidth}:${greyHeight}:flags=area,format=gray`;
const output = ['-f', 'rawvideo', 'pipe:1'];

/**
 * In order of time. Where keyframes are asked for alone, their times are those of their fragments; else pictures are at
 * even distances from the first on. Problems: `cancelled`, `ffmpegFailed`, `ffmpegMissing`, and those of the vault.
 */
export async function greyPictures(options: PicturesOf): Promise<Outcome<GreyPicture[]>> {
  const { ffmpeg, source, fromMs, toMs, keyframesOnly, signal } = options;
  const all = [...source.fragments];
  const places = all.slice(keyframeAtOrBefore(all, fromMs)).filter(({ startMs }) => startMs < toMs);
  const [first] = places;
  if (!first?.keyframe) return good([]);
  const times = places.filter(({ keyframe }) => keyframe).map(({ startMs }) => startMs);
  const wanted = keyframesOnly ? places.filter(({ keyframe }) => keyframe) : places;
  const filter = keyframesOnly ? `setpts=N/25/TB,${scaled}` : `fps=${picturesASecond},${scaled}`;
  try {
    const ran = await runFfmpeg(ffmpeg, {
      args: [
        ...decoding,
        ...(keyframesOnly ? ['-skip_frame', 'nokey'] : []),
        ...['-f', 'mp4', '-i', 'pipe:0', '-map', '0:v:0', '-vf', filter],
        ...(keyframesOnly ? ['-r', '25'] : []),
        ...output,
      ],
      input: bytesOf(source, wanted),
      ...{ background: true, signal, deadlineMs },
    });
    if (!ran.ok) return ran;
    const pictures: GreyPicture[] = [];
    for (let at = 0; (at + 1) * greyBytes <= ran.value.stdout.length; at++) {
      const atMs = keyframesOnly ? times[at] : first.startMs + (at * 1000) / picturesASecond;
      if (atMs === undefined || atMs >= toMs) break;
      if (atMs >= fromMs)
        pictures.push({ atMs, grey: ran.value.stdout.subarray(at * greyBytes, (at + 1) * greyBytes) });
    }
    return good(pictures);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return bad(error.problem);
  }
}

/** What cannot be opened ends it: a problem of the whole recording. */
async function* bytesOf(source: RecordingSource, places: readonly FragmentPlace[]): AsyncGenerator<Uint8Array> {
  for (const { offset, length } of [{ offset: 0, length: source.initLength }, ...places]) {
    const read = await source.read(offset, length);
    if (!read.ok) throw new VaultError(read.problem);
    yield read.value;
  }
}

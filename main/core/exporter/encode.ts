/**
 * Pictures made anew by ffmpeg, as H.264: it reads fragments from one pipe, perhaps what is drawn over them from another,
 * and what it makes comes back by a third. Nothing of it touches the disk here, and no name stands in its arguments. It
 * gets what others leave of the processor.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { type Ffmpeg, runFfmpeg } from '../video/ffmpeg.ts';
import { Fmp4Reader, type Fragment, type Init } from '../video/fmp4.ts';

export interface Encoding {
  ffmpeg: Ffmpeg;
  input: AsyncIterable<Uint8Array>;
  /** Drawn over it, at the same times. */
  over?: AsyncIterable<Uint8Array>;
  /** Only keyframes are decoded. */
  keyframesOnly?: boolean;
  /** A graph of filters from [0:v] (and [1:v]) to [out]. */
  filters: string;
  codec: readonly string[];
  /** Units of time in a second. */
  timescale: number;
  signal: AbortSignal;
  /** Each fragment, in order; ffmpeg waits for it. */
  onFragment: (fragment: Fragment, init: Init) => Promise<void>;
}

const found = new Map<string, Promise<boolean>>();

/** Whether this ffmpeg can make H.264. Asked once. */
export function canEncode(ffmpeg: Ffmpeg): Promise<boolean> {
  const known = found.get(ffmpeg.path) ?? askForEncoder(ffmpeg);
  found.set(ffmpeg.path, known);
  return known;
}

async function askForEncoder(ffmpeg: Ffmpeg): Promise<boolean> {
  const asked = await runFfmpeg(ffmpeg, { args: ['-hide_banner', '-encoders'], signal: AbortSignal.timeout(15_000) });
  return asked.ok && new TextDecoder().decode(asked.value.stdout).includes(' libx264 ');
}

/** The init of what was made. Problems: `ffmpegFailed`, `ffmpegMissing`, `cancelled`. Throws what its inputs throw. */
export async function encodePictures(encoding: Encoding): Promise<Outcome<Init>> {
  const { ffmpeg, input, over, keyframesOnly = false, filters, codec, timescale, signal, onFragment } = encoding;
  const made: { init: Init | null } = { init: null };
  const fragments: Fragment[] = [];
  const reader = new Fmp4Reader({
    init: (init) => (made.init = init),
    fragment: (fragment) => fragments.push(fragment),
  });
  const ran = await runFfmpeg(ffmpeg, {
    args: [
      // Times as they are: what is drawn belongs to a moment.
      ...['-hide_banner', '-v', 'error', '-copyts', ...(keyframesOnly ? ['-skip_frame', 'nokey'] : [])],
      ...['-f', 'mp4', '-i', 'pipe:0', ...(over ? ['-f', 'mp4', '-i', 'pipe:3'] : [])],
      ...['-filter_complex', filters, '-map', '[out]', '-c:v', 'libx264', '-bf', '0', ...codec],
      ...[...eachPictureOnce(ffmpeg), '-video_track_timescale', String(timescale)],
      ...[
        '-movflags',
        '+frag_keyframe+empty_moov+default_base_moof',
        '-frag_duration',
        '500000',
        '-f',
        'mp4',
        'pipe:1',
      ],
    ],
    ...{ input, ...(over && { second: over }), background: true, signal },
    async output(chunk) {
      reader.push(chunk);
      for (const fragment of fragments.splice(0)) if (made.init) await onFragment(fragment, made.init);
    },
  });
  if (!ran.ok) return ran;
  return made.init ? good(made.init) : bad({ code: 'ffmpegFailed', reason: 'it made no picture' });
}

function eachPictureOnce({ major, minor }: Ffmpeg): string[] {
  return major > 5 || minor >= 1 ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'];
}

/** Small streams made by the real ffmpeg, for the tests of the readers. */
import { type Ffmpeg, findFfmpeg, runFfmpeg } from '../../../main/core/video/ffmpeg.ts';

const found = await findFfmpeg();
if (!found.ok) throw new Error('these tests need ffmpeg');
export const ffmpeg: Ffmpeg = found.value;

export const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=2'];
export const tone = ['-f', 'lavfi', '-i', 'sine=sample_rate=16000:duration=2'];
export const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0'];
export const flv = ['-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'];
export const fragmented = [
  ...['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof+delay_moov+frag_discont'],
  ...['-frag_duration', '1000000', 'pipe:1'],
];

/** What ffmpeg writes to stdout with these arguments. */
export async function make(...args: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const ran = await runFfmpeg(ffmpeg, {
    args: ['-v', 'error', '-threads', '1', ...args],
    signal: AbortSignal.timeout(60_000),
  });
  if (!ran.ok) throw new Error(JSON.stringify(ran.problem));
  return ran.value.stdout;
}

/** A copy with some bytes replaced. */
export function withBytes(bytes: Uint8Array, offset: number, replacement: readonly number[]): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy.set(replacement, offset);
  return copy;
}

/** Offset of the first box or other mark with these characters. */
export function offsetOf(bytes: Uint8Array, characters: string): number {
  const offset = Buffer.from(bytes).indexOf(characters, 0, 'latin1');
  if (offset === -1) throw new Error(`no ${characters}`);
  return offset;
}

/** A JPEG of the picture that a stream shows at one position of its loop: decoded by ffmpeg from the keyframe before. */
import type { AccessUnit } from './annexB.ts';
import { ffmpeg } from './clips.ts';
import type { Film } from './film.ts';

const startCode = Buffer.from([0, 0, 0, 1]);

export async function pictureAt(film: Film, position: number, signal: AbortSignal): Promise<Buffer> {
  const last = position % film.units.length;
  let first = last;
  while (first > 0 && film.units[first]?.keyframe === false) first--;
  const units = film.units.slice(first, last + 1);
  const format = film.plan.video === 'H.264' ? 'h264' : 'hevc';
  const select = `select='eq(n,${units.length - 1})'`;
  const output = ['-frames:v', '1', '-q:v', '3', '-f', 'mjpeg', 'pipe:1'];
  return await ffmpeg(['-f', format, '-i', 'pipe:0', '-vf', select, ...output], signal, annexBOf(units));
}

export function annexBOf(units: AccessUnit[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => unit.nals.flatMap((nal) => [startCode, nal])));
}

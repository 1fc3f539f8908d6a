/** Fragments of a camera with so many bits a second, made by ffmpeg with the flags of the record path, and read back. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Fmp4Reader, type Fragment, type Init } from '../../main/core/video/fmp4.ts';

const seconds = 10;

export function makeFootageFile(file: string, ffmpeg: string, bitsPerSecond: number): void {
  const rate = String(bitsPerSecond);
  const noise = `nullsrc=size=1280x720:rate=25:duration=${seconds},geq=random(1)*255:128:128`;
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '25', '-keyint_min', '25'];
  const limits = ['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-nal-hrd', 'cbr'];
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'];
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', noise, ...codec, ...limits, '-pix_fmt', 'yuv420p'];
  execFileSync(ffmpeg, [...args, ...flags, '-f', 'mp4', file]);
}

export function readFootage(file: string): { init: Init; fragments: Fragment[] } {
  const inits: Init[] = [];
  const fragments: Fragment[] = [];
  new Fmp4Reader({ init: (init) => inits.push(init), fragment: (one) => fragments.push(one) }).push(readFileSync(file));
  const [init] = inits;
  if (!init || fragments.length === 0) throw new Error('no footage');
  return { init, fragments };
}

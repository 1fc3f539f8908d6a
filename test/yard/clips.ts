/**
 * Makes the films that simulated cameras send, with a real ffmpeg (FFMPEG_BIN, else the one on PATH), and keeps them in
 * out/yard-clips under a hash of the recipe. A clip is whole or not there: it is written beside its place and renamed,
 * so several processes may make the same one. Throws when ffmpeg is missing or fails, with its own words.
 *
 * Every clip is a loop of `clipFrames` frames; its frame numbers are unique within the loop and between the clips of
 * different scenes and sizes (see frameNumber.ts). Video is Annex B with a delimiter before each frame, no B-frames,
 * parameter sets at each keyframe. Sound is ADTS or bare G.711 of the same length.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkOf, clipMarkOf, frameNumberOf, strip } from './frameNumber.ts';
import type { SoundKind, StreamPlan } from './plans.ts';
import type { Pixels } from './raster.ts';
import { drawingsVersion, drawScene } from './scenes/drawScene.ts';

export type VideoRecipe = Pick<
  StreamPlan,
  'video' | 'profile' | 'widthPixels' | 'heightPixels' | 'framesPerSecond' | 'keyframeEvery' | 'bitsPerSecond'
> & { scene: number; clipMark: number };

/** The loop, in frames: 20 s at 25 frames a second. */
export const clipFrames = 500;

const folder = path.resolve(import.meta.dirname, '../../out/yard-clips');
const deadlineMs = 240_000;

/** One making at a time in this process: they use every core by themselves. */
let making: Promise<unknown> = Promise.resolve();

export function ffmpegPath(): string {
  return process.env['FFMPEG_BIN'] ?? 'ffmpeg';
}

/** The file with this film, made if need be. */
export function videoClip(recipe: VideoRecipe, signal: AbortSignal): Promise<string> {
  const suffix = recipe.video === 'H.264' ? 'h264' : 'h265';
  return kept({ drawingsVersion, clipFrames, ...recipe }, suffix, signal, (file, work) =>
    filmScene(recipe, file, work, signal),
  );
}

/** The file with this sound, made if need be; `seconds` long. */
export function soundClip(kind: SoundKind, seconds: number, signal: AbortSignal): Promise<string> {
  const suffix = { AAC: 'aac', PCMA: 'alaw', PCMU: 'mulaw' }[kind];
  return kept({ sound: kind, seconds, version: 1 }, suffix, signal, (file) =>
    recordEvening(kind, seconds, file, signal),
  );
}

export function soundRate(kind: SoundKind): number {
  return kind === 'AAC' ? 16_000 : 8_000;
}

/** A Matroska file of these clips, `times` times over: for servers that cannot loop by themselves. */
export function longFile(
  clip: { video: string; framesPerSecond: number; sound: string | null; soundFormat: 'aac' | 'alaw' },
  times: number,
  signal: AbortSignal,
): Promise<string> {
  const { video, framesPerSecond, sound, soundFormat } = clip;
  const loop = (file: string): string => `concat:${Array.from({ length: times }, () => file).join('|')}`;
  return kept({ ...clip, times, version: 1 }, 'mkv', signal, async (file) => {
    const pictures = ['-fflags', '+genpts', '-f', 'h264', '-framerate', String(framesPerSecond), '-i', loop(video)];
    const rate = soundFormat === 'alaw' ? ['-ar', '8000', '-ac', '1'] : [];
    const sounds = sound ? ['-f', soundFormat, ...rate, '-i', loop(sound)] : [];
    await ffmpeg([...pictures, ...sounds, '-c', 'copy', '-f', 'matroska', file], signal);
  });
}

async function kept(
  recipe: object,
  suffix: string,
  signal: AbortSignal,
  make: (file: string, work: string) => Promise<void>,
): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const file = path.join(folder, `${name}.${suffix}`);
  if (existsSync(file)) return file;
  const before = making;
  const made = (async () => {
    await before.catch(() => undefined);
    signal.throwIfAborted();
    if (existsSync(file)) return;
    const work = path.join(folder, `work-${process.pid}-${randomBytes(4).toString('hex')}`);
    await mkdir(work, { recursive: true });
    try {
      const unfinished = path.join(work, `clip.${suffix}`);
      await make(unfinished, work);
      await rename(unfinished, file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  })();
  making = made;
  await made;
  return file;
}

async function filmScene(recipe: VideoRecipe, file: string, work: string, signal: AbortSignal): Promise<void> {
  const { widthPixels, heightPixels, framesPerSecond, keyframeEvery, bitsPerSecond } = recipe;
  const seconds = clipFrames / framesPerSecond;
  const scene = drawScene(recipe.scene, widthPixels, heightPixels, seconds);
  const pictures = [scene.background, ...scene.sprites.map((sprite) => sprite.picture)];
  const inputs: string[] = [];
  for (const [index, picture] of pictures.entries()) {
    const name = path.join(work, `${index}.pam`);
    await writeFile(name, pamOf(picture));
    inputs.push('-framerate', String(framesPerSecond), '-i', name);
  }
  // Each picture is read and converted once, then repeated: four times as fast as reading it for every frame.
  const repeat = `loop=loop=-1:size=1,setpts=N/(${framesPerSecond}*TB)`;
  const last = scene.sprites.length;
  const graph = [
    `[0:v]format=yuv420p,${repeat}[v0]`,
    ...scene.sprites.flatMap((sprite, index) => [
      `[${index + 1}:v]format=yuva420p,${repeat}[s${index}]`,
      `[v${index}][s${index}]overlay=x='${sprite.x}':y='${sprite.y}'[v${index + 1}]`,
    ]),
    `[v${last}]${['noise=c0s=4:c0f=t', ...clockFilters(recipe), ...squareFilters(recipe)].join(',')}[out]`,
  ].join(';');
  const rate = [
    ['-b:v', bitsPerSecond],
    ['-maxrate', bitsPerSecond],
    ['-bufsize', bitsPerSecond],
    ['-g', keyframeEvery],
    ['-bf', 0],
  ].flatMap(([option, value]) => [String(option), String(value)]);
  const encoder =
    recipe.video === 'H.264'
      ? [
          ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', recipe.profile],
          ...['-x264-params', `keyint=${keyframeEvery}:min-keyint=${keyframeEvery}:scenecut=0:repeat-headers=1:aud=1`],
          ...['-f', 'h264'],
        ]
      : [
          ...['-c:v', 'libx265', '-preset', 'ultrafast'],
          ...[
            '-x265-params',
            `keyint=${keyframeEvery}:min-keyint=${keyframeEvery}:scenecut=0:open-gop=0:bframes=0:repeat-headers=1:aud=1:log-level=error`,
          ],
          ...['-f', 'hevc'],
        ];
  await ffmpeg(
    [...inputs, '-filter_complex', graph, '-map', '[out]', '-frames:v', String(clipFrames), ...rate, ...encoder, file],
    signal,
  );
}

/** The squares of frameNumber.ts, drawn frame by frame by ffmpeg's own frame counter `n`. */
function squareFilters(recipe: VideoRecipe): string[] {
  const width = recipe.widthPixels * strip.squareWidthShare;
  const height = Math.round(recipe.heightPixels * strip.squareHeightShare);
  const square = (index: number, shade: 'white' | 'black', count = 1, enable = ''): string => {
    const left = Math.round(index * width);
    const right = Math.round((index + count) * width);
    return `drawbox=x=${left}:y=0:w=${right - left}:h=${height}:color=${shade}:t=fill${enable && `:enable='${enable}'`}`;
  };
  // Bits 0..9 count with n; the bits above are the clip's mark.
  const first = frameNumberOf(recipe.clipMark, 0);
  if (clipMarkOf(first) > 63) throw new RangeError('a clip mark has 6 bits');
  const bit = (value: number): string => (value < 10 ? `mod(floor(n/${2 ** value}),2)` : String((first >> value) & 1));
  const filters = [square(0, 'black', strip.squares), square(0, 'white'), square(strip.squares - 1, 'white')];
  for (let value = 0; value < strip.dataSquares; value++) {
    filters.push(square(2 + strip.dataSquares - 1 - value, 'white', 1, bit(value)));
  }
  for (let value = 0; value < strip.checkSquares; value++) {
    const sum = [0, 4, 8, 12].map((step) => bit(value + step)).join('+');
    filters.push(square(2 + strip.dataSquares + strip.checkSquares - 1 - value, 'white', 1, `mod(${sum},2)`));
  }
  if (checkOf(0) !== 0) throw new Error('the check squares do not follow frameNumber.ts');
  return filters;
}

/** A running time in the upper right corner; left out where there is no font. */
function clockFilters(recipe: VideoRecipe): string[] {
  const font = fontFile();
  if (!font) return [];
  const size = Math.round(recipe.heightPixels / 24);
  const escaped = font.replaceAll('\\', '/').replaceAll(':', '\\:');
  const place = `x=w-tw-${size}:y=${Math.round(size * 0.6)}`;
  return [
    `drawtext=fontfile='${escaped}':text='%{pts\\:hms}':fontsize=${size}:fontcolor=white@0.85:shadowcolor=black@0.6:shadowx=1:shadowy=1:${place}`,
  ];
}

function fontFile(): string | undefined {
  return [
    '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
    '/usr/share/fonts/TTF/DejaVuSansMono.ttf',
    '/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf',
    '/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf',
    '/System/Library/Fonts/Menlo.ttc',
    'C:/Windows/Fonts/consola.ttf',
  ].find((file) => existsSync(file));
}

/** Crickets and a distant road. */
async function recordEvening(kind: SoundKind, seconds: number, file: string, signal: AbortSignal): Promise<void> {
  const rate = soundRate(kind);
  const graph =
    `anoisesrc=color=brown:amplitude=0.18:seed=7:r=${rate}:d=${seconds}[road];` +
    `sine=f=2900:r=${rate}:d=${seconds},volume='0.12*gt(mod(t,1.6),1.0)*gt(sin(2*PI*28*t),0)':eval=frame[crickets];` +
    `[road][crickets]amix=inputs=2:normalize=0[out]`;
  const encoder = {
    AAC: ['-c:a', 'aac', '-b:a', '32k', '-f', 'adts'],
    PCMA: ['-c:a', 'pcm_alaw', '-f', 'alaw'],
    PCMU: ['-c:a', 'pcm_mulaw', '-f', 'mulaw'],
  }[kind];
  await ffmpeg(['-filter_complex', graph, '-map', '[out]', '-ac', '1', '-ar', String(rate), ...encoder, file], signal);
}

function pamOf(picture: Pixels): Buffer {
  const head = `P7\nWIDTH ${picture.widthPixels}\nHEIGHT ${picture.heightPixels}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n`;
  return Buffer.concat([Buffer.from(head, 'ascii'), picture.bytes]);
}

/** Runs ffmpeg to its end; `input` goes to its standard input, its standard output comes back. */
export async function ffmpeg(options: string[], signal: AbortSignal, input?: Uint8Array): Promise<Buffer> {
  const child = spawn(ffmpegPath(), ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...options], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  const output: Buffer[] = [];
  const words: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => words.push(bytes));
  // An input that ffmpeg does not read to its end is no failure.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`ffmpeg ended with ${String(code)}: ${Buffer.concat(words).toString().slice(-2000)}`);
  return Buffer.concat(output);
}

export async function readClip(file: string): Promise<Buffer> {
  return await readFile(file);
}

/**
 * Makes a vault with recordings of the yard's films, whose every picture carries its number: by the yard's own generator,
 * packed by the real ffmpeg as the intake packs it, written by the real recorder. Several cameras' pictures of one moment
 * have the same position in their films, so whoever shows them side by side can be read for how far they are apart. The
 * same footage lies beside it in plain, where that is asked for.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { createVault, type Vault } from '../../main/core/vault/folder.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import type { GapCause } from '../../main/contract/model.ts';
import { Fmp4Reader, type Fragment, type Init } from '../../main/core/video/fmp4.ts';
import { clipFrames, ffmpegPath, longFile, soundClip, videoClip } from '../yard/clips.ts';
import { positionOf } from '../yard/frameNumber.ts';
import { cameraIdOf, listCameras } from './yearVault.ts';

export interface FilmedCamera {
  name: string;
  widthPixels: number;
  heightPixels: number;
  bitsPerSecond: number;
  sound?: boolean;
  /** Recorded spans, in seconds from the start; after each but the last, why there is a gap. */
  spans: { from: number; to: number; cause?: GapCause }[];
}

export interface FilmPlan {
  /** The vault comes into `vault` below it. */
  folder: string;
  startMs: number;
  cameras: FilmedCamera[];
  /** Also as plain MP4, as `<camera's number>.mp4` in the folder. */
  plain?: boolean;
}

export interface FilmVault {
  folder: string;
  words: string[];
}

export const filmFramesPerSecond = 25;
/** Pictures from one keyframe to the next: every 2 s. */
export const filmKeyframeEvery = 50;
/** The intake's own. */
const fragmentMs = 500;
const loopSeconds = clipFrames / filmFramesPerSecond;
const deadlineMs = 300_000;

export async function makeFilmVault(plan: FilmPlan): Promise<FilmVault> {
  const folder = path.join(plan.folder, 'vault');
  mkdirSync(plan.folder, { recursive: true });
  const words = makeWords();
  const made = await createVault(folder, words);
  if (!made.ok) throw new Error(`no vault can be made in ${folder}: ${made.problem.code}`);
  const vault = made.value;
  const library = new Library({ vault });
  for (const [at, camera] of plan.cameras.entries()) await recordCamera(plan, at, camera, vault, library);
  await library.close();
  await listCameras(
    plan.cameras.map(({ name }) => name),
    vault,
  );
  vault.lock();
  return { folder, words };
}

/** The position in its film of the picture that any camera shows at that moment of the vault. */
export function positionAt(plan: Pick<FilmPlan, 'startMs'>, atMs: number): number {
  const frame = Math.floor(((atMs - plan.startMs) * filmFramesPerSecond) / 1000 + 0.001);
  return frame % clipFrames;
}

/** How many pictures lie between two numbers, round the film's end if that is nearer. */
export function picturesApart(one: number, other: number): number {
  const apart = Math.abs(positionOf(one) - positionOf(other));
  return Math.min(apart, clipFrames - apart);
}

async function recordCamera(
  { folder, startMs, plain = false }: FilmPlan,
  at: number,
  camera: FilmedCamera,
  vault: Vault,
  library: Library,
): Promise<void> {
  const seconds = Math.max(...camera.spans.map(({ to }) => to));
  const footage = await film(camera, at, seconds, plain ? path.join(folder, `${at}.mp4`) : null);
  let nowMs = startMs;
  const recorder = new Recorder({
    ...{ cameraId: cameraIdOf(at), vault, library },
    now: () => nowMs,
    limits: { queueMs: Infinity, queueBytes: Infinity },
    on: { state: () => undefined },
  });
  for (const { from, to, cause } of camera.spans) {
    recorder.run({ init: footage.init, startMs });
    for (const fragment of footage.fragments) {
      const endSeconds = fragment.startSeconds + fragment.durationSeconds;
      if (fragment.startSeconds < from - 0.01 || endSeconds > to + 0.01) continue;
      nowMs = startMs + endSeconds * 1000 + 100;
      recorder.fragment(fragment, nowMs);
    }
    if (cause) recorder.runEnd(cause);
  }
  await recorder.close();
}

interface Footage {
  init: Init;
  fragments: Fragment[];
}

async function film(camera: FilmedCamera, at: number, seconds: number, plainFile: string | null): Promise<Footage> {
  const signal = AbortSignal.timeout(deadlineMs);
  const { widthPixels, heightPixels, bitsPerSecond } = camera;
  const video = await videoClip(
    {
      ...{ video: 'H.264', profile: 'high', widthPixels, heightPixels, bitsPerSecond },
      ...{ framesPerSecond: filmFramesPerSecond, keyframeEvery: filmKeyframeEvery, scene: at % 16, clipMark: at },
    },
    signal,
  );
  const sound = camera.sound === true ? await soundClip('AAC', loopSeconds, signal) : null;
  const clip = { video, framesPerSecond: filmFramesPerSecond, sound, soundFormat: 'aac' as const };
  const input = await longFile(clip, Math.ceil(seconds / loopSeconds), signal);
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', `${fragmentMs * 1000}`];
  const args = ['-v', 'error', '-i', input, '-t', String(seconds), '-c', 'copy', ...flags, '-f', 'mp4', '-'];
  const child = spawn(ffmpegPath(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const inits: Init[] = [];
  const fragments: Fragment[] = [];
  const reader = new Fmp4Reader({ init: (init) => inits.push(init), fragment: (fragment) => fragments.push(fragment) });
  const file = plainFile === null ? null : createWriteStream(plainFile);
  for await (const piece of child.stdout) {
    // A pipe without an encoding gives bytes.
    const bytes = piece as Buffer;
    reader.push(bytes);
    file?.write(bytes);
  }
  file?.end();
  const [init] = inits;
  if ((await ended) !== 0 || !init) throw new Error('ffmpeg made no footage of the film');
  return { init, fragments };
}

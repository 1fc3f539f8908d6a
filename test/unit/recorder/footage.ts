/**
 * Footage for the tests of recorder, library and exporter: fragmented MP4 by the real ffmpeg, with the flags of the
 * record path, cut by the real reader; a vault in a temporary folder; and what ffmpeg and ffprobe say of bytes.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Library } from '../../../main/core/library/library.ts';
import { Recorder, type RecorderOptions } from '../../../main/core/recorder/recorder.ts';
import { createVault, type Vault } from '../../../main/core/vault/folder.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { Fmp4Reader, type Fragment, type Init } from '../../../main/core/video/fmp4.ts';

export const cameraId = '00112233445566aa';
/** 2026-11-20T10:00:00Z */
export const tenMs = Date.UTC(2026, 10, 20, 10);

export interface Footage {
  init: Init;
  fragments: Fragment[];
}

export interface FootagePlan {
  seconds: number;
  size?: string;
  framesPerSecond?: number;
  /** Seconds from keyframe to keyframe. */
  keyframeEvery?: number;
  /** Off where times are compared to the millisecond: an AAC encoder begins before the picture. */
  sound?: boolean;
  /** Longest fragment: 1 s, so that tests count in seconds; the intake's are shorter. */
  fragmentMs?: number;
  /** As small as can be: without the encoder's note about itself. */
  bare?: boolean;
}

const made = new Map<string, Footage>();

export function makeFootage(plan: FootagePlan): Footage {
  const key = JSON.stringify(plan);
  const known = made.get(key);
  if (known) return known;
  const { seconds, size = '192x108', framesPerSecond = 25, keyframeEvery = 1, sound = false, bare = false } = plan;
  const { fragmentMs = 1000 } = plan;
  const gop = String(keyframeEvery * framesPerSecond);
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${framesPerSecond}:duration=${seconds}`];
  const noise = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=16000:duration=${seconds}`, '-c:a', 'aac'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', gop, '-keyint_min', gop];
  if (bare) codec.push('-bsf:v', 'filter_units=remove_types=6');
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', `${fragmentMs * 1000}`];
  const bytes = execFileSync(
    'ffmpeg',
    ['-v', 'error', ...picture, ...(sound ? noise : []), ...codec, '-sc_threshold', '0', ...flags, '-f', 'mp4', '-'],
    { maxBuffer: 2 ** 28 },
  );
  const inits: Init[] = [];
  const fragments: Fragment[] = [];
  new Fmp4Reader({ init: (found) => inits.push(found), fragment: (found) => fragments.push(found) }).push(bytes);
  const [init] = inits;
  assert.ok(init && fragments.length >= seconds - 1);
  const footage = { init, fragments };
  made.set(key, footage);
  return footage;
}

export interface Place {
  vault: Vault;
  folder: string;
  remove: () => void;
}

export async function makeVault(): Promise<Place> {
  const above = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
  const folder = path.join(above, 'vault');
  const made = await createVault(folder, makeWords());
  assert.ok(made.ok);
  return { vault: made.value, folder: above, remove: () => rmSync(above, { recursive: true, force: true }) };
}

/** Hands a whole run to the recorder, each fragment arriving `lateMs` after its end. */
export function record(recorder: Recorder, { init, fragments }: Footage, startMs: number, lateMs = 100): void {
  recorder.run({ init, startMs });
  for (const fragment of fragments) {
    recorder.fragment(fragment, startMs + (fragment.startSeconds + fragment.durationSeconds) * 1000 + lateMs);
  }
}

/** Waits until all of a run that was handed to the recorder of `cameraId` is in its open recording. */
export async function written(library: Library, { fragments }: Footage, startMs: number): Promise<void> {
  const lastMs = startMs + 1000 * (fragments.at(-1)?.startSeconds ?? 0) - 1;
  await until('everything is written', () => {
    const last = library.openRecording(cameraId)?.fragments.at(-1);
    return last !== undefined && last.startMs > lastMs;
  });
}

/** Records a whole run of `cameraId`. Its last recording is still open: whoever asked closes the recorder. */
export async function recordRun(
  given: Pick<RecorderOptions, 'vault' | 'library' | 'limits' | 'now'>,
  footage: Footage,
  startMs: number,
): Promise<Recorder> {
  const limits = { queueMs: Infinity, ...given.limits };
  const recorder = new Recorder({ ...given, cameraId, limits, on: { state: () => undefined } });
  record(recorder, footage, startMs);
  await written(given.library, footage, startMs);
  return recorder;
}

/** A film of a minute over and over, recorded by the real recorder; returns when all of it is on the disk. */
export async function recordMinutes(
  given: Pick<RecorderOptions, 'vault' | 'library' | 'cameraId'>,
  film: Footage,
  { startMs, minutes }: { startMs: number; minutes: number },
): Promise<void> {
  const limits = { recordingMs: 120_000, queueMs: Infinity, queueBytes: Infinity };
  const recorder = new Recorder({ ...given, limits, on: { state: () => undefined } });
  for (let minute = 0; minute < minutes; minute += 1) record(recorder, film, startMs + minute * 60_000, 20);
  await recorder.close();
}

export function mediaMs({ fragments }: Footage): number {
  const last = fragments.at(-1);
  return last ? (last.startSeconds + last.durationSeconds) * 1000 : 0;
}

/** Waits for a state by looking again and again, and leaves the processor to what is waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  while (!(await isSo())) {
    if (deadline.aborted) throw new Error(`did not happen in 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Opens a file of the vault with Debian's age, as somebody without Nightjar would. */
export function openWithAge(place: Place, file: string): Buffer {
  const key = path.join(place.folder, 'key.txt');
  const identity = place.vault.identity;
  assert.ok(identity);
  writeFileSync(key, identity.toSecretString());
  return execFileSync('age', ['-d', '-i', key, file], { maxBuffer: 2 ** 28 });
}

export interface Decoded {
  /** What ffmpeg had to complain about. */
  errors: string;
  pictures: number;
}

/** Decodes every picture. */
export function decode(input: string | Uint8Array): Decoded {
  const args = ['-v', 'error', '-i', typeof input === 'string' ? input : 'pipe:0'];
  const run = spawnSync('ffmpeg', [...args, '-map', '0:v', '-f', 'framemd5', '-'], {
    ...(typeof input === 'string' ? {} : { input }),
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  const pictures = run.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  return { errors: run.stderr, pictures };
}

export interface Probed {
  durationSeconds: number;
  startSeconds: number;
  widthPixels: number;
  sound: boolean;
  /** Of each stream, as ffprobe names them. */
  codecs: string[];
}

/** A file: what came through a pipe has no duration for ffprobe. */
export function probe(file: string): Probed {
  const args = [
    '-v',
    'error',
    '-show_entries',
    'format=duration,start_time:stream=codec_type,codec_name,width',
    '-of',
    'json',
  ];
  const run = spawnSync('ffprobe', [...args, file], { encoding: 'utf8' });
  assert.equal(run.stderr, '');
  // Written by ffprobe in this form.
  const found = JSON.parse(run.stdout) as {
    format: { duration?: string; start_time?: string };
    streams: { codec_type: string; codec_name: string; width?: number }[];
  };
  return {
    durationSeconds: Number(found.format.duration),
    startSeconds: Number(found.format.start_time),
    widthPixels: found.streams.find(({ codec_type: type }) => type === 'video')?.width ?? 0,
    sound: found.streams.some(({ codec_type: type }) => type === 'audio'),
    codecs: found.streams.map(({ codec_name: name }) => name),
  };
}

/**
 * The cuts that make pictures anew, read back picture by picture: what comes out is decoded, and compared with the pictures
 * that the camera sent, or read as the letters that were drawn.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ExportJob } from '../../../main/contract/exports.ts';
import { timeText } from '../../../main/core/exporter/burnIn.ts';
import { Exporter } from '../../../main/core/exporter/exporter.ts';
import type { ExportOrder } from '../../../main/core/exporter/queuedExport.ts';
import { letterHeight, lettersOf, letterWidth } from '../../../main/core/exporter/letters.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { type Ffmpeg, findFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import { Fmp4Reader, type Fragment, type Init } from '../../../main/core/video/fmp4.ts';
import { type Footage, makeVault, type Place, probe, record, tenMs, until } from '../recorder/footage.ts';

const size = { width: 320, height: 180 };
let place: Place;
let ffmpeg: Ffmpeg;
before(async () => {
  place = await makeVault();
  const found = await findFfmpeg();
  assert.ok(found.ok);
  ffmpeg = found.value;
});
after(() => place.remove());

/** Pictures each of one grey that says its number, with sound or none, by the encoder that is asked for. */
function greys(seconds: number, codec: string[], sound = false): Footage {
  const picture = `color=black:size=${size.width}x${size.height}:rate=25:duration=${seconds},geq=lum='16+mod(N*7\\,200)':cb=128:cr=128`;
  const noise = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=16000:duration=${seconds}`, '-c:a', 'aac'];
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'];
  const bytes = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-f', 'lavfi', '-i', picture, ...(sound ? noise : []), ...codec, ...flags, '-f', 'mp4', '-'],
    { maxBuffer: 2 ** 28 },
  );
  const inits: Init[] = [];
  const fragments: Fragment[] = [];
  new Fmp4Reader({ init: (found) => inits.push(found), fragment: (found) => fragments.push(found) }).push(bytes);
  const [init] = inits;
  assert.ok(init);
  return { init, fragments };
}

const gop = ['-g', '50', '-keyint_min', '50', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
const baseline = ['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-crf', '10', ...gop];
const high = ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', '0', '-crf', '10', ...gop];

/** The mean grey of each picture of a file, as players show them, and what the decoder complained about. */
function readGreys(file: string, ...beforeInput: string[]): number[] {
  const args = ['-v', 'error', ...beforeInput, '-i', file, '-map', '0:v', '-fps_mode', 'passthrough'];
  const out = ['-vf', 'crop=64:64:128:100,scale=1:1:flags=area', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const run = spawnSync('ffmpeg', [...args, ...out], { maxBuffer: 2 ** 26 });
  assert.equal(run.stderr.toString(), '');
  return [...run.stdout];
}

function greyOf(picture: number): number {
  return 16 + ((picture * 7) % 200);
}

function assertPictures(file: string, first: number, count: number): void {
  const found = readGreys(file);
  assert.equal(found.length, count);
  for (const [at, grey] of found.entries()) {
    // -pix_fmt gray stretches 16 to 235 over 0 to 255.
    const wanted = ((greyOf(first + at) - 16) * 255) / 219;
    assert.ok(Math.abs(grey - wanted) < 4, `picture ${at} has ${grey}, not ${wanted}: number ${first + at}`);
  }
}

let cameras = 0;
async function exported(
  footages: { footage: Footage; startMs: number }[],
  change: Partial<ExportOrder>,
): Promise<{ job: ExportJob; files: string[]; seen: string[] }> {
  const number = ++cameras;
  const id = number.toString(16).padStart(16, 'e');
  const library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs: 4000, queueMs: Infinity };
  const recorder = new Recorder({ cameraId: id, vault: place.vault, library, limits, on: { state: () => undefined } });
  for (const { footage, startMs } of footages) record(recorder, footage, startMs);
  await recorder.close();
  const folder = path.join(place.folder, `exact-${number}`);
  mkdirSync(folder);
  const exporter = new Exporter({ ffmpeg, library, vault: place.vault, on: { changed: () => undefined } });
  const { id: jobId } = exporter.start({
    ...{ cameras: [{ id, name: 'Hoftür 3' }], fromMs: tenMs, toMs: tenMs + 10_000, folder },
    ...{ cut: 'exact', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
    ...change,
  });
  const seen: string[] = [];
  const job = (): ExportJob | undefined => exporter.jobs().find((one) => one.id === jobId);
  await until('the export ends', () => {
    seen.push(...argumentsOfChildren());
    return !['waiting', 'running'].includes(job()?.progress.state ?? '');
  });
  await exporter.close();
  const ended = job();
  assert.ok(ended?.progress.state === 'done', JSON.stringify(ended?.progress));
  assert.deepEqual(readdirSync(folder).length, ended.progress.files.length, 'no spool, nothing unfinished');
  return { job: ended, files: ended.progress.files, seen };
}

function argumentsOfChildren(): string[] {
  const children = `/proc/${process.pid}/task/${process.pid}/children`;
  if (!existsSync(children)) return [];
  return readFileSync(children, 'utf8')
    .split(' ')
    .filter(Boolean)
    .flatMap((child) => {
      try {
        return [readFileSync(`/proc/${child}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}

for (const [name, codec] of [
  ['baseline', baseline],
  ['high', high],
] as const) {
  test(`exact to the picture in ${name}: the first GOP made anew, the rest copied, nothing else in the file`, async () => {
    const footage = greys(20, codec);
    // Picture 83 is shown at 3.32 s; the one at 9.60 s is the last before 9.61 s.
    const { job, files } = await exported([{ footage, startMs: tenMs }], { fromMs: tenMs + 3320, toMs: tenMs + 9610 });
    const [file = ''] = files;
    assert.equal(files.length, 1);
    assertPictures(file, 83, 240 - 83 + 1);
    assert.equal(readGreys(file, '-ignore_editlist', '1').length, 240 - 83 + 1, 'none before the span');
    assert.ok(Math.abs(probe(file).durationSeconds - 6.32) < 0.05);
    assert.deepEqual(job.madeAnew, []);
    // What is copied is the camera's, byte for byte.
    const recorded = Buffer.from(footage.fragments[8]?.bytes.subarray(-60) ?? []);
    assert.ok(recorded.length === 60 && readFileSync(file).includes(recorded));
  });
}

test('a cut at a keyframe makes nothing anew, and one between two keyframes of a gap is exact on both sides', async () => {
  const footage = greys(6, baseline);
  const both = [
    { footage, startMs: tenMs },
    { footage, startMs: tenMs + 60_000 },
  ];
  const at = await exported(both, { fromMs: tenMs + 2000, toMs: tenMs + 62_000 });
  assertSequence(at.files[0] ?? '', [...range(50, 150), ...range(0, 50)]);
  const inside = await exported(both, { fromMs: tenMs + 5000, toMs: tenMs + 61_000 });
  assertSequence(inside.files[0] ?? '', [...range(125, 150), ...range(0, 25)]);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function assertSequence(file: string, pictures: number[]): void {
  const found = readGreys(file);
  const wanted = pictures.map((picture) => ((greyOf(picture) - 16) * 255) / 219);
  assert.equal(found.length, wanted.length);
  assert.ok(found.every((grey, at) => Math.abs(grey - (wanted[at] ?? -99)) < 4));
}

test('the comparison notices a picture too many, and one in the place of another', async () => {
  const footage = greys(6, baseline);
  const { files } = await exported([{ footage, startMs: tenMs }], { fromMs: tenMs + 1000, toMs: tenMs + 2000 });
  assertPictures(files[0] ?? '', 25, 25);
  assert.throws(() => assertPictures(files[0] ?? '', 24, 25));
  assert.throws(() => assertPictures(files[0] ?? '', 25, 24));
});

test('sound is cut with the pictures', async () => {
  const footage = greys(20, baseline, true);
  const { files } = await exported([{ footage, startMs: tenMs }], { fromMs: tenMs + 3320, toMs: tenMs + 9610 });
  const told = probe(files[0] ?? '');
  assert.ok(told.sound && Math.abs(told.startSeconds) < 0.05);
  const run = spawnSync('ffmpeg', [
    '-v',
    'error',
    '-i',
    files[0] ?? '',
    '-map',
    '0:a',
    '-f',
    's16le',
    '-ar',
    '16000',
    '-',
  ]);
  assert.equal(run.stderr.toString(), '');
  assert.ok(Math.abs(run.stdout.length / 32_000 - told.durationSeconds) < 0.13);
});

for (const [name, codec] of [
  [
    'H.265',
    ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=50:bframes=0', '-crf', '12'],
  ],
  ['H.264 with pictures out of order', ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-crf', '10', ...gop]],
] as const) {
  test(`${name}: nothing can be joined to it, so all of it is made anew, exact, and said`, async () => {
    const footage = greys(8, [...codec, '-pix_fmt', 'yuv420p']);
    const { job, files } = await exported([{ footage, startMs: tenMs }], { fromMs: tenMs + 1320, toMs: tenMs + 5000 });
    const found = readGreys(files[0] ?? '');
    assert.ok(Math.abs(found.length - 92) <= 3, `${found.length} pictures`);
    assert.equal(job.madeAnew.length, 1);
    assert.deepEqual(probe(files[0] ?? '').codecs, ['h264']);
  });
}

/** Reads what was burnt in off a decoded picture, by the same letters. */
function readStrip(pixels: Uint8Array, dot: number, count: number): string {
  const signs = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).concat('ü');
  const known = new Map(signs.map((sign) => [(lettersOf(sign)[0] ?? []).join(), sign]));
  return Array.from({ length: count }, (_, at) => {
    const left = (at * letterWidth + letterWidth / 2) * dot;
    const rows = Array.from({ length: letterHeight }, (__, row) =>
      [0, 1, 2, 3, 4].reduce((sum, x) => {
        const y = Math.floor((row + 0.5) * dot);
        const lit = (pixels[y * size.width + left + Math.floor((x + 0.5) * dot)] ?? 0) > 120;
        return sum + (lit ? 2 ** x : 0);
      }, 0),
    );
    return known.get(rows.join()) ?? '\u2026';
  }).join('');
}

function picturesOf(file: string): Buffer[] {
  const args = [
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout, stderr } = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 28 });
  assert.equal(stderr.toString(), '');
  const bytes = size.width * size.height;
  return Array.from({ length: stdout.length / bytes }, (_, at) => stdout.subarray(at * bytes, (at + 1) * bytes));
}

/** The sound begins 64 ms before the pictures, and the encoder of the tests has the first one last as much longer. */
function withSoundMs(picture: number): number {
  return picture === 0 ? 0 : 64 + picture * 40;
}

test('name and time are burnt into every picture, each with its own time, over a gap too; no argument has the name', async () => {
  const footage = greys(6, baseline, true);
  const both = [
    { footage, startMs: tenMs },
    { footage, startMs: tenMs + 60_000 },
  ];
  const { files, seen } = await exported(both, { burnsIn: true, fromMs: tenMs + 1320, toMs: tenMs + 61_000 });
  const [file = ''] = files;
  const pictures = picturesOf(file);
  const first = range(32, 150).map((picture) => tenMs + withSoundMs(picture));
  const second = range(0, 25).map((picture) => tenMs + 60_000 + withSoundMs(picture));
  const times = [...first, ...second].filter((ms) => ms >= tenMs + 1320 && ms < tenMs + 61_000);
  assert.equal(pictures.length, times.length);
  for (const [at, pixels] of pictures.entries()) {
    assert.equal(readStrip(pixels, 1, 39), `Hoftür 3  ${timeText(times[at] ?? 0)}`.slice(0, 39));
  }
  assert.ok(probe(file).sound);
  assert.ok(
    seen.some((line) => line.includes('pipe:3')),
    'the look saw ffmpeg',
  );
  assert.ok(seen.every((line) => !line.includes('Hoft')));
});

test('a time-lapse lasts as long as asked, keeps one picture in so many, and has no sound', async () => {
  const footage = greys(20, baseline, true);
  const span = { fromMs: tenMs, toMs: tenMs + 21_000 };
  const { files } = await exported([{ footage, startMs: tenMs }], { ...span, cut: 'fast', timeLapseMs: 2100 });
  const told = probe(files[0] ?? '');
  assert.ok(Math.abs(told.durationSeconds - 2.1) < 0.05, String(told.durationSeconds));
  assert.ok(!told.sound);
  assertSequence(
    files[0] ?? '',
    Array.from({ length: 50 }, (_, at) => at * 10),
  );
  // Fewer than one in a GOP: keyframes alone.
  const sparse = await exported([{ footage, startMs: tenMs }], { ...span, cut: 'fast', timeLapseMs: 1000 / 5 });
  assertSequence(sparse.files[0] ?? '', [0, 100, 200, 300, 400]);
  const drawn = await exported([{ footage, startMs: tenMs }], { ...span, burnsIn: true, timeLapseMs: 1000 / 5 });
  assert.deepEqual(
    picturesOf(drawn.files[0] ?? '').map((pixels) => readStrip(pixels, 1, 33).slice(10)),
    [0, 4, 8, 12, 16].map((second) => timeText(tenMs + withSoundMs(second * 25)).slice(0, 23)),
  );
});

test('an ffmpeg without an encoder copies, and says so where it cannot', async () => {
  const poor = path.join(place.folder, 'poor-ffmpeg');
  writeFileSync(poor, '#!/bin/sh\ncase "$*" in *-encoders*) echo " V..... mpeg4" ;; *) exec ffmpeg "$@" ;; esac\n', {
    mode: 0o755,
  });
  const rich = ffmpeg;
  ffmpeg = { ...ffmpeg, path: poor };
  try {
    const footage = greys(6, baseline);
    await exported([{ footage, startMs: tenMs }], { cut: 'fast', fromMs: tenMs + 1320 });
    await assert.rejects(
      exported([{ footage, startMs: tenMs }], { cut: 'exact', fromMs: tenMs + 1320 }),
      /encoderMissing/,
    );
  } finally {
    ffmpeg = rich;
  }
});

/**
 * How long the export of ten minutes takes (1280x720, 2 Mbit/s, with sound: 60 recordings of 10 s, 150 MB), beside what a
 * user with the plain files would do in the same run: `ffmpeg -f concat -c copy -movflags +faststart`, and `cp`. Ours
 * reads sealed recordings; from the call that starts a job to the moment at which it is told as done, the file on the disk
 * for good (fsync). So ffmpeg and `cp` are followed by `sync` of their file, in a line of their own also without. All
 * read from the page cache. Rounds in turns, medians. `--exact` adds the exact cut, burnt-in text and a time-lapse, which
 * are the work of an encoder. Not measured: cameras being recorded at the same time. Bound: 1.2 times ffmpeg's time.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ExportJob } from '../../main/contract/exports.ts';
import { Exporter } from '../../main/core/exporter/exporter.ts';
import type { ExportOrder } from '../../main/core/exporter/queuedExport.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { createVault } from '../../main/core/vault/folder.ts';
import { makeIdentity, makeWords } from '../../main/core/vault/keys.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import { percentile, report, type Row } from './measure.ts';
import { readFootage } from './paceFootage.ts';

const cameraId = '00112233445566aa';
const startMs = Date.UTC(2026, 10, 20, 10);
const recordings = 60;
const seconds = 10;
const bitsPerSecond = 2_000_000;
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 5;
const exact = process.argv.includes('--exact');
const run = promisify(execFile);

const found = await findFfmpeg();
if (!found.ok) throw new Error('no ffmpeg');
const ffmpeg = found.value;
const above = mkdtempSync(path.join(os.tmpdir(), 'nightjar-bench-'));
const rows: Row[] = [];

/** One recording, and the same in plain files, each with another name, as a camera's SD card would have them. */
function makeFilm(file: string): void {
  const picture = `testsrc2=size=1280x720:rate=25:duration=${seconds},noise=alls=40:allf=t`;
  const rate = String(bitsPerSecond - 64_000);
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '50', '-keyint_min', '50'];
  const limits = ['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-pix_fmt', 'yuv420p'];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=16000:duration=${seconds}`];
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'];
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, ...sound, ...codec, ...limits];
  execFileSync(ffmpeg.path, [...args, '-c:a', 'aac', '-b:a', '64k', ...flags, '-f', 'mp4', file]);
}

async function prepare(): Promise<{ exporter: Exporter; jobs: () => ExportJob[]; list: string; plainBytes: number }> {
  const plain = path.join(above, 'plain');
  mkdirSync(plain);
  const film = path.join(plain, '0.mp4');
  makeFilm(film);
  const { init, fragments } = readFootage(film);
  const made = await createVault(path.join(above, 'vault'), makeWords());
  if (!made.ok) throw new Error(made.problem.code);
  const library = new Library({ vault: made.value, now: () => startMs + 3_600_000 });
  const limits = { recordingMs: 60_000, queueMs: Infinity, queueBytes: Infinity };
  const recorder = new Recorder({ cameraId, vault: made.value, library, limits, on: { state: () => undefined } });
  const lines: string[] = [];
  for (let at = 0; at < recordings; at += 1) {
    const beganMs = startMs + at * seconds * 1000;
    recorder.run({ init, startMs: beganMs });
    for (const one of fragments) recorder.fragment(one, beganMs + (one.startSeconds + one.durationSeconds) * 1000 + 50);
    const file = path.join(plain, `${at}.mp4`);
    if (at > 0) copyFileSync(film, file);
    lines.push(`file '${file}'`);
  }
  await recorder.close();
  const list = path.join(above, 'list.txt');
  writeFileSync(list, `${lines.join('\n')}\n`);
  let latest: ExportJob[] = [];
  const on = { changed: (jobs: ExportJob[]) => (latest = jobs) };
  const exporter = new Exporter({ ffmpeg, library, vault: made.value, on });
  return { exporter, jobs: () => latest, list, plainBytes: statSync(film).size * recordings };
}

const { exporter, jobs, list, plainBytes } = await prepare();
const order: ExportOrder = {
  ...{ cameras: [{ id: cameraId, name: 'Bench' }], fromMs: startMs, toMs: startMs + recordings * seconds * 1000 },
  ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' }, folder: above },
};

async function exported(change: Partial<ExportOrder>, keep: (file: string) => void = () => undefined): Promise<number> {
  const beganMs = performance.now();
  const { id } = exporter.start({ ...order, ...change });
  for (;;) {
    const progress = jobs().find((job) => job.id === id)?.progress;
    if (progress?.state === 'failed') throw new Error(JSON.stringify(progress.problem));
    if (progress?.state === 'done') {
      const tookMs = performance.now() - beganMs;
      for (const file of progress.files) {
        keep(file);
        rmSync(file);
      }
      exporter.clear();
      return tookMs;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

async function byFfmpeg(sync: boolean): Promise<number> {
  const out = path.join(above, 'ffmpeg.mp4');
  const args = ['-v', 'error', '-y', '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', '-movflags', '+faststart'];
  return timed(async () => {
    await run(ffmpeg.path, [...args, out]);
    if (sync) await run('sync', [out]);
  });
}

async function byCopy(): Promise<number> {
  const out = path.join(above, 'copied');
  const tookMs = await timed(() => run('cp', ['-r', path.join(above, 'plain'), out]));
  rmSync(out, { recursive: true });
  return tookMs;
}

/** What came out is whole: as long as asked, and every picture decodes. */
function check(file: string, least: number): void {
  const args = ['-v', 'error', '-i', file, '-map', '0', '-f', 'null', '-'];
  const decoded = spawnSync(ffmpeg.path, args, { encoding: 'utf8' });
  const told = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]);
  const lasts = Number(told.stdout.toString());
  if (decoded.stderr !== '' || Math.abs(lasts - least) > 0.2) throw new Error(`${lasts} s, ${decoded.stderr}`);
}

const { identity, recipient } = makeIdentity();
const result = { is: 'sealed', by: 'key', key: recipient } as const;
const ways: [string, () => Promise<number>][] = [
  ['ours, from sealed recordings', () => exported({})],
  ['ours, sealed again', () => exported({ result })],
  ['ffmpeg concat, copy, faststart', () => byFfmpeg(true)],
  ['the same without sync', () => byFfmpeg(false)],
  ['cp of the plain files, without sync', byCopy],
];
if (exact) {
  const fromMs = order.fromMs + 1240;
  ways.push(
    ['ours, exact', () => exported({ cut: 'exact', fromMs })],
    ['ours, time-lapse of 20 s', () => exported({ timeLapseMs: 20_000 })],
    ['ours, 30 s with name and time', () => exported({ cut: 'exact', burnsIn: true, fromMs, toMs: fromMs + 30_000 })],
  );
}
try {
  await exported({}, (file) => check(file, recordings * seconds));
  const took = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of ways) took.get(name)?.push(await way());
  }
  const peer = percentile(took.get('ffmpeg concat, copy, faststart') ?? [], 50) ?? 0;
  for (const [way, times] of took) {
    const p50 = percentile(times, 50) ?? 0;
    rows.push({
      ...{ way, rounds, 'p50 ms': Math.round(p50), 'longest ms': Math.round(Math.max(...times)) },
      'MB a second': Math.round(plainBytes / 1000 / p50),
      'of ffmpeg': Number((p50 / peer).toFixed(2)),
    });
  }
  report('export', rows);
} finally {
  await exporter.close();
  identity.wipe();
  rmSync(above, { recursive: true, force: true });
}
if (readdirSync(os.tmpdir()).includes(path.basename(above))) throw new Error('something was left behind');

/**
 * What recording costs: 16 simulated cameras of 640x360 at 25 pictures a second, shown and recorded by the app; and
 * beside it, in the same run on the same cameras, what a user would pick instead: 16 plain `ffmpeg -c copy` that write
 * one file a minute, shown by nobody and sealed by nobody. CPU in percent of one core over 30 s each; the page is
 * measured and left out of the comparison, because plain ffmpeg shows nothing. In the understudy the main process also
 * carries every byte to the page through Playwright, which Electron does not; recording alone shows what is left.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import { measureLoad, report, rounded, type Load, type Row } from './measure.ts';
import { goTo, type YardCamera } from '../journeys/household.ts';
import { openBenchWall, showTiles } from './wall.ts';

const settleMs = 8000;
const measuredMs = 30_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function measured(pid: number): Promise<Load> {
  await pause(settleMs);
  const load = measureLoad(pid);
  await pause(measuredMs);
  return load();
}

/** 16 plain ffmpegs on the same cameras. Their addresses hold the yard's own passwords, which are no secret. */
async function plain(cameras: YardCamera[]): Promise<Row> {
  const ffmpeg = await findFfmpeg();
  if (!ffmpeg.ok) throw new Error('ffmpeg is missing');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nightjar-plain-'));
  const running = cameras.map(({ host, rtspPort, mainPath, user, password }, at) => {
    const url = `rtsp://${user}:${encodeURIComponent(password)}@${host}:${rtspPort}${mainPath}`;
    const segments = ['-f', 'segment', '-segment_time', '60', path.join(folder, `${at}-%d.mp4`)];
    const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-c', 'copy', '-an', ...segments];
    return spawn(ffmpeg.value.path, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  });
  try {
    const { ffmpegCpuPercent, rssBytes } = await measured(process.pid);
    return {
      what: 'plain ffmpeg -c copy',
      cameras: cameras.length,
      ffmpegCpuPercent: rounded(ffmpegCpuPercent),
      rssBytes,
    };
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

function ours(what: string, { mainCpuPercent, ffmpegCpuPercent, pageCpuPercent, rssBytes }: Load): Row {
  return {
    what,
    cameras: 16,
    mainAndFfmpegCpuPercent: rounded(mainCpuPercent + ffmpegCpuPercent),
    mainCpuPercent: rounded(mainCpuPercent),
    ffmpegCpuPercent: rounded(ffmpegCpuPercent),
    pageCpuPercent: rounded(pageCpuPercent),
    rssBytes,
  };
}

async function main(): Promise<void> {
  const wall = await openBenchWall(16);
  const rows: Row[] = [];
  try {
    await showTiles(wall, 16);
    rows.push(ours('Nightjar, recording and live', await measured(wall.pid)));
    await goTo(wall.page, 'Settings');
    rows.push(ours('Nightjar, recording only', await measured(wall.pid)));
    await wall.household.close();
    rows.push(await plain(wall.yard.cameras));
  } finally {
    await wall.close();
  }
  report('record', rows);
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  process.exitCode = await runWithKeyring(process.execPath, [import.meta.filename], environment);
}

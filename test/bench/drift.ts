/**
 * Whether the wall stays at the live edge, and whether its memory is flat:
 * `npm run bench:drift -- --minutes 60 --tiles 9 [--reboot]`; with 16 tiles, or --reboot, a camera reboots every minute.
 *
 * Each minute the screen is read for 10 s (screenReader.ts), as bench:live reads it, and the latency of each tile is
 * noted: the median of its pictures. **Drift** of a tile is the median of its last minutes (a tenth of the run, five at
 * most) less that of its first ones, in pictures of 40 ms. Both clocks are monotonic and this computer's, and their
 * origins were taken seconds apart. **Memory** is the resident memory of the app's page (with Chromium's other processes),
 * main process and ffmpegs, the mean of five looks in each minute; its slope is that of the line of least squares through
 * the minutes after the first ten (after the first third of a shorter run), in percent of its mean every 10 minutes.
 *
 * Not measured: what `live.ts` says. Reading ten seconds a minute costs what readerCpuPercent says. Recordings grow by
 * about 4 MB a minute and camera. Wants Debian's package `xvfb`.
 */
import { parseArgs } from 'node:util';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { cameraOf, latencies, pushesTo } from './latency.ts';
import { percentile, report, rounded, treeOf, type Row } from './measure.ts';
import { BenchScreen } from './screen.ts';
import { ScreenReader } from './screenReader.ts';
import { slopePercent } from './slope.ts';
import { openWall, screenSize, showTiles, startBenchYard, tilePlaces, type BenchWall, type Tiles } from './wall.ts';

const minuteMs = 60_000;
const windowMs = 10_000;
const frameMs = 40;
/** Behind the reading, with enough of the minute left to be back. */
const rebootAtMs = 15_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    tiles: { type: 'string', default: '9' },
    reboot: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
// Safe: another number shows no layout, and the run fails there.
const tiles = Number(values.tiles) as Tiles;
const reboots = values.reboot || tiles === 16;

type Memory = Record<'pageBytes' | 'mainBytes' | 'ffmpegBytes', number>;

interface Minute {
  /** Median latency by camera of the yard; of those that were seen. */
  latencyMs: Map<number, number>;
  memory: Memory;
  row: Row;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function memoryOf(mainPid: number): Memory {
  const memory: Memory = { pageBytes: 0, mainBytes: 0, ffmpegBytes: 0 };
  for (const { pid, command, rssBytes } of treeOf(mainPid)) {
    memory[pid === mainPid ? 'mainBytes' : command === 'ffmpeg' ? 'ffmpegBytes' : 'pageBytes'] += rssBytes;
  }
  return memory;
}

function meanOf(looks: Memory[]): Memory {
  const mean = (key: keyof Memory): number => looks.reduce((sum, look) => sum + look[key], 0) / looks.length;
  return { pageBytes: mean('pageBytes'), mainBytes: mean('mainBytes'), ffmpegBytes: mean('ffmpegBytes') };
}

async function measureMinute(wall: BenchWall, screen: BenchScreen, minute: number): Promise<Minute> {
  const reader = await ScreenReader.start(screen, { pictures: await tilePlaces(wall.page), everyMs: 2 });
  const looks: Memory[] = [];
  for (let look = 0; look < 5; look++) {
    await pause(windowMs / 5);
    looks.push(memoryOf(wall.pid));
  }
  const reading = await reader.stop();
  const pushed = await pushesTo(wall.yard, /^Nightjar/, reading.beganMs - 8000);
  const latencyMs = new Map<number, number>();
  for (const changes of reading.numbers) {
    const number = changes.find(([seen]) => seen !== null)?.[0] ?? null;
    const median = percentile(latencies(changes.slice(1), pushed), 50);
    if (number !== null && median !== null) latencyMs.set(cameraOf(number), median);
  }
  const medians = [...latencyMs.values()];
  const seconds = (reading.endedMs - reading.beganMs) / 1000;
  const memory = meanOf(looks);
  const row: Row = {
    what: 'minute',
    minute,
    tiles,
    tilesSeen: medians.length,
    p50Ms: rounded(percentile(medians, 50)),
    worstTileP50Ms: rounded(Math.max(...medians)),
    fpsLeast: rounded(Math.min(...reading.numbers.map((changes) => (changes.length - 1) / seconds))),
    pageBytes: Math.round(memory.pageBytes),
    mainBytes: Math.round(memory.mainBytes),
    ffmpegBytes: Math.round(memory.ffmpegBytes),
    readerCpuPercent: rounded(reading.cpuPercent),
  };
  return { latencyMs, memory, row };
}

/** In pictures; of each camera that was seen at the beginning and at the end. */
function driftOf(all: Minute[]): number[] {
  const count = Math.min(5, Math.ceil(all.length / 10));
  const medianOf = (camera: number, some: Minute[]): number | null =>
    percentile(
      some.flatMap(({ latencyMs }) => latencyMs.get(camera) ?? []),
      50,
    );
  return Array.from({ length: tiles }, (_, camera) => camera).flatMap((camera) => {
    const first = medianOf(camera, all.slice(0, count));
    const last = medianOf(camera, all.slice(-count));
    return first === null || last === null ? [] : [(last - first) / frameMs];
  });
}

function summaryOf(all: Minute[]): Row {
  const drift = driftOf(all);
  const after = all.slice(Math.min(10, Math.floor(all.length / 3)));
  const slope = (bytes: (memory: Memory) => number): number | null =>
    rounded(slopePercent(after.map(({ memory }) => bytes(memory))), 2);
  return {
    what: `over ${minutes} min`,
    tiles,
    reboots: reboots ? minutes : 0,
    camerasCompared: drift.length,
    driftLargestPictures: rounded(Math.max(...drift.map(Math.abs)), 2),
    driftP50Pictures: rounded(percentile(drift, 50), 2),
    pagePercentEvery10Min: slope(({ pageBytes }) => pageBytes),
    mainPercentEvery10Min: slope(({ mainBytes }) => mainBytes),
    ffmpegPercentEvery10Min: slope(({ ffmpegBytes }) => ffmpegBytes),
    allPercentEvery10Min: slope(({ pageBytes, mainBytes, ffmpegBytes }) => pageBytes + mainBytes + ffmpegBytes),
  };
}

async function main(): Promise<void> {
  const screen = await BenchScreen.open(screenSize.widthPixels, screenSize.heightPixels);
  const all: Minute[] = [];
  try {
    const wall = await openWall(await startBenchYard(tiles), { screen });
    try {
      await showTiles(wall, tiles);
      await pause(5000);
      for (let minute = 1; minute <= minutes; minute++) {
        const beganMs = performance.now();
        const measured = await measureMinute(wall, screen, minute);
        all.push(measured);
        console.log(JSON.stringify(measured.row));
        await pause(beganMs + rebootAtMs - performance.now());
        if (reboots) await wall.yard.command({ camera: minute % tiles, reboot: true, forMs: 2000 });
        if (minute < minutes) await pause(beganMs + minuteMs - performance.now());
      }
    } finally {
      await wall.close();
    }
  } finally {
    await screen.close();
    // What was measured is kept, whatever ended the run.
    if (all.length > 0) report(`drift-${tiles}`, [summaryOf(all), ...all.map(({ row }) => row)]);
  }
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, environment);
}

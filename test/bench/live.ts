/**
 * The live wall, as the eye of a user gets it, and beside it the players that a user would pick instead.
 *
 *     npm run bench:live [-- --launches 3 --tiles 1,4,9,16 --seconds 10 --players all|none|<pattern> --only wall,players,hot,cold,switching]
 *
 * **Measured.** *Latency*: from the moment at which a simulated camera writes a picture's packets to its connection, to
 * the moment at which that picture is on an X screen. Each picture carries its number burnt in as black and white
 * squares. The screen (`screen.ts`) is an X server whose picture lies in memory; a process beside it (`screenReader.ts`)
 * reads one row through each picture's squares every millisecond and notes when a number appears. So the figure is never
 * too small, and too large by one interval between two samples at most: 1 ms, on a computer that has no other work
 * (`readerIntervalP99Ms` says how it was; what the reader costs is said, and is in nobody's figure). Both clocks are this
 * computer's. A picture counts as pushed when it is pushed to the connection that shows it, not to another that records.
 * `p50Ms` and `p95Ms` are over all pictures of all tiles, `worstTileP95Ms` is that of the worst tile.
 * *Pictures a second*: numbers that appeared on the screen, of the tile with the fewest; `longestStillMs` is the longest
 * that any tile showed one picture. *CPU*: in percent of one core, by process tree from /proc: the app's main process,
 * its ffmpegs, its page (everything else that it started: Chromium with compositor and GPU process), and beside them the
 * X server, which works for players and app alike. In the understudy the main process carries every byte to the page
 * through Playwright, which Electron does not have. *Memory*: resident, shared pages counted in each process.
 *
 * Of the app: `--launches` starts on one vault, one after the other; each row is the worst figure of all of them. All
 * cameras are recorded; rows that say so have recording off. Of a player: one process and window a camera, in the places
 * and sizes that the app's tiles had, on the same cameras, in the same run, one player after the other, as installed and
 * tuned as well as its options allow (`players.ts`). Players that are not installed are said and left out, and so is one
 * that shows nothing (Debian's VLC has no RTSP of its own any more).
 *
 * *First pictures* (`firstPictures.ts`): key press to picture on the screen. *Switching* (`switching.ts`): how often and
 * how long a tile's place shows nothing while the layout changes.
 *
 * **Not measured**: a real monitor (its refresh adds half a period on average, its own electronics more), a GPU and
 * hardware decoding, a camera's own exposure and encoder, a real network, Electron's own Chromium where the understudy
 * runs, other systems than Linux. Loss and jitter of a network are journeys' and faults' matter.
 *
 * Wants Debian's packages `xvfb` (needed), `ffmpeg` (has ffplay), `mpv`, `vlc`.
 */
import { parseArgs } from 'node:util';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { YardProcess } from '../yard/yardProcess.ts';
import { coldRows, hotRow } from './firstPictures.ts';
import { figuresOf, pushesTo } from './latency.ts';
import { measureLoad, processes, report, rounded, type Row } from './measure.ts';
import { isInstalled, placeOf, players, PlayerWindows, type Player } from './players.ts';
import { BenchScreen } from './screen.ts';
import { readFor } from './screenReader.ts';
import type { Rectangle } from './strips.ts';
import { switchingRows } from './switching.ts';
import {
  openWall,
  plainCamera,
  relaunch,
  screenSize,
  setAllPaused,
  showTiles,
  startBenchYard,
  tilePlaces,
  type BenchWall,
  type Tiles,
} from './wall.ts';

const settleMs = 5000;

const { values } = parseArgs({
  options: {
    launches: { type: 'string', default: '3' },
    'cold-rounds': { type: 'string', default: '3' },
    tiles: { type: 'string', default: '1,4,9,16' },
    seconds: { type: 'string', default: '10' },
    players: { type: 'string', default: 'all' },
    only: { type: 'string', default: 'wall,players,hot,cold,switching' },
  },
});
const windowMs = Number(values.seconds) * 1000;
// Safe: another number shows no layout, and the run fails there.
const tileCounts = values.tiles.split(',').map(Number) as Tiles[];
const launches = Number(values.launches);
const coldRounds = Number(values['cold-rounds']);
const parts = new Set(values.only.split(','));

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** CPU of one process in percent of one core, from now until it is called. */
function measureProcess(pid: number): () => number {
  const cpuSeconds = (): number => processes().find((one) => one.pid === pid)?.cpuSeconds ?? 0;
  const [before, beganMs] = [cpuSeconds(), performance.now()];
  return () => ((cpuSeconds() - before) / (performance.now() - beganMs)) * 100_000;
}

async function measureWall(wall: BenchWall, screen: BenchScreen, tiles: Tiles, recorded: boolean): Promise<Row> {
  await showTiles(wall, tiles, recorded);
  await pause(settleMs);
  const pictures = await tilePlaces(wall.page);
  const load = measureLoad(wall.pid);
  const screenCpu = measureProcess(screen.pid);
  const reading = await readFor(screen, windowMs, { pictures });
  const { mainCpuPercent, pageCpuPercent, ffmpegCpuPercent, rssBytes } = load();
  const figures = figuresOf(reading, await pushesTo(wall.yard, /^Nightjar/, reading.beganMs - 8000));
  return {
    tiles,
    ...figures,
    pageCpuPercent: rounded(pageCpuPercent),
    mainCpuPercent: rounded(mainCpuPercent),
    ffmpegCpuPercent: rounded(ffmpegCpuPercent),
    cpuPercent: rounded(pageCpuPercent + mainCpuPercent + ffmpegCpuPercent),
    screenCpuPercent: rounded(screenCpu()),
    rssBytes,
  };
}

/** Each figure at its worst: the largest, but of pictures the fewest. */
function worstOf(what: string, rows: Row[]): Row {
  const least = new Set(['pictures', 'fpsLeast']);
  const worst: Row = { what };
  for (const key of Object.keys(rows[0] ?? {})) {
    const figures = rows.map((row) => row[key]);
    const numbers = figures.filter((figure) => typeof figure === 'number');
    // A figure that one launch did not have (nothing was read) is the worst there is.
    worst[key] = numbers.length < figures.length ? null : least.has(key) ? Math.min(...numbers) : Math.max(...numbers);
  }
  return worst;
}

async function ownRows(wall: BenchWall, screen: BenchScreen, places: Map<number, Rectangle[]>): Promise<Row[]> {
  const byTiles = new Map<Tiles, Row[]>();
  for (let launch = 1; launch <= launches; launch++) {
    if (launch > 1) await relaunch(wall);
    for (const tiles of tileCounts) {
      console.log(`launch ${launch}: ${tiles} tiles …`);
      const row = await measureWall(wall, screen, tiles, true);
      byTiles.set(tiles, [...(byTiles.get(tiles) ?? []), row]);
      places.set(tiles, await tilePlaces(wall.page));
    }
  }
  const what = launches === 1 ? 'Nightjar' : `Nightjar, worst of ${launches}`;
  const rows = [...byTiles.values()].map((each) => worstOf(what, each));
  await setAllPaused(wall.page, true);
  for (const tiles of tileCounts.filter((count) => count === 1 || count === 16)) {
    console.log(`not recorded: ${tiles} tiles …`);
    rows.push({ what: 'Nightjar, not recorded', ...(await measureWall(wall, screen, tiles, false)) });
  }
  await setAllPaused(wall.page, false);
  return rows;
}

async function playerRow(player: Player, wall: BenchWall, screen: BenchScreen, at: Rectangle[]): Promise<Row> {
  const windows = new PlayerWindows(player, screen, wall.yard.cameras, at.map(placeOf));
  try {
    // The slow ones look at the stream for 5 s before they show it.
    await pause(settleMs * 2);
    const load = windows.measure();
    const screenCpu = measureProcess(screen.pid);
    const pictures = windows.places.map(({ x, y, width, height }) => ({
      ...{ x, y },
      ...{ widthPixels: width, heightPixels: height },
    }));
    const reading = await readFor(screen, windowMs, { pictures });
    const { cpuPercent, rssBytes } = load();
    const figures = figuresOf(reading, await pushesTo(wall.yard, /./, reading.beganMs - 8000));
    return {
      what: player.name,
      tiles: at.length,
      ...figures,
      cpuPercent: rounded(cpuPercent),
      screenCpuPercent: rounded(screenCpu()),
      rssBytes,
    };
  } finally {
    await windows.close();
  }
}

/** The players' rows, and what is to be said of those that have none. */
async function playerRows(
  wall: BenchWall,
  screen: BenchScreen,
  places: Map<number, Rectangle[]>,
): Promise<{ rows: Row[]; said: string[] }> {
  const rows: Row[] = [];
  const said: string[] = [];
  const wanted = values.players === 'all' ? /./ : new RegExp(values.players, 'i');
  for (const player of players.filter(({ name }) => wanted.test(name))) {
    if (!isInstalled(player.program)) {
      said.push(`${player.name}: not installed`);
      continue;
    }
    for (const tiles of [1, 16]) {
      const at = places.get(tiles);
      if (at === undefined) continue;
      console.log(`${player.name}: ${tiles} …`);
      const row = await playerRow(player, wall, screen, at);
      rows.push(row);
      if (row['pictures'] !== 0) continue;
      said.push(`${player.name}: showed nothing of these cameras`);
      rows.pop();
      break;
    }
  }
  return { rows, said };
}

/** The first four cameras as most are, with a main and a sub stream, and recorded; nothing is connected to the others. */
const recordedOnes = 4;

async function coldAndSwitching(screen: BenchScreen): Promise<Row[]> {
  const yard = await YardProcess.start(
    16,
    Array.from({ length: 16 }, (_, at) =>
      at < recordedOnes ? {} : { ...plainCamera, rtsp: { startsWithKeyframe: at % 2 === 0 } },
    ),
  );
  const wall = await openWall(yard, { screen, records: (at) => at < recordedOnes });
  try {
    const rows: Row[] = [];
    console.log('switching, cold …');
    if (parts.has('switching')) rows.push(...(await switchingRows(wall, screen)));
    if (parts.has('cold')) rows.push(...(await coldRows(wall, screen, recordedOnes, coldRounds)));
    return rows;
  } finally {
    await wall.close();
  }
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  const said: string[] = [];
  const screen = await BenchScreen.open(screenSize.widthPixels, screenSize.heightPixels);
  try {
    if (parts.has('cold') || parts.has('switching')) rows.push(...(await coldAndSwitching(screen)));
    if (!['wall', 'players', 'hot'].some((part) => parts.has(part))) return;
    const wall = await openWall(await startBenchYard(16), { screen });
    try {
      const places = new Map<number, Rectangle[]>();
      if (parts.has('wall') || parts.has('players')) rows.push(...(await ownRows(wall, screen, places)));
      if (parts.has('hot')) console.log('hot …');
      if (parts.has('hot')) rows.push(await hotRow(wall, screen));
      if (parts.has('players') && values.players !== 'none') {
        await wall.household.close();
        const beside = await playerRows(wall, screen, places);
        rows.push(...beside.rows);
        said.push(...beside.said);
      }
    } finally {
      await wall.close();
    }
  } finally {
    await screen.close();
    // What was measured is kept, whatever ended the run.
    report('live', rows);
    for (const line of said) console.log(line);
  }
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, environment);
}

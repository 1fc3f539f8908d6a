/**
 * Pictures that stop, and what the tiles say of it: `npm run bench:freeze [-- --rounds 5]`.
 *
 * Four tiles are frozen at once, five times over, at each place where a picture can get stuck: the camera goes silent
 * with its connection open; a network in between holds every byte and lets all go at once; the decoder swallows what it
 * gets; the thread that decodes and paints is busy; the window's own thread is busy. Each lasts 3 s.
 *
 * **Measured**: `saidMs`, from the last picture that appeared on the screen (read there, screenReader.ts) to the moment
 * at which the tile's name, which is what is on it in words and what a screen reader says, is another than live; `goneMs`,
 * from the end of the freeze to the moment at which it is live again (a camera that was silent is well again with the
 * first keyframe it sends: what it sends before builds on pictures that it never sent); `stillAsLiveMs`, the longest that any tile called
 * itself live while the screen showed one and the same picture in its colours. `greyedMs` is, like `saidMs`, the time to
 * the moment at which the picture on the screen is greyed. While the window's thread is busy it can say nothing: then the
 * pictures must either go on or be greyed (in the understudy they come through that thread, and are greyed).
 *
 * The check is tried first: a tile that is covered while its name stays live must be found.
 * Not measured: how long a real network takes to be given up (the yard's cameras answer at once when they are asked anew).
 * Wants Debian's package `xvfb`. Exits with 1 when a freeze was not said, or not taken back.
 */
import { parseArgs } from 'node:util';
import type { Page, Worker } from 'playwright/test';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { CameraProxy } from '../yard/cameraProxy.ts';
import { positionOf } from '../yard/frameNumber.ts';
import { toldOf, type Told } from './freezeTold.ts';
import { cameraOf, pushesTo } from './latency.ts';
import { percentile, report, rounded, type Row } from './measure.ts';
import { BenchScreen } from './screen.ts';
import { ScreenReader, type Change, type Reading } from './screenReader.ts';
import {
  addByAddress,
  hidePage,
  keyframeEvery,
  openWall,
  screenSize,
  showTiles,
  startBenchYard,
  tilePlaces,
  type BenchWall,
} from './wall.ts';

const tiles = 4;
const freezeMs = 3000;
const recoverMs = 4000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);

interface Freeze {
  what: string;
  /** Begins; what it returns ends it. */
  begin(): Promise<() => Promise<void>>;
  /** Nothing can be said in words meanwhile. */
  wordless?: boolean;
  /** When each tile could show pictures again, where that is later than the end; asked when the round is over. */
  wellAt?(endedMs: number): Promise<number[]>;
}

/** [the tile's name from then on, epoch ms], of each tile. */
type Words = Change<string>[][];

interface Round {
  beganMs: number;
  endedMs: number;
  untilMs: number;
  words: Words;
  reading: Reading;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Writes down every change of every tile's name. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const originMs = Date.now() - performance.now();
    const said = [...document.querySelectorAll('.tile')].map((tile) => {
      const list: [string, number][] = [];
      const note = (): void => void list.push([tile.getAttribute('aria-label') ?? '', originMs + performance.now()]);
      note();
      new MutationObserver(note).observe(tile, { attributes: true, attributeFilter: ['aria-label'] });
      return list;
    });
    Object.assign(window, { said });
  });
}

/** What was said since the last call, and what was being said then. */
function heard(page: Page): Promise<Words> {
  return page.evaluate(() => {
    // Put there by `listen`.
    const { said } = window as unknown as { said: [string, number][][] };
    return said.map((list) => list.splice(0, list.length - 1).concat(list));
  });
}

async function runRound(wall: BenchWall, screen: BenchScreen, freeze: Freeze): Promise<Round> {
  const reader = await ScreenReader.start(screen, { pictures: await tilePlaces(wall.page), everyMs: 2 });
  await pause(1000);
  const beganMs = nowMs();
  const end = await freeze.begin();
  await pause(Math.max(0, beganMs + freezeMs - nowMs()));
  await end();
  const endedMs = nowMs();
  await pause(recoverMs);
  const reading = await reader.stop();
  return { beganMs, endedMs, untilMs: reading.endedMs, words: await heard(wall.page), reading };
}

function rowOf({ what, wordless = false }: Freeze, told: Told[]): Row {
  const said = told.map((one) => one.saidMs ?? Infinity);
  const greyed = told.map((one) => one.greyedMs ?? Infinity);
  const gone = told.map((one) => one.goneMs ?? Infinity);
  const inASecond = (times: number[]): number => times.filter((ms) => ms <= 1000).length;
  const words = told.flatMap((one) => one.words.map((name) => name.split(', ').slice(1, -1).join(', ')));
  return {
    what,
    freezes: told.length,
    toldWithin1s: inASecond(wordless ? greyed : said),
    saidP50Ms: wordless ? null : rounded(percentile(said, 50), 0),
    saidLongestMs: wordless ? null : rounded(Math.max(...said), 0),
    greyedP50Ms: rounded(percentile(greyed, 50), 0),
    greyedLongestMs: rounded(Math.max(...greyed), 0),
    goneWithin1s: inASecond(gone),
    goneP50Ms: rounded(percentile(gone, 50), 0),
    goneLongestMs: rounded(Math.max(...gone), 0),
    stillAsLiveLongestMs: rounded(Math.max(...told.map((one) => one.stillAsLiveMs)), 0),
    words: [...new Set(words)].slice(0, 3).join(' | '),
  };
}

function decoderOf(page: Page): Worker {
  const worker = page.workers().find((each) => each.url().includes('decoderWorker'));
  if (!worker) throw new Error('there is no decoder');
  return worker;
}

const spin = (ms: number): void => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
};

function freezesOf({ page, yard }: BenchWall, proxies: CameraProxy[]): Freeze[] {
  const faults = (fault: object | null): Promise<unknown> =>
    Promise.all(Array.from({ length: tiles }, (_, camera) => camera).map((camera) => yard.command({ camera, fault })));
  return [
    {
      what: 'camera silent',
      async begin() {
        await faults({ freeze: true });
        return async () => {
          await faults(null);
        };
      },
      async wellAt(endedMs) {
        const pushed = await pushesTo(yard, /^Nightjar/, endedMs);
        const keyframes = [...pushed].filter(([number]) => positionOf(number) % keyframeEvery === 0);
        return Array.from({ length: tiles }, (_, camera) => {
          const first = keyframes.filter(([number]) => cameraOf(number) === camera).map(([, atMs]) => atMs);
          return Math.min(...first.filter((atMs) => atMs >= endedMs));
        });
      },
    },
    {
      what: 'network holds',
      async begin() {
        for (const proxy of proxies) proxy.hold(true);
        return async () => proxies.forEach((proxy) => proxy.hold(false));
      },
    },
    {
      what: 'decoder swallows',
      async begin() {
        await decoderOf(page).evaluate(() => {
          // eslint-disable-next-line @typescript-eslint/unbound-method -- put back below, never called
          const { decode } = VideoDecoder.prototype;
          Object.assign(globalThis, { decode });
          VideoDecoder.prototype.decode = () => undefined;
        });
        return async () => {
          await decoderOf(page).evaluate(() => {
            // Put there above.
            VideoDecoder.prototype.decode = (globalThis as unknown as { decode: VideoDecoder['decode'] }).decode;
          });
        };
      },
    },
    {
      what: 'decoding thread busy',
      async begin() {
        const busy = decoderOf(page).evaluate(spin, freezeMs);
        return () => busy;
      },
    },
    {
      what: 'window’s thread busy',
      wordless: true,
      async begin() {
        const busy = page.evaluate(spin, freezeMs);
        return () => busy;
      },
    },
  ];
}

/** Throws when a covered tile whose name stays live is not found. */
async function tryTheCheck(wall: BenchWall, screen: BenchScreen): Promise<void> {
  const covered: Freeze = {
    what: 'covered',
    async begin() {
      await hidePage(wall.page, true);
      return () => hidePage(wall.page, false);
    },
  };
  const { reading, words, ...round } = await runRound(wall, screen, covered);
  const told = toldOf(words[0] ?? [], reading.numbers[0] ?? [], reading.dimmed[0] ?? [], round);
  if (told.stillAsLiveMs < freezeMs * 0.8) throw new Error('a covered tile that calls itself live was not found');
}

async function main(): Promise<void> {
  const screen = await BenchScreen.open(screenSize.widthPixels, screenSize.heightPixels);
  const yard = await startBenchYard(tiles);
  const rows: Row[] = [];
  const proxies: CameraProxy[] = [];
  const wall = await openWall(yard, { screen, adds: () => false });
  try {
    for (const camera of yard.cameras) {
      const proxy = await CameraProxy.start(camera.host, camera.rtspPort);
      proxies.push(proxy);
      await addByAddress(wall.page, camera, `rtsp://127.0.0.1:${proxy.port}${camera.mainPath}`);
    }
    await showTiles(wall, tiles);
    await pause(3000);
    await listen(wall.page);
    await tryTheCheck(wall, screen);
    for (const freeze of freezesOf(wall, proxies)) {
      console.log(`${freeze.what} …`);
      const told: Told[] = [];
      for (let round = 0; round < rounds; round++) {
        const { reading, words, ...times } = await runRound(wall, screen, freeze);
        const wellAt = await freeze.wellAt?.(times.endedMs);
        for (let tile = 0; tile < tiles; tile++) {
          const own = { ...times, endedMs: wellAt?.[tile] ?? times.endedMs };
          told.push(toldOf(words[tile] ?? [], reading.numbers[tile] ?? [], reading.dimmed[tile] ?? [], own));
        }
      }
      const row = rowOf(freeze, told);
      rows.push(row);
      const sign = freeze.wordless === true ? 'greyedMs' : 'saidMs';
      if (told.some((one) => one[sign] === null || one.goneMs === null)) process.exitCode = 1;
    }
  } finally {
    for (const proxy of proxies) await proxy.close();
    await wall.close();
    await screen.close();
  }
  report('freeze', rows);
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else if (import.meta.main) {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, environment);
}

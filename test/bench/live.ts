/**
 * Latency of the live wall: from the moment a simulated camera begins to push a picture's last packet to the page's frame
 * in which that picture is on the canvas that it is painted on. Each picture is known by the frame number burnt into it;
 * both clocks are this computer's. What the screen shows comes a frame later than the canvas at most.
 *
 * Measured with it: CPU of the app's main process, its ffmpegs and its pages (GPU process included) in percent of one
 * core, their memory, and the time from a key press to the first picture of a stream that runs but was not shown.
 * Not measured: the screen itself, the camera's own encoder, a network. All streams are recorded at the same time.
 * Reading numbers costs the page some CPU, which is in its figure.
 */
import type { Page } from 'playwright/test';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { measureLoad, percentile, report, rounded, type Row } from './measure.ts';
import { latencies, openBenchWall, pushesSince, showTiles, watchTiles, type BenchWall } from './wall.ts';

const settleMs = 5000;
const seconds = 20;

async function measure(wall: BenchWall, tiles: 1 | 4 | 9 | 16): Promise<Row> {
  await showTiles(wall, tiles);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const sinceMs = Date.now() - 2000;
  const load = measureLoad(wall.pid);
  const seen = await watchTiles(wall.page, seconds, tiles >= 9 ? tiles / 2 : 1);
  const { mainCpuPercent, pageCpuPercent, ffmpegCpuPercent, rssBytes } = load();
  const pushes = await pushesSince(wall.yard, sinceMs);
  const all = latencies(
    seen.flatMap(({ pictures }) => pictures),
    pushes,
  );
  const fps = seen.map((one) => one.shown / one.seconds);
  return {
    tiles,
    p50Ms: rounded(percentile(all, 50)),
    p95Ms: rounded(percentile(all, 95)),
    pictures: all.length,
    fps: rounded(fps.reduce((sum, one) => sum + one, 0) / fps.length),
    fpsLeast: rounded(Math.min(...fps)),
    pageCpuPercent: rounded(pageCpuPercent),
    mainCpuPercent: rounded(mainCpuPercent),
    ffmpegCpuPercent: rounded(ffmpegCpuPercent),
    rssBytes,
  };
}

/** Pages through the wall one tile at a time: each key press shows a camera that runs, and was not on screen. */
async function firstPictures(wall: BenchWall): Promise<Row> {
  await showTiles(wall, 1);
  await wall.page.getByRole('group', { name: /, live, / }).focus();
  await wall.page.evaluate(() => {
    window.addEventListener('keydown', ({ timeStamp }) => Object.assign(window, { pressedMs: timeStamp }), {
      capture: true,
    });
  });
  const times: number[] = [];
  for (let page = 1; page < wall.yard.cameras.length; page++) {
    const before = await wall.page.locator('.tile').getAttribute('data-camera');
    const shown = awaitOther(wall.page, before);
    await wall.page.keyboard.press('PageDown');
    times.push(await shown);
  }
  return {
    tiles: 'first picture, running stream',
    p50Ms: rounded(percentile(times, 50)),
    p95Ms: rounded(percentile(times, 95)),
    pictures: times.length,
  };
}

/** Milliseconds from the key press that ends the showing of this camera to the first picture of another. */
function awaitOther(page: Page, before: string | null): Promise<number> {
  return page.evaluate((cameraBefore) => {
    return new Promise<number>((resolve) => {
      const look = (): void => {
        const tile = document.querySelector<HTMLElement>('.tile');
        // Put there by teachFrames and by the listener above.
        const { readFrame, pressedMs } = window as unknown as {
          readFrame: (tile: Element) => number | null;
          pressedMs: number;
        };
        if (!tile || tile.dataset['camera'] === cameraBefore || readFrame(tile) === null) requestAnimationFrame(look);
        else resolve(performance.now() - pressedMs);
      };
      look();
    });
  }, before);
}

async function main(): Promise<void> {
  const wall = await openBenchWall(16);
  try {
    const rows: Row[] = [];
    for (const tiles of [1, 4, 9, 16] as const) {
      console.log(`measuring ${tiles} tiles …`);
      rows.push(await measure(wall, tiles));
    }
    console.table(rows);
    console.log('measuring first pictures …');
    rows.push(await firstPictures(wall));
    report('live', rows);
  } finally {
    await wall.close();
  }
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  process.exitCode = await runWithKeyring(process.execPath, [import.meta.filename], environment);
}

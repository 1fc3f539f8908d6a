/**
 * Whether anything black is seen while the layout changes: the wall goes from four tiles to one and back, and from a
 * tile to its camera's own view and back, while the screen is read 250 times a second (a film of it would have 60).
 * Looked at are the part that the first camera's picture covers before and after the change, which must show a picture
 * in every sample, and, on the way back to four, the places of the other three. The cameras have a main and a sub
 * stream, so the stream changes with the layout. Nothing to be seen is a part whose pixels are nearly all alike.
 *
 * Before each run the check is tried: a page whose pictures are hidden for a moment must be noticed.
 */
import type { Page } from 'playwright/test';
import type { Row } from './measure.ts';
import type { BenchScreen } from './screen.ts';
import { longestBlankMs } from './screenChanges.ts';
import { ScreenReader, type Reading } from './screenReader.ts';
import { overlapOf, type Rectangle } from './strips.ts';
import { hidePage, placesOf, showTiles, tilePlaces, type BenchWall } from './wall.ts';

const everyMs = 4;
const betweenMs = 800;

/** Without the edge, where focus and hairlines are drawn. */
function within({ x, y, widthPixels, heightPixels }: Rectangle): Rectangle {
  return { x: x + 6, y: y + 6, widthPixels: widthPixels - 12, heightPixels: heightPixels - 12 };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function readWhile(screen: BenchScreen, parts: Rectangle[], act: () => Promise<void>): Promise<Reading> {
  const reader = await ScreenReader.start(screen, { parts: parts.map(within), everyMs });
  await act();
  return await reader.stop();
}

/** Throws when a picture that is hidden for 200 ms is not noticed. */
async function tryTheCheck(page: Page, screen: BenchScreen, part: Rectangle): Promise<void> {
  const { blankSamples } = await readWhile(screen, [part], async () => {
    await pause(200);
    await hidePage(page, true);
    await pause(200);
    await hidePage(page, false);
    await pause(500);
  });
  if (blankSamples[0] === 0) throw new Error('hidden pictures were not noticed');
}

function rowOf(what: string, switches: number, reading: Reading): Row {
  const others = reading.blanks.slice(1).map((changes) => longestBlankMs(changes, reading.endedMs));
  return {
    what,
    switches,
    samples: reading.samples,
    blankSamples: reading.blankSamples[0] ?? null,
    longestBlankMs: Math.round(longestBlankMs(reading.blanks[0] ?? [], reading.endedMs)),
    otherTilesLongestBlankMs: others.length === 0 ? null : Math.round(Math.max(...others)),
    readerCpuPercent: Math.round(reading.cpuPercent * 10) / 10,
  };
}

/** A wall whose first four cameras are recorded, and have a main and a sub stream. */
export async function switchingRows(wall: BenchWall, screen: BenchScreen, times = 10): Promise<Row[]> {
  const { page } = wall;
  await showTiles(wall, 1);
  await page.locator('.tile').first().focus();
  for (let at = 1; at < wall.yard.cameras.length; at++) await page.keyboard.press('PageUp');
  await pause(betweenMs);
  const [one] = await tilePlaces(page);
  await showTiles(wall, 4);
  await pause(betweenMs);
  const [first, ...others] = await tilePlaces(page);
  if (!one || !first) throw new Error('there is no tile');
  const rows: Row[] = [];
  await tryTheCheck(page, screen, first);

  const layout = await readWhile(
    screen,
    [overlapOf(first, one), ...others.map((each) => overlapOf(each, one))],
    async () => {
      for (let time = 0; time < times; time++) {
        for (const tiles of [1, 4] as const) {
          await showTiles(wall, tiles);
          await pause(betweenMs);
        }
      }
    },
  );
  rows.push(rowOf('layout 4 → 1 → 4', times * 2, layout));

  await page.locator('.tile').first().focus();
  await page.keyboard.press('Enter');
  await pause(betweenMs);
  const [stage] = await placesOf(page, '.stage [data-picture]');
  await page.keyboard.press('Escape');
  await pause(betweenMs);
  if (!stage) throw new Error('the camera’s own view did not come');
  const camera = await readWhile(screen, [overlapOf(first, stage)], async () => {
    for (let time = 0; time < times; time++) {
      for (const key of ['Enter', 'Escape']) {
        await page.keyboard.press(key);
        await pause(betweenMs);
      }
    }
  });
  rows.push(rowOf('tile → camera → tile', times * 2, camera));
  return rows;
}

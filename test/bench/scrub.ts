/**
 * Scrubbing in the archive, and playing several cameras in step, as the eye of a user gets it; beside it mpv's exact seeks.
 *
 *     npm run bench:scrub [-- --steps 40 --seconds 4 --only scrub,step,mpv --of small,large,4,9]
 *
 * **Measured.** *Scrub*: a pointer is dragged over the timeline, one move after the other; from the moment at which the
 * browser has the move (the event's own time stamp) to the one at which the picture of that moment, and of no other, is on
 * an X screen, of several cameras the last one's. The screen's memory is read a thousand times a second for the number
 * burnt into each picture (`live.ts` says how). `near`: moves of 1 to 8 pixels, as a hand drags; `anywhere`: to any place
 * of ten minutes, nearly always in another recording, which has to be found, opened and unsealed first. Between moves
 * everything comes to rest. Both clocks are this computer's. *In step*: at 1, 4 and 16 times, how many pictures the
 * cameras on the screen lie apart: the most that stays so for longer than 8 ms, how long at the longest it was more than
 * one, and in how much of the time. A frame reaches the screen's memory row by row, so a reader sees it half old for a
 * few ms at most; what was painted in two frames would stay apart for a frame of the browser, 10 ms and more (how long pictures
 * stay is in the row). The control is a camera that plays while the others stand. Film and footage are the yard's, recorded by
 * the real recorder into a vault (`filmVault.ts`): 25 pictures a second, a keyframe every 2 s.
 *
 * *mpv*: the same footage as a plain MP4 with its index in front, paused, told over its socket to seek exactly; from the
 * telling to the picture on the same screen. It opens nothing sealed, and one file only.
 *
 * **Not measured**: a monitor, a graphics card, a disk that is not in the page cache, Electron where the understudy runs
 * (which carries the bytes to the page by Playwright).
 *
 * Wants Debian's packages `xvfb` (needed), `ffmpeg`, and `mpv` for what is beside it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright/test';
import { bundle } from '../../build/bundle.ts';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { goToMoment, openFilms } from '../journeys/filmHousehold.ts';
import { expect, Household } from '../journeys/household.ts';
import { clipFrames } from '../yard/clips.ts';
import { positionOf } from '../yard/frameNumber.ts';
import { type FilmPlan, makeFilmVault, picturesApart, positionAt } from './filmVault.ts';
import { percentile, report, rounded, type Row } from './measure.ts';
import { MpvSeeks } from './mpvSeeks.ts';
import { isInstalled } from './players.ts';
import { BenchScreen } from './screen.ts';
import { type Reading, ScreenReader } from './screenReader.ts';
import type { Rectangle } from './strips.ts';
import { placesOf, screenSize } from './wall.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string', default: 'scrub,step,mpv' },
    of: { type: 'string', default: 'small,large,4,9' },
  },
});
const steps = Number(values.steps);
const playMs = Number(values.seconds) * 1000;
const parts = new Set(values.only.split(','));
/** One small camera, the large one, so many small ones. */
const shownOnes = new Set(values.of.split(','));

const minutes = 10;
const restMs = 400;
const longestMs = 4000;
/** The screen's server copies a frame row by row; two paints are a frame of the browser apart, 10 ms and more. */
const copyMs = 8;
/** Ten in the morning of yesterday, by the local clock. */
const startMs = new Date(new Date().setHours(10, 0, 0, 0)).getTime() - 86_400_000;
const whole = [{ from: 0, to: minutes * 60 }];
const small = { widthPixels: 640, heightPixels: 360, bitsPerSecond: 512_000, spans: whole };
const large = { widthPixels: 1280, heightPixels: 720, bitsPerSecond: 2_000_000, spans: whole };
const largeName = 'Large';
/** The large one is the last: nine small ones are chosen by the menu. */
const cameras: FilmPlan['cameras'] = [
  ...Array.from({ length: 9 }, (_, at) => ({ name: `Small ${at + 1}`, ...small })),
  { name: largeName, ...large },
];

interface Step {
  /** Epoch ms. */
  askedMs: number;
  /** Of the picture in its film; the last of so many that it may be: the page says its moment by tenths of a second. */
  position: number;
  among: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** From the asking to the last picture; null where one did not come. */
function latencyOf(reading: Reading, { askedMs, position, among }: Step, untilMs: number): number | null {
  let lastMs = 0;
  for (const changes of reading.numbers) {
    const shown = changes.filter(([, fromMs]) => fromMs < untilMs);
    const found = shown.find(([number, fromMs], at) => {
      const endMs = shown[at + 1]?.[1] ?? untilMs;
      return (
        number !== null && isAmong(positionOf(number), position, among) && endMs > askedMs && fromMs > askedMs - restMs
      );
    });
    if (!found) return null;
    lastMs = Math.max(lastMs, found[1]);
  }
  // It may have been there before it was asked for: then nothing was to be waited for.
  return Math.max(0, lastMs - askedMs);
}

/** No two moments that are asked for one after the other are so near. */
function isAmong(shown: number, position: number, among: number): boolean {
  return (position - shown + clipFrames) % clipFrames < among;
}

/** Of a step that did not end at its picture: what the screen held instead, of each camera; –: no number was read. */
function sayNotShown(what: string, { position, among }: Step, { numbers }: Reading, untilMs: number): void {
  const held = numbers.map((changes) => changes.findLast(([, fromMs]) => fromMs < untilMs)?.[0] ?? null);
  const said = held.map((number) => (number === null ? '–' : positionOf(number)));
  console.log(`${what}: wanted ${position - among + 1} to ${position}, on the screen ${said.join(' ')}`);
}

function rowOf(what: string, reading: Reading, asked: Step[]): Row {
  const all = asked.map((step, at) => latencyOf(reading, step, asked[at + 1]?.askedMs ?? reading.endedMs));
  const found = all.filter((one) => one !== null);
  for (const [at, step] of asked.entries()) {
    if (all[at] === null) sayNotShown(what, step, reading, asked[at + 1]?.askedMs ?? reading.endedMs);
  }
  return {
    what,
    steps: asked.length,
    notShown: all.length - found.length,
    p50Ms: rounded(percentile(found, 50)),
    p95Ms: rounded(percentile(found, 95)),
    longestMs: rounded(found.length > 0 ? Math.max(...found) : null),
    readerIntervalP99Ms: rounded(reading.intervalP99Ms),
  };
}

/** The same choice in every run. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** What the deck says, in ms from the start. */
async function playhead(page: Page): Promise<number> {
  const said = await page.getByRole('button', { name: /^Go to a time/ }).innerText();
  const [, hours, mins, seconds] = /(\d\d):(\d\d):(\d\d\.\d)/.exec(said) ?? [];
  return ((Number(hours) - 10) * 3600 + Number(mins) * 60 + Number(seconds)) * 1000;
}

async function scrubRow(page: Page, screen: BenchScreen, what: string, near: boolean): Promise<Row> {
  const timeline = page.getByRole('slider', { name: 'Timeline' });
  const box = await timeline.boundingBox();
  if (!box) throw new Error('there is no timeline');
  // The window shows ten minutes around the playhead, which was put in the middle of what is recorded.
  const first = Math.round(box.x + box.width * 0.02);
  const last = Math.round(box.x + box.width * 0.96);
  const random = makeRandom(near ? 7 : 11);
  const y = box.y + 6;
  let x = Math.round((first + last) / 2);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 1, y);
  await pause(restMs);
  const reader = await ScreenReader.start(screen, { pictures: await placesOf(page, '.tile > [data-picture]') });
  const asked: Step[] = [];
  for (let step = 0; step < steps; step++) {
    const by = (1 + Math.floor(random() * 8)) * (random() < 0.5 ? -1 : 1);
    x = near ? Math.min(last, Math.max(first, x + by)) : Math.round(first + random() * (last - first));
    await page.evaluate(`window.moved = null`);
    await page.mouse.move(x, y);
    const askedMs = await page.evaluate<number | null>(`window.moved`);
    await pause(restMs);
    const atMs = startMs + (await playhead(page));
    if (askedMs !== null) asked.push({ askedMs, position: positionAt({ startMs }, atMs + 100), among: 4 });
  }
  const reading = await reader.stop();
  await page.mouse.up();
  await page.keyboard.press('k');
  return rowOf(what, reading, asked);
}

/** How far its pictures lay apart, in every stretch of time in which they did not change. */
function apartOf({ numbers, endedMs }: Reading): { most: number; longestMs: number; overOnePercent: number } {
  const changes = numbers.flatMap((of, picture) => of.map(([number, atMs]) => ({ picture, number, atMs })));
  changes.sort((one, other) => one.atMs - other.atMs);
  const shown = new Map<number, number>();
  let [most, overMs, wholeMs, sinceMs, longestMs, mostOfThese] = [0, 0, 0, 0, 0, 0];
  for (const [at, { picture, number, atMs }] of changes.entries()) {
    if (number === null) shown.delete(picture);
    else shown.set(picture, number);
    const untilMs = changes[at + 1]?.atMs ?? endedMs;
    if (shown.size < numbers.length || untilMs <= atMs) continue;
    const [first = 0] = shown.values();
    const apart = Math.max(...[...shown.values()].map((other) => picturesApart(first, other)));
    wholeMs += untilMs - atMs;
    if (apart <= 1) {
      [sinceMs, mostOfThese] = [0, 0];
      if (apart > most) most = apart;
      continue;
    }
    overMs += untilMs - atMs;
    sinceMs = sinceMs === 0 ? atMs : sinceMs;
    mostOfThese = Math.max(mostOfThese, apart);
    longestMs = Math.max(longestMs, untilMs - sinceMs);
    if (untilMs - sinceMs > copyMs) most = Math.max(most, mostOfThese);
  }
  return { most, longestMs, overOnePercent: (100 * overMs) / Math.max(1, wholeMs) };
}

/** How long a picture stayed at least, but for one in twenty. */
function stayed({ numbers: [changes = []] }: Reading): number | null {
  const stays = changes.slice(1).map(([, atMs], at) => atMs - (changes[at]?.[1] ?? atMs));
  return percentile(stays, 5);
}

async function stepRow(page: Page, screen: BenchScreen, count: number, rate: number, inStep = true): Promise<Row> {
  await goToMoment(page, startMs + 5000);
  if (!inStep) await page.keyboard.press('y');
  const name = rate === 1 ? 'True speed' : `${rate} times faster`;
  await page
    .getByRole('group', { name: 'Speed' })
    .getByRole('button', { name: new RegExp(`, ${name}$`) })
    .click();
  await page.keyboard.press('l');
  await pause(500);
  const reader = await ScreenReader.start(screen, { pictures: await placesOf(page, '.tile > [data-picture]') });
  await pause(playMs);
  const reading = await reader.stop();
  await page.keyboard.press('k');
  if (!inStep) await page.keyboard.press('y');
  const { most, longestMs, overOnePercent } = apartOf(reading);
  const moments = new Set(reading.numbers[0]?.map(([, atMs]) => atMs)).size;
  return {
    what: `${count} cameras ${inStep ? 'in step' : 'not in step'}, ${rate} times`,
    apartMostPictures: most,
    apartLongestMs: rounded(longestMs),
    apartOverOnePercent: rounded(overOnePercent, 2),
    pictureStaysP5Ms: rounded(stayed(reading)),
    momentsASecond: rounded((moments * 1000) / (reading.endedMs - reading.beganMs)),
    readerIntervalP99Ms: rounded(reading.intervalP99Ms),
  };
}

async function showCameras(page: Page, entry: string): Promise<void> {
  await page.locator('header button[aria-haspopup="menu"]').first().click();
  await page.getByRole('menuitemradio', { name: entry }).click();
}

/** The window of the timeline has its middle where the films have theirs: it does when the playhead comes from outside. */
async function toTheMiddle(page: Page): Promise<void> {
  await goToMoment(page, startMs - 3 * 3_600_000);
  await goToMoment(page, startMs + minutes * 30_000);
}

async function ownRows(page: Page, screen: BenchScreen): Promise<Row[]> {
  const rows: Row[] = [];
  await page.evaluate(`addEventListener('pointermove', (event) => {
    window.moved = performance.timeOrigin + event.timeStamp;
  }, { capture: true })`);
  await page.keyboard.press('m');
  await toTheMiddle(page);
  // The window from forty minutes to ten.
  for (let press = 0; press < 2; press++) await page.keyboard.press('+');
  const scrubbed = async (what: string): Promise<void> => {
    if (!parts.has('scrub')) return;
    for (const near of [true, false]) {
      console.log(`${what}, ${near ? 'near' : 'anywhere'} …`);
      await toTheMiddle(page);
      rows.push(await scrubRow(page, screen, `${what}, ${near ? 'near' : 'anywhere'}`, near));
    }
  };
  if (shownOnes.has('small')) await scrubbed('1 × 640x360');
  await page.locator('.ladder').getByRole('button', { name: largeName, exact: true }).click();
  if (shownOnes.has('large')) await scrubbed('1 × 1280x720');
  await page.locator('.ladder').getByRole('button', { name: 'Small 1', exact: true }).click();
  for (const count of [4, 9]) {
    if (!shownOnes.has(String(count))) continue;
    await showCameras(page, `${count} cameras`);
    await expect(page.locator('figure.tile.pic')).toHaveCount(count);
    if (count === 9) await scrubbed('9 × 640x360');
    if (!parts.has('step')) continue;
    for (const rate of [1, 4, 16]) {
      console.log(`${count} in step, ${rate} times …`);
      rows.push(await stepRow(page, screen, count, rate));
    }
    // The check must see pictures that are apart.
    rows.push(await stepRow(page, screen, count, 4, false));
  }
  return rows;
}

async function mpvRow(screen: BenchScreen, folder: string, at: number, size: typeof small): Promise<Row> {
  const file = path.join(folder, `${at} indexed.mp4`);
  const plain = path.join(folder, `${at}.mp4`);
  execFileSync('ffmpeg', ['-v', 'error', '-i', plain, '-c', 'copy', '-movflags', '+faststart', file]);
  const { widthPixels, heightPixels } = size;
  const place: Rectangle = { x: 20, y: 20, widthPixels, heightPixels };
  const mpv = await MpvSeeks.open(screen, file, place, path.join(folder, `${at}.socket`));
  try {
    await pause(1500);
    const reader = await ScreenReader.start(screen, { pictures: [place] });
    const random = makeRandom(11);
    const asked: Step[] = [];
    for (let step = 0; step < steps; step++) {
      const seconds = 2 + random() * (minutes * 60 - 6);
      asked.push({ askedMs: mpv.seek(seconds), position: positionAt({ startMs: 0 }, seconds * 1000) + 1, among: 3 });
      await pause(restMs);
    }
    const reading = await reader.stop();
    return rowOf(`beside it: mpv, exact, plain file, ${widthPixels}x${heightPixels}, anywhere`, reading, asked);
  } finally {
    await mpv.close();
  }
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  const screen = await BenchScreen.open(screenSize.widthPixels, screenSize.heightPixels);
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-scrub-'));
  const household = await Household.make({ DISPLAY: screen.display, UNDERSTUDY_HEADED: '1' });
  try {
    console.log('recording the films …');
    const made = await makeFilmVault({ folder, startMs, cameras, plain: true });
    if (parts.has('scrub') || parts.has('step')) {
      const page = await openFilms(household, made);
      page.setDefaultTimeout(longestMs * 5);
      rows.push(...(await ownRows(page, screen)));
      await household.quit();
    }
    if (parts.has('mpv') && isInstalled('mpv')) {
      console.log('mpv …');
      rows.push(await mpvRow(screen, folder, 0, small), await mpvRow(screen, folder, cameras.length - 1, large));
    } else if (parts.has('mpv')) console.log('mpv: not installed');
  } finally {
    await household.close();
    await screen.close();
    rmSync(folder, { recursive: true, force: true });
    // What was measured is kept, whatever ended the run.
    report('scrub', rows);
  }
}

if (process.env['NIGHTJAR_BENCH'] === 'inside') await main();
else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_BENCH: 'inside' };
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, environment);
}

/**
 * The app with a wall of simulated cameras, for the benchmarks: each camera has one stream of 640x360 at 25 pictures a
 * second (unless told otherwise), shown and recorded as a user's are. With a screen the page is in a window on it;
 * without, it is headless.
 */
import type { Page } from 'playwright/test';
import { expect, goTo, Household, YardProcess, type YardCamera } from '../journeys/household.ts';
import type { BenchScreen } from './screen.ts';
import type { Rectangle } from './strips.ts';

export interface BenchWall {
  page: Page;
  household: Household;
  yard: YardProcess;
  /** The app's main process. */
  pid: number;
  close(): Promise<void>;
}

export type Tiles = 1 | 4 | 9 | 16;

/** The page's window, with the line above it that the understudy has, fits on a screen of this size. */
export const screenSize = { widthPixels: 1440, heightPixels: 960 };

/** Pictures from one keyframe to the next: every 2 s. */
export const keyframeEvery = 50;
const stream = { widthPixels: 640, heightPixels: 360, framesPerSecond: 25, keyframeEvery, sound: null };
export const plainCamera = { main: { ...stream, bitsPerSecond: 512_000 }, sub: null };

export function startBenchYard(cameras: number): Promise<YardProcess> {
  return YardProcess.start(
    cameras,
    Array.from({ length: cameras }, () => plainCamera),
  );
}

export interface WallOptions {
  /** Shows the page in a window there; without, it is headless. */
  screen?: BenchScreen | null;
  /** Whether the app gets that camera of the yard; all of them. */
  adds?: (at: number) => boolean;
  /** Whether it is recorded; all of them. */
  records?: (at: number) => boolean;
}

/** The app with that yard's cameras; closes the yard, too. */
export async function openWall(
  yard: YardProcess,
  { screen = null, adds = () => true, records = () => true }: WallOptions = {},
): Promise<BenchWall> {
  const onScreen = screen === null ? {} : { DISPLAY: screen.display, UNDERSTUDY_HEADED: '1' };
  const household = await Household.make(onScreen);
  const wall: BenchWall = {
    page: await household.open(),
    household,
    yard,
    get pid() {
      return household.pid ?? 0;
    },
    async close() {
      await household.close();
      await yard.stop();
    },
  };
  try {
    await household.makeVault(wall.page);
    for (const [at, camera] of yard.cameras.entries()) {
      if (adds(at)) await addByAddress(wall.page, camera, `http://${camera.host}:${camera.onvifPort}`, records(at));
    }
    await goTo(wall.page, 'Live');
    return wall;
  } catch (error) {
    await wall.close();
    throw error;
  }
}

export async function openBenchWall(cameras: number): Promise<BenchWall> {
  return openWall(await startBenchYard(cameras));
}

export async function addByAddress(page: Page, camera: YardCamera, text: string, records = true): Promise<void> {
  const { name, user, password } = camera;
  const added = await page.evaluate(
    async (given) => {
      const tried = await window.nightjar.call('cameras.try', {
        target: { by: 'address', text: given.text },
        user: given.user,
        password: given.password,
      });
      if (!tried.ok) return tried.problem.code;
      const { tryId } = tried.value;
      const choice = { tryId, name: given.name, records: given.records, recordsSound: false, keepDays: null };
      const answer = await window.nightjar.call('cameras.add', choice);
      return answer.ok ? 'added' : answer.problem.code;
    },
    { text, name, user, password, records },
  );
  if (added !== 'added') throw new Error(`${name} was not added: ${added}`);
}

/** Quits the app and starts it again on the same vault. */
export async function relaunch(wall: BenchWall): Promise<void> {
  await wall.household.quit();
  wall.page = await wall.household.open();
  await goTo(wall.page, 'Live');
}

/** Pauses every camera's recording, or takes it up again. */
export async function setAllPaused(page: Page, paused: boolean): Promise<void> {
  await page.evaluate(async (pausedNow) => {
    const cameras = await window.nightjar.call('cameras.list', undefined);
    for (const { id } of cameras) await window.nightjar.call('cameras.setPaused', { cameraId: id, paused: pausedNow });
  }, paused);
}

/** Shows that many tiles, and waits until each is live. */
export async function showTiles(wall: BenchWall, tiles: Tiles, recorded = true): Promise<void> {
  await wall.page.evaluate(async (kind) => {
    const [layout] = (await window.nightjar.call('settings.get', undefined)).layouts;
    if (layout) await window.nightjar.call('layouts.keep', { layout: { ...layout, kind } });
  }, tiles);
  const shown = Math.min(tiles, wall.yard.cameras.length);
  const name = recorded ? /, live, recording$/ : /, live\b/;
  await expect(wall.page.getByRole('group', { name })).toHaveCount(shown);
}

/** Where on the screen each tile's picture lies, in the order of the tiles. */
export function tilePlaces(page: Page): Promise<Rectangle[]> {
  return placesOf(page, '.tile [data-picture]');
}

/** Where on the screen these elements of the page lie. */
export function placesOf(page: Page, selector: string): Promise<Rectangle[]> {
  return page.evaluate((wanted) => {
    // Above the page its window has a line with the address, in the understudy.
    const [left, top] = [screenX + (outerWidth - innerWidth) / 2, screenY + outerHeight - innerHeight];
    return [...document.querySelectorAll(wanted)].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: left + x, y: top + y, widthPixels: width, heightPixels: height };
    });
  }, selector);
}

/** Makes the whole page invisible, for trying the checks; the app goes on and knows nothing of it. */
export async function hidePage(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((opacity) => void (document.documentElement.style.opacity = opacity), hidden ? '0' : '');
}

/**
 * The app with a wall of simulated cameras, for the benchmarks: each camera has one stream of 640x360 at 25 pictures a
 * second, which is shown and recorded over one connection, as a camera that allows few connections is. The page is a
 * real one; its pictures are read off the canvas that they are painted on, by their burnt-in frame numbers.
 */
import type { Page } from 'playwright/test';
import { expect, goTo, Household, YardProcess } from '../journeys/household.ts';
import { teachFrames } from '../journeys/pictures.ts';

export interface BenchWall {
  page: Page;
  household: Household;
  yard: YardProcess;
  /** The app's main process. */
  pid: number;
  close(): Promise<void>;
}

const stream = { widthPixels: 640, heightPixels: 360, framesPerSecond: 25, keyframeEvery: 50, sound: null };

export async function openBenchWall(cameras: number): Promise<BenchWall> {
  const yard = await YardProcess.start(
    cameras,
    Array.from({ length: cameras }, () => ({ main: { ...stream, bitsPerSecond: 512_000 }, sub: null })),
  );
  const household = await Household.make();
  const page = await household.open();
  await household.makeVault(page);
  for (const { name, host, onvifPort, user, password } of yard.cameras) {
    const added = await page.evaluate(
      async ({ text, ...given }) => {
        const tried = await window.nightjar.call('cameras.try', {
          target: { by: 'address', text },
          user: given.user,
          password: given.password,
        });
        if (!tried.ok) return tried.problem.code;
        const { tryId } = tried.value;
        const choice = { tryId, name: given.name, records: true, recordsSound: false, keepDays: null };
        const camera = await window.nightjar.call('cameras.add', choice);
        return camera.ok ? 'added' : camera.problem.code;
      },
      { text: `http://${host}:${onvifPort}`, name, user, password },
    );
    if (added !== 'added') throw new Error(`${name} was not added: ${added}`);
  }
  await goTo(page, 'Live');
  await teachFrames(page);
  return {
    page,
    household,
    yard,
    pid: household.pid ?? 0,
    async close() {
      await household.close();
      await yard.stop();
    },
  };
}

/** Shows that many tiles, and waits until each is live. */
export async function showTiles(wall: BenchWall, tiles: 1 | 4 | 9 | 16): Promise<void> {
  await wall.page.evaluate(async (kind) => {
    const [layout] = (await window.nightjar.call('settings.get', undefined)).layouts;
    if (layout) await window.nightjar.call('layouts.keep', { layout: { ...layout, kind } });
  }, tiles);
  const shown = Math.min(tiles, wall.yard.cameras.length);
  await expect(wall.page.getByRole('group', { name: /, live, recording$/ })).toHaveCount(shown);
}

export interface Seen {
  /** [frame number, epoch ms of the page's frame in which it was first seen]. */
  pictures: [number, number][];
  /** Pictures that were seen. */
  shown: number;
  seconds: number;
}

/**
 * Watches every tile, each for its share of that long, and reads its number in every frame of the page. Reading costs the
 * page CPU of its own, so of many tiles it reads one in `readEvery` at a time.
 */
export function watchTiles(page: Page, seconds: number, readEvery: number): Promise<Seen[]> {
  return page.evaluate(
    async ({ lengthMs, every }) => {
      // Put there by teachFrames.
      const { readFrame } = window as unknown as { readFrame: (tile: Element) => number | null };
      // Epoch time of performance.now() = 0. Date.now() is cut to whole milliseconds: half of one on average.
      const origins = Array.from({ length: 2000 }, () => Date.now() - performance.now());
      const originMs = origins.reduce((sum, one) => sum + one, 0) / origins.length + 0.5;
      const tiles = [...document.querySelectorAll('.tile')];
      const seen = tiles.map(() => ({ pictures: [] as [number, number][], shown: 0, seconds: 0, last: -1 }));
      const turns = Math.min(every, tiles.length);
      const beganMs = performance.now();
      let turn = -1;
      let lookedMs = beganMs;
      for (let nowMs = beganMs; nowMs - beganMs < lengthMs;) {
        nowMs = await new Promise((resolve) => requestAnimationFrame(resolve));
        const turnNow = Math.floor(((nowMs - beganMs) / lengthMs) * turns);
        seen.forEach((one, at) => {
          const tile = tiles[at];
          if (tile === undefined || at % turns !== turnNow) return;
          const number = readFrame(tile);
          if (turnNow === turn) {
            one.seconds += (nowMs - lookedMs) / 1000;
            if (number !== null && number !== one.last) {
              one.shown += 1;
              one.pictures.push([number, originMs + nowMs]);
            }
          }
          if (number !== null) one.last = number;
        });
        turn = turnNow;
        lookedMs = nowMs;
      }
      return seen.map(({ pictures, shown, seconds: lasted }) => ({ pictures, shown, seconds: lasted }));
    },
    { lengthMs: seconds * 1000, every: readEvery },
  );
}

/** When each frame number was pushed, by camera: latest last. */
export async function pushesSince(yard: YardProcess, sinceMs: number): Promise<Map<number, number[]>[]> {
  // The yard's own answer, in the form that test/yard/run.ts states.
  const answer = (await yard.command({ pushed: true, sinceMs })) as {
    pushed: { streams: { role: string; pushes: [number, number][] }[] }[];
  };
  return answer.pushed.map(({ streams }) => {
    const pushes = new Map<number, number[]>();
    for (const [number, atMs] of streams.flatMap((one) => one.pushes))
      pushes.set(number, [...(pushes.get(number) ?? []), atMs]);
    return pushes;
  });
}

/** Milliseconds from the push of each picture to its time on screen; pictures whose push is not known are left out. */
export function latencies(pictures: [number, number][], pushes: Map<number, number[]>[]): number[] {
  return pictures.flatMap(([number, seenMs]) => {
    const before = pushes.flatMap((camera) => camera.get(number) ?? []).filter((atMs) => atMs <= seenMs);
    return before.length === 0 ? [] : [seenMs - Math.max(...before)];
  });
}

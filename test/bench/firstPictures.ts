/**
 * How long a user waits for a camera's first picture: from the moment at which the bench asks for the key press (its way
 * into the page included) to the first picture of another camera on the screen. The wall shows one tile; Page Down
 * brings the next camera.
 *
 * *Hot*: its stream runs, because it is recorded, and no tile shows it. *Cold*: nothing is connected to it, so the
 * connection, its signing in and the camera's first keyframe are in the figure. Cameras that begin with a keyframe and
 * cameras that begin in the middle of a group of pictures (of 2 s here) are told apart.
 */
import { percentile, rounded, type Row } from './measure.ts';
import type { BenchScreen } from './screen.ts';
import { firstPicturesOf, type FirstPicture, type Press } from './screenChanges.ts';
import { ScreenReader } from './screenReader.ts';
import { showTiles, tilePlaces, type BenchWall } from './wall.ts';

/** Presses the keys one after the other, with a pause behind each, and reads what they bring. */
async function press(
  wall: BenchWall,
  screen: BenchScreen,
  keys: string[],
  everyMs: number,
): Promise<(FirstPicture | null)[]> {
  await wall.page.locator('.tile').first().focus();
  const pictures = (await tilePlaces(wall.page)).slice(0, 1);
  const reader = await ScreenReader.start(screen, { pictures });
  const presses: Press[] = [];
  for (const key of keys) {
    const atMs = performance.timeOrigin + performance.now();
    await wall.page.keyboard.press(key);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    presses.push({ atMs, untilMs: performance.timeOrigin + performance.now() });
  }
  const { numbers } = await reader.stop();
  return firstPicturesOf(numbers[0] ?? [], presses);
}

function rowOf(what: string, first: (FirstPicture | null)[]): Row {
  // One that never came is worse than any.
  const waited = first.map((one) => one?.waitedMs ?? Infinity);
  return {
    what,
    tiles: 1,
    p50Ms: rounded(percentile(waited, 50)),
    p95Ms: rounded(percentile(waited, 95)),
    longestMs: rounded(Math.max(...waited)),
    pictures: waited.filter(Number.isFinite).length,
    presses: waited.length,
  };
}

/** Streams without a viewer are kept for 4 s (watching.ts), pictures for 3 s (pictures.ts). */
const coldAfterMs = 7000;

/** Back to the wall's first camera, and until the ones before it are forgotten. */
async function goToFirst(wall: BenchWall): Promise<void> {
  await wall.page.locator('.tile').first().focus();
  for (let at = 1; at < wall.yard.cameras.length; at++) await wall.page.keyboard.press('PageUp');
  await new Promise((resolve) => setTimeout(resolve, coldAfterMs));
}

/** A wall whose cameras are all recorded. */
export async function hotRow(wall: BenchWall, screen: BenchScreen, rounds = 2): Promise<Row> {
  await showTiles(wall, 16);
  await showTiles(wall, 1);
  const found: (FirstPicture | null)[] = [];
  for (let round = 0; round < rounds; round++) {
    await goToFirst(wall);
    const keys = wall.yard.cameras.slice(1).map(() => 'PageDown');
    found.push(...(await press(wall, screen, keys, 500)));
  }
  return rowOf('first picture: hot', found);
}

/** A wall whose cameras from `from` on are not recorded, those of an even number beginning with a keyframe. */
export async function coldRows(wall: BenchWall, screen: BenchScreen, from: number, rounds: number): Promise<Row[]> {
  await showTiles(wall, 1);
  const last = wall.yard.cameras.length - 1;
  const found: (FirstPicture | null)[] = [];
  for (let round = 0; round < rounds; round++) {
    await goToFirst(wall);
    for (let at = 1; at < from; at++) await wall.page.keyboard.press('PageDown');
    found.push(
      ...(await press(
        wall,
        screen,
        Array.from({ length: last - from + 1 }, () => 'PageDown'),
        3000,
      )),
    );
  }
  const at = (index: number): number => from + (index % (last - from + 1));
  return [
    rowOf(
      'first picture: cold, begins with a keyframe',
      found.filter((_, index) => at(index) % 2 === 0),
    ),
    rowOf(
      'first picture: cold, begins anywhere',
      found.filter((_, index) => at(index) % 2 === 1),
    ),
  ];
}

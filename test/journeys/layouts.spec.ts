/**
 * The wall's layouts: chosen, moved, sized, swapped and undone by keyboard and by mouse; named and kept over a restart;
 * a stream that is pinned; the tour; a second window. What a tile shows is read off its picture.
 */
import { expect, test, type Locator, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { addByCall } from './addByCall.ts';
import { Household, seeLive, seeLocked, setPassphrase, tile, unlock, YardProcess } from './household.ts';
import { frameOf, seeMoving, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

const stream = { widthPixels: 640, heightPixels: 360, bitsPerSecond: 400_000, sound: null };
/** Five of one stream, and one that stands upright. The first one has a main stream for large tiles as well. */
const plans = [
  { main: { ...stream, widthPixels: 1280, heightPixels: 720 } },
  ...Array.from({ length: 4 }, () => ({ main: stream, sub: null })),
  { main: { ...stream, widthPixels: 360, heightPixels: 640 }, sub: null },
];

let yard: YardProcess;
let household: Household;
let page: Page;
let names: string[];

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

async function boxOf(element: Locator): Promise<Box> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('it is not on screen');
  return box;
}

function nameOf(at: number): string {
  const name = names[at];
  if (name === undefined) throw new Error(`there is no camera ${at}`);
  return name;
}

/** Where the tiles are, in cells of the wall, by camera. */
async function cells(of: Page = page): Promise<Record<string, Box>> {
  const wall = await boxOf(of.getByRole('group', { name: 'Wall', exact: true }));
  const found: Record<string, Box> = {};
  for (const one of await of.locator('.tile').all()) {
    const { x, y, width, height } = await boxOf(one);
    const name = ((await one.getAttribute('aria-label')) ?? '').split(', ')[0] ?? '';
    found[name] = {
      x: Math.round(((x - wall.x) / wall.width) * 24),
      y: Math.round(((y - wall.y) / wall.height) * 24),
      width: Math.round((width / wall.width) * 24),
      height: Math.round((height / wall.height) * 24),
    };
  }
  return found;
}

async function cellsOf(name: string): Promise<Box | undefined> {
  return (await cells())[name];
}

function overlaps(boxes: Box[]): boolean {
  return boxes.some((a, at) =>
    boxes.some(
      (b, other) =>
        other > at && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
    ),
  );
}

async function seeKind(name: string): Promise<void> {
  const layout = page.getByRole('group', { name: 'Layout', exact: true });
  await expect(layout.getByRole('button', { name, exact: true })).toHaveAttribute('aria-pressed', 'true');
}

/** The order of the cameras as one reads the wall. */
async function order(): Promise<string[]> {
  const all = await cells();
  return Object.entries(all)
    .sort(([, a], [, b]) => a.y - b.y || a.x - b.x)
    .map(([name]) => name);
}

async function choose(entry: string): Promise<void> {
  await page.getByRole('button', { name: /^Layout: / }).click();
  await page.getByRole('menu', { name: 'Layouts' }).getByText(entry, { exact: true }).click();
}

test.beforeAll(async () => {
  yard = await YardProcess.start(plans.length, plans);
  names = yard.cameras.map(({ name }) => name);
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
  for (const camera of yard.cameras) await addByCall(page, camera);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

test('layouts are chosen by keyboard, from one tile to free ones', async () => {
  await teachFrames(page);
  await seeLive(page, nameOf(0));
  await seeKind('4');
  await expect(page.getByText('Page 1 of 2')).toBeVisible();
  await tile(page, nameOf(0)).focus();
  await page.keyboard.press('[');
  await seeKind('1');
  await expect(page.locator('.tile')).toHaveCount(1);
  for (const kind of ['4', '9', '16', '1+']) {
    await page.keyboard.press(']');
    await seeKind(kind);
  }
  expect(await cellsOf(nameOf(0))).toEqual({ x: 0, y: 0, width: 16, height: 16 });
  expect(await cellsOf(nameOf(1))).toEqual({ x: 16, y: 0, width: 8, height: 8 });
  for (const name of names) await seeLive(page, name);
  await page.keyboard.press(']');
  await seeKind('Free');
  await expect(tile(page, nameOf(0))).toBeFocused();
  const free = await cells();
  expect(overlaps(Object.values(free))).toBe(false);
  expect(free[nameOf(5)], 'upright stays upright').toEqual({ x: 18, y: 8, width: 3, height: 8 });
});

test('a free tile is moved and sized by keyboard, and says what is in the way', async () => {
  const name = nameOf(5);
  const before = await cellsOf(name);
  await tile(page, name).focus();
  await page.keyboard.press('Control+ArrowDown');
  await page.keyboard.press('Control+ArrowDown');
  await page.keyboard.press('Control+ArrowRight');
  expect(await cellsOf(name)).toEqual({ x: 19, y: 10, width: 3, height: 8 });
  await page.keyboard.press('Control+Shift+ArrowDown');
  expect(await cellsOf(name)).toMatchObject({ height: 9 });
  await expect(tile(page, name)).toBeFocused();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('Control+z');
  expect(await cellsOf(name)).toEqual(before);

  // It fills its third: to grow, nothing is covered.
  await tile(page, nameOf(0)).focus();
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect(page.locator('.said')).toHaveText(`No room there: ${nameOf(1)} is in the way.`);
  await page.keyboard.press('Control+ArrowRight');
  await expect(page.locator('.said')).toHaveText(`${nameOf(0)} and ${nameOf(1)} changed places.`);
  expect(await cellsOf(nameOf(0))).toEqual({ x: 8, y: 0, width: 8, height: 8 });
  await expect(tile(page, nameOf(0))).toBeFocused();
  await page.keyboard.press('Control+z');
  expect(await cellsOf(nameOf(0))).toEqual({ x: 0, y: 0, width: 8, height: 8 });
});

test('a free tile is dragged to a free place, by a corner to a size, onto another to swap, and Esc gives up', async () => {
  const wall = await boxOf(page.getByRole('group', { name: 'Wall', exact: true }));
  const cell = { x: wall.width / 24, y: wall.height / 24 };
  const drag = async (from: Box, byX: number, byY: number, end: 'drop' | 'give up'): Promise<void> => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + byX * cell.x * 0.5, from.y + byY * cell.y * 0.5);
    await page.mouse.move(from.x + byX * cell.x, from.y + byY * cell.y);
    await expect(page.locator('.landing')).toBeVisible();
    if (end === 'give up') await page.keyboard.press('Escape');
    else await page.mouse.up();
    await expect(page.locator('.landing')).toHaveCount(0);
    if (end === 'give up') await page.mouse.up();
  };
  const middle = async (name: string): Promise<Box> => {
    const { x, y, width, height } = await boxOf(tile(page, name));
    return { x: x + width / 2, y: y + height / 2, width: 0, height: 0 };
  };
  const corner = async (name: string): Promise<Box> => {
    const { x, y, width, height } = await boxOf(tile(page, name));
    return { x: x + width - 4, y: y + height - 4, width: 0, height: 0 };
  };
  const [first, last] = [nameOf(0), nameOf(4)];
  const before = await cells();
  await drag(await middle(last), 0, 8, 'drop');
  expect(await cellsOf(last)).toEqual({ x: 8, y: 16, width: 8, height: 8 });
  await drag(await corner(last), -2, -2, 'drop');
  expect(await cellsOf(last)).toEqual({ x: 8, y: 16, width: 6, height: 6 });
  await drag(await middle(last), -4, -8, 'give up');
  expect(await cellsOf(last)).toEqual({ x: 8, y: 16, width: 6, height: 6 });
  await drag(await middle(first), 8, 16, 'drop');
  expect(await cellsOf(first)).toEqual({ x: 8, y: 16, width: 6, height: 6 });
  expect(await cellsOf(last)).toEqual({ x: 0, y: 0, width: 8, height: 8 });
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Control+z');
  expect(await cells()).toEqual(before);
});

test('in a fixed layout a tile changes places with the next one, by keys and by the menu’s Move', async () => {
  await page.getByRole('button', { name: '9', exact: true }).click();
  const before = await order();
  await tile(page, nameOf(0)).focus();
  await page.keyboard.press('Control+ArrowRight');
  expect((await order()).slice(0, 2)).toEqual([nameOf(1), nameOf(0)]);
  await expect(tile(page, nameOf(0))).toBeFocused();
  await seeMoving(tile(page, nameOf(0)));
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /^Move…/ }).click();
  await expect(page.locator('.said')).toContainText('Enter: done');
  await page.keyboard.press('ArrowDown');
  expect((await order())[4]).toBe(nameOf(0));
  await page.keyboard.press('Escape');
  expect((await order()).slice(0, 2)).toEqual([nameOf(1), nameOf(0)]);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  expect(await order()).toEqual(before);
});

test('a pinned stream is shown whatever the tile’s size, and no picture is missing while it changes', async () => {
  const own = tile(page, nameOf(0));
  await own.focus();
  await seeMoving(own);
  await page.keyboard.press('i');
  await expect(own.getByText('640 × 360')).toBeVisible();
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu', { name: `Menu of ${nameOf(0)}` });
  await expect(menu.getByRole('menuitemradio', { name: 'By the tile’s size' })).toHaveAttribute('aria-checked', 'true');
  expect(await seriousViolations(page)).toEqual([]);
  await menu.getByRole('menuitemradio', { name: 'Main stream' }).click();
  const missing: number[] = [];
  let reads = 0;
  await expect
    .poll(
      async () => {
        reads += 1;
        if ((await frameOf(own)) === null) missing.push(reads);
        return await own.getByText('1280 × 720').isVisible();
      },
      { intervals: [20] },
    )
    .toBe(true);
  await seeMoving(own);
  expect(missing, `of ${reads} looks`).toEqual([]);
  await page.keyboard.press('i');
});

test('a layout is made and named by keyboard, and everything is there after a restart', async () => {
  await page.getByRole('button', { name: 'Layout: House' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('n');
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog');
  await expect(sheet.getByLabel('Name')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(sheet.getByText('Give it a name.')).toBeVisible();
  await page.keyboard.type('Street');
  for (const name of names.slice(3)) await sheet.getByLabel(name).uncheck();
  expect(await seriousViolations(page)).toEqual([]);
  await sheet.getByLabel('Name').press('Enter');
  await expect(page.getByRole('button', { name: 'Layout: Street' })).toBeVisible();
  await expect(page.locator('.tile')).toHaveCount(3);
  await page.getByRole('button', { name: 'Free', exact: true }).click();
  await tile(page, nameOf(1)).focus();
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await page.keyboard.press('Control+ArrowDown');
  const kept = await cells();
  const order = Object.keys(kept);
  // What is on screen is in the vault, too.
  await expect
    .poll(async () => {
      const { layouts } = await page.evaluate(() => window.nightjar.call('settings.get', undefined));
      return layouts
        .find(({ name }) => name === 'Street')
        ?.places.map(({ x, y, width, height }) => ({ x, y, width, height }));
    })
    .toEqual(order.map((name) => kept[name]));

  await household.quit();
  page = await household.open();
  await teachFrames(page);
  await expect(page.getByRole('button', { name: 'Layout: Street' })).toBeVisible();
  await seeKind('Free');
  await expect.poll(() => cells()).toEqual(kept);
  await choose('House');
  await seeKind('9');
  await expect(page.locator('.tile')).toHaveCount(6);
  await tile(page, nameOf(0)).focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitemradio', { name: 'Main stream' })).toHaveAttribute('aria-checked', 'true');
  await page.keyboard.press('Escape');
  await expect(tile(page, nameOf(0))).toBeFocused();
});

test('a layout is renamed and deleted, and comes back by undoing', async () => {
  await choose('Street');
  await choose('Name and cameras…');
  await page.getByRole('dialog').getByLabel('Name').fill('Road');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Layout: Road' })).toBeVisible();
  await choose('Delete…');
  await page.getByRole('dialog', { name: 'Delete the layout Road?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name: 'Layout: House' })).toBeVisible();
  await expect(page.locator('.tile')).toHaveCount(6);
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('button', { name: 'Layout: Road' })).toBeVisible();
  await expect(page.locator('.tile')).toHaveCount(3);
  await choose('House');
});

test('the tour turns by itself without a tile that is black, Space pauses it and goes on', async () => {
  await page.getByRole('button', { name: '4', exact: true }).click();
  await choose('Tour…');
  await page.getByRole('dialog').getByRole('slider').press('Home');
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText(/^Tour, next in [1-5] s$/)).toBeVisible();
  await tile(page, nameOf(0)).focus();
  // What each tile that comes shows in the first frame that has it.
  await page.evaluate(() => {
    const arrivals: [string, string][] = [];
    Object.assign(window, { arrivals });
    const known = new Set(document.querySelectorAll('.tile'));
    function look(): void {
      for (const tile of document.querySelectorAll<HTMLElement>('.tile')) {
        if (known.has(tile)) continue;
        known.add(tile);
        const name = (tile.getAttribute('aria-label') ?? '').split(', ')[0] ?? '';
        arrivals.push([name, tile.matches('.pic') ? 'picture' : tile.innerText]);
      }
      requestAnimationFrame(look);
    }
    look();
  });
  await expect(page.getByText('Page 2 of 2')).toBeVisible();
  // Their pictures were opened before: they are there with the tiles.
  await expect
    .poll(() => page.evaluate(() => (Reflect.get(window, 'arrivals') as unknown[]).slice(0, 2)))
    .toEqual([
      [nameOf(4), 'picture'],
      [nameOf(5), 'picture'],
    ]);
  await seeMoving(tile(page, nameOf(4)));
  await page.keyboard.press(' ');
  const tourBar = page.getByRole('group', { name: 'Tour', exact: true });
  await expect(tourBar.getByText('Tour paused')).toBeVisible();
  await page.keyboard.press('PageUp');
  await expect(page.getByText('Page 1 of 2')).toBeVisible();
  await page.keyboard.press(' ');
  await expect(page.getByText(/^Tour, next in/)).toBeVisible();
  await expect(page.getByText('Page 2 of 2')).toBeVisible();
  await page.getByRole('button', { name: 'End the tour' }).click();
  await expect(tourBar).toHaveCount(0);
});

test('no layout and no menu has a serious accessibility violation', async () => {
  for (const kind of ['Free', '1+', '16', '9']) {
    await page.getByRole('button', { name: kind, exact: true }).click();
    expect(await seriousViolations(page), kind).toEqual([]);
  }
  await page.getByRole('button', { name: /^Layout: / }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Layout: / })).toBeFocused();
});

/** The page of one of the app's windows. */
async function pageOf(name: 'main' | 'second'): Promise<Page> {
  let found: Page | undefined;
  await expect
    .poll(async () => {
      for (const one of household.app.windows()) {
        const own = await one.evaluate(() => window.nightjar.call('windows.own', undefined)).catch(() => null);
        if (own === name) found = one;
      }
      return found !== undefined;
    })
    .toBe(true);
  if (!found) throw new Error(`there is no ${name} window`);
  return found;
}

const secondPlace = { x: 260, y: 40, width: 1200, height: 700 };

test('a second window shows a layout of its own, live, and is the same page with the same rules', async () => {
  await page.getByRole('button', { name: '4', exact: true }).click();
  await choose('Open in a second window');
  const second = await pageOf('second');
  await teachFrames(second);
  await second.getByRole('button', { name: /^Layout: / }).click();
  await second.getByRole('menuitemradio', { name: 'Road' }).click();
  await expect(second.locator('.tile')).toHaveCount(3);
  await seeLive(second, nameOf(0));
  await seeMoving(tile(second, nameOf(0)));
  await seeMoving(tile(page, nameOf(0)));
  await expect(page.getByRole('button', { name: 'Layout: House' })).toBeVisible();
  await expect(page.locator('.tile')).toHaveCount(4);
  // The second one is not a window that the page opened: pages open none.
  expect(await second.evaluate(() => window.open('about:blank') === null)).toBe(true);
  expect(household.app.windows()).toHaveLength(2);
  await second.getByRole('button', { name: /^Layout: / }).click();
  await expect(second.getByRole('menuitem', { name: 'Show the first window' })).toBeVisible();
  await second.getByRole('menuitem', { name: /^Whole screen/ }).click();
  const whole = (): Promise<boolean[]> =>
    household.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((one) => one.isFullScreen()));
  await expect.poll(whole).toEqual([false, true]);
  await second.evaluate(() => window.nightjar.call('windows.toggleWholeScreen', undefined));
  await expect.poll(whole).toEqual([false, false]);
});

test('the second window comes back where it was, with its layout; closed by the user it stays closed', async () => {
  await household.app.evaluate(({ BrowserWindow }, place) => {
    BrowserWindow.getAllWindows()[1]?.setBounds(place);
  }, secondPlace);
  const second = await pageOf('second');
  const told = (): Promise<unknown> =>
    page.evaluate(async () => (await window.nightjar.call('settings.get', undefined)).secondWindow.place);
  await expect.poll(told).toEqual({ ...secondPlace, wholeScreen: false });
  await expect(second.locator('.tile')).toHaveCount(3);

  await household.quit();
  await household.open();
  page = await pageOf('main');
  const again = await pageOf('second');
  await expect(again.locator('.tile')).toHaveCount(3);
  const bounds = await household.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.getNormalBounds()),
  );
  expect(bounds[1]).toEqual(secondPlace);

  await household.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[1]?.close());
  await expect.poll(() => household.app.windows().length).toBe(1);
  await teachFrames(page);
  await seeMoving(tile(page, nameOf(0)));
  await expect
    .poll(() => page.evaluate(async () => (await window.nightjar.call('settings.get', undefined)).secondWindow.open))
    .toBe(false);
});

test('the second window is locked with the first, and both come back', async () => {
  await choose('Open in a second window');
  const second = await pageOf('second');
  await expect(second.locator('.tile')).toHaveCount(3);
  await setPassphrase(page, 'wall and second window');
  await second.keyboard.press('Control+l');
  await seeLocked(page);
  await expect(second.getByRole('heading', { name: 'Locked' })).toBeVisible();
  expect(await second.locator('.tile').count()).toBe(0);
  for (const name of names) expect(await second.content()).not.toContain(name);
  await unlock(page, 'wall and second window');
  await expect(second.locator('.tile')).toHaveCount(3);
  await teachFrames(second);
  await seeMoving(tile(second, nameOf(0)));
});

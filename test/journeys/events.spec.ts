/**
 * What cameras see, in the archive: motion and a digital input, raised in the yard, are in the list and on the timeline
 * within moments, each once, also over a reboot of the camera; they are filtered and gone to by keyboard alone, from one
 * to the next. How long each took from the yard to the screen is printed, and not judged.
 */
import { expect, test, type Locator, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { eventList, eventPixels, eventRows, trackOf } from './eventRows.ts';
import { Household, seeLive, seeWall, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

const [front, drive] = ['Front door', 'Driveway'] as const;

let yard: YardProcess;
let household: Household;
let page: Page;
let openedMs: number;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  household = await Household.make();
  page = await household.settle(yard.cameras);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

const list = (): Locator => eventList(page);
const rows = (name?: string | RegExp): Locator => eventRows(page, name);
const playhead = (): Promise<string | null> =>
  page.getByRole('slider', { name: 'Timeline' }).getAttribute('aria-valuetext');

/** Raises something at a camera, and waits until so many rows are of it. */
async function raise(camera: 0 | 1, what: object, name: RegExp, count: number): Promise<void> {
  const sinceMs = performance.now();
  await yard.command({ camera, ...what });
  await expect(rows(name)).toHaveCount(count);
  console.log(
    `${JSON.stringify(what)} at camera ${camera}: in the list after ${Math.round(performance.now() - sinceMs)} ms`,
  );
}

async function chosenOf(option: Locator): Promise<string> {
  return (await option.innerText()).replace(/\s+/g, ' ');
}

test('motion and an input are in the list within moments, each once', async () => {
  await seeWall(page, yard.cameras);
  openedMs = Date.now();
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible();
  await raise(0, { motion: true }, /Front door motion/, 1);
  await raise(1, { input: true }, /Driveway input DI_00/, 1);
  await yard.command({ camera: 0, motion: false });
  await yard.command({ camera: 1, input: false });
  await raise(0, { motion: true }, /Front door motion/, 2);
  await yard.command({ camera: 0, motion: false });
  await expect(page.getByText(/^3 in these 40 minutes$/)).toBeVisible();
  await expect(rows()).toHaveCount(3);
});

test('a camera that reboots loses no event and tells none twice', async () => {
  await yard.command({ camera: 0, motion: true });
  await expect(rows(/Front door motion/)).toHaveCount(3);
  await yard.command({ camera: 0, reboot: true, forMs: 2000 });
  // What went on is over by the reboot; then it tells what it sees, as before.
  await expect(rows(/Front door motion/).last()).toHaveAttribute('title', /or longer|end unknown/);
  await raise(0, { motion: true }, /Front door motion/, 4);
  await yard.command({ camera: 0, motion: false });
  await expect(rows(/Front door motion/).last()).not.toHaveAttribute('title', /goes on/);
  await expect(rows()).toHaveCount(5);
});

test('the ticks of the timeline stand in the rows of both cameras', async () => {
  for (const name of [front, drive]) {
    await expect.poll(() => eventPixels(trackOf(page, name))).toBeGreaterThan(0);
  }
  // The month shows none: what is counted are ticks.
  expect(await eventPixels(page.locator('.lev').first().locator('canvas').first())).toBe(0);
});

test('by keyboard the list is walked and filtered, and leads to each event', async () => {
  await page.evaluate(() => {
    // From here on nothing is pointed at: it would be a mistake of the test's.
    addEventListener('pointerdown', () => document.body.remove(), { capture: true });
  });
  await list().focus();
  await page.keyboard.press('Home');
  const first = await chosenOf(rows().first());
  await page.keyboard.press('Enter');
  const clock = /\d\d:\d\d:\d\d/.exec(first)?.[0] ?? 'no time';
  await expect.poll(playhead).toContain(clock);
  await expect(rows().first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(rows().nth(1)).toHaveAttribute('aria-selected', 'true');

  const filter = page.getByRole('button', { name: 'Filter events' });
  await filter.focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Filter events' });
  await expect(menu).toBeVisible();
  expect(await seriousViolations(page), 'the menu').toEqual([]);
  await menu.getByRole('menuitemcheckbox', { name: 'input' }).focus();
  await page.keyboard.press('Enter');
  await expect(rows()).toHaveCount(1);
  await expect(rows()).toHaveText(/DI_00/);
  await expect(filter).toHaveAccessibleName(/filtered/);
  await filter.focus();
  await page.keyboard.press('Enter');
  await menu.getByRole('menuitemradio', { name: 'All kinds' }).focus();
  await page.keyboard.press('Enter');
  await expect(rows()).toHaveCount(5);
});

test('Shift and an arrow go to the event before and the next one', async () => {
  await list().focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const motions = rows(/Front door motion/);
  await expect(motions.last()).toHaveAttribute('aria-selected', 'true');
  for (const nth of [2, 1, 0]) {
    await page.keyboard.press('Shift+ArrowLeft');
    await expect(motions.nth(nth)).toHaveAttribute('aria-selected', 'true');
  }
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.locator('.picture-note')).toHaveText('No earlier event');
  await expect(page.locator('[aria-live="polite"]', { hasText: 'No earlier event' })).toBeAttached();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(motions.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: 'Event before' }).focus();
  await page.keyboard.press('Enter');
  await expect(motions.nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: 'Next event' }).focus();
  await page.keyboard.press('Enter');
  await expect(motions.nth(1)).toHaveAttribute('aria-selected', 'true');
});

test('the view has no serious violation, dark or light', async () => {
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
    expect(await seriousViolations(page), theme).toEqual([]);
  }
});

test('beside the live picture E leads to what the camera told today', async () => {
  await page.keyboard.press('v');
  const today = page.getByRole('listbox', { name: `Events of ${front} today` });
  await expect(page.getByText('live, main stream')).toBeVisible();
  await expect(today.getByRole('option', { name: /Motion/ })).toHaveCount(4);
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
    expect(await seriousViolations(page), theme).toEqual([]);
  }
  await page.keyboard.press('e');
  await expect(today).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Escape');
  await expect(today).not.toBeFocused();
  // In the least window the list is folded, and its coming takes no room from the controls below.
  await page.setViewportSize({ width: 1024, height: 640 });
  await expect(today).toBeHidden();
  await page.keyboard.press('e');
  await expect(today).toBeFocused();
  const box = await page.getByRole('region', { name: 'Presets' }).boundingBox();
  expect(box?.width).toBeGreaterThan(300);
  expect(await seriousViolations(page), 'narrow').toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('e');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('slider', { name: 'Timeline' })).toBeVisible();
});

test('after a start anew the events are there, as they were', async () => {
  await household.quit();
  page = await household.open();
  await seeLive(page, front);
  await page.keyboard.press('Control+2');
  await page.getByRole('slider', { name: 'Timeline' }).waitFor();
  await expect(rows()).toHaveCount(5);
  await expect(rows(new RegExp(drive))).toHaveCount(1);
  expect(openedMs).toBeGreaterThan(0);
});

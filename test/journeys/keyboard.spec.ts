/**
 * By keyboard alone, in one go: a layout is chosen, a tile moved, a camera opened, its picture enlarged, the camera moved,
 * a snapshot taken, the sound turned on and off. Nothing is pointed at, and each step is seen by what came of it. On the
 * way every view is looked at by axe.
 */
import { readdirSync } from 'node:fs';
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { Household, seeLive, tile, YardProcess } from './household.ts';

const moved = 'Front door';
const other = 'Driveway';

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  household = await Household.make();
  page = await household.settle(yard.cameras);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

async function leftOf(camera: string): Promise<number> {
  return (await tile(page, camera).boundingBox())?.x ?? -1;
}

async function pan(): Promise<number> {
  // The yard's own answer, as test/yard/run.ts writes it.
  const { position } = (await yard.command({ camera: 0, head: true })) as { position: { pan: number } };
  return position.pan;
}

test('by keyboard alone a wall is arranged, and a camera looked at, moved and heard', async () => {
  await page.evaluate(() => {
    // From here on nothing is pointed at: it would be a mistake of the test's.
    addEventListener('pointerdown', () => document.body.remove(), { capture: true });
  });
  await page.keyboard.press('Control+1');
  for (const { name } of yard.cameras) await seeLive(page, name);

  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.tile:focus')).toHaveCount(1);
  const chosen = (): Promise<string | null> =>
    page.getByRole('group', { name: 'Layout', exact: true }).getByRole('button', { pressed: true }).textContent();
  const before = await chosen();
  await page.keyboard.press(']');
  await expect.poll(chosen).not.toBe(before);
  await page.keyboard.press('[');
  await expect.poll(chosen).toBe(before);
  expect(await seriousViolations(page), 'the wall').toEqual([]);

  while (!(await tile(page, moved).evaluate((node) => node === document.activeElement)))
    await page.keyboard.press('ArrowLeft');
  const [left, right] = [await leftOf(moved), await leftOf(other)];
  expect(left).toBeLessThan(right);
  await page.keyboard.press('Control+ArrowRight');
  await expect.poll(() => leftOf(moved)).toBe(right);
  expect(await leftOf(other)).toBe(left);

  await page.keyboard.press('Enter');
  await expect(page.getByText('live, main stream')).toBeVisible();
  await page.keyboard.press('Control++');
  await page.keyboard.press('Control++');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByRole('slider', { name: 'Digital zoom' })).toHaveAttribute('aria-valuetext', '2 ×');
  await page.keyboard.press('i');
  await page.screenshot({ path: test.info().outputPath('camera.png') });
  expect(await seriousViolations(page), 'one camera').toEqual([]);

  const from = await pan();
  await page.keyboard.down('ArrowRight');
  await expect.poll(pan).toBeGreaterThan(from);
  await page.keyboard.up('ArrowRight');

  await household.willSave('Front door.png');
  await page.keyboard.press('s');
  await expect.poll(() => readdirSync(household.clips)).toEqual(['Front door.png']);

  const level = async (): Promise<number> =>
    Number(await page.getByRole('meter', { name: 'Level of the sound' }).getAttribute('aria-valuenow'));
  await page.keyboard.press('m');
  await expect.poll(level).toBeGreaterThan(0);
  await page.keyboard.press('m');
  await expect.poll(level).toBe(0);

  await page.keyboard.press('Escape');
  await expect(tile(page, moved)).toBeFocused();
  await page.keyboard.press('a');
  await expect(page.getByLabel(`Recorded picture of ${moved}`)).toBeVisible();
  expect(await seriousViolations(page), 'the archive').toEqual([]);
});

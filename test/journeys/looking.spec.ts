/**
 * Looking closely at one camera: digital zoom by keyboard alone and by the pointer, live and in what is recorded. What is
 * said of the picture is compared with what the yard sends.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { clipFrames, ffmpeg } from '../yard/clips.ts';
import { readFrameNumber } from '../yard/frameNumber.ts';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive, tile, YardProcess } from './household.ts';
import { frameOf, seeMoving, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  await goTo(page, 'Live');
  for (const { name } of yard.cameras) await seeLive(page, name);
  await teachFrames(page);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

/** The digital zoom that the deck says, as a number. */
async function scale(): Promise<number> {
  const said = await page.getByRole('slider', { name: 'Digital zoom' }).getAttribute('aria-valuetext');
  return Number(said?.replace(' ×', ''));
}

function overview(): ReturnType<Page['getByText']> {
  return page.getByText('digital zoom', { exact: true });
}

test('by keyboard alone a camera is opened, enlarged, moved about in and shown whole again', async () => {
  await tile(page, 'Front door').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('live, main stream')).toBeVisible();
  expect(await scale()).toBe(1);
  await expect(overview()).toBeHidden();
  for (const expected of [1.4, 2, 2.8]) {
    await page.keyboard.press('Control++');
    expect(await scale()).toBe(expected);
  }
  await expect(overview()).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('zoomed.png') });
  expect(await seriousViolations(page)).toEqual([]);
  const frame = page.locator('.mini i');
  const before = await frame.boundingBox();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  const after = await frame.boundingBox();
  expect(after?.x).toBeGreaterThan(before?.x ?? 0);
  expect(after?.y).toBeGreaterThan(before?.y ?? 0);
  await page.keyboard.press('Control+-');
  expect(await scale()).toBe(2);
  await page.keyboard.press('0');
  expect(await scale()).toBe(1);
  await expect(overview()).toBeHidden();
});

test('the wheel zooms at the pointer, a drag moves, and never beyond the picture', async () => {
  const box = await page.locator('.stage').boundingBox();
  if (!box) throw new Error('the stage has no box');
  // The upper left corner, where the yard's frame number is: it stays on screen.
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.wheel(0, -2000);
  expect(await scale()).toBe(8);
  const frame = page.locator('.mini i');
  const small = await page.locator('.mini .small').boundingBox();
  const corner = await frame.boundingBox();
  expect(Math.abs((corner?.x ?? 0) - (small?.x ?? 9))).toBeLessThan(2);
  await page.mouse.move(box.x + 300, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 900, box.y + 500, { steps: 4 });
  await page.mouse.up();
  const pushed = await frame.boundingBox();
  expect(Math.abs((pushed?.x ?? 0) - (small?.x ?? 9))).toBeLessThan(1);
  expect(Math.abs((pushed?.y ?? 0) - (small?.y ?? 9))).toBeLessThan(1);
  await page.getByRole('button', { name: 'Whole picture' }).click();
  expect(await scale()).toBe(1);
  await seeMoving(page.locator('.stage'));
});

test('the zoom is gone when the camera is left', async () => {
  await page.keyboard.press('Control++');
  expect(await scale()).toBe(1.4);
  await page.keyboard.press(']');
  await expect(page.getByRole('heading', { name: 'Driveway' })).toBeVisible();
  expect(await scale()).toBe(1);
  await page.keyboard.press('[');
  await expect(page.getByRole('heading', { name: 'Front door' })).toBeVisible();
  expect(await scale()).toBe(1);
});

/** The yard's frame number on a picture in a file, and the picture's size. */
async function readPicture(file: string): Promise<{ frame: number | null; width: number; height: number }> {
  const bytes = readFileSync(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const plain = ['-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
  return { frame: readFrameNumber(await ffmpeg(plain, AbortSignal.timeout(10_000)), width, height), width, height };
}

test('S saves the picture that is on screen, where the user says, and the next one beside it', async () => {
  const file = await household.willSave('Front door.png');
  await expect(page.getByRole('group', { name: /^Front door, live/ })).toBeVisible();
  const before = await frameOf(page.locator('.stage'));
  await page.keyboard.press('s');
  await expect(page.getByText('Saved as Front door.png.').first()).toBeVisible();
  await expect(page.getByText('It is not encrypted')).toBeVisible();
  const after = await frameOf(page.locator('.stage'));
  const saved = await readPicture(file);
  expect({ width: saved.width, height: saved.height }).toEqual({ width: 1280, height: 720 });
  // Between the two numbers that were read on screen, round the end of the loop if need be.
  const span = ((after ?? 0) - (before ?? 0) + clipFrames) % clipFrames;
  expect(((saved.frame ?? -1) - (before ?? 0) + clipFrames) % clipFrames).toBeLessThanOrEqual(span);
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('saved.png') });

  await page.getByRole('button', { name: 'Snapshot (S)' }).click();
  const stamped = /^Front door \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/;
  await expect.poll(() => readdirSync(household.clips).filter((name) => stamped.test(name)).length).toBe(1);
  expect(readdirSync(household.clips)).toHaveLength(2);
});

test('a snapshot of what is recorded carries the time of its picture', async () => {
  await page.keyboard.press('a');
  const video = page.getByLabel('Recorded picture of Front door');
  await seeMoving(video);
  await page.keyboard.press('k');
  await expect(page.getByRole('button', { name: /^Play/ })).toBeVisible();
  const said = await page.locator('figcaption .t').innerText();
  const shown = await frameOf(video);
  await page.keyboard.press('s');
  await expect(page.getByText(/^Saved as /).first()).toBeVisible();
  const name = `${said.slice(0, 8).replaceAll(':', '.')}.png`;
  const [saved] = readdirSync(household.clips).filter((each) => each.endsWith(name));
  expect(saved, `${name} among ${readdirSync(household.clips).join()}`).toBeDefined();
  expect((await readPicture(path.join(household.clips, saved ?? ''))).frame).toBe(shown);
  await page.keyboard.press('v');
  await expect(page.getByRole('group', { name: /^Front door, live/ })).toBeVisible();
});

test('what is recorded is enlarged by the same keys', async () => {
  await page.keyboard.press('a');
  const video = page.getByLabel('Recorded picture of Front door');
  await seeMoving(video);
  const whole = await video.boundingBox();
  await page.keyboard.press('Control++');
  await page.keyboard.press('Control++');
  await expect(overview()).toBeVisible();
  expect(((await video.boundingBox())?.width ?? 0) / (whole?.width ?? 1)).toBeCloseTo(2, 1);
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Whole picture' }).click();
  expect(await video.boundingBox()).toEqual(whole);
});

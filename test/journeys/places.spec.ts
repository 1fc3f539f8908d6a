/**
 * Where vaults lie: the open one is moved to another disk while a camera is recorded, another one is made, and one is
 * opened after the other.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

const memoryDisk = '/dev/shm';
const isOtherDisk = existsSync(memoryDisk) && statSync(memoryDisk).dev !== statSync(os.tmpdir()).dev;

let yard: YardProcess;
let household: Household;
let page: Page;
let other = '';

test.beforeAll(async () => {
  yard = await YardProcess.start(1);
  other = await mkdtemp(path.join(isOtherDisk ? memoryDisk : os.tmpdir(), 'nightjar-places-'));
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
  await openAddCameras(page);
  const [camera] = yard.cameras;
  if (!camera) throw new Error('the yard has no camera');
  await addFound(page, camera);
});

test.afterAll(async () => {
  await household.close();
  await rm(other, { recursive: true, force: true });
  await yard.stop();
});

const home = (): string => path.join(household.home, 'videos', 'Nightjar vault');
const camera = (): string => yard.cameras[0]?.name ?? '';

async function remembered(): Promise<{ open: string; known: string[]; move: unknown }> {
  // Written by the app.
  return JSON.parse(
    readFileSync(
      globSync('**/where.json', { cwd: household.home }).map((file) => path.join(household.home, file))[0] ?? '',
      'utf8',
    ),
  ) as Awaited<ReturnType<typeof remembered>>;
}

test('the vault is moved while a camera is recorded, and recording goes on in the new place', async () => {
  await goTo(page, 'Live');
  await seeLive(page, camera());
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Move this vault…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Move the vault' });
  await household.willChooseFolder(other);
  await sheet.getByRole('button', { name: 'Another folder…' }).click();
  await expect(sheet.getByRole('radio')).toHaveCount(1);
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('sheet.png') });
  await sheet.getByRole('button', { name: 'Move it here' }).click();
  await expect(sheet).toBeHidden();
  await expect(page.getByText('The vault was moved')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Vaults on this computer' }).getByText(other)).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByText('The vault was moved').scrollIntoViewIfNeeded();
  await page.screenshot({ path: test.info().outputPath('moved.png') });
  expect(existsSync(home())).toBe(false);
  expect(await remembered()).toMatchObject({ open: other, known: [other], move: null });

  // What was recorded before is in the new place, and a new recording is being written there.
  await expect.poll(() => globSync('recordings/*/*/*.mp4.age', { cwd: other }).length).toBe(1);
  await expect.poll(() => globSync('recordings/*/*/*.mp4.age.part', { cwd: other }).length).toBe(1);
  await goTo(page, 'Live');
  await seeLive(page, camera());
});

test('it opens in its new place at the next start', async () => {
  await household.quit();
  page = await household.open();
  await goTo(page, 'Live');
  await seeLive(page, camera());
});

test('another vault is made, each is opened in its turn, and one is forgotten', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Make or open another…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await expect(page.getByRole('heading', { name: 'Where shall the vault be?' })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('another.png') });
  await page.getByRole('button', { name: `Back to the vault in ${other}` }).click();
  await goTo(page, 'Live');
  await seeLive(page, camera());

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Make or open another…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await expect(page.getByRole('heading', { name: 'Where shall the vault be?' })).toBeVisible();
  await page.getByRole('radio', { name: /This computer/ }).click();
  await page.getByRole('button', { name: 'Make the vault here' }).click();
  await expect(page.getByRole('heading', { name: 'Write these twelve words down' })).toBeVisible();
  const items = await page.getByRole('list', { name: 'Recovery key' }).getByRole('listitem').allInnerTexts();
  await page.getByRole('button', { name: 'I have written them down' }).click();
  for (const field of await page.getByRole('textbox', { name: /^Word \d+$/ }).all()) {
    const at = Number((await field.getAttribute('aria-label'))?.replace('Word ', ''));
    await field.fill((items[at - 1] ?? '').replace(/^\s*\d+\s*/, '').trim());
  }
  await page.getByRole('button', { name: 'Prove it' }).click();
  await goTo(page, 'Live');
  await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: `Open the vault in ${other}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open it' }).click();
  await goTo(page, 'Live');
  await seeLive(page, camera());
  await goTo(page, 'Settings');
  const list = page.getByRole('list', { name: 'Vaults on this computer' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await list.scrollIntoViewIfNeeded();
  await page.screenshot({ path: test.info().outputPath('two.png') });
  await page.getByRole('button', { name: `Forget the vault in ${home()}` }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
  expect(existsSync(path.join(home(), 'vault.json'))).toBe(true);
  expect((await remembered()).known).toEqual([other]);
});

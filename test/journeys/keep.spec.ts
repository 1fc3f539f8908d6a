/**
 * What is kept: a span is protected, the room is made smaller after the preview said what goes, the protected span
 * stays, and of a camera that was removed nothing is left when its recordings are deleted. The older recordings are
 * files of a size and a name, put there before the start: an index is made of them as of any that it does not know.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { YardProcess } from '../yard/yardProcess.ts';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive } from './household.ts';

test.describe.configure({ mode: 'serial' });

const dayMs = 86_400_000;
const minuteMs = 60_000;
const daysAgo = [5, 4, 3, 2];
const gigabyte = 1_000_000_000;

let yard: YardProcess;
let household: Household;
let page: Page;
let names: [string, string] = ['', ''];
let ids: string[] = [];
/** Of the recording that is protected. */
let protectedMs = 0;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  names = [yard.cameras[0]?.name ?? '', yard.cameras[1]?.name ?? ''];
  household = await Household.make();
  page = await household.open();
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

function vaultPath(...parts: string[]): string {
  return path.join(household.home, 'videos', 'Nightjar vault', ...parts);
}

/** A file as large as a long recording, without its bytes: of what it holds nothing is read here. */
function plant(cameraId: string, startMs: number): string {
  const folder = vaultPath('recordings', cameraId, new Date(startMs).toISOString().slice(0, 10));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${startMs}-${startMs + minuteMs}.mp4.age`);
  const handle = openSync(file, 'w', 0o600);
  ftruncateSync(handle, gigabyte);
  closeSync(handle);
  return file;
}

function planted(cameraId: string): string[] {
  return readdirSync(vaultPath('recordings', cameraId), { recursive: true, encoding: 'utf8' }).filter((name) =>
    daysAgo.some((days) => name.includes(String(startOf(days)))),
  );
}

const todayMs = Math.floor(Date.now() / dayMs) * dayMs;
function startOf(days: number): number {
  return todayMs - days * dayMs + dayMs / 2;
}

test('two cameras are recorded, and older recordings of them are found', async () => {
  await household.makeVault(page);
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  await goTo(page, 'Live');
  for (const name of names) await seeLive(page, name);
  ids = (await page.evaluate(() => window.nightjar.call('cameras.list', undefined))).map(({ id }) => id);
  await household.quit();
  for (const id of ids) for (const days of daysAgo) plant(id, startOf(days));
  protectedMs = startOf(4);
  page = await household.open();
  await expect
    .poll(async () => {
      const answer = await page.evaluate(
        (id) => window.nightjar.call('library.holdings', { cameraId: id }),
        ids[0] ?? '',
      );
      return answer.ok ? answer.value.all.recordings >= daysAgo.length : false;
    })
    .toBe(true);
});

test('P protects the marked span under a name, and the list says what it costs', async () => {
  await goTo(page, 'Archive');
  await page.locator('.ladder').getByRole('button', { name: names[0], exact: true }).click();
  await page.keyboard.press('t');
  const at = new Date(protectedMs);
  const two = (figure: number): string => String(figure).padStart(2, '0');
  await page
    .getByLabel('Day and time')
    .fill(
      `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:10`,
    );
  await page.getByRole('dialog').getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('i');
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await page.keyboard.press('p');
  const sheet = page.getByRole('dialog', { name: 'Protect this span' });
  await expect(sheet.getByText('Keeps 1 GB from being deleted.')).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await sheet.getByLabel('Name, if it is to have one').fill('Parcel left');
  await page.keyboard.press('Enter');
  await expect(sheet).toBeHidden();
  await expect(page.getByRole('button', { name: new RegExp(`Parcel left.*${names[0]}`) })).toBeVisible();
  await expect(page.getByText('1 GB kept')).toBeVisible();
  await expect(page.locator('.rows .prot')).toHaveCount(1);
  await shoot('archive-protected');
  expect(await seriousViolations(page)).toEqual([]);
});

test('a clip is renamed, released, and protected again with Ctrl+Z', async () => {
  await page.getByRole('button', { name: 'All…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Protected clips' });
  await sheet.getByRole('button', { name: 'Rename Parcel left' }).click();
  await sheet.getByLabel('New name').fill('Parcel gone');
  await page.keyboard.press('Enter');
  await shoot('archive-clips');
  expect(await seriousViolations(page)).toEqual([]);
  await sheet.getByRole('button', { name: /^Release Parcel gone/ }).focus();
  await page.keyboard.press('Delete');
  await expect(sheet.getByText('Nothing is protected.')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(sheet.getByRole('button', { name: /^Release Parcel gone/ })).toBeVisible();
  // Both keys before any answer: it is another clip then.
  const ids = async (): Promise<string[]> => {
    const answer = await page.evaluate(() => window.nightjar.call('clips.list', undefined));
    return answer.ok ? answer.value.clips.map(({ id }) => id) : [];
  };
  const [before = ''] = await ids();
  await sheet.getByRole('button', { name: /^Release Parcel gone/ }).evaluate((button) => {
    for (const init of [{ key: 'Delete' }, { key: 'z', ctrlKey: true }]) {
      button.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true }));
    }
  });
  await expect.poll(ids).toEqual([expect.not.stringMatching(before)]);
  await expect(sheet.getByRole('button', { name: /^Release Parcel gone/ })).toBeVisible();
  await page.keyboard.press('Escape');
});

test('the preview says what a smaller room deletes, that goes, and the protected span stays', async () => {
  await goTo(page, 'Settings');
  await page.getByLabel('The most that recordings may take').fill('3');
  const lines = page.getByRole('listitem').filter({ hasText: /^Deletes / });
  await expect(lines).toHaveCount(2);
  await expect(page.getByText(/GB in all\./)).toBeVisible();
  await shoot('settings-preview');
  expect(await seriousViolations(page)).toEqual([]);
  expect(planted(ids[0] ?? '')).toHaveLength(4);
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Set', exact: true })).toBeHidden();
  await expect.poll(() => planted(ids[0] ?? '').length + planted(ids[1] ?? '').length).toBe(2);
  expect(planted(ids[0] ?? '').some((name) => name.includes(String(protectedMs)))).toBe(true);
});

test('of a camera that was removed nothing is left when its recordings are deleted', async () => {
  await goTo(page, 'Cameras');
  await page.getByRole('button', { name: new RegExp(`^${names[0]}`) }).click();
  await page
    .getByRole('button', { name: /^Remove… \(Del\)|^Remove/ })
    .last()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove camera' }).click();
  const remove = page.getByRole('button', { name: `Delete recordings… of ${names[0]}` });
  await expect(remove).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await remove.click();
  const sheet = page.getByRole('dialog', { name: `Delete the recordings of ${names[0]}?` });
  await expect(sheet.getByText('Its protected clip too, 1 GB')).toBeVisible();
  await sheet.getByRole('checkbox').check();
  await shoot('cameras-delete');
  expect(await seriousViolations(page)).toEqual([]);
  await sheet.getByRole('button', { name: 'Delete recordings' }).click();
  await expect(sheet).toBeHidden();
  await expect(remove).toBeHidden();
  expect(existsSync(vaultPath('recordings', ids[0] ?? ''))).toBe(false);
});

/** For the eye: beside the drawn one. Nothing is compared. */
async function shoot(name: string): Promise<void> {
  const folder = process.env['NIGHTJAR_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

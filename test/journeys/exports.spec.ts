/**
 * Exports by keyboard and by mouse: two cameras and one span, exact with name and time burnt in and read back; sealed to a
 * key and opened with stock age; a disk that is too small, and another folder; cancelled, which leaves nothing; and what
 * waits when the app ends is done after the next start.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { goTo, Household, seeWall, tile, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;
let names: [string, string] = ['', ''];
let recordingSinceMs = 0;
const spanMs = 8000;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  names = [yard.cameras[0]?.name ?? '', yard.cameras[1]?.name ?? ''];
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
  recordingSinceMs = Date.now();
  await expect.poll(() => Date.now() - recordingSinceMs, { timeout: 60_000 }).toBeGreaterThan(spanMs + 12_000);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

function folder(name: string): string {
  const made = path.join(household.clips, name);
  mkdirSync(made, { recursive: true });
  return made;
}

/** Clock time with milliseconds, local, as people type it. */
function clock(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** The whole hour, so that what is not on a keyframe is plain to see. */
function span(): { fromMs: number; toMs: number } {
  const fromMs = recordingSinceMs + 4240;
  return { fromMs, toMs: fromMs + spanMs };
}

async function openSheet(): Promise<void> {
  await goTo(page, 'Exports');
  await page.getByRole('button', { name: 'New export…' }).click();
  const sheet = page.getByRole('dialog', { name: 'New export' });
  await sheet.getByLabel('From', { exact: true }).fill(clock(span().fromMs));
  await sheet.getByLabel('To', { exact: true }).fill(clock(span().toMs));
  await sheet.getByLabel('To', { exact: true }).press('Tab');
  for (const name of names) await sheet.getByRole('checkbox', { name }).check();
  await expect(sheet.getByText(/^2 cameras/)).toBeVisible();
}

async function chooseFolder(where: string): Promise<void> {
  await household.willChooseFolder(where);
  await page.getByRole('dialog').getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByRole('dialog').getByText(where)).toBeVisible();
}

async function startAndSee(done: number): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  const jobs = page.getByRole('list', { name: 'Done' }).getByRole('listitem');
  await expect(jobs).toHaveCount(done, { timeout: 60_000 });
}

function decoded(file: string): { seconds: number; errors: string } {
  const told = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]);
  const { stderr } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8' });
  return { seconds: Number(told.toString()), errors: stderr };
}

test('by keyboard from the archive: E opens the sheet for what is marked, and Enter exports it', async () => {
  await goTo(page, 'Live');
  await tile(page, names[0]).focus();
  await page.keyboard.press('a');
  await expect(page.getByRole('slider', { name: /time/i }).first()).toBeVisible();
  const { fromMs, toMs } = span();
  await page.getByLabel(/^From/).fill(clock(fromMs));
  await page.getByLabel(/^From/).press('Enter');
  await page.getByLabel(/^To/).fill(clock(toMs));
  await page.getByLabel(/^To/).press('Enter');
  await page.keyboard.press('Escape');
  await page.locator('body').press('e');
  const sheet = page.getByRole('dialog', { name: 'New export' });
  await expect(sheet).toBeVisible();
  await expect(sheet.getByRole('checkbox', { name: names[0] })).toBeChecked();
  await chooseFolder(folder('keyboard'));
  await expect(sheet.getByRole('button', { name: 'Export', exact: true })).toBeEnabled();
  await sheet.getByLabel('To', { exact: true }).press('Enter');
  await expect(page.getByRole('list', { name: 'Done' }).getByRole('listitem')).toHaveCount(1);
  const [file = ''] = readdirSync(folder('keyboard'));
  const { seconds, errors } = decoded(path.join(folder('keyboard'), file));
  expect(errors).toBe('');
  expect(Math.abs(seconds - spanMs / 1000)).toBeLessThan(0.1);
});

test('the sheet and the list have no serious accessibility violation, dark or light', async () => {
  await openSheet();
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const result of ['Plain video', 'Evidence pack', 'Sealed']) {
      await page.getByRole('radio', { name: result }).check();
      // What a pack always is stands there, and cannot be chosen.
      const isPack = result === 'Evidence pack';
      await expect(page.getByText('An evidence pack is always the fast copy')).toBeVisible({ visible: isPack });
      const sound = page.getByRole('checkbox', { name: /^With sound/ });
      await expect(sound).toBeChecked();
      await expect(sound).toBeEnabled({ enabled: !isPack });
      await expect(page.getByRole('radio', { name: /^Exact/ })).toBeEnabled({ enabled: !isPack });
      expect(await seriousViolations(page), `${result}, ${theme}`).toEqual([]);
      await test.info().attach(`sheet ${result} ${theme}`, { body: await page.screenshot(), contentType: 'image/png' });
    }
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await seriousViolations(page)).toEqual([]);
});

test('in the least window everything in the sheet is reached, and nothing is cut off at a side', async () => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await openSheet();
  const sheet = page.getByRole('dialog', { name: 'New export' });
  await sheet.getByRole('checkbox', { name: 'Time-lapse, make it last' }).check();
  await sheet.getByRole('radio', { name: 'Sealed' }).check();
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const control of await sheet.locator('input, button').all()) {
      await control.scrollIntoViewIfNeeded();
      expect(await control.evaluate(isUncovered), await control.evaluate((one) => one.outerHTML)).toBe(true);
    }
    const body = sheet.locator('.body');
    expect(await body.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    await shoot(`exports-sheet-end-${theme}`);
    await body.evaluate((one) => one.scrollTo(0, 0));
    await shoot(`exports-sheet-${theme}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('Escape');
});

/** All of it is in the window, and at its middle it is what is pressed. */
function isUncovered(control: Element): boolean {
  const { left, top, right, bottom } = control.getBoundingClientRect();
  const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  return isInside && at !== null && (control.contains(at) || at.contains(control));
}

/** For the eye: beside the drawn one. Nothing is compared. */
async function shoot(name: string): Promise<void> {
  const above = process.env['NIGHTJAR_PICTURES'];
  if (above !== undefined) await page.screenshot({ path: path.join(above, `${name}.png`) });
}

test('two cameras, exact, with name and time burnt in: two files of the span, to the frame', async () => {
  await openSheet();
  await page.getByRole('checkbox', { name: /^Burn in name and time/ }).check();
  await expect(page.getByRole('radio', { name: /^Exact/ })).toBeChecked();
  // Nobody knows how long it takes before the first one; afterwards the sheet says it.
  await expect(page.getByText('2 cameras, minutes for each hour recorded; the first one tells')).toBeVisible();
  await chooseFolder(folder('burnt'));
  await startAndSee(2);
  await openSheet();
  await page.getByRole('checkbox', { name: /^Burn in name and time/ }).check();
  await expect(page.getByText(/^2 cameras, about [\d.]+ [kM]B, about (a second|\d+ s)/)).toBeVisible();
  await test.info().attach('sheet estimate', { body: await page.screenshot(), contentType: 'image/png' });
  await page.keyboard.press('Escape');
  const files = readdirSync(folder('burnt')).sort();
  expect(files.map((file) => names.find((name) => file.startsWith(name)))).toEqual([...names].sort());
  for (const file of files) {
    const { seconds, errors } = decoded(path.join(folder('burnt'), file));
    expect(errors).toBe('');
    expect(Math.abs(seconds - spanMs / 1000)).toBeLessThan(0.1);
  }
});

test('sealed to a key, stock age opens it with the key and ffmpeg shows it; without the key nothing does', async () => {
  const keys = path.join(household.home, 'friend.txt');
  execFileSync('age-keygen', ['-o', keys], { stdio: 'pipe' });
  const key = /age1[a-z0-9]{58}/.exec(readFileSync(keys, 'utf8'))?.[0] ?? '';
  await openSheet();
  await page.getByRole('radio', { name: /^Sealed/ }).check();
  await page.getByRole('button', { name: 'a key', exact: true }).click();
  await page.getByLabel('Public key of who receives it').fill(key.slice(0, -2));
  await chooseFolder(folder('sealed'));
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await expect(
    page.getByRole('dialog').getByRole('alert').or(page.getByRole('dialog').getByText(/key/i)).first(),
  ).toBeVisible();
  expect(readdirSync(folder('sealed'))).toEqual([]);
  await page.getByLabel('Public key of who receives it').fill(key);
  await startAndSee(3);
  const files = readdirSync(folder('sealed'));
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect(file).toMatch(/\.mp4\.age$/);
    const sealed = path.join(folder('sealed'), file);
    const plain = execFileSync('age', ['-d', '-i', keys, sealed], { maxBuffer: 2 ** 28 });
    const run = spawnSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-f', 'null', '-'], { input: plain });
    expect(run.stderr.toString()).toBe('');
    // By chance the sealed bytes may read as another format's; as this one, with pictures, they never do.
    const probe = ['-v', 'quiet', '-f', 'mp4', '-show_streams', '-of', 'csv'];
    expect(spawnSync('ffprobe', [...probe, '-i', 'pipe:0'], { input: plain }).stdout.toString()).toMatch(/,video,/);
    expect(spawnSync('ffprobe', [...probe, '-i', sealed]).stdout.toString()).toBe('');
  }
});

test('a passphrase is asked for twice, and too short a one is refused where it is typed', async () => {
  await openSheet();
  await page.getByRole('radio', { name: /^Sealed/ }).check();
  await chooseFolder(folder('passphrase'));
  await page.getByLabel('New passphrase').fill('short');
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByLabel('New passphrase')).toBeFocused();
  await page.getByLabel('New passphrase').fill('four words nobody joins');
  await page.getByLabel('The same once more').fill('four words nobody joins');
  await startAndSee(4);
  for (const file of readdirSync(folder('passphrase'))) {
    const head = readFileSync(path.join(folder('passphrase'), file), 'latin1').slice(0, 80);
    expect(head).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/);
  }
});

test('what waits and runs is cancelled, and nothing of it is left; what waits when the app ends is done at the next start', async () => {
  const where = folder('queue');
  await household.willChooseFolder(where);
  const began = await page.evaluate(async ({ fromMs, toMs }) => {
    const { call } = window.nightjar;
    const cameraIds = (await call('cameras.list', undefined)).map(({ id }) => id);
    const place = await call('exports.choosePlace', undefined);
    if (!place.ok || !place.value) return 'no place';
    const { placeId } = place.value;
    const picture = { cut: 'exact' as const, burnsIn: true, sound: true, timeLapseMs: null };
    const request = { cameraIds, fromMs, toMs, ...picture, result: { is: 'plain' as const } };
    const jobs = [];
    for (let times = 0; times < 3; times += 1) {
      const started = await call('exports.start', { request, placeId });
      if (!started.ok) return started.problem.code;
      jobs.push(started.value.jobId);
    }
    for (const jobId of jobs.slice(0, 2)) await call('exports.cancel', { jobId });
    return 'began';
  }, span());
  expect(began).toBe('began');
  await goTo(page, 'Exports');
  await expect(page.getByText(/Nothing was left behind/)).toHaveCount(2);
  await household.quit();
  expect(readdirSync(where).filter((name) => name.startsWith('.nightjar'))).toEqual([]);
  page = await household.open();
  await goTo(page, 'Exports');
  await expect(page.getByRole('list', { name: 'Working' })).toHaveCount(0, { timeout: 60_000 });
  expect(readdirSync(where)).toHaveLength(2);
  await page.getByRole('button', { name: 'Clear list' }).click();
  await expect(page.getByRole('list', { name: 'Done' })).toHaveCount(0);
});

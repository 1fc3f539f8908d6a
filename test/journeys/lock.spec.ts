/**
 * The app's lock: a passphrase is set, Ctrl+L locks, and while it is locked the page tells nothing and remembers
 * nothing, and recording goes on; wrong passphrases wait; the right one, or the recovery words, open it again. It locks
 * by itself when nobody is there or the computer sleeps, and it is locked, and records, after a start. A vault whose key
 * the keychain lost is recorded all the same.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { seriousViolations } from './axe.ts';
import { pixelsBeside, rememberedByPage, toldByDocument } from './betrayals.ts';
import * as steps from './household.ts';
import {
  addFound,
  goTo,
  Household,
  lock,
  openAddCameras,
  seeLive,
  seeLocked,
  unlock,
  YardProcess,
} from './household.ts';
import { recordedBytes } from './vaultTools.ts';
import { findInFiles, watchProcesses, type Watcher } from './watcher.ts';

test.describe.configure({ mode: 'serial' });

const passphrase = 'heron kettle 6f1d sand';
const another = 'window vote 6f1d moss';
const names = ['Canary porch 6f1d', 'Canary shed 6f1d'];
const user = 'canary-user-6f1d';

let yard: YardProcess;
let household: Household;
let page: Page;
let watcher: Watcher;
/** What of the cameras the page knows while it is open. */
let telling: string[];

test.beforeAll(async () => {
  yard = await YardProcess.start(
    names.length,
    names.map((name) => ({ name, user })),
  );
  telling = [...names, ...yard.cameras.map(({ host }) => host)];
  household = await Household.make();
  watcher = watchProcesses({
    canaries: [passphrase, another],
    except: [process.pid, process.ppid, yard.pid],
    appPid: () => null,
    mayReach: () => true,
  });
  page = await household.open();
  await household.makeVault(page);
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  await goTo(page, 'Live');
  for (const name of names) await seeLive(page, name);
});

test.afterAll(async () => {
  watcher.end();
  await household.close();
  await yard.stop();
});

/** Every camera's recordings grow from now on. */
async function seeRecording(): Promise<void> {
  const before = recordedBytes(household.vault);
  expect(Object.keys(before)).toHaveLength(names.length);
  for (const [cameraId, bytes] of Object.entries(before))
    await expect.poll(() => recordedBytes(household.vault)[cameraId] ?? 0).toBeGreaterThan(bytes);
}

test('without a passphrase, Ctrl+L leads to where one is set, also out of an open sheet', async () => {
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await expect(page.getByRole('dialog').getByText('Lock', { exact: true })).toBeVisible();
  await page.keyboard.press('Control+l');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('To lock Nightjar, set a passphrase first.')).toBeVisible();
  await expect(page.getByLabel('New passphrase')).toBeFocused();
  expect(await seriousViolations(page)).toEqual([]);
});

test('a passphrase that is too short, or not the same twice, is refused with words', async () => {
  await page.keyboard.type('short');
  await expect(page.getByText('3 more characters.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('3 more characters.');
  await page.getByLabel('New passphrase').fill(passphrase);
  await page.getByLabel('The same once more').fill(another);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The two are not the same.')).toBeVisible();
  await expect(page.getByLabel('The same once more')).toBeFocused();
  await expect(page.getByLabel('The same once more')).toHaveValue('');
});

test('the page tells and remembers the cameras while it is open', async () => {
  await goTo(page, 'Live');
  for (const name of names) await seeLive(page, name);
  const told = await toldByDocument(page, names);
  expect(told).toEqual(expect.arrayContaining(names.map((name) => `text ${name}`)));
  expect(told.filter((each) => /^(time|\d+ pictures)/.test(each))).toHaveLength(2);
  expect(await pixelsBeside(page, 'form.lockbox')).toBeGreaterThan(100_000);
  expect(await rememberedByPage(page, telling)).toEqual(telling);
});

test('Ctrl+L locks out of a field: no name, picture or time is told, and none is remembered', async () => {
  await steps.setPassphrase(page, passphrase);
  await openAddCameras(page);
  await page.getByLabel(/^Address, or whatever/).focus();
  await lock(page);
  expect(await toldByDocument(page, [...telling, user])).toEqual([]);
  expect(await pixelsBeside(page, 'form.lockbox')).toBe(0);
  expect(await rememberedByPage(page, [...telling, passphrase])).toEqual([]);
  expect(await seriousViolations(page)).toEqual([]);
});

test('nothing is answered to a locked page, and nothing is sent to it', async () => {
  const answers = await page.evaluate(async () => {
    const { call } = window.nightjar;
    const cameraId = '0123456789abcdef';
    return {
      cameras: await call('cameras.list', undefined),
      statuses: await call('cameras.statuses', undefined),
      recorded: await call('library.cameras', undefined),
      exports: await call('exports.list', undefined),
      spans: await call('library.spans', { cameraId, fromMs: 0, toMs: 1 }),
      status: await call('vault.status', undefined),
    };
  });
  const locked = { ok: false, problem: { code: 'locked' } };
  const none: unknown[] = [];
  expect(answers).toEqual({
    ...{ cameras: none, statuses: none, recorded: none, exports: none },
    ...{ spans: locked, status: locked },
  });
});

test('recording goes on while it is locked, and the page says so', async () => {
  await expect(page.getByText('Recording goes on', { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: 'recording', exact: true })).toBeVisible();
  await seeRecording();
});

test('a camera that is lost while it is locked is counted, and not named', async () => {
  await yard.command({ camera: 1, reboot: true, forMs: 5000 });
  await expect(page.getByText('Recording goes on, 1 of 2')).toBeVisible();
  await expect(page.getByText('1 not recording')).toBeVisible();
  expect(await toldByDocument(page, telling)).toEqual([]);
  await expect(page.getByText('Recording goes on', { exact: true })).toBeVisible();
});

test('a wrong passphrase is refused with a remedy, and the third makes the next one wait', async () => {
  for (let time = 1; time <= 3; time += 1) {
    await page.keyboard.type(another);
    await page.keyboard.press('Enter');
    await expect(page.getByText('This is not the passphrase.')).toBeVisible();
    await expect(page.getByLabel('Passphrase')).toHaveValue('');
    await expect(page.getByLabel('Passphrase')).toBeFocused();
    if (time === 1) await expect(page.getByText(/^Look at Caps Lock/)).toBeVisible();
    if (time === 1) expect(await seriousViolations(page)).toEqual([]);
    if (time < 3) await page.keyboard.type('x');
    if (time < 3) await expect(page.getByText('This is not the passphrase.')).toHaveCount(0);
    if (time < 3) await page.keyboard.press('Backspace');
  }
  await expect(page.locator('form').getByText(/^The next try is possible in \d s\.$/)).toBeVisible();
  await expect(page.locator('body > [aria-live]')).toHaveText(/^The next try is possible in \d s\.$/);
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeDisabled();
  // Also past the page, which only says it.
  const early = await page.evaluate(
    (typed) => window.nightjar.call('vault.unlock', { passphrase: new TextEncoder().encode(typed) }),
    passphrase,
  );
  expect(early).toMatchObject({ ok: false, problem: { code: 'passphraseTooSoon' } });
  expect(await toldByDocument(page, telling)).toEqual([]);
});

test('after the wait the right passphrase opens the wall', async () => {
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeEnabled();
  await expect(page.locator('body > [aria-live]')).toHaveText('You can try again now.');
  await unlock(page, passphrase);
  for (const name of names) await seeLive(page, name);
});

test('the recovery words open it too, and then a forgotten passphrase can be replaced', async () => {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Lock' }).click();
  await seeLocked(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Use the recovery key' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'The twelve words' })).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await steps.typeWords(page, [...household.words].reverse());
  await expect(page.getByText('These words do not open the vault.')).toBeVisible();
  await steps.typeWords(page, household.words);
  for (const name of names) await seeLive(page, name);

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Change it…' }).click();
  await expect(page.getByText('so the passphrase until now is not asked for')).toBeVisible();
  await steps.typeNewPassphrase(page, another);
  await expect(page.getByText('The passphrase is changed.').first()).toBeVisible();
});

test('the settings of the lock are kept, and have no serious accessibility violation', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await seriousViolations(page), theme).toEqual([]);
  }
  await page.getByLabel('Lock without a key or the mouse after').selectOption('5 minutes');
  await goTo(page, 'Live');
  await goTo(page, 'Settings');
  await expect(page.getByLabel('Lock without a key or the mouse after')).toHaveValue('5');
});

test('it locks when nobody touched the computer for as long as was chosen', async () => {
  await household.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 301;
  });
  await seeLocked(page);
  await household.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 0;
  });
  await unlock(page, another);
});

test('it locks when the computer goes to sleep, and when its screen is locked', async () => {
  for (const event of ['suspend', 'lock-screen'] as const) {
    await household.app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), event);
    await seeLocked(page);
    await unlock(page, another);
  }
});

test('after a start it is locked, and records all the same', async () => {
  await household.quit();
  page = await household.open();
  await seeLocked(page);
  await expect(page.getByText('Recording goes on', { exact: true })).toBeVisible();
  expect(await toldByDocument(page, telling)).toEqual([]);
  await seeRecording();
  await unlock(page, another);
  for (const name of names) await seeLive(page, name);
});

test('other recovery words, and a key of somebody else, are for who knows the passphrase', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Make a new recovery key…' }).click();
  const sheet = page.getByRole('dialog', { name: 'A new recovery key' });
  await expect(sheet.getByLabel('Passphrase', { exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(sheet.getByText('Type the passphrase that is set now.')).toBeVisible();
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await expect(sheet.getByText('This is not the passphrase.')).toBeVisible();
  await expect(sheet.getByRole('list', { name: 'Recovery key' })).toHaveCount(0);
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('asked.png') });
  await page.keyboard.type(another);
  await page.keyboard.press('Enter');
  await expect(sheet.getByRole('list', { name: 'Recovery key' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await page.getByRole('button', { name: 'Add a key…' }).click();
  await expect(page.getByRole('dialog').getByLabel('Passphrase', { exact: true })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('add.png') });
  await page.keyboard.press('Escape');
});

test('the passphrase is changed and taken away only by who knows it', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Take it away…' }).click();
  await expect(page.getByLabel('The passphrase until now')).toBeFocused();
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is not the passphrase.')).toBeVisible();
  await page.keyboard.type(another);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The passphrase is taken away.').first()).toBeVisible();
  await page.keyboard.press('Control+l');
  await expect(page.getByText('To lock Nightjar, set a passphrase first.')).toBeVisible();
});

test('where the keychain lost the vault’s key, recording goes on, and the recovery words open it', async () => {
  await household.quit();
  const { id } = JSON.parse(await readFile(path.join(household.vault, 'vault.json'), 'utf8')) as { id: string };
  const keychain = new Keychain(household.environment['NIGHTJAR_KEYCHAIN_SERVICE'] ?? '');
  expect((await keychain.remove(id)).ok).toBe(true);
  page = await household.open();
  await expect(page.getByRole('heading', { name: 'The vault does not open' })).toBeVisible();
  await expect(page.getByText('Recording goes on.')).toBeVisible();
  expect(await toldByDocument(page, telling)).toEqual([]);
  expect(await seriousViolations(page)).toEqual([]);
  await seeRecording();
  await page.getByRole('button', { name: 'Enter the recovery words' }).click();
  await steps.typeWords(page, household.words);
  for (const name of names) await seeLive(page, name);
});

test('no passphrase was in an argument, an environment or a file', async () => {
  await household.quit();
  const { looks, sightings } = watcher.end();
  expect(looks).toBeGreaterThan(100);
  expect(sightings).toEqual([]);
  const { files, sightings: inFiles } = findInFiles([household.home], [passphrase, another, ...names, user]);
  expect(files).toBeGreaterThan(10);
  expect(inFiles).toEqual([]);
});

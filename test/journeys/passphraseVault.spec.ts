/**
 * A computer without a secret service: the first run offers a vault that a passphrase opens, each start asks for it, the
 * cameras' credentials lie sealed in the vault, and everything else is as it is with a keychain.
 */
import { expect, test, type Page } from 'playwright/test';
import { startKeyring, type Keyring } from '../../build/withKeyring.ts';
import { seriousViolations } from './axe.ts';
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
import { seeMoving, teachFrames } from './pictures.ts';
import { recordedBytes } from './vaultTools.ts';
import { findInFiles, watchProcesses, type Watcher } from './watcher.ts';

test.describe.configure({ mode: 'serial' });
test.skip(process.platform !== 'linux', 'everywhere else there is always a keychain');

const passphrase = 'heron kettle 7c2e sand';
const another = 'window vote 7c2e moss';
const camera = { name: 'Canary door 7c2e', user: 'canary-user-7c2e', password: 'p@ss:w/rd?#%&"\'<>é 7c2e' };

/** A bus on which nobody keeps secrets. */
let bus: Keyring;
let yard: YardProcess;
let household: Household;
let page: Page;
let watcher: Watcher;

test.beforeAll(async () => {
  bus = await startKeyring({ secrets: false });
  yard = await YardProcess.start(1, [camera]);
  household = await Household.make({ DBUS_SESSION_BUS_ADDRESS: bus.busAddress });
  watcher = watchProcesses({
    canaries: [passphrase, another, camera.user, camera.password],
    except: [process.pid, process.ppid, yard.pid],
    appPid: () => null,
    mayReach: () => true,
  });
  page = await household.open();
});

test.afterAll(async () => {
  watcher.end();
  await household.close();
  await yard.stop();
  await bus.stop();
});

const bytes = (): number => Object.values(recordedBytes(household.vault)).reduce((sum, each) => sum + each, 0);

test('the first run says that there is no keychain, and makes a vault that a passphrase opens', async () => {
  await household.choosePlace(page);
  await expect(page.getByRole('heading', { name: 'A passphrase for the vault' })).toBeVisible();
  await expect(page.getByText('This system has no keychain')).toBeVisible();
  await expect(page.getByLabel('New passphrase')).toBeFocused();
  expect(await seriousViolations(page)).toEqual([]);

  await page.keyboard.type('kettle sand');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('One more character.');
  await page.getByRole('button', { name: 'Try the keychain again' }).click();
  await expect(page.getByText('This system has no keychain to keep')).toBeVisible();

  await steps.typeNewPassphrase(page, passphrase);
  await household.proveWords(page);
});

test('a camera is added and recorded, and goes on being recorded while it is locked', async () => {
  await openAddCameras(page);
  for (const found of yard.cameras) await addFound(page, found);
  await goTo(page, 'Live');
  await seeLive(page, camera.name);
  await lock(page);
  await expect(page.getByText('Recording goes on', { exact: true })).toBeVisible();
  const before = bytes();
  await expect.poll(bytes).toBeGreaterThan(before);
  await unlock(page, passphrase);
  await seeLive(page, camera.name);
});

test('each start asks for the passphrase, and says that nothing is recorded before it is given', async () => {
  await household.quit();
  page = await household.open();
  await seeLocked(page);
  await expect(page.getByText('Nothing is recorded before it is unlocked')).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.type(another);
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is not the passphrase.')).toBeVisible();
  const before = bytes();
  await unlock(page, passphrase);
  await seeLive(page, camera.name);
  await expect.poll(bytes).toBeGreaterThan(before);
});

test('what was recorded before the start plays', async () => {
  await teachFrames(page);
  await page.getByRole('group', { name: new RegExp(`^${camera.name}, `) }).focus();
  await page.keyboard.press('a');
  const video = page.getByLabel(`Recorded picture of ${camera.name}`);
  await expect(video).toBeVisible();
  await page.keyboard.press('Home');
  await seeMoving(video);
});

test('its passphrase is changed, and cannot be taken away', async () => {
  await goTo(page, 'Settings');
  await expect(page.getByText('This vault opens by its passphrase, without a keychain.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take it away…' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Change it…' }).click();
  await page.getByLabel('The passphrase until now').fill(passphrase);
  await steps.typeNewPassphrase(page, another);
  await expect(page.getByText('The passphrase is changed.').first()).toBeVisible();
  await lock(page);
  await unlock(page, another);
});

test('no credential and no passphrase was in an argument, an environment or a file', async () => {
  await household.quit();
  const { looks, sightings } = watcher.end();
  expect(looks).toBeGreaterThan(50);
  expect(sightings).toEqual([]);
  const canaries = [passphrase, another, camera.user, camera.password, camera.name];
  const { files, sightings: inFiles } = findInFiles([household.home], canaries);
  expect(files).toBeGreaterThan(8);
  expect(inFiles).toEqual([]);
});

/**
 * The main job, from first run to an exported clip: a vault is made and proved, four cameras are found and added,
 * watched, recorded, played back and exported; the app is started again and finds everything.
 */
import { expect, test, type Page } from 'playwright/test';
import { addFound, goTo, Household, openAddCameras, seeLive, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(4);
  household = await Household.make();
  page = await household.open();
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

test('first run makes a vault whose recovery words are proved', async () => {
  await household.makeVault(page);
});

test('cameras on the network are found, each once, and added with one sign-in each', async () => {
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  await expect(page.getByText('4 found')).toBeVisible();
});

test('four cameras are watched at once, and recorded from the moment they were added', async () => {
  await goTo(page, 'Live');
  for (const camera of yard.cameras) await seeLive(page, camera.name);
  await expect(page.getByText('4 of 4')).toBeVisible();
});

/**
 * `npm run demo`: four simulated cameras, and the app with a vault and a keychain of its own, gone at the end. With a
 * display it opens the window and leaves the rest to the user; without one it does the main job itself, headless:
 * finds the cameras, adds them, watches, records half a minute, plays back, exports, and leaves screenshots and the
 * exported clip in out/demo. The user's own vault, keychain and settings are never touched.
 */
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright/test';
import {
  addFound,
  expect,
  goTo,
  Household,
  openAddCameras,
  seeLive,
  tile,
  YardProcess,
} from '../test/journeys/household.ts';
import { runtime } from '../test/journeys/runtime.ts';
import { bundle } from './bundle.ts';
import { hasDisplay, startWithWindow } from './start.ts';
import { runWithKeyring } from './withKeyring.ts';

const root = path.resolve(import.meta.dirname, '..');
const outFolder = path.join(root, 'out', 'demo');
const recordMs = 30_000;

function say(line: string): void {
  console.log(`demo: ${line}`);
}

async function withWindow(): Promise<void> {
  const yard = await YardProcess.start(4);
  const household = await Household.make();
  try {
    say('four simulated cameras run on this computer. Add them with these names and passwords:');
    for (const { name, host, user, password } of yard.cameras)
      say(`  ${name.padEnd(12)} ${host}  ${user}  ${password}`);
    say('Close the window to end; everything that the demo made is removed then.');
    await startWithWindow({ ...process.env, ...household.environment });
  } finally {
    await household.close();
    await yard.stop();
  }
}

async function headless(): Promise<void> {
  say(
    `there is no display, so the demo does the main job itself, on ${runtime === 'electron' ? 'Electron' : 'the understudy'}.`,
  );
  await rm(outFolder, { recursive: true, force: true });
  await mkdir(outFolder, { recursive: true });
  const yard = await YardProcess.start(4);
  const household = await Household.make();
  const tidyUp = async (): Promise<void> => {
    await household.close();
    await yard.stop();
  };
  const interrupted = (): void => void tidyUp().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await mainJob(await household.open(), household, yard);
  } finally {
    await tidyUp();
  }
  say(`done. Screenshots and the exported clip lie in ${path.relative(root, outFolder)}; everything else was removed.`);
}

async function mainJob(page: Page, household: Household, yard: YardProcess): Promise<void> {
  const shoot = (name: string): Promise<unknown> => page.screenshot({ path: path.join(outFolder, `${name}.png`) });

  await expect(page.getByRole('heading', { name: 'Where shall the vault be?' })).toBeVisible();
  await shoot('1-first-run');
  await household.makeVault(page);
  say('made a vault, and proved its twelve recovery words');

  await openAddCameras(page);
  for (const camera of yard.cameras) {
    await expect(page.getByRole('listitem').filter({ hasText: camera.host })).toBeVisible();
  }
  say(`found ${yard.cameras.length} cameras`);
  for (const camera of yard.cameras) {
    await addFound(page, camera, () => shoot('2-add-camera'));
    say(`added ${camera.name}`);
  }
  const sinceMs = Date.now();

  await goTo(page, 'Live');
  for (const { name } of yard.cameras) await seeLive(page, name);
  await shoot('3-wall');
  say('all four are live, and recorded');

  say(`recording ${recordMs / 1000} s …`);
  await new Promise((resolve) => setTimeout(resolve, sinceMs + recordMs - Date.now()));

  const { name } = yard.cameras[0] ?? { name: '' };
  await tile(page, name).focus();
  await page.keyboard.press('a');
  await expect(page.getByLabel(`Recorded picture of ${name}`)).toBeVisible();
  await fillTime(page, /^From/, sinceMs + 2000);
  await fillTime(page, /^To/, sinceMs + recordMs - 4000);
  await expect(page.getByLabel(`Recorded picture of ${name}`).locator('.t')).toHaveText(/\d\d:\d\d:\d\d/);
  await shoot('4-archive');
  say('played back what was just recorded');

  await household.willChooseFolder(household.clips);
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByText('Anyone who has the file can watch it')).toBeVisible();
  await shoot('5-export');
  await page.getByRole('button', { name: 'Export', exact: true }).last().click();
  await expect(page.getByRole('list', { name: 'Done' }).getByRole('listitem')).toHaveCount(1);
  await shoot('6-exported');
  const [exported = ''] = await readdir(household.clips);
  const file = path.join(household.clips, exported);
  await copyFile(file, path.join(outFolder, 'clip.mp4'));
  const { size } = await stat(file);
  say(`exported ${((recordMs - 6000) / 1000).toFixed(0)} s of ${name} as clip.mp4, ${(size / 1e6).toFixed(1)} MB`);
}

async function fillTime(page: Page, label: RegExp, atMs: number): Promise<void> {
  const clock = new Date(atMs).toTimeString().slice(0, 8);
  await page.getByLabel(label).fill(`${clock}.000`);
  await page.getByLabel(label).press('Enter');
}

if (process.env['NIGHTJAR_DEMO'] === 'inside') {
  if (hasDisplay()) await withWindow();
  else await headless();
} else {
  await bundle();
  const environment = { ...process.env, NIGHTJAR_DEMO: 'inside' };
  process.exitCode = await runWithKeyring(process.execPath, [import.meta.filename], environment);
}

/**
 * An evidence pack from the app to somebody else: made of two cameras, checked in the app, its key noted from the
 * settings, its page opened in another browser without a network; then changed, which both name with its place.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive, YardProcess } from './household.ts';
import { openReceiversBrowser } from './receiversBrowser.ts';

test.describe.configure({ mode: 'serial' });

const recordMs = 20_000;

let yard: YardProcess;
let household: Household;
let page: Page;
let pack = '';
let fingerprint = '';
let beganMs = 0;

test.beforeAll(async () => {
  yard = await YardProcess.start(2);
  household = await Household.make();
  page = await household.open();
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

async function picture(name: string): Promise<void> {
  const folder = process.env['NIGHTJAR_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

test('two cameras are recorded for a while', async () => {
  await household.makeVault(page);
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  await page.keyboard.press('Escape');
  await goTo(page, 'Live');
  for (const { name } of yard.cameras) await seeLive(page, name);
  beganMs = Date.now();
  await expect.poll(() => Date.now() - beganMs, { timeout: recordMs + 20_000 }).toBeGreaterThan(recordMs);
});

test('a pack of both is made, and its signature is checked in the list', async () => {
  await household.willChooseFolder(household.clips);
  const started = await page.evaluate(
    async (span) => {
      const { call } = window.nightjar;
      const cameraIds = (await call('cameras.list', undefined)).map(({ id }) => id);
      const place = await call('exports.choosePlace', undefined);
      if (!place.ok || !place.value) return 'no place';
      const looks = { cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null } as const;
      const request = { cameraIds, ...span, ...looks, result: { is: 'evidence' as const } };
      const answer = await call('exports.start', { request, placeId: place.value.placeId });
      return answer.ok ? 'started' : answer.problem.code;
    },
    { fromMs: beganMs + 2000, toMs: beganMs + 15_000 },
  );
  expect(started).toBe('started');
  await goTo(page, 'Exports');
  const done = page.getByRole('list', { name: 'Done' }).getByRole('listitem');
  await expect(done.getByText(/signature checked/)).toBeVisible({ timeout: 60_000 });
  const [name = '', ...others] = readdirSync(household.clips);
  expect(others).toEqual([]);
  expect(name).toMatch(/ evidence pack$/);
  pack = path.join(household.clips, name);
  expect(readdirSync(pack).sort()).toEqual([
    'check.html',
    'checksums.txt',
    'key.pem',
    'manifest.json',
    'manifest.sig',
    'original',
    'read-me.txt',
    'video',
  ]);
  await done.getByRole('button', { name: 'Check again' }).click();
  await expect(done.getByText(/signature checked/)).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await picture('evidence-list');
});

test('the settings show the key’s fingerprint', async () => {
  await goTo(page, 'Settings');
  const shown = page.getByText(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  await expect(shown).toBeVisible();
  fingerprint = await shown.innerText();
  await picture('evidence-settings');
});

/** What the pack's page says in a browser that has no network: the heading, and what it found. */
async function openPage(): Promise<{ heading: string; found: string[]; compared: string; asked: string[] }> {
  const browser = await openReceiversBrowser();
  try {
    const context = await browser.newContext({ offline: true });
    const given = await context.newPage();
    const asked: string[] = [];
    given.on('request', (request) => {
      if (!/^(file|blob):/.test(request.url())) asked.push(request.url());
    });
    await given.goto(pathToFileURL(path.join(pack, 'check.html')).href);
    const waiting = given.waitForEvent('filechooser');
    await given.getByRole('button', { name: 'Choose the folder' }).click();
    await (await waiting).setFiles(pack);
    const heading = given.getByRole('heading', { name: /Unchanged and signed|Not as it was signed/ });
    await expect(heading).toBeVisible();
    await given.getByLabel('The key’s fingerprint as you noted it').fill(fingerprint);
    const compared = (await given.locator('#compared').innerText()).trim();
    const found = await given.locator('.findings li').allInnerTexts();
    return { heading: (await heading.innerText()).trim(), found, compared, asked };
  } finally {
    await browser.close();
  }
}

test('its page passes it in another browser, offline, and by the key that was noted', async () => {
  const said = await openPage();
  expect(said).toEqual({
    heading: 'Unchanged and signed',
    found: [],
    compared: 'It is the key that you noted.',
    asked: [],
  });
});

test('one bit of a recording changed is named by both, with camera and time', async () => {
  const [camera = ''] = readdirSync(path.join(pack, 'original'));
  const [name = ''] = readdirSync(path.join(pack, 'original', camera));
  const file = path.join(pack, 'original', camera, name);
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const said = await openPage();
  expect(said.heading).toBe('Not as it was signed');
  const [found = '', ...others] = said.found;
  expect(others).toEqual([]);
  expect(found).toContain(`original/${camera}/${name} was changed, in bytes`);
  expect(found).toContain(camera);
  await goTo(page, 'Exports');
  const done = page.getByRole('list', { name: 'Done' }).getByRole('listitem').first();
  await done.getByRole('button', { name: 'Check again' }).click();
  await expect(done.getByText(/1 thing is not as signed/)).toBeVisible();
  await expect(done.getByText(`original/${camera}/${name} was changed`)).toBeVisible();
  await picture('evidence-changed');
});

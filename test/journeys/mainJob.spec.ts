/**
 * The main job, from first run to an exported clip: a vault is made and proved, four cameras are found and added,
 * watched, recorded for three minutes, played back and exported; a camera reboots and comes back; the app is started
 * again and finds everything. All the while every process and socket is watched for what must never show, and at the
 * end every file is searched for it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive, tile, YardProcess } from './household.ts';
import { frameOf, seeMoving, teachFrames } from './pictures.ts';
import { runtime } from './runtime.ts';
import { identityOf, longestRecording } from './vaultTools.ts';
import { findInFiles, formsOf, watchProcesses, type Watcher } from './watcher.ts';

test.describe.configure({ mode: 'serial' });

const canaries = {
  user: 'canary-user-6f1d',
  password: 'p@ss:w/rd?#%&"\'<>é 6f1d',
  names: ['Canary door 6f1d', 'Canary drive 6f1d', 'Canary garden 6f1d', 'Canary gate 6f1d'],
};
const recordMs = 180_000;
/**
 * Chromium as a browser, which the understudy is and Electron is not, connects a UDP socket to this address (a public
 * name server's) to see whether there is a route, and sends nothing on it.
 */
const routeProbe = '2001:4860:4860:0000:0000:0000:0000:8888';

let yard: YardProcess;
let household: Household;
let page: Page;
let watcher: Watcher | null = null;
let recordingSinceMs = 0;

test.beforeAll(async () => {
  const { user, password, names } = canaries;
  yard = await YardProcess.start(
    4,
    names.map((name) => ({ name, user, password })),
  );
  household = await Household.make();
  watcher = watchProcesses({
    canaries: [user, password, ...names],
    except: [process.pid, process.ppid, yard.pid],
    appPid: () => household.pid,
    mayReach: (address, kind) =>
      yard.cameras.some(({ host }) => host === address) ||
      address === '239.255.255.250' ||
      (runtime === 'understudy' && kind === 'udp' && address === routeProbe),
  });
  page = await household.open();
});

test.afterAll(async () => {
  watcher?.end();
  await household.close();
  await yard.stop();
});

test('first run makes a vault whose recovery words are proved', async () => {
  await household.makeVault(page);
});

test('cameras on the network are found, each once, and added with one sign-in each', async () => {
  await openAddCameras(page);
  for (const camera of yard.cameras) await addFound(page, camera);
  for (const { name, host } of yard.cameras)
    await expect(page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: host })).toHaveCount(1);
});

test('four cameras are watched at once, and recorded from the moment they were added', async () => {
  await goTo(page, 'Live');
  await teachFrames(page);
  for (const { name } of yard.cameras) await seeLive(page, name);
  for (const { name } of yard.cameras) await seeMoving(tile(page, name));
  await expect(page.getByText('4 of 4')).toBeVisible();
  recordingSinceMs = Date.now();
});

test('Enter shows one camera by its main stream, Escape goes back to the wall', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  await tile(page, name).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('live, main stream')).toBeVisible();
  await seeMoving(page.locator('main'));
  await page.keyboard.press('Escape');
  await seeLive(page, name);
});

test('no view has a serious accessibility violation, dark or light', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const view of ['Archive', 'Cameras', 'Exports', 'Settings', 'Live'] as const) {
      await goTo(page, view);
      expect(await seriousViolations(page), `${view}, ${theme}`).toEqual([]);
    }
    await openAddCameras(page);
    expect(await seriousViolations(page), `add cameras, ${theme}`).toEqual([]);
  }
  await goTo(page, 'Live');
  // The checker sees what it must: a button without a name.
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
  expect(await seriousViolations(page)).not.toEqual([]);
  await page.evaluate(() => document.querySelector('main > button:last-child')?.remove());
});

test('footage that is a few seconds old can be played', async () => {
  const { name } = yard.cameras[1] ?? { name: '' };
  await tile(page, name).focus();
  await page.keyboard.press('a');
  const video = page.getByLabel(`Recorded picture of ${name}`);
  await expect(video).toBeVisible();
  await seeMoving(video);
  const [, hours = 0, minutes = 0, seconds = 0] =
    /(\d\d):(\d\d):(\d\d\.\d)/.exec(await video.locator('.t').innerText()) ?? [];
  const shown = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const now = new Date();
  const today = now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds();
  test.info().annotations.push({ type: 'seconds behind live', description: (today - shown).toFixed(1) });
  await page.getByRole('button', { name: /^Pause/ }).click();
  await expect(page.getByRole('button', { name: /^Play/ })).toBeVisible();
  const still = await frameOf(video);
  await page.waitForFunction(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  expect(await frameOf(video)).toBe(still);
  await goTo(page, 'Live');
});

test('a wrong password is told in words, and nothing of the try is kept', async () => {
  await yard.command({ camera: 3, fault: { password: 'another one' } });
  await openAddCameras(page);
  await page
    .getByLabel(/^Address, or whatever/)
    .fill(`rtsp://${yard.cameras[3]?.host ?? ''}:${yard.cameras[3]?.rtspPort ?? 0}/live/sub`);
  await page.getByLabel(/^Address, or whatever/).press('Enter');
  await page.getByLabel('User name').fill(canaries.user);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText(/The camera refused this user name or password. Check them/).first()).toBeVisible({
    timeout: 5000,
  });
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  await yard.command({ camera: 3, fault: null });
  await goTo(page, 'Cameras');
  await expect(page.getByRole('listitem')).toHaveCount(4);
});

test('a camera that reboots says since when it is lost, and comes back by itself', async () => {
  const { name } = yard.cameras[2] ?? { name: '' };
  await goTo(page, 'Live');
  await seeLive(page, name);
  await yard.command({ camera: 2, reboot: true, forMs: 6000 });
  await expect(page.getByRole('group', { name: new RegExp(`^${name}, lost since .*not recording$`) })).toBeVisible();
  await seeLive(page, name);
  await seeMoving(tile(page, name));
});

test('three minutes are recorded, and the timeline shows the gap of the reboot with its cause', async () => {
  test.setTimeout(recordMs + 60_000);
  const { name } = yard.cameras[2] ?? { name: '' };
  const left = recordingSinceMs + recordMs - Date.now();
  await tile(page, name).focus();
  await page.keyboard.press('a');
  await expect(page.getByRole('cell', { name: /camera did not answer|lost/ }).first()).toBeAttached({
    timeout: 30_000,
  });
  await goTo(page, 'Live');
  await expect
    .poll(() => Date.now() - recordingSinceMs, { timeout: Math.max(left, 0) + 30_000, intervals: [2000] })
    .toBeGreaterThan(recordMs);
  for (const { name: each } of yard.cameras) await seeLive(page, each);
});

test('a span is exported as one MP4 of its length that decodes without an error', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  await household.willChooseFolder(household.clips);
  await tile(page, name).focus();
  await page.keyboard.press('a');
  await expect(page.getByLabel(`Recorded picture of ${name}`)).toBeVisible();
  const fromMs = recordingSinceMs + 10_000;
  await page.getByLabel(/^From/).fill(clock(fromMs));
  await page.getByLabel(/^From/).press('Enter');
  await page.getByLabel(/^To/).fill(clock(fromMs + 120_000));
  await page.getByLabel(/^To/).press('Enter');
  await page.getByRole('button', { name: 'Export…' }).click();
  await expect(page.getByText('Anyone who has the file can watch it')).toBeVisible();
  await page.getByRole('button', { name: 'Export', exact: true }).last().click();
  await expect(page.getByRole('list', { name: 'Done' }).getByRole('listitem')).toHaveCount(1);

  const [exported = ''] = readdirSync(household.clips);
  expect(exported).toMatch(new RegExp(`^${name} \\d{4}-\\d\\d-\\d\\d \\d\\d\\.\\d\\d\\.\\d\\d\\.mp4$`));
  const file = path.join(household.clips, exported);
  const told = probe(file);
  expect(Math.abs(told.seconds - 120)).toBeLessThan(2.1);
  expect(told.codecs).toEqual(['h264', 'aac']);
  expect(
    execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8', stdio: 'pipe' }),
  ).toBe('');
  const bytes = readFileSync(file);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  expect(readdirSync(household.clips)).toHaveLength(1);
});

test('an export that is cancelled leaves no file', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  await household.willChooseFolder(household.clips);
  // Starts and cancels in one breath, before the export can be done.
  const cancelled = await page.evaluate(async (cameraName) => {
    const { call } = window.nightjar;
    const cameraId = (await call('cameras.list', undefined)).find((camera) => camera.name === cameraName)?.id ?? '';
    const span = { fromMs: Date.now() - 170_000, toMs: Date.now() - 5000 };
    const place = await call('exports.choosePlace', undefined);
    if (!place.ok || !place.value) return 'no place';
    const { placeId } = place.value;
    const picture = { cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null } as const;
    const request = { cameraIds: [cameraId], ...span, ...picture, result: { is: 'plain' as const } };
    const started = await call('exports.start', { request, placeId });
    if (!started.ok) return started.problem.code;
    await call('exports.cancel', { jobId: started.value.jobId });
    return 'cancelled';
  }, name);
  expect(cancelled).toBe('cancelled');
  await goTo(page, 'Exports');
  await expect(page.getByText(/Nothing was left behind/)).toBeVisible();
  expect(readdirSync(household.clips)).toHaveLength(1);
});

test('the app is started again, and everything is there', async () => {
  await household.quit();
  page = await household.open();
  await teachFrames(page);
  for (const { name } of yard.cameras) await seeLive(page, name);
  for (const { name } of yard.cameras) await seeMoving(tile(page, name));
  const { name } = yard.cameras[0] ?? { name: '' };
  await tile(page, name).focus();
  await page.keyboard.press('a');
  await expect(page.getByRole('cell', { name: /Nightjar was closed|closed/ }).first()).toBeAttached();
});

test('a recording opens with the stock age tool and plays in ffmpeg', async () => {
  await household.quit();
  const vault = path.join(household.home, 'videos', 'Nightjar vault');
  const key = path.join(household.home, 'key.txt');
  writeFileSync(key, await identityOf(vault, household.words), { mode: 0o600 });
  const { file, lengthMs } = longestRecording(vault);
  const told = piped('ffprobe -v error -show_entries format=duration:stream=codec_name -of csv=p=0 -', key, file);
  const errors = piped('ffmpeg -v error -i - -f null - 2>&1', key, file);
  rmSync(key);
  test.info().annotations.push({ type: 'ffprobe', description: `${told.trim()} of ${lengthMs} ms` });
  expect(told).toMatch(/^h264$/m);
  expect(errors).toBe('');
});

test('nothing of a camera showed in any argument or environment, and no socket listened or led elsewhere', () => {
  const seen = watcher?.end() ?? { looks: 0, processesSeen: 0, sightings: [] };
  watcher = null;
  test.skip(process.platform !== 'linux', 'processes are read from /proc');
  expect(seen.looks).toBeGreaterThan(100);
  expect(seen.processesSeen).toBeGreaterThan(5);
  expect(seen.sightings).toEqual([]);
});

test('no file of the app holds a credential or a name of a camera, and the search would have found one', () => {
  const { user, password, names } = canaries;
  const all = [user, password, ...names];
  // The exported clip is the user's own, outside the app.
  const folders = ['userData', 'videos']
    .map((name) => path.join(household.home, name))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false }));
  const found = findInFiles(folders, all);
  expect(found.files).toBeGreaterThan(8);
  expect(found.sightings).toEqual([]);

  const control = path.join(household.home, 'control');
  for (const form of formsOf(password)) {
    rmSync(control, { recursive: true, force: true });
    execFileSync('mkdir', ['-p', control]);
    writeFileSync(path.join(control, 'file'), Buffer.concat([Buffer.alloc(5000, 1), form, Buffer.alloc(99)]));
    expect(findInFiles([control], all).sightings).not.toEqual([]);
  }
});

function clock(atMs: number): string {
  const at = new Date(atMs);
  const two = (figure: number): string => String(figure).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.000`;
}

function probe(file: string): { seconds: number; codecs: string[] } {
  const told = execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'format=duration:stream=codec_name', '-of', 'json', file],
    { encoding: 'utf8' },
  );
  const read = JSON.parse(told) as { format: { duration: string }; streams: { codec_name: string }[] };
  return { seconds: Number(read.format.duration), codecs: read.streams.map((stream) => stream.codec_name) };
}

/** What a program says of a file that Debian's age opens for it. */
function piped(program: string, key: string, file: string): string {
  return execFileSync('sh', ['-c', `age -d -i "$0" "$1" | ${program}`, key, file], { encoding: 'utf8' });
}

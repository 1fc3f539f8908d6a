/**
 * The page of an evidence pack, as somebody sees it who was given one: opened from the disk in a Chromium without a
 * network, it takes the pack's folder, says that it is unchanged or what was done to it and where, and plays the cameras
 * in step. The packs are of what the real recorder recorded.
 */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright';
import { expect, test } from 'playwright/test';
import { bundle, evidencePage } from '../../build/bundle.ts';
import { type Manifest, readManifest } from '../../main/contract/evidence/manifest.ts';
import { makePack, type Recorded, recordTwo } from '../unit/exporter/evidencePack.ts';
import { seriousViolations } from './axe.ts';
import { openReceiversBrowser } from './receiversBrowser.ts';

let recorded: Recorded;
let pack: string;
let manifest: Manifest;
let browser: Browser;
/** Addresses that anything asked for, but the page itself and files that it was given. */
const asked: string[] = [];

test.beforeAll(async () => {
  await bundle();
  recorded = await recordTwo();
  pack = await makePack(recorded, 'whole', { page: () => Promise.resolve(readFileSync(evidencePage)) });
  const read = readManifest(readFileSync(path.join(pack, 'manifest.json')));
  if (!read || read === 'newer') throw new Error('no manifest');
  manifest = read;
  browser = await openReceiversBrowser();
});

test.afterAll(async () => {
  await browser.close();
  await recorded.recorder.close();
  await recorded.library.close();
  recorded.place.remove();
});

test.afterEach(() => expect(asked, 'nothing was asked of any network').toEqual([]));

/** The page of the pack in this folder, offline; `chosen` is the folder that is given to it. */
async function openPage(folder: string, colorScheme: 'dark' | 'light' = 'dark'): Promise<Page> {
  const context = await browser.newContext({ offline: true, colorScheme, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith('file:') && !address.startsWith('blob:')) asked.push(address);
  });
  page.on('pageerror', (error) => asked.push(`error: ${error.message}`));
  await page.goto(pathToFileURL(path.join(folder, 'check.html')).href);
  return page;
}

async function choose(page: Page, folder: string): Promise<void> {
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /Choose/ }).click();
  // What was said before is not what is said of this one.
  await page.evaluate(() => document.querySelector('.verdict')?.setAttribute('data-before', ''));
  await (await waiting).setFiles(folder);
  await expect(page.locator('.verdict:not([data-before])')).toBeVisible();
}

let copies = 0;
function copyOfPack(): string {
  const folder = path.join(recorded.place.folder, `given-${++copies}`);
  cpSync(pack, folder, { recursive: true });
  return folder;
}

/** What the page says of a pack to which something was done. */
async function saidOf(change: (folder: string) => void): Promise<string[]> {
  const folder = copyOfPack();
  change(folder);
  const page = await openPage(folder);
  await choose(page, folder);
  await expect(page.getByRole('heading', { name: 'Not as it was signed' })).toBeVisible();
  const said = await page.locator('.findings li').allInnerTexts();
  await page.context().close();
  rmSync(folder, { recursive: true });
  return said;
}

function edit(folder: string, name: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path.join(folder, name), change(readFileSync(path.join(folder, name))));
}

/** The third fragment of a recording in the middle: where it lies, and its time as the page says it. */
function aPiece(): { file: string; at: number; length: number; nextLength: number; when: string } {
  const recording = manifest.cameras[0]?.recordings[1];
  if (!recording) throw new Error('no recording');
  const nth = recording.pieces.findIndex((piece) => piece[0] === 'fragment') + 2;
  const piece = recording.pieces[nth];
  const next = recording.pieces[nth + 1];
  if (piece?.[0] !== 'fragment' || !next) throw new Error('no fragment');
  const at = recording.pieces.slice(0, nth).reduce((sum, [, , sizeBytes]) => sum + sizeBytes, 0);
  const when = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(piece[4]);
  return { file: recording.file, at, length: piece[2], nextLength: next[2], when };
}

function countSeeks(videos: HTMLVideoElement[]): void {
  for (const video of videos) {
    video.addEventListener('seeking', () => (video.dataset['seeks'] = String(Number(video.dataset['seeks'] ?? 0) + 1)));
  }
}

function seeksOf(videos: HTMLVideoElement[]): number[] {
  return videos.map(({ dataset }) => Number(dataset['seeks'] ?? 0));
}

function playedSeconds(videos: HTMLVideoElement[]): number[] {
  return videos.map(({ played }) => {
    const spans = Array.from({ length: played.length }, (_, nth) => played.end(nth) - played.start(nth));
    return spans.reduce((sum, seconds) => sum + seconds, 0);
  });
}

test('an unchanged pack passes, says what it holds, and plays the cameras in step', async () => {
  const page = await openPage(pack);
  await choose(page, pack);
  await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeVisible();
  await expect(page.locator('input[type=file]'), 'the same folder may be chosen again').toHaveValue('');
  const facts = page.getByRole('region', { name: 'What the pack says' });
  await expect(facts).toContainText('0012');
  await expect(facts).toContainText('0.42 s behind when the pack was made, give or take 0.03 s');
  await expect(facts).toContainText('Nightjar was closed');
  const pictures = page.getByRole('region', { name: 'Pictures' });
  await expect(pictures.locator('video')).toHaveCount(2);
  await pictures.locator('video').evaluateAll(countSeeks);
  // Nobody is heard until somebody is chosen.
  const muted = (): Promise<boolean[]> =>
    pictures.locator('video').evaluateAll((videos: HTMLVideoElement[]) => videos.map((video) => video.muted));
  expect(await muted()).toEqual([true, true]);
  await pictures.getByLabel('Sound of').selectOption({ label: 'Front door' });
  expect(await muted()).toEqual([false, true]);
  await pictures.getByRole('button', { name: 'Play' }).click();
  const times = (): Promise<number[]> =>
    pictures.locator('video').evaluateAll((videos: HTMLVideoElement[]) => videos.map((video) => video.currentTime));
  await expect.poll(async () => Math.min(...(await times())), { timeout: 15_000 }).toBeGreaterThan(3);
  await pictures.getByRole('button', { name: 'Pause' }).click();
  // By playing, and not by jumping from picture to picture as a slider does.
  for (const seeks of await pictures.locator('video').evaluateAll(seeksOf)) expect(seeks).toBeLessThan(10);
  for (const seconds of await pictures.locator('video').evaluateAll(playedSeconds)) expect(seconds).toBeGreaterThan(2);
  const [one = 0, two = 0] = await times();
  const [first, second] = manifest.cameras.map(({ videos }) => videos[0]?.startMs ?? 0);
  expect(Math.abs(one * 1000 + (first ?? 0) - two * 1000 - (second ?? 0))).toBeLessThan(150);
  await pictures.getByRole('slider').fill(String(manifest.fromMs + 12_500));
  await expect(pictures).toContainText('Nothing was recorded here');
  await page.context().close();
});

test('flipped, dropped, moved, shifted, renamed or edited: each is named with its place', async () => {
  const { file, at, length, nextLength, when } = aPiece();
  const flipped = await saidOf((folder) => {
    edit(folder, file, (bytes) => bytes.fill((bytes[at + length - 9] ?? 0) ^ 4, at + length - 9, at + length - 8));
  });
  expect(flipped).toEqual([expect.stringContaining(`${file} was changed, in bytes ${at} to`)]);
  expect(flipped[0]).toContain(`Front door, Fri 20 Nov 2026 ${when}`);
  const dropped = await saidOf((folder) => {
    edit(folder, file, (bytes) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]));
  });
  expect(dropped).toEqual([expect.stringContaining(`taken out of ${file}. Front door, Fri 20 Nov 2026 ${when}`)]);
  const moved = await saidOf((folder) => {
    edit(folder, file, (bytes) => {
      const next = bytes.subarray(at + length, at + length + nextLength);
      const rest = bytes.subarray(at + length + nextLength);
      return Buffer.concat([bytes.subarray(0, at), next, bytes.subarray(at, at + length), rest]);
    });
  });
  expect(moved).toEqual([expect.stringContaining(`at another place in ${file}`)]);
  const shifted = await saidOf((folder) => {
    edit(folder, file, (bytes) => {
      const tfdt = bytes.indexOf('tfdt', at) + 4;
      const place = tfdt + (bytes[tfdt] === 1 ? 8 : 4);
      bytes.writeUInt32BE(bytes.readUInt32BE(place) + 12_800, place);
      return bytes;
    });
  });
  expect(shifted).toEqual([expect.stringMatching(/says another time: [\d.]+ s later\. Front door/)]);
  const renamed = await saidOf((folder) => renameSync(path.join(folder, file), path.join(folder, 'video', 'x.mp4')));
  expect(renamed).toEqual([expect.stringContaining(`${file} was renamed: it is here as video/x.mp4`)]);
  const edited = await saidOf((folder) => {
    edit(folder, 'manifest.json', (bytes) => Buffer.from(bytes.toString().replace('"0012"', '"0013"')));
  });
  expect(edited[0]).toContain('manifest.json or manifest.sig was changed');
  const video = await saidOf((folder) => {
    edit(folder, 'video/Front door.mp4', (bytes) => bytes.fill(0, 5000, 5001).fill(1, 5001, 5002));
  });
  expect(video).toEqual([expect.stringContaining('video/Front door.mp4 was changed. Front door')]);
});

test('a bit flipped anywhere, in files drawn by lot, is named with its file', async () => {
  const folder = copyOfPack();
  const names = [...manifest.files.map(({ name }) => name), 'manifest.json', 'manifest.sig', 'checksums.txt'];
  const page = await openPage(pack);
  for (let nth = 0; nth < 16; nth++) {
    const name = names[Math.floor(Math.random() * names.length)] ?? '';
    const before = readFileSync(path.join(folder, name));
    const at = Math.floor(Math.random() * before.length);
    const bit = Math.floor(Math.random() * 8);
    edit(folder, name, (bytes) => bytes.fill((bytes[at] ?? 0) ^ (1 << bit), at, at + 1));
    await choose(page, folder);
    const said = await page.locator('.findings li').allInnerTexts();
    const place = `bit ${bit} of byte ${at} of ${name}: ${said.join(' | ')}`;
    expect(said.length, place).toBeGreaterThan(0);
    expect(
      said.some((sentence) => sentence.includes(name)),
      place,
    ).toBe(true);
    writeFileSync(path.join(folder, name), before);
  }
  await choose(page, folder);
  await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeVisible();
  await page.context().close();
});

test('signed by another key it says so, and pictures of changed files are not shown', async () => {
  const page = await openPage(pack);
  await choose(page, pack);
  const noted = page.getByLabel('The key’s fingerprint as you noted it');
  await noted.fill('0000 1111 2222 3333 4444 5555 6666 7777');
  await expect(page.getByText('Signed, but not by the key you noted.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Signed by another key' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeHidden();
  await noted.fill(await page.locator('.key code').innerText());
  await expect(page.getByText('It is the key that you noted.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeVisible();
  const folder = copyOfPack();
  edit(folder, 'video/Front door.mp4', (bytes) => Buffer.concat([bytes, Buffer.from('x')]));
  await choose(page, folder);
  await expect(page.getByText('Not shown: this file was changed')).toBeVisible();
  await expect(page.locator('video')).toHaveCount(1);
  await page.context().close();
});

test('a clock that was never measured is said to be unknown, then and now', async () => {
  const clock = { atExport: null, recorded: [] };
  const folder = await makePack(recorded, 'unmeasured', {
    page: () => Promise.resolve(readFileSync(evidencePage)),
    facts: () => Promise.resolve({ maker: '', model: '', serial: '', firmware: '', clock }),
  });
  const page = await openPage(folder);
  await choose(page, folder);
  const facts = page.getByRole('article', { name: 'Front door' });
  await expect(facts).toContainText('not known when the pack was made; not measured while it was recorded');
  await expect(facts).not.toContainText('ahead');
  await expect(facts.getByText('not known', { exact: true })).toHaveCount(3);
  await page.context().close();
});

test('it works by keyboard, without a serious violation, dark, light and printed', async () => {
  for (const scheme of ['dark', 'light'] as const) {
    const page = await openPage(pack, scheme);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Choose the folder' })).toBeFocused();
    const waiting = page.waitForEvent('filechooser');
    // The browser hears of it before the key.
    await page.evaluate(() => null);
    await page.keyboard.press('Enter');
    await (await waiting).setFiles(pack);
    await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Unchanged and signed' })).toBeFocused();
    const proof = page.getByRole('region', { name: 'What a passing check proves, and what not' });
    await expect(proof.getByRole('heading', { level: 3 })).toHaveText([
      'What it proves',
      'What it does not prove',
      'To check without this page',
    ]);
    await expect(proof.getByRole('list', { name: 'What it proves' })).toContainText('to the bit');
    await expect(proof.getByRole('list', { name: 'What it does not prove' })).toContainText('Not whose key it is');
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    const slider = page.getByRole('slider', { name: 'Time' });
    const before = await slider.inputValue();
    await page.getByLabel('Speed').focus();
    await page.keyboard.press('ArrowRight');
    // A list takes its own keys: the pictures stay where they are.
    await expect(slider).toHaveValue(before);
    await page.getByLabel('Speed').blur();
    await page.keyboard.press('ArrowRight');
    await expect(slider).not.toHaveValue(before);
    expect(await seriousViolations(page)).toEqual([]);
    if (process.env['NIGHTJAR_PICTURES'] !== undefined) {
      const file = path.join(process.env['NIGHTJAR_PICTURES'], `evidence-page-${scheme}`);
      await page.screenshot({ path: `${file}.png`, fullPage: true });
      await page.setViewportSize({ width: 1024, height: 640 });
      await page.screenshot({ path: `${file}-small.png` });
    }
    // A window of 1280 pixels at 400 %: everything is below each other, and nothing has to be pushed sideways.
    await page.setViewportSize({ width: 320, height: 256 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    if (process.env['NIGHTJAR_PICTURES'] !== undefined) {
      await page.screenshot({
        path: path.join(process.env['NIGHTJAR_PICTURES'], `evidence-page-${scheme}-400.png`),
        fullPage: true,
      });
    }
    await page.emulateMedia({ media: 'print' });
    // Ink on paper, whatever the screen shows.
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    expect(colours).toEqual({ color: 'rgb(0, 0, 0)', backgroundColor: 'rgb(255, 255, 255)' });
    await expect(page.getByRole('button', { name: 'Choose another folder' })).toBeHidden();
    await expect(page.getByRole('heading', { name: 'What a passing check proves, and what not' })).toBeVisible();
    await page.context().close();
  }
});

/**
 * Checking the vault, and leaving with everything: damage is named in words while cameras are recorded; everything goes
 * to plain files, also over a kill in the middle, each recorded second once.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import type { Span } from '../../main/contract/model.ts';
import { seriousViolations } from './axe.ts';
import { goTo, Household, seeLive, seeWall, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;
let started = 0;
const recordMs = 45_000;
const shots = process.env['NIGHTJAR_SHOTS'];

test.beforeAll(async () => {
  test.setTimeout(180_000);
  yard = await YardProcess.start(2);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
  started = Date.now();
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

const vaultFolder = (): string => path.join(household.home, 'videos', 'Nightjar vault');
const target = (): string => path.join(household.home, 'everything');

async function shoot(name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

test('a check of the vault that is recorded into finds nothing, and one flipped bit is named in words', async () => {
  test.setTimeout(240_000);
  await goTo(page, 'Settings');
  await expect(page.getByText('This vault was not checked yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Check the vault' }).click();
  await expect(page.getByText('Every file opens, and nothing is missing.')).toBeVisible({ timeout: 60_000 });
  // So much is recorded that each camera has a finished recording.
  await expect
    .poll(() => Date.now() - started, { timeout: recordMs + 60_000, intervals: [2000] })
    .toBeGreaterThan(recordMs);
  await household.quit();
  const [file = ''] = globSync('recordings/*/*/*.mp4.age', { cwd: vaultFolder() }).sort();
  const whole = path.join(vaultFolder(), file);
  const bytes = readFileSync(whole);
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  writeFileSync(whole, bytes);

  page = await household.open();
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: /^Check (again|the vault)$/ }).click();
  const region = page.getByRole('region', { name: 'What the check found' });
  await expect(region).toBeVisible({ timeout: 60_000 });
  const row = region.getByRole('row').nth(1);
  await expect(row.getByRole('rowheader')).toHaveText(
    new RegExp(`^(${yard.cameras.map(({ name }) => name).join('|')}), `),
  );
  await expect(row).toContainText(/\d\d:\d\d:\d\d to \d\d:\d\d:\d\d/);
  await expect(row).toContainText(/^Damaged/);
  await expect(page.getByText(/^1 damaged\./)).toBeVisible();
  await region.scrollIntoViewIfNeeded();
  await shoot('check');
  expect(await seriousViolations(page)).toEqual([]);
  // Everything else is looked at, and is there.
  for (const { name } of yard.cameras) {
    await goTo(page, 'Live');
    await seeLive(page, name);
  }
});

test('the last check is remembered when Nightjar is started again', async () => {
  await household.quit();
  page = await household.open();
  await goTo(page, 'Settings');
  await expect(page.getByText(/^1 damaged\./)).toBeVisible();
});

test('leaving with everything goes on after a kill, and each recorded second is in a file once', async () => {
  test.setTimeout(240_000);
  mkdirSync(target());
  await household.willChooseFolder(target());
  await goTo(page, 'Exports');
  await page.getByRole('button', { name: 'Export everything…' }).click();
  await expect(page.getByText('anyone who has the disk can watch them')).toBeVisible();
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByText(target())).toBeVisible();
  await shoot('leave-sheet');
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Export everything…' })).toBeFocused();

  await page.getByRole('button', { name: 'Export everything…' }).click();
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByText(target())).toBeVisible();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  // The moment it has a file in hand.
  await expect.poll(() => videos().length > 0 || partials().length > 0, { intervals: [5] }).toBe(true);
  const before = new Map(videos().map((file) => [file, statSync(path.join(target(), file)).mtimeMs]));
  await kill();

  page = await household.open();
  await goTo(page, 'Exports');
  const job = page.getByRole('list', { name: 'Leave with everything' }).getByRole('listitem');
  await expect(job.getByText(/^done /)).toBeVisible({ timeout: 120_000 });
  await shoot('leave-done');
  expect(await seriousViolations(page)).toEqual([]);
  expect(partials()).toEqual([]);
  for (const [file, mtimeMs] of before) expect(statSync(path.join(target(), file)).mtimeMs).toBe(mtimeMs);

  for (const { name } of yard.cameras) {
    const files = videos().filter((file) => file.startsWith(`${name}${path.sep}`));
    expect(files.length).toBeGreaterThan(0);
    let seconds = 0;
    for (const file of files) {
      expect(file).toMatch(/\d{4}-\d\d-\d\d[\\/]\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d( UTC[-+][\d.]+)?( \(\d\))?\.mp4$/);
      const whole = path.join(target(), file);
      expect(ffmpegErrors(whole)).toBe('');
      seconds += secondsOf(whole);
    }
    const recorded = await recordedSeconds(name);
    const lost = lostSeconds(name);
    // Each join of a file costs at most one picture group (2 s in the yard), and the part of a damaged one that is lost.
    expect(Math.abs(recorded - lost - seconds)).toBeLessThan(2.1 * files.length);
    expect(readFileSync(path.join(target(), name, 'Gaps.csv'), 'utf8')).toMatch(/^from,to,seconds,cause\r\n/);
  }
});

/** The span that the export covered: up to when it was asked for. */
async function recordedSeconds(name: string): Promise<number> {
  const spans: Span[] = await page.evaluate(async (cameraName) => {
    const { call } = window.nightjar;
    const state = await call('leaving.state', undefined);
    if (state.state === 'never') return [];
    const cameraId = (await call('cameras.list', undefined)).find((camera) => camera.name === cameraName)?.id ?? '';
    const answer = await call('library.spans', { cameraId, fromMs: 0, toMs: state.job.startedMs });
    return answer.ok ? answer.value : [];
  }, name);
  return spans.reduce((sum, span) => sum + (span.kind === 'recorded' ? span.toMs - span.fromMs : 0), 0) / 1000;
}

/** What the report beside the files says is missing. */
function lostSeconds(name: string): number {
  const [report] = globSync('What is missing.txt', { cwd: path.join(target(), name) });
  if (report === undefined) return 0;
  const lines = readFileSync(path.join(target(), name, report), 'utf8').matchAll(
    / (\d\d):(\d\d):(\d\d) to .*? (\d\d):(\d\d):(\d\d) /g,
  );
  let seconds = 0;
  for (const line of lines) {
    const [h = 0, m = 0, s = 0, toH = 0, toM = 0, toS = 0] = line.slice(1).map(Number);
    seconds += (toH - h) * 3600 + (toM - m) * 60 + (toS - s);
  }
  return seconds;
}

function videos(): string[] {
  return globSync('*/*/*.mp4', { cwd: target() }).sort();
}

function partials(): string[] {
  return readdirSync(target(), { recursive: true })
    .map(String)
    .filter((name) => path.basename(name).startsWith('.nightjar-'));
}

/** Ends the app's own process as a power cut would. */
async function kill(): Promise<void> {
  const { pid } = household;
  if (pid === null) throw new Error('the app does not run');
  process.kill(pid, 'SIGKILL');
  await household.quit().catch(() => undefined);
}

function secondsOf(file: string): number {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
  return Number(execFileSync('ffprobe', args, { encoding: 'utf8' }));
}

function ffmpegErrors(file: string): string {
  return execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8', stdio: 'pipe' });
}

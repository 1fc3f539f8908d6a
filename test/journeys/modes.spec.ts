/**
 * When a camera is recorded: only around events, with what memory held of before; in hours that are painted by keys; and
 * not at all while everything is private, which every view says, and which outlives a restart. What was recorded is
 * asked of the library, and the motion is the yard's.
 */
import { expect, test, type Page } from 'playwright/test';
import type { CameraStatus, Span } from '../../main/contract/model.ts';
import { addByCall } from './addByCall.ts';
import { seriousViolations } from './axe.ts';
import { goTo, Household, seeLive, tile, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

const name = 'Front door';
const [before, after] = [5, 6];
/** The yard's cameras have a keyframe every 2 s, and a fragment of at most 1 s more is on its way. */
const keyframeMs = 3000;

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(1);
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
  const [camera] = yard.cameras;
  if (!camera) throw new Error('the yard has no camera');
  await addByCall(page, camera);
  await goTo(page, 'Live');
  await seeLive(page, name);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

async function status(): Promise<CameraStatus> {
  const [first] = await page.evaluate(() => window.nightjar.call('cameras.statuses', undefined));
  if (!first) throw new Error('no camera is watched');
  return first;
}

async function spans(): Promise<Span[]> {
  const answer = await page.evaluate(async () => {
    const [camera] = await window.nightjar.call('cameras.list', undefined);
    const span = { fromMs: 0, toMs: Date.now() + 60_000 };
    return window.nightjar.call('library.spans', { cameraId: camera?.id ?? '', ...span });
  });
  if (!answer.ok) throw new Error(answer.problem.code);
  return answer.value;
}

async function openPlan(): Promise<void> {
  await goTo(page, 'Cameras');
  await page.getByRole('button', { name: 'When it is recorded…' }).click();
  await expect(page.getByRole('dialog', { name: `When ${name} is recorded` })).toBeVisible();
}

async function seen(theme: 'dark' | 'light'): Promise<void> {
  await page.evaluate((chosen) => window.nightjar.call('settings.set', { theme: chosen }), theme);
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
  expect(await seriousViolations(page), theme).toEqual([]);
}

test('around an event a camera is recorded, from what memory held before it to its post-roll', async () => {
  await openPlan();
  await page.getByRole('button', { name: 'Only events' }).click();
  await page.getByLabel('Before an event, in seconds').fill('99');
  await expect(page.getByText('A whole number from 0 to 60.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByLabel('Before an event, in seconds').fill(String(before));
  await page.getByLabel('After an event, in seconds').fill(String(after));
  await expect(page.getByText(`only events, from ${before} s before to ${after} s after`)).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'waiting for an event' })).toBeVisible();
  await goTo(page, 'Live');
  await expect(tile(page, name).getByText('waiting for an event')).toBeVisible();
  await expect(page.getByText('1 not meant to be')).toBeVisible();
  await expect(page.getByText(/1 not recording/)).toBeHidden();

  // Memory has to hold more than the pre-roll before it can be told from all that it holds.
  await expect
    .poll(async () => {
      const { recording } = await status();
      return recording.recording ? recording : Date.now() - recording.sinceMs > (before + 6) * 1000;
    })
    .toBe(true);
  const beganMs = Date.now();
  await yard.command({ camera: 0, motion: true });
  await seeLive(page, name);
  const endedMs = Date.now();
  await yard.command({ camera: 0, motion: false });
  await expect(tile(page, name).getByText('waiting for an event')).toBeVisible();
  await expect(page.getByRole('group', { name: `${name}, live, not recording` })).toBeVisible();
  const quiet = (await spans()).slice(-3);
  const [gap, event, next] = quiet;
  expect(quiet).toMatchObject([{ cause: 'noEvent' }, { kind: 'recorded' }, { cause: 'noEvent' }]);
  if (!gap || !event || !next) throw new Error('three spans');
  expect(event.fromMs).toBe(gap.toMs);
  expect(event.fromMs).toBeLessThanOrEqual(beganMs - before * 1000 + 500);
  expect(event.fromMs).toBeGreaterThan(beganMs - before * 1000 - keyframeMs);
  expect(event.toMs).toBeGreaterThanOrEqual(endedMs + after * 1000 - 500);
});

test('hours of the week are painted by keys, copied, and said in words', async () => {
  await openPlan();
  await page.getByRole('button', { name: 'Always' }).click();
  await page.getByRole('checkbox', { name: /Only in certain hours/ }).check();
  await page.getByRole('button', { name: 'No hour' }).click();
  await expect(page.getByText('Recorded at no hour.')).toBeVisible();
  const grid = page.getByRole('grid', { name: 'Hours of the week' });
  await grid.getByRole('gridcell', { name: 'Monday 00:00' }).focus();
  // Not today: three days on.
  const day = (new Date().getDay() + 6 + 3) % 7;
  for (let down = 0; down < day; down++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowLeft');
  const short = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day] ?? '';
  await expect(page.getByText(new RegExp(`${short} 22:00 to 24:00`))).toBeVisible();
  for (const theme of ['light', 'dark'] as const) await seen(theme);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: /not recorded now, from .* 22:00 on/ })).toBeVisible();
  await expect.poll(async () => (await spans()).at(-1)).toMatchObject({ kind: 'gap', cause: 'schedule' });

  await openPlan();
  await page.getByRole('button', { name: /^Copy .* to all days$/ }).click();
  await page.getByRole('button', { name: 'All hours' }).click();
  const cell = grid.getByRole('gridcell', { name: 'Tuesday 03:00' });
  const other = grid.getByRole('gridcell', { name: 'Thursday 05:00' });
  await cell.hover();
  await page.mouse.down();
  await other.hover();
  await page.mouse.up();
  const painted = 'Mon all day; Tue to Thu 00:00 to 03:00 and 06:00 to 24:00; Fri to Sun all day';
  await expect(page.getByText(painted)).toBeVisible();
  await page.getByRole('checkbox', { name: /Only in certain hours/ }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await goTo(page, 'Live');
  await seeLive(page, name);
});

test('motion is searched in a region that is drawn by keys, and each time leads to its moment', async () => {
  await goTo(page, 'Archive');
  await expect(page.getByRole('heading', { name: 'Motion', exact: true })).toBeVisible();
  await page.keyboard.press('n');
  const sheet = page.getByRole('dialog', { name: `Search ${name} for motion` });
  await expect(sheet).toBeVisible();
  await sheet.getByRole('button', { name: 'Whole picture' }).click();
  await sheet.getByRole('button', { name: 'Corner 1, 0 % from the left, 0 % from the top' }).focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(sheet.getByRole('button', { name: 'Corner 1, 1 % from the left, 5 % from the top' })).toBeFocused();
  await sheet.getByRole('button', { name: 'Add a corner' }).click();
  await sheet.getByRole('button', { name: /^Corner 5/ }).focus();
  await page.keyboard.press('Delete');
  await expect(sheet.getByRole('button', { name: /^Corner 5/ })).toBeHidden();
  for (const theme of ['light', 'dark'] as const) await seen(theme);
  await sheet.getByLabel('Sensitivity').selectOption('5');
  await sheet.getByRole('button', { name: 'Search', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Motion' });
  const found = panel.getByRole('button', { name: /^\d+ \w+ \d\d:\d\d:\d\d/ });
  await expect(found.first()).toBeVisible();
  await expect(panel.getByText(/^Searching/)).toBeHidden();
  await panel
    .getByRole('button', { name: /^Mark as span to keep/ })
    .first()
    .click();
  await expect(page.getByRole('button', { name: 'Export…' })).toBeEnabled();
  for (const theme of ['light', 'dark'] as const) await seen(theme);
});

test('privacy pauses recording and pictures, says so everywhere, and outlives a restart', async () => {
  await goTo(page, 'Live');
  await page.keyboard.press('Control+Shift+P');
  await expect(page.getByRole('dialog', { name: 'Privacy: pause everything' })).toBeVisible();
  for (const theme of ['light', 'dark'] as const) await seen(theme);
  await page.getByRole('radio', { name: '1 hour' }).check();
  await page.getByRole('button', { name: 'Pause everything' }).click();
  const bar = (): ReturnType<Page['getByText']> => page.getByText(/^Privacy: everything paused until /);
  await expect(bar()).toBeVisible();
  await expect(tile(page, name).getByText(/^Paused by you until /)).toBeVisible();
  for (const theme of ['light', 'dark'] as const) await seen(theme);
  await expect.poll(async () => (await status()).stream.state).toBe('off');
  await expect.poll(async () => (await spans()).at(-1)).toMatchObject({ kind: 'gap', cause: 'privacy' });
  for (const view of ['Archive', 'Cameras', 'Exports', 'Settings'] as const) {
    await goTo(page, view);
    await expect(bar()).toBeVisible();
  }

  await household.quit();
  page = await household.open();
  await expect(bar()).toBeVisible();
  await goTo(page, 'Live');
  await expect(tile(page, name).getByText(/^Paused by you until /)).toBeVisible();
  const asked = (await yard.command({ camera: 0, asked: true })) as { asked: number[] };
  await page.keyboard.press('Control+Shift+P');
  await expect(bar()).toBeHidden();
  await seeLive(page, name);
  const again = (await yard.command({ camera: 0, asked: true })) as { asked: number[] };
  expect(again.asked.length).toBeGreaterThan(asked.asked.length);
  expect(Math.max(0, ...asked.asked), 'after the restart nobody asked before it was ended').toBeLessThan(
    again.asked.at(asked.asked.length) ?? 0,
  );
});

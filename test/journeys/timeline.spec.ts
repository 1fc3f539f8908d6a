/**
 * A moment is found by the keyboard alone, and exported: "yesterday 18:40" is typed and understood, the ladder zoomed from
 * a month to a second, the gaps read with their causes, moments bookmarked. The vault was made beforehand: five weeks of
 * three cameras, real recordings under their real names, with three gaps a day.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { type ArchivePage, openArchivePage } from '../bench/archivePage.ts';
import { makeYear } from '../bench/yearVault.ts';
import { seriousViolations } from './axe.ts';

test.describe.configure({ mode: 'serial' });

const dayMs = 86_400_000;
const days = 35;
let folder: string;
let archive: ArchivePage;
let page: Page;

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'nightjar-timeline-'));
  // The whole of yesterday is recorded, as far as UTC goes.
  const until = new Date(Date.now() - dayMs).toISOString().slice(0, 10);
  await makeYear({ folder, cameras: 3, days, until }, () => undefined);
  archive = await openArchivePage(folder);
  page = archive.page;
  // Not by Enter: that is what a user would do with the archive as it begins.
  await page.getByRole('slider', { name: 'Timeline' }).focus();
});

test.afterAll(async () => {
  await archive.close();
  rmSync(folder, { recursive: true, force: true });
});

/** For the eye: beside the drawn one. Nothing is compared. */
async function shoot(name: string): Promise<void> {
  const above = process.env['NIGHTJAR_PICTURES'];
  if (above !== undefined) await page.screenshot({ path: path.join(above, `${name}.png`) });
}

/** The same in both themes, and in the least window. */
async function shootBoth(name: string): Promise<void> {
  const above = process.env['NIGHTJAR_PICTURES'];
  if (above === undefined) return;
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((wanted) => window.nightjar.call('settings.set', { theme: wanted }), theme);
    for (const [width, height] of [
      [1024, 640],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await shoot(`${name}-${theme}-${width}`);
    }
  }
  await page.setViewportSize(size);
}

/** The playhead, as it is read out. */
async function playhead(): Promise<string> {
  return (await page.getByRole('slider', { name: 'Timeline' }).getAttribute('aria-valuetext')) ?? '';
}

/** Of yesterday, as the app says it. */
function yesterday(): string {
  const date = new Date(Date.now() - dayMs);
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).format(date);
  return day.replace(',', '');
}

test('T takes "yesterday 18:40", says how it is understood, and goes there', async () => {
  await page.keyboard.press('t');
  const sheet = page.getByRole('dialog', { name: 'Go to a time' });
  const field = sheet.getByLabel('Day and time');
  await expect(field).toBeFocused();
  await page.keyboard.type('yesterday 18:40');
  await expect(sheet.getByRole('status')).toContainText(
    `${yesterday()} ${new Date(Date.now() - dayMs).getFullYear()} 18:40:00`,
  );
  expect(await seriousViolations(page)).toEqual([]);
  await shoot('timeline-go-to');
  await page.keyboard.press('Enter');
  await expect(sheet).toBeHidden();
  expect(await playhead()).toContain(`${yesterday()} 18:40:00, recorded`);
});

test('a sheet gives the focus back to what opened it, whichever way it is closed', async () => {
  const slider = page.getByRole('slider', { name: 'Timeline' });
  await expect(slider).toBeFocused();
  const opener = page.getByRole('button', { name: /^Go to a time/ });
  const sheet = page.getByRole('dialog', { name: 'Go to a time' });
  for (const close of ['Cancel', 'Close']) {
    await opener.focus();
    await page.keyboard.press('Enter');
    await sheet.getByRole('button', { name: close }).focus();
    await page.keyboard.press('Enter');
    await expect(sheet).toBeHidden();
    await expect(opener).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
  await slider.focus();
});

test('what cannot be gone to is said with a remedy, and nothing moves', async () => {
  const before = await playhead();
  await page.keyboard.press('t');
  const sheet = page.getByRole('dialog', { name: 'Go to a time' });
  const field = sheet.getByLabel('Day and time');
  for (const [typed, said] of [
    ['yesterday 25:00', 'There is no 25:00.'],
    ['last night', '“last” is not understood.'],
    ['today 23:59:59', 'has not come yet'],
    ['', 'Write when: yesterday 18:40.'],
  ] as const) {
    await field.fill(typed);
    await page.keyboard.press('Enter');
    await expect(sheet.getByRole('status')).toContainText(said);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  }
  await field.fill('1 Jan 2020 10:00');
  await expect(sheet.getByRole('status')).toContainText('is before the oldest recording');
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');
  expect(await playhead()).toBe(before);
});

test('the ladder zooms from a month to a second and back, dark and light, without a serious violation', async () => {
  const label = page.locator('.ladder .name.label').first();
  const zooms = page.getByRole('group', { name: 'Zoom' });
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((wanted) => window.nightjar.call('settings.set', { theme: wanted }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await page.getByRole('slider', { name: 'Timeline' }).focus();
    for (let step = 0; step < 20; step++) await page.keyboard.press('-');
    await expect(zooms.getByRole('button', { name: 'Month' })).toHaveAttribute('aria-pressed', 'true');
    const seen = new Set<string>();
    for (const zoom of ['Month', 'Day', 'Hour', '40 min', 'Minute', 'Second']) {
      const button = zooms.getByRole('button', { name: zoom, exact: true });
      for (let step = 0; step < 20 && (await button.getAttribute('aria-pressed')) !== 'true'; step++) {
        await page.keyboard.press('+');
      }
      await expect(button).toHaveAttribute('aria-pressed', 'true');
      seen.add((await label.innerText()).trim());
      expect(await seriousViolations(page)).toEqual([]);
      await shoot(`timeline-${theme}-${zoom.replace(' ', '')}`);
    }
    expect(seen.size).toBe(6);
    // The playhead stays where it was, whatever the zoom.
    expect(await playhead()).toContain(`${yesterday()} 18:40:00`);
  }
  await page.evaluate(() => window.nightjar.call('settings.set', { theme: 'dark' }));
});

test('the rows are painted: recorded time, and each gap in its ink, also where a pixel is half an hour', async () => {
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  for (let step = 0; step < 20; step++) await page.keyboard.press('-');
  const count = async (): Promise<{ recorded: number; signal: number }> =>
    page
      .locator('.rows canvas')
      .first()
      .evaluate((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement)) throw new Error('no canvas');
        const style = getComputedStyle(document.documentElement);
        const inkOf = (name: string): number => parseInt(style.getPropertyValue(name).trim().slice(1), 16);
        const [recordedInk, signalInk] = [inkOf('--recorded'), inkOf('--signal')];
        const line = canvas.getContext('2d')?.getImageData(0, canvas.height >> 1, canvas.width, 1).data ?? [];
        const found = { recorded: 0, signal: 0 };
        for (let at = 0; at < line.length; at += 4) {
          const ink = ((line[at] ?? 0) << 16) | ((line[at + 1] ?? 0) << 8) | (line[at + 2] ?? 0);
          if (ink === recordedInk) found.recorded += 1;
          if (ink === signalInk) found.signal += 1;
        }
        return found;
      });
  // Three gaps a day of 20 s each: two pixels at least each, none swallowed by the day around it.
  await expect.poll(async () => (await count()).signal).toBeGreaterThanOrEqual(2 * 3 * 1);
  expect((await count()).recorded).toBeGreaterThan((await count()).signal);
});

test('a picture of the moment comes where the pointer rests, and for the row with the focus, and goes again', async () => {
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: 'Day', exact: true }).focus();
  await page.keyboard.press('Enter');
  const thumb = page.locator('.plane .thumb');
  const slider = page.getByRole('slider', { name: 'Timeline' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('no timeline');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
  await expect(thumb).toContainText('Camera 1');
  await expect(thumb).toContainText(/0[56]:\d\d:\d\d/);
  await expect(thumb.locator('canvas')).toBeVisible();
  await shoot('timeline-hover');
  await page.mouse.move(10, 10);
  await expect(thumb).toBeHidden();
  await slider.focus();
  // The row before the slider: its name.
  await page.keyboard.press('Shift+Tab');
  await expect(page.locator('.rows .name:focus')).toHaveText('Camera 1');
  await expect(thumb).toContainText('18:40:00');
  await expect(thumb.locator('canvas')).toBeVisible();
  await slider.focus();
  await expect(thumb).toBeHidden();
});

test('gaps are read with their causes, of every camera, and G leads over them', async () => {
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: 'Day', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Timeline as a table' }).focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Timeline as a table' });
  await expect(sheet.getByRole('table')).toHaveCount(3);
  const first = sheet.getByRole('table', { name: /^Camera 1/ });
  await expect(first.getByRole('row', { name: /the camera did not answer/ }).first()).toBeVisible();
  await expect(first.getByRole('row', { name: /this computer did not keep up/ })).toHaveCount(1);
  expect(await seriousViolations(page)).toEqual([]);
  await shoot('timeline-table');
  await page.keyboard.press('Escape');
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('g');
  await expect.poll(playhead).toMatch(/2\d:\d\d:\d\d, recorded/);
  await page.keyboard.press('Shift+G');
  expect(await playhead()).toContain('recorded');
});

test('a moment in a gap that still goes on is gone to, says why nothing is recorded, and leads to the last picture', async () => {
  await page.keyboard.press('t');
  await page.keyboard.type('10 min ago');
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await expect.poll(playhead).toContain('Nightjar was closed');
  const there = (await playhead()).replace(/^.*? (\d\d:\d\d:\d\d).*$/, '$1');
  const picture = page.getByRole('figure', { name: /^Recorded picture of/ });
  await expect(picture.getByRole('status')).toContainText('Gap: Nightjar was closed');
  await expect(picture.getByRole('status')).toContainText('No recording follows yet.');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.keyboard.press('Space');
  expect(await playhead()).toContain(there);
  expect(await seriousViolations(page)).toEqual([]);
  await shootBoth('timeline-goes-on');
});

test('the sheet of an export shows and says why a camera has nothing in the span', async () => {
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('i');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await page.keyboard.press('e');
  const sheet = page.getByRole('dialog', { name: 'New export' });
  const first = sheet.getByRole('checkbox', { name: /^Camera 1/ });
  await expect(first).toHaveAccessibleName(/all gap: closed/);
  await expect(first).toBeDisabled();
  await expect(sheet.locator('.cams .g-off')).toHaveCount(3);
  await expect(sheet.getByText('all gap', { exact: true })).toBeVisible();
  await expect(sheet.getByRole('status').filter({ hasText: 'None of these cameras' })).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await shootBoth('timeline-export-gap');
  await page.keyboard.press('Escape');
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'To the last picture' }).click();
  await expect(page.getByRole('figure', { name: /^Recorded picture of/ })).toContainText('End of what is recorded');
});

test('at the beginning of the window the playhead’s flag and the first time are no larger than elsewhere', async () => {
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('t');
  await page.keyboard.type('yesterday 00:01');
  await page.keyboard.press('Enter');
  await expect.poll(playhead).toContain('00:01:00');
  for (const label of [page.locator('.head-line b'), page.locator('.scale .atStart')]) {
    const box = await label.boundingBox();
    expect(box?.width).toBeLessThan(160);
    expect(box?.height).toBeLessThan(32);
  }
  await shoot('timeline-start');
  await page.keyboard.press('t');
  await page.keyboard.type('yesterday 18:40');
  await page.keyboard.press('Enter');
  await expect.poll(playhead).toContain('18:40:00');
});

test('B bookmarks the moment, Ctrl+Z takes it back, and Alt+arrows lead from one to the next', async () => {
  const goTo = async (typed: string): Promise<void> => {
    await page.keyboard.press('t');
    await page.keyboard.type(typed);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeHidden();
    await page.getByRole('slider', { name: 'Timeline' }).focus();
  };
  const list = page.getByRole('list', { name: /^Bookmarks/ });
  await goTo('yesterday 18:40');
  await page.keyboard.press('b');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await goTo('yesterday 12:00');
  await page.keyboard.press('b');
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Control+z');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.keyboard.press('b');
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(playhead).toContain(`${yesterday()} 18:40:00`);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(playhead).toContain(`${yesterday()} 12:00:00`);

  // Both keys before any answer: what is taken back is this one, and not the one before it.
  await goTo('yesterday 06:00');
  await page.evaluate(() => {
    for (const init of [{ key: 'b' }, { key: 'z', ctrlKey: true }]) {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true }));
    }
  });
  await expect(page.getByText('Taken back.', { exact: true })).toBeAttached();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list).not.toContainText('06:00:00');

  await goTo('2 days ago 12:00');
  await expect(page.getByText('None on this day. Alt+→ leads to one.')).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.locator('.picture-note')).toHaveText('No earlier bookmark');
  await page.keyboard.press('b');
  await goTo('yesterday 23:00');
  await page.keyboard.press('Alt+ArrowRight');
  await expect(page.locator('.picture-note')).toHaveText('No later bookmark');
  // To the one of two days ago, which is taken back; both that are left lie after it.
  await goTo('2 days ago 13:00');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('None on this day. Alt+→ leads to one.')).toBeVisible();
  await goTo('yesterday 12:00');

  await list.getByRole('button').last().focus();
  await page.keyboard.press('F2');
  await expect(page.getByLabel('Name of the bookmark')).toBeFocused();
  await page.keyboard.type('Parcel left');
  await page.keyboard.press('Enter');
  await expect(list.getByRole('button', { name: /Parcel left/ })).toBeVisible();
  await list.getByRole('button', { name: /Parcel left/ }).focus();
  await page.keyboard.press('Delete');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.keyboard.press('Control+z');
  await expect(list.getByRole('button', { name: /Parcel left/ })).toBeVisible();
  await shoot('timeline-bookmarks');
  expect(await seriousViolations(page)).toEqual([]);
});

test('all bookmarks are in a sheet: one is renamed, moved, removed, and comes back', async () => {
  await page.getByRole('button', { name: 'All…' }).focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Bookmarks' });
  await sheet.getByRole('button', { name: 'Rename Parcel left' }).focus();
  await page.keyboard.press('Enter');
  await expect(sheet.getByLabel('New name')).toBeFocused();
  await sheet.getByLabel('New name').fill('Parcel gone');
  await page.keyboard.press('Enter');
  const gone = sheet.getByRole('listitem').filter({ hasText: 'Parcel gone' });
  await expect(gone).toContainText('18:40:00');
  expect(await seriousViolations(page)).toEqual([]);
  await shoot('timeline-bookmarks-sheet');
  await gone.getByRole('button', { name: 'Move to the playhead: Parcel gone' }).focus();
  await page.keyboard.press('Enter');
  await expect(gone).not.toContainText('18:40:00');
  await page.keyboard.press('Delete');
  await expect(gone).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(gone).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});

test('what was found is exported by the keyboard', async () => {
  const { household } = archive;
  await household.willChooseFolder(household.clips);
  await page.keyboard.press('t');
  await page.keyboard.type('yesterday 18:40');
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('i');
  for (let step = 0; step < 6; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await page.keyboard.press('e');
  const sheet = page.getByRole('dialog', { name: 'New export' });
  await expect(sheet.getByRole('button', { name: 'Export', exact: true })).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Done' }).getByRole('listitem')).toHaveCount(1);
  const [exported = ''] = readdirSync(household.clips, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.mp4'),
  );
  const seconds = execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path.join(household.clips, exported)],
    { encoding: 'utf8' },
  );
  expect(Math.abs(Number(seconds) - 30)).toBeLessThan(2.1);
});

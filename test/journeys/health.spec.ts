/**
 * A household in which one camera is lost, one refuses its password and one is paused: what the system's notifications
 * tell of it and what not, where a click on one leads, and what the health view says; by keyboard, and to axe.
 */
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { goTo, Household, lock, seeLive, seeWall, setPassphrase, tile, unlock, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;
const passphrase = 'a health of cameras';
const [lost, refused, paused, well] = ['Front door', 'Driveway', 'Garden', 'Back gate'];

test.beforeAll(async () => {
  yard = await YardProcess.start(4);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

/** From here on what is shown is kept, on either runtime, and can be clicked. */
async function keepNotices(): Promise<void> {
  await household.app.evaluate(({ Notification }) => {
    const shown: unknown[] = [];
    Object.assign(globalThis, { shownNotices: shown });
    Notification.prototype.show = function (this: Electron.Notification) {
      shown.push(this);
    };
  });
}

async function notices(): Promise<string[]> {
  return await household.app.evaluate(() => {
    // Put there above.
    const { shownNotices } = globalThis as unknown as { shownNotices: Electron.Notification[] };
    return shownNotices.map(({ title, body }) => `${title} | ${body}`);
  });
}

async function clickNotice(title: RegExp): Promise<void> {
  await household.app.evaluate((_electron, source) => {
    const { shownNotices } = globalThis as unknown as { shownNotices: Electron.Notification[] };
    shownNotices.find((one) => new RegExp(source).test(one.title))?.emit('click');
  }, title.source);
}

async function somebodyIsThere(isThere: boolean): Promise<void> {
  await household.app.evaluate(
    ({ powerMonitor }, seconds) => {
      powerMonitor.getSystemIdleTime = () => seconds;
    },
    isThere ? 0 : 120,
  );
}

function row(camera: string): ReturnType<Page['getByRole']> {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: camera, exact: true }) });
}

test('cameras that are not recorded are told by the system, once, without their names', async () => {
  test.setTimeout(240_000);
  await keepNotices();
  await somebodyIsThere(false);
  await page.evaluate(() =>
    window.nightjar.call('settings.set', { notices: { shown: true, afterMinutes: 1, names: false } }),
  );
  await page.evaluate(async () => {
    const cameras = (await window.nightjar.call('cameras.list', undefined)) as { id: string; name: string }[];
    const cameraId = cameras.find(({ name }) => name === 'Garden')?.id ?? '';
    await window.nightjar.call('cameras.setPaused', { cameraId, paused: true });
  });
  await yard.command({ camera: 0, fault: { drop: true } });
  await yard.command({ camera: 1, fault: { password: 'another one' } });
  await yard.command({ camera: 1, reboot: true, forMs: 1000 });
  await expect(tile(page, refused)).toHaveAccessibleName(/refused/i);
  await expect(page.getByRole('link', { name: 'Health', exact: true })).toHaveAccessibleDescription(
    '2 cameras are not recorded',
  );
  await expect.poll(notices, { timeout: 150_000 }).toHaveLength(2);
  const told = await notices();
  expect(told.some((one) => /^1 camera is not recorded \| User name or password was refused\./.test(one))).toBe(true);
  expect(told.some((one) => /^1 camera is not recorded \| Nothing has come from it for 1 min/.test(one))).toBe(true);
  for (const { name } of yard.cameras) expect(told.join()).not.toContain(name);
});

test('a click on a notice leads to its camera, and to Health where that is gone', async () => {
  await goTo(page, 'Settings');
  await clickNotice(/not recorded/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(new RegExp(`^(${lost}|${refused})$`));
});

test('the health view says who was recorded, who was not, and why', async () => {
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: '24 hours' }).click();
  await expect(page.getByRole('columnheader', { name: 'now' })).toBeVisible();
  // The hours have their marks side by side, and the last column ends inside the view.
  const ends = await page
    .locator('.dates span')
    .evaluateAll((marks) => marks.slice(0, -1).map((mark) => Math.round(mark.getBoundingClientRect().x)));
  expect(new Set(ends).size).toBe(4);
  expect(Math.min(...ends.slice(1).map((x, at) => x - (ends[at] ?? 0)))).toBeGreaterThan(40);
  // Its gap is a minute of a few: below 100 %, and never rounded to it.
  await expect(row(lost).getByRole('cell').nth(1)).toHaveText(/^[1-9]?\d(\.\d+)? %$/);
  await expect(row(lost).getByRole('cell').nth(2)).toHaveText(/min|s$/);
  await expect(row(refused).getByRole('cell').nth(1)).toHaveText(/^[1-9]?\d(\.\d+)? %$/);
  await expect(row(lost).getByRole('cell').nth(4)).toHaveText('unknown');
  // What the user paused does not count against it.
  await expect(row(paused).getByRole('cell').nth(1)).toHaveText(/^(100|99\.\d) %$/);
  await expect(row(paused).getByRole('button').last()).toHaveAccessibleName(/ paused by you/);
  await expect(row(well).getByRole('cell').nth(3)).toHaveText(/bit\/s.*now .*bit\/s/);
  await expect(row(well).getByRole('cell').nth(4)).toHaveText(/^[+−]\d+\.\d s/);

  const causes = page.getByRole('table', { name: 'Gaps by cause' });
  const cause = (name: string): ReturnType<Page['getByRole']> =>
    causes.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await expect(cause('lost: the camera did not answer')).toContainText(lost);
  await expect(cause('refused: user name or password')).toContainText(refused);
  await expect(cause('recording paused by you')).toContainText(`${paused}, not counted`);

  const figure = (label: string): ReturnType<Page['locator']> =>
    page.locator('.figs > div').filter({ hasText: label }).locator('dd');
  await expect(figure('Recorded')).toHaveText(/^[1-9]?\d(\.\d+)? %$/);
  await expect(figure('Vault')).toHaveText(/ of /);
  await expect(figure('Full, then oldest deleted')).toHaveText(/^in /);
});

test('30 days are looked at behind the answer, and look as drawn', async () => {
  await page.getByRole('button', { name: '30 days' }).click();
  await expect(page.getByRole('columnheader', { name: 'today' })).toBeVisible();
  await expect(row(well).getByRole('button')).toHaveCount(30);
  await expect(row(well).getByRole('button').first()).toHaveAccessibleName(/: nothing is kept of it$/);
  await expect(row(well).getByRole('button').last()).toHaveAccessibleName(/recorded/);
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const [width, height] of [
      [1440, 900],
      [1024, 640],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: test.info().outputPath(`health-${theme}-${width}.png`) });
    }
    expect(await seriousViolations(page), theme).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('what a camera leaves open is looked at when it is asked for, and only then', async () => {
  await expect(page.getByText('Only that camera is asked, only when you want it')).toBeVisible();
  await page.getByRole('combobox', { name: 'Camera' }).selectOption(well);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const report = page.getByRole('list', { name: 'Security report' });
  await expect(report.getByText('Sign-in is hashed')).toBeVisible();
  await expect(report.getByText('No Telnet, FTP or SSH')).toBeVisible();
  await expect(report.getByText('Video travels unencrypted')).toBeVisible();
  await expect(page.getByText(/nothing but this camera was asked\.$/)).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('security.png') });
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'Camera' }).selectOption(lost);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByRole('alert').or(page.locator('.say'))).toContainText(/answer/i);
});

test('by keyboard alone a day of a camera is found and opened in the archive', async () => {
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+5');
  await expect(row(lost).getByRole('button').last()).toBeVisible();
  // Past the rail and the bar with F6, past the period with Tab, to the one bar that has the tab stop.
  await page.keyboard.press('F6');
  for (let times = 0; times < 12; times++) {
    if ((await page.locator('.days button:focus').count()) > 0) break;
    await page.keyboard.press('Tab');
  }
  await expect(row(lost).getByRole('button').last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(row(lost).getByRole('button').first()).toBeFocused();
  await page.keyboard.press('End');
  for (let times = 0; times < 3; times++) await page.keyboard.press('ArrowDown');
  await expect(row(well).getByRole('button').last()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Archive', level: 1 })).toBeVisible();
  await expect(page.getByLabel(`Recorded picture of ${well}`)).toBeVisible();
});

test('a day with a gap opens at that gap, and stands there', async () => {
  await page.keyboard.press('Control+5');
  await row(lost).getByRole('button').last().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Archive', level: 1 })).toBeVisible();
  await expect(page.getByLabel(`Recorded picture of ${lost}`)).toContainText('the camera did not answer, since');
  await expect(page.getByRole('button', { name: 'Play (Space)' })).toBeVisible();
});

test('while Nightjar is locked a notice says how many cameras, and nothing else; its click leads on after unlocking', async () => {
  test.setTimeout(240_000);
  await setPassphrase(page, passphrase);
  await page.evaluate(() =>
    window.nightjar.call('settings.set', { notices: { shown: true, afterMinutes: 1, names: true } }),
  );
  await yard.command({ camera: 1, fault: null });
  await goTo(page, 'Live');
  await keepNotices();
  await lock(page);
  await yard.command({ camera: 2, fault: { drop: true } });
  await yard.command({ camera: 3, fault: { drop: true } });
  await expect
    .poll(notices, { timeout: 150_000 })
    .toContainEqual(expect.stringMatching(/^Nightjar \| \d cameras are not recorded\.$/));
  for (const told of await notices()) expect(told).toMatch(/^Nightjar \| /);
  await clickNotice(/^Nightjar$/);
  await unlock(page, passphrase);
  await expect(page.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible();
});

test('with names, and unlocked, a notice names the camera', async () => {
  test.setTimeout(240_000);
  // With nobody left who answers it would be the network that is told.
  for (const camera of [0, 1, 3]) await yard.command({ camera, fault: null });
  await page.evaluate(async () => {
    // After so long a time they are tried seldom.
    for (const { id } of await window.nightjar.call('cameras.list', undefined))
      await window.nightjar.call('cameras.tryNow', { cameraId: id });
  });
  await goTo(page, 'Live');
  for (const name of [lost, refused, well]) await seeLive(page, name);
  await goTo(page, 'Settings');
  await expect(page.getByLabel('With the names of the cameras')).toBeChecked();
  await expect(page.getByLabel('A camera that does not answer, after')).toHaveValue('1');
  await page.screenshot({ path: test.info().outputPath('settings.png') });
  expect(await seriousViolations(page)).toEqual([]);
  await keepNotices();
  await yard.command({ camera: 1, fault: { drop: true } });
  await expect
    .poll(notices, { timeout: 150_000 })
    .toContainEqual(expect.stringContaining(`${refused} is not recorded`));
});

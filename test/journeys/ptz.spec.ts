/**
 * Moving a camera from its page, by keyboard, by mouse and by clicks: it moves for as long as it is held, and stops when
 * it is let go, when the page goes, and when the network does. Presets, the home position and the tour; and the
 * recording of the camera that is looked at, paused and gone on with. What the head did is read off the yard.
 */
import { expect, test, type Page } from 'playwright/test';
import { seriousViolations } from './axe.ts';
import { goTo, Household, seeLive, tile, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

interface HeadNow {
  position: { pan: number; tilt: number; zoom: number };
  moving: boolean;
  orders: { action: string; pan?: number; tilt?: number; zoom?: number }[];
}

const [whole, zooms, fixed] = ['Front door', 'Driveway', 'Garden'] as const;
const zoomOnly = { panTilt: false, zoom: true, continuous: true, presets: 0, home: 'none' };

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(3, [{}, { onvif: { ptz: zoomOnly } }, {}]);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await goTo(page, 'Live');
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

async function head(camera = 0): Promise<HeadNow> {
  // The yard's own answer, as test/yard/run.ts writes it.
  return (await yard.command({ camera, head: true })) as HeadNow;
}

async function lookAt(name: string): Promise<void> {
  await goTo(page, 'Live');
  await seeLive(page, name);
  await tile(page, name).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: `Controls of ${name}` })).toBeVisible();
  await expect(page.getByText('live, main stream')).toBeVisible();
}

/** Waits until the head is as it should be, and returns how it is. */
async function until(what: (now: HeadNow) => boolean, camera = 0): Promise<HeadNow> {
  let now = await head(camera);
  await expect
    .poll(async () => {
      now = await head(camera);
      return what(now);
    })
    .toBe(true);
  return now;
}

/**
 * Holds until the head is as it should be, and goes on holding. Where the computer is too busy to show pictures for a
 * second the app stops the head, and it is pressed again.
 */
async function hold(press: Press, what: (now: HeadNow) => boolean): Promise<HeadNow> {
  let now = await head();
  await expect(async () => {
    await press.up();
    await press.down();
    await expect.poll(async () => what((now = await head())), { timeout: 4000 }).toBe(true);
  }).toPass({ timeout: 30_000 });
  return now;
}

interface Press {
  down(): Promise<void>;
  up(): Promise<void>;
}

function key(name: string): Press {
  return { down: () => page.keyboard.down(name), up: () => page.keyboard.up(name) };
}

/** The button of a preset, whatever its number. */
function preset(name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('button', { name: new RegExp(`^Go to preset\\s*\\d\\s*${name}$`) });
}

const stands = ({ moving }: HeadNow): boolean => !moving;
const moves = ({ moving }: HeadNow): boolean => moving;
const lastOf = ({ orders }: HeadNow): string | undefined => orders.at(-1)?.action;

test('the page of a camera shows what of it can be moved', async () => {
  await lookAt(fixed);
  await expect(page.getByRole('heading', { name: 'Digital zoom' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Move' })).toHaveCount(0);
  await lookAt(zooms);
  await expect(page.getByRole('button', { name: 'Optical zoom in' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Up left' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Presets' })).toHaveCount(0);
  await lookAt(whole);
  await expect(page.getByRole('group', { name: 'Move' }).getByRole('button')).toHaveCount(9);
  await expect(preset('Drive & door')).toBeVisible();
});

test('by keyboard it moves for as long as the key is held, and stops when it is let go', async () => {
  await page.getByRole('button', { name: 'Fast' }).click();
  await hold(key('ArrowRight'), moves);
  await expect(page.getByRole('button', { name: 'Right', exact: true, pressed: true })).toBeVisible();
  await page.keyboard.up('ArrowRight');
  expect(lastOf(await until(stands))).toBe('Stop');
  // Longer than one order lasts.
  const from = (await head()).position.pan;
  const { position } = await hold(key('ArrowRight'), (now) => now.position.pan > from + 0.3);
  expect(position.tilt).toBe(0);
  await hold(key('ArrowUp'), (now) => now.position.tilt > 0.02);
  await page.keyboard.up('ArrowRight');
  await page.keyboard.up('ArrowUp');
  await until(stands);
  await hold(key('+'), (now) => now.position.zoom > 0.05);
  await page.keyboard.up('+');
  expect(lastOf(await until(stands))).toBe('Stop');
});

test('two keys held at once move it aslant', async () => {
  const before = await head();
  const both: Press = {
    async down() {
      await page.keyboard.down('ArrowLeft');
      await page.keyboard.down('ArrowDown');
    },
    async up() {
      await page.keyboard.up('ArrowLeft');
      await page.keyboard.up('ArrowDown');
    },
  };
  const { orders } = await hold(
    both,
    ({ position }) => position.pan < before.position.pan - 0.02 && position.tilt < before.position.tilt - 0.02,
  );
  expect(orders.some(({ pan, tilt }) => pan === -1 && tilt === -1)).toBe(true);
  await both.up();
  await until(stands);
});

test('by mouse it moves while the button is held, and a click by key is a short step', async () => {
  await page.getByRole('button', { name: 'Slow' }).click();
  const left = page.getByRole('button', { name: 'Left', exact: true });
  const before = await head();
  const mouse: Press = {
    async down() {
      await left.hover();
      await page.mouse.down();
      // The pointer may leave the button while it holds it.
      await page.mouse.move(400, 200);
    },
    up: () => page.mouse.up(),
  };
  await hold(mouse, (now) => now.position.pan < before.position.pan - 0.02 && now.moving);
  await mouse.up();
  const after = await until(stands);
  expect(lastOf(after)).toBe('Stop');
  expect(after.orders.filter(({ action }) => action === 'ContinuousMove').at(-1)?.pan).toBe(-0.2);
  await page.getByRole('button', { name: 'Optical zoom out' }).focus();
  await page.keyboard.press('Enter');
  await until((now) => now.position.zoom < after.position.zoom && !now.moving && lastOf(now) === 'Stop');
});

test('it stops when the window loses the focus, another camera is looked at, or the page goes', async () => {
  const losses: [what: string, lose: () => Promise<unknown>][] = [
    ['focus', () => page.evaluate(() => window.dispatchEvent(new Event('blur')))],
    ['camera', () => page.keyboard.press(']')],
    ['page', () => page.reload()],
  ];
  for (const [what, lose] of losses) {
    await lookAt(whole);
    await hold(key('ArrowLeft'), moves);
    await lose();
    expect(lastOf(await until(stands)), what).toBe('Stop');
    await page.keyboard.up('ArrowLeft');
  }
});

test('it stops when the network is taken away, by itself, and the page says so', async () => {
  await lookAt(whole);
  const stops = (now: HeadNow): number => now.orders.filter(({ action }) => action === 'Stop').length;
  const before = await hold(key('ArrowRight'), moves);
  await yard.command({ camera: 0, fault: { drop: true } });
  await expect(page.getByRole('alert')).toContainText(/The picture stopped|did not answer|Nothing answers/);
  const after = await until(stands);
  expect(stops(after)).toBe(stops(before));
  await page.keyboard.up('ArrowRight');
  await yard.command({ camera: 0, fault: null });
  await expect(page.getByText('live, main stream')).toBeVisible();
  // The next press finds its way.
  await hold(key('ArrowLeft'), moves);
  await page.keyboard.up('ArrowLeft');
  expect(lastOf(await until(stands))).toBe('Stop');
});

test('a camera whose head does not answer is told of, and stops by itself', async () => {
  await hold(key('ArrowRight'), moves);
  await yard.command({ camera: 0, fault: { ptzSilent: true } });
  await until(stands);
  await page.keyboard.up('ArrowRight');
  await expect(page.getByRole('alert')).toContainText(/did not answer|Nothing answers/);
  await yard.command({ camera: 0, fault: { ptzRefuses: 'Parked by a guard' } });
  // Held: what is let go before it is this one's turn moves nothing any more.
  await page.keyboard.down('ArrowLeft');
  await expect(page.getByRole('alert')).toContainText('The camera refused this. It says: “Parked by a guard”.');
  await page.keyboard.up('ArrowLeft');
  await yard.command({ camera: 0, fault: null });
});

test('presets are gone to, stored, renamed and removed, and the home position is too', async () => {
  await page.keyboard.press('1');
  await until(({ position }) => position.pan === -0.4 && position.zoom === 0.2);
  await expect(preset('Gate')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('Home');
  await until(({ position }) => position.pan === 0 && position.zoom === 0);
  await expect(preset('Gate')).not.toHaveAttribute('aria-current', 'true');

  await page.keyboard.press('Shift+Digit3');
  await expect(page.getByRole('heading', { name: 'Store this view' })).toBeVisible();
  await page.getByLabel('Name').fill('Letter box');
  await page.keyboard.press('Enter');
  await expect(preset('Letter box')).toHaveAttribute('aria-current', 'true');
  await preset('Drive & door').click();
  await until(({ position }) => position.pan === 0.5);
  await page.keyboard.press('3');
  await until(({ position }) => position.pan === 0);

  await page.getByRole('button', { name: 'Change Letter box…' }).click();
  await page.getByLabel('Name').fill('Path');
  await page.getByRole('button', { name: 'Store', exact: true }).click();
  await expect(preset('Path')).toBeVisible();
  await page.getByRole('button', { name: 'Change Path…' }).click();
  await page.getByRole('button', { name: 'Remove this preset' }).click();
  await expect(preset('Path')).toHaveCount(0);
  await expect(preset('Gate')).toBeVisible();

  await page.keyboard.press('2');
  await until(({ position }) => position.pan === 0.5);
  await page.keyboard.press('Shift+Home');
  await expect(page.getByRole('radio', { name: 'the home position' })).toBeChecked();
  await page.getByRole('button', { name: 'Store', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Store this view' })).toHaveCount(0);
  await page.keyboard.press('1');
  await until(({ position }) => position.pan === -0.4);
  await page.getByRole('group', { name: 'Move' }).getByRole('button', { name: 'Home position' }).click();
  await until(({ position }) => position.pan === 0.5);
});

test('a tour goes to the first preset and ends when the camera is moved', async () => {
  const tour = page.getByRole('checkbox', { name: 'Tour presets 1 to 2, 20 s each' });
  await tour.check();
  await until(({ position }) => position.pan === -0.4);
  await expect(preset('Gate')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(tour).not.toBeChecked();
  await until(stands);
});

test('P pauses the recording of the camera that is looked at, when asked, and goes on with it', async () => {
  await page.keyboard.press('p');
  await expect(page.getByRole('heading', { name: `Pause the recording of ${whole}?` })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: `${whole}, live, not recording` })).toBeVisible();
  await page.keyboard.press('p');
  await expect(page.getByRole('group', { name: `${whole}, live, recording` })).toBeVisible();
});

test('the page of a camera that moves has no serious accessibility violation, dark or light', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((next) => window.nightjar.call('settings.set', { theme: next }), theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await seriousViolations(page), theme).toEqual([]);
    await page.keyboard.press('Shift+Digit1');
    expect(await seriousViolations(page), `storing, ${theme}`).toEqual([]);
    await page.keyboard.press('Escape');
  }
});

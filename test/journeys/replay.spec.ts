/**
 * Recordings of several cameras played by one clock: in step, at every speed, backwards, one picture at a time, round and
 * round, with a gap, with sound, deleted while it is shown, and by keyboard alone. Every picture of the yard's films
 * carries its number, so what is shown is read off the screen. The vault is made by the real recorder, yesterday, so that
 * every moment is known.
 */
import path from 'node:path';
import { expect, test, type Locator, type Page } from 'playwright/test';
import { type FilmPlan, makeFilmVault, picturesApart, positionAt } from '../bench/filmVault.ts';
import { positionOf } from '../yard/frameNumber.ts';
import { seriousViolations } from './axe.ts';
import { goToMoment, openFilms } from './filmHousehold.ts';
import { Household } from './household.ts';
import { frameOf, frameSets, seeMoving, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

const seconds = 100;
/** Noon of yesterday, by the local clock. */
const startMs = new Date(new Date().setHours(12, 0, 0, 0)).getTime() - 86_400_000;
const small = { widthPixels: 640, heightPixels: 360, bitsPerSecond: 512_000 };
const whole = [{ from: 0, to: seconds }];
const gap = { from: 40, to: 70 };
const names = ['Front door', 'Driveway', 'Garden', 'Back gate'];
const cameras: FilmPlan['cameras'] = [
  { name: 'Front door', ...small, sound: true, spans: whole },
  { name: 'Driveway', ...small, spans: whole },
  {
    name: 'Garden',
    ...small,
    spans: [
      { from: 0, to: gap.from, cause: 'lost' },
      { from: gap.to, to: seconds },
    ],
  },
  { name: 'Back gate', ...small, spans: whole },
];

let household: Household;
let page: Page;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  household = await Household.make();
  const made = await makeFilmVault({ folder: path.join(household.home, 'films'), startMs, cameras });
  page = await openFilms(household, made);
  await expect(picture('Front door')).toBeVisible();
  await teachFrames(page);
});

test.afterAll(async () => {
  await household.close();
});

function picture(name: string): Locator {
  return page.getByLabel(`Recorded picture of ${name}`);
}

/** The number in the film on each of these pictures, of one and the same moment. */
async function numbers(of: string[] = names): Promise<(number | null)[]> {
  return await frameSets(
    page,
    of.map((name) => `Recorded picture of ${name}`),
  );
}

/** Puts the playhead so many seconds behind the start. */
async function goToSecond(second: number): Promise<void> {
  await goToMoment(page, startMs + second * 1000);
}

/** All of them show the picture of that second. */
async function seeSecond(second: number, of: string[] = names): Promise<void> {
  const position = positionAt({ startMs }, startMs + second * 1000);
  await expect
    .poll(async () => (await numbers(of)).map((number) => (number === null ? null : positionOf(number))))
    .toEqual(of.map(() => position));
}

/** Watches until so many different moments were seen; the most that any two pictures were apart in any of the looks. */
async function mostApart(momentsToSee: number, of: string[] = names): Promise<number> {
  let most = 0;
  const moments = new Set<number>();
  await expect
    .poll(
      async () => {
        const shown = (await numbers(of)).filter((number) => number !== null);
        const [first] = shown;
        if (first === undefined || shown.length < of.length) return 0;
        moments.add(positionOf(first));
        for (const other of shown) most = Math.max(most, picturesApart(first, other));
        return moments.size;
      },
      { intervals: [5] },
    )
    .toBeGreaterThanOrEqual(momentsToSee);
  return most;
}

test('four cameras are chosen from the menu by keyboard, and show the same moment', async () => {
  await page.getByRole('button', { name: '1 camera' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemradio', { name: '4 cameras' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '4 cameras in step' })).toBeVisible();
  for (const name of names) await expect(picture(name)).toBeVisible();
  await goToSecond(10);
  await seeSecond(10);
  await page.screenshot({ path: test.info().outputPath('in-step.png') });
});

async function markAndLoop(from: number, to: number): Promise<void> {
  await goToSecond(from);
  await page.keyboard.press('i');
  await goToSecond(to);
  await page.keyboard.press('o');
  await page.getByRole('button', { name: 'Loop the span' }).click();
  await goToSecond(from);
  await expect.poll(playhead).toBe(from * 1000);
}

async function endLoop(): Promise<void> {
  await page.getByRole('button', { name: 'Loop the span' }).click();
  await page.keyboard.press('x');
}

function speed(name: string): Locator {
  return page.getByRole('group', { name: 'Speed' }).getByRole('button', { name: new RegExp(`, ${name}$`) });
}

async function position(name: string): Promise<number | null> {
  const number = await frameOf(picture(name));
  return number === null ? null : positionOf(number);
}

/** The time that the deck says, in ms from the start. */
async function playhead(): Promise<number> {
  const said = await page.getByRole('button', { name: /^Go to a time/ }).innerText();
  const [, hours, minutes, secondsSaid] = /(\d\d):(\d\d):(\d\d\.\d)/.exec(said) ?? [];
  return ((Number(hours) - 12) * 3600 + Number(minutes) * 60 + Number(secondsSaid)) * 1000;
}

test('played at 1, 4, 16 and 32 times, and at an eighth, they are at most one picture apart', async () => {
  // Round and round before the gap, so that there is something to see as long as it takes.
  await markAndLoop(2, 36);
  await page.keyboard.press('l');
  for (const name of ['True speed', '4 times faster', '16 times faster', '32 times faster', '8 times slower']) {
    await speed(name).click();
    expect(await mostApart(12), name).toBeLessThanOrEqual(1);
  }
  await page.keyboard.press('k');
  await endLoop();
  await speed('True speed').click();
});

test('the check would see pictures that are apart', async () => {
  await goToSecond(12);
  await seeSecond(12);
  await page.keyboard.press('y');
  await expect(page.getByRole('button', { name: '4 cameras', exact: true })).toBeVisible();
  await goToSecond(14);
  await expect.poll(() => mostApart(1)).toBe(50);
  await page.keyboard.press('y');
  await seeSecond(14);
});

test('backwards at −1 and −8 the pictures go back, in step', async () => {
  await goToSecond(38);
  await seeSecond(38);
  await page.keyboard.press('j');
  await expect(speed('Backwards')).toHaveAttribute('aria-pressed', 'true');
  expect(await mostApart(12)).toBeLessThanOrEqual(1);
  await page.keyboard.press('j');
  await expect(speed('Backwards, 8 times faster')).toHaveAttribute('aria-pressed', 'true');
  expect(await mostApart(12)).toBeLessThanOrEqual(1);
  await expect.poll(playhead).toBeLessThan(34_000);
  await page.keyboard.press('k');
  // The worker hears of the key a little later than the window.
  await expect
    .poll(async () => {
      const [there, shown] = [await playhead(), await position('Driveway')];
      return shown === null ? null : Math.abs(positionAt({ startMs }, startMs + there) - shown);
    })
    .toBeLessThanOrEqual(3);
  await speed('True speed').click();
});

test('one picture on and one back, over the seams of groups and recordings', async () => {
  for (const second of [9.9, 59.9]) {
    await goToSecond(Math.floor(second));
    await seeSecond(Math.floor(second), ['Front door', 'Driveway']);
    // To 0.1 s before the next second: the seam lies inside what follows.
    const from = positionAt({ startMs }, startMs + Math.floor(second) * 1000);
    for (let step = 1; step <= 30; step++) {
      await page.keyboard.press('.');
      await expect.poll(() => position('Front door')).toBe((from + step) % 500);
    }
    expect(await position('Driveway')).toBe((from + 30) % 500);
    for (let step = 29; step >= 0; step--) {
      await page.keyboard.press(',');
      await expect.poll(() => position('Front door')).toBe((from + step) % 500);
    }
    expect(await position('Driveway')).toBe(from);
  }
});

test('zoomed to a second, the focused camera’s row shows where each of its frames begins', async () => {
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: 'Second' }).click();
  await goToSecond(11);
  await expect(page.locator('.rows .frame')).toHaveCount(25);
  await goToSecond(49);
  await page.getByRole('button', { name: 'Garden', exact: true }).click();
  await expect(page.locator('.rows .frame')).toHaveCount(0);
  await page.getByRole('button', { name: 'Front door', exact: true }).click();
  await expect(page.locator('.rows .frame')).toHaveCount(25);
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: 'Minute' }).click();
  await expect(page.locator('.rows .frame')).toHaveCount(0);
});

test('a camera in a gap says so with its cause and its end, and the others go on', async () => {
  await goToSecond(50);
  const garden = picture('Garden');
  await expect(garden.getByText('Gap: the camera did not answer')).toBeVisible();
  await expect(garden.getByText(/^12:00:40 to 12:01:10, 30 s\./)).toBeVisible();
  await expect(garden.getByText('The next recording begins in 20 s.')).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('gap.png') });
  await page.keyboard.press('l');
  const others = names.filter((name) => name !== 'Garden');
  expect(await mostApart(12, others)).toBeLessThanOrEqual(1);
  await page.keyboard.press('k');
  await garden.getByRole('button', { name: /^Go there/ }).click();
  await seeSecond(70);
});

test('the arrows choose the camera, Enter shows it large, and Escape brings the others back', async () => {
  await picture('Front door').click({ position: { x: 20, y: 120 } });
  await expect(picture('Front door')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(picture('Driveway')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('Enter');
  await expect(picture('Front door')).toBeHidden();
  await seeSecond(70, ['Driveway']);
  await page.keyboard.press('Escape');
  await expect(picture('Front door')).toBeVisible();
  await seeSecond(70);
});

test('a camera alone in a gap: playing goes over it and says so', async () => {
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(picture('Driveway')).toBeHidden();
  await goToSecond(38);
  await seeSecond(38, ['Garden']);
  await page.keyboard.press('l');
  await expect(page.getByText('12:00:40 to 12:01:10, passed over')).toBeVisible();
  await expect.poll(playhead).toBeGreaterThan(70_000);
  await seeMoving(picture('Garden'));
  await page.keyboard.press('k');
  await page.keyboard.press('Escape');
});

test('a marked span is played round and round', async () => {
  await markAndLoop(20, 22);
  await speed('4 times faster').click();
  await page.keyboard.press('l');
  const times: number[] = [];
  for (const untilMs = performance.now() + 2500; performance.now() < untilMs;) times.push(await playhead());
  expect(Math.max(...times)).toBeLessThanOrEqual(22_100);
  expect(
    times.some((time, at) => time < (times[at - 1] ?? 0)),
    'it came round',
  ).toBe(true);
  await page.keyboard.press('k');
  await endLoop();
  await speed('True speed').click();
});

test('the sound of the focused camera is heard at true speed, and M turns it off', async () => {
  await picture('Front door').click({ position: { x: 20, y: 120 } });
  await page.evaluate(`(() => {
    const Outer = window.AudioContext;
    window.contexts = [];
    window.AudioContext = class extends Outer {
      constructor(...options) {
        super(...options);
        window.contexts.push(this);
      }
    };
  })()`);
  await goToSecond(4);
  await page.keyboard.press('l');
  const heard = (): Promise<number> =>
    page.evaluate<number>(`window.contexts.filter(({ state }) => state === 'running').length`);
  await expect.poll(heard).toBe(1);
  await page.keyboard.press('m');
  await expect.poll(heard).toBe(0);
  await page.keyboard.press('m');
  await expect.poll(heard).toBe(1);
  await page.keyboard.press('k');
  await expect.poll(heard).toBe(0);
});

test('a camera without sound says so while it is played', async () => {
  await goToSecond(4);
  await picture('Driveway').click({ position: { x: 20, y: 120 } });
  await page.keyboard.press('l');
  await expect(picture('Driveway').getByText('no sound recorded')).toBeVisible();
  await page.keyboard.press('k');
  await expect(picture('Driveway').getByText('no sound recorded')).toBeHidden();
});

test('dragging over the timeline shows the pictures of where the pointer is', async () => {
  const zooms = page.getByRole('group', { name: 'Zoom' });
  // So that the moment is in the middle of the minute, wherever the window was.
  await zooms.getByRole('button', { name: 'Second' }).click();
  await goToSecond(30);
  await zooms.getByRole('button', { name: 'Minute' }).click();
  await seeSecond(30);
  const timeline = page.getByRole('slider', { name: 'Timeline' });
  const box = await timeline.boundingBox();
  if (!box) throw new Error('no timeline');
  const y = box.y + 8;
  await page.mouse.move(box.x + box.width * 0.5, y);
  await page.mouse.down();
  for (const share of [0.52, 0.6, 0.55, 0.4, 0.45]) {
    await page.mouse.move(box.x + box.width * share, y);
    const there = await playhead();
    const wanted = positionAt({ startMs }, startMs + there);
    await expect.poll(async () => Math.abs(((await position('Driveway')) ?? -99) - wanted)).toBeLessThanOrEqual(3);
  }
  await page.mouse.up();
  await page.keyboard.press('k');
});

test('nothing of it is a barrier, dark or light, wide or narrow', async () => {
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((wanted) => (document.documentElement.dataset['theme'] = wanted), theme);
    for (const [width, height] of [
      [1440, 900],
      [1024, 640],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await seriousViolations(page), `${theme}, ${width}`).toEqual([]);
      await page.screenshot({ path: test.info().outputPath(`${theme}-${width}.png`) });
    }
  }
});

test('in a narrow window whose height the pictures can use the panel folds to a button', async () => {
  const panel = page.getByRole('heading', { name: 'Span to keep' });
  const button = page.getByRole('button', { name: 'Span, events and bookmarks' });
  await page.setViewportSize({ width: 1024, height: 640 });
  await expect(panel).toBeVisible();
  await expect(button).toBeHidden();
  await page.setViewportSize({ width: 1024, height: 900 });
  await expect(panel).toBeHidden();
  expect(await seriousViolations(page)).toEqual([]);
  const wide = (await picture('Front door').boundingBox())?.width ?? 0;
  await page.screenshot({ path: test.info().outputPath('folded.png') });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(panel).toBeVisible();
  await expect.poll(async () => (await picture('Front door').boundingBox())?.width ?? wide).toBeLessThan(wide);
  await page.screenshot({ path: test.info().outputPath('unfolded.png') });
  await page.keyboard.press('Enter');
  await expect(panel).toBeHidden();
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(panel).toBeVisible();
});

test('with everything that the deck can have, nothing of it is cut in any window', async () => {
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('i');
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await expect(page.getByRole('button', { name: 'Loop the span' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^In step/ })).toBeVisible();
  for (const zoom of ['Second', 'Minute'] as const) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: zoom }).click();
    for (const width of [1024, 1100, 1180, 1181, 1320, 1321, 1400, 1401, 1432, 1433, 1440, 1600, 1601, 1920]) {
      await page.setViewportSize({ width, height: 640 });
      const cut = await page.locator('.trans').evaluate((deck) => deck.scrollWidth - deck.clientWidth);
      expect(cut, `${width}, ${zoom}`).toBe(0);
      await expect(page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name: zoom })).toBeInViewport({
        ratio: 1,
      });
    }
  }
  await page.keyboard.press('x');
});

test('when what is recorded of a camera is deleted its picture goes from the screen, and the others stay', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goToSecond(80);
  await seeSecond(80);
  const removed = await page.evaluate(async (name) => {
    const cameras = await window.nightjar.call('library.cameras', undefined);
    const cameraId = cameras.find((camera) => camera.name === name)?.cameraId ?? '';
    return await window.nightjar.call('library.remove', { cameraId, clips: 'release' });
  }, 'Back gate');
  expect(removed.ok).toBe(true);
  await expect(picture('Back gate').getByText('Nothing is recorded here').filter({ visible: true })).toBeVisible();
  await seeSecond(80, ['Front door', 'Driveway', 'Garden']);
  await page.screenshot({ path: test.info().outputPath('deleted.png') });
});

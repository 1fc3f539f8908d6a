/**
 * Events of a second ONVIF camera, which nobody here wrote (test/yard/packagedDevice.ts): added by its address, shown
 * and recorded, it tells of motion and an input; each is in the list and on the timeline, none twice although it is
 * told again in every answer, none lost over its reboot. How long each took from the camera's file to the screen is
 * printed, and not judged. Beside it what must not be there: of a camera that tells nothing, or is off, no event.
 */
import { expect, test, type Page } from 'playwright/test';
import { PackagedDevice, type Sight } from '../yard/packagedDevice.ts';
import { eventList, eventPixels, eventRows, trackOf } from './eventRows.ts';
import { addTyped, goTo, Household, seeLive, typeAddress, YardProcess } from './household.ts';

test.describe.configure({ mode: 'serial' });

const name = 'Courtyard';
/** Enough answers for whatever they hold to be heard, and told twice if it ever were. */
const answers = 4;

type Kind = 'motion' | 'input';

let yard: YardProcess;
let device: PackagedDevice;
let household: Household;
let page: Page;
/** What the camera saw begin, in this order. */
const seen: Kind[] = [];

test.beforeAll(async () => {
  // Its pictures; it does not answer ONVIF itself.
  yard = await YardProcess.start(1, [{ onvif: null }], ['--no-discovery']);
  const [camera] = yard.cameras;
  if (!camera) throw new Error('the yard has no camera');
  const pictures = `rtsp://${camera.host}:${camera.rtspPort}${camera.mainPath}`;
  device = await PackagedDevice.start({ host: camera.host, pictures });
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
});

test.afterAll(async () => {
  await household.close();
  await device.close();
  await yard.stop();
});

/** What the list says of what the camera saw: '' when it is all there, once, in its order. */
async function complaint(): Promise<string> {
  const texts = await eventRows(page).allInnerTexts();
  const told = texts.map((text) => (/motion/i.test(text) ? 'motion' : 'input'));
  return told.join() === seen.join() ? '' : `saw ${seen.join()}; told ${told.join()}`;
}

/** The camera sees something else from now on; resolves when that is in the list, and was told again and again. */
async function sees(sight: Sight, begun?: Kind): Promise<void> {
  if (begun) seen.push(begun);
  const sinceMs = performance.now();
  await device.sees(sight);
  await expect.poll(complaint, { intervals: [30] }).toBe('');
  const ms = Math.round(performance.now() - sinceMs);
  if (begun) console.log(`${begun} at the second device: in the list after ${ms} ms`);
  await device.askedForEvents(answers);
  expect(await complaint()).toBe('');
}

test('it is added by its address, shown and recorded', async () => {
  const [camera] = yard.cameras;
  await typeAddress(page, device.url);
  await page.getByLabel('User name').fill(camera?.user ?? '');
  await page.getByLabel('Password', { exact: true }).fill(camera?.password ?? '');
  await addTyped(page, name);
  await goTo(page, 'Live');
  await seeLive(page, name);
});

test('the motion that its own file tells again and again is one event, until it is told to be over', async () => {
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible();
  seen.push('motion');
  await expect.poll(complaint).toBe('');
  await device.askedForEvents(answers);
  expect(await complaint()).toBe('');
  await expect(eventRows(page).last()).toHaveAttribute('title', /goes on/);
  await sees({ motion: false, input: false });
  await expect(eventRows(page).last()).not.toHaveAttribute('title', /goes on/);
});

test('each motion and each change of its input is in the list, once', async () => {
  for (let round = 0; round < 3; round += 1) {
    await sees({ motion: true, input: false }, 'motion');
    await sees({ motion: true, input: true }, 'input');
    await sees({ motion: false, input: true });
    await sees({ motion: false, input: false });
  }
});

test('of a camera that does not tell what it sees there is no event, and the check says so', async () => {
  await device.sees(null);
  await device.askedForEvents(answers);
  expect(await complaint()).toBe('');
  seen.push('motion');
  expect(await complaint()).toMatch(/^saw .*,motion; told .*,input$/);
  seen.pop();
});

test('over its reboot none is lost, and none told twice', async () => {
  await sees({ motion: true, input: false }, 'motion');
  await device.powerOff();
  await yard.command({ camera: 0, reboot: true, forMs: 2000 });
  // While it is off it sees something begin, and what went on end.
  await device.sees({ motion: false, input: true });
  seen.push('input');
  expect(await complaint(), 'nobody told it yet').not.toBe('');
  await device.boot();
  const bootedMs = performance.now();
  await expect.poll(complaint, { intervals: [30] }).toBe('');
  console.log(`after its reboot: in the list after ${Math.round(performance.now() - bootedMs)} ms`);
  await device.askedForEvents(answers);
  expect(await complaint()).toBe('');
  const motion = eventRows(page, /motion/).last();
  await expect(motion).toHaveAttribute('title', /or longer|end unknown/);
  await sees({ motion: false, input: false });
  await sees({ motion: true, input: false }, 'motion');
  await sees({ motion: false, input: false });
});

test('each is on the timeline: an arrow goes from one to the next, over all of them', async () => {
  await expect.poll(() => eventPixels(trackOf(page, name))).toBeGreaterThan(0);
  await eventList(page).focus();
  await page.keyboard.press('End');
  const playhead = page.getByRole('slider', { name: 'Timeline' });
  const seeAt = async (at: number, timeout: number): Promise<void> => {
    const row = eventRows(page).nth(at);
    await expect(row).toHaveAttribute('aria-selected', 'true', { timeout });
    const clock = /\d\d:\d\d:\d\d/.exec(await row.innerText())?.[0] ?? 'no time';
    await expect(playhead).toHaveAttribute('aria-valuetext', new RegExp(clock), { timeout });
  };
  await expect(async () => {
    // The last one was just now: the playhead stops three seconds before now.
    await page.keyboard.press('Enter');
    await seeAt(seen.length - 1, 500);
  }).toPass();
  for (let at = seen.length - 2; at >= 0; at -= 1) {
    await page.keyboard.press('Shift+ArrowLeft');
    await seeAt(at, 20_000);
  }
});

test('after a start anew they are all there', async () => {
  await device.sees({ motion: false, input: false });
  await household.quit();
  page = await household.open();
  await seeLive(page, name);
  await page.keyboard.press('Control+2');
  await expect.poll(complaint).toBe('');
  await device.askedForEvents(answers);
  expect(await complaint()).toBe('');
});

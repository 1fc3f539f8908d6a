/**
 * Looking closely at one camera: digital zoom by keyboard alone and by the pointer, live and in what is recorded. What is
 * said of the picture is compared with what the yard sends.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { clipFrames, ffmpeg } from '../yard/clips.ts';
import { readFrameNumber } from '../yard/frameNumber.ts';
import { seriousViolations } from './axe.ts';
import { goTo, Household, seeLive, seeWall, tile, YardProcess } from './household.ts';
import { frameOf, seeMoving, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(3, [{}, { main: { sound: 'PCMA' } }, { main: { sound: null } }]);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
  await teachFrames(page);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

/** Without one that is still being written. */
function snapshotsSaved(): string[] {
  return readdirSync(household.clips).filter((name) => !name.startsWith('.'));
}

/** What the page's analysers hear from here on: `loudest` frequency above 1 kHz, and how many are still heard. */
async function overhear(): Promise<void> {
  await page.evaluate(`(() => {
    const heard = (window.overheard ??= []);
    if (heard.length > 0 || window.Overheard) return;
    window.Overheard = window.AnalyserNode;
    window.AnalyserNode = class extends window.Overheard {
      constructor(...options) {
        super(...options);
        heard.push(this);
      }
    };
  })()`);
}

function outputs(): Promise<string[]> {
  return page.evaluate(`window.overheard.map((one) => one.context.state)`);
}

/** The loudest frequency above 1 kHz in two seconds of what is heard, in hundreds of hertz. */
async function loudest(): Promise<number> {
  return await page.evaluate(`(async () => {
    const analyser = window.overheard.at(-1);
    if (!analyser) return 0;
    analyser.smoothingTimeConstant = 0;
    const width = analyser.context.sampleRate / analyser.fftSize;
    const bins = new Float32Array(analyser.frequencyBinCount);
    let loudest = { hertz: 0, decibels: -100 };
    for (const untilMs = performance.now() + 2000; performance.now() < untilMs; ) {
      analyser.getFloatFrequencyData(bins);
      for (const [bin, decibels] of bins.entries())
        if (bin * width > 1000 && decibels > loudest.decibels) loudest = { hertz: bin * width, decibels };
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return Math.round(loudest.hertz / 100);
  })()`);
}

/** The yard's crickets: 2900 Hz, 0.6 s of each 1.6 s. */
async function hearCrickets(): Promise<void> {
  await expect.poll(loudest, 'the crickets of the yard, in hundreds of hertz').toBe(29);
}

async function soundLevel(): Promise<number> {
  return Number(await page.getByRole('meter', { name: 'Level of the sound' }).getAttribute('aria-valuenow'));
}

/** The digital zoom that the deck says, as a number. */
async function scale(): Promise<number> {
  const said = await page.getByRole('slider', { name: 'Digital zoom' }).getAttribute('aria-valuetext');
  return Number(said?.replace(' ×', ''));
}

async function openCamera(name: string): Promise<void> {
  await goTo(page, 'Live');
  await tile(page, name).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('live, main stream')).toBeVisible();
}

function overview(): ReturnType<Page['getByText']> {
  return page.getByText('digital zoom', { exact: true });
}

test('by keyboard alone a camera is opened, enlarged, moved about in and shown whole again', async () => {
  await openCamera('Front door');
  expect(await scale()).toBe(1);
  await expect(overview()).toBeHidden();
  for (const expected of [1.4, 2, 2.8]) {
    await page.keyboard.press('Control++');
    expect(await scale()).toBe(expected);
  }
  await expect(overview()).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('zoomed.png') });
  expect(await seriousViolations(page)).toEqual([]);
  const frame = page.locator('.mini i');
  const before = await frame.boundingBox();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  const after = await frame.boundingBox();
  expect(after?.x).toBeGreaterThan(before?.x ?? 0);
  expect(after?.y).toBeGreaterThan(before?.y ?? 0);
  await page.keyboard.press('Control+-');
  expect(await scale()).toBe(2);
  await page.keyboard.press('0');
  expect(await scale()).toBe(1);
  await expect(overview()).toBeHidden();
});

test('the wheel zooms at the pointer, a drag moves, and never beyond the picture', async () => {
  const box = await page.locator('.stage').boundingBox();
  if (!box) throw new Error('the stage has no box');
  // The upper left corner, where the yard's frame number is: it stays on screen.
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.wheel(0, -2000);
  expect(await scale()).toBe(8);
  const frame = page.locator('.mini i');
  const small = await page.locator('.mini .small').boundingBox();
  const corner = await frame.boundingBox();
  expect(Math.abs((corner?.x ?? 0) - (small?.x ?? 9))).toBeLessThan(2);
  await page.mouse.move(box.x + 300, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 900, box.y + 500, { steps: 4 });
  await page.mouse.up();
  const pushed = await frame.boundingBox();
  expect(Math.abs((pushed?.x ?? 0) - (small?.x ?? 9))).toBeLessThan(1);
  expect(Math.abs((pushed?.y ?? 0) - (small?.y ?? 9))).toBeLessThan(1);
  await page.getByRole('button', { name: 'Whole picture' }).click();
  expect(await scale()).toBe(1);
  await seeMoving(page.locator('.stage'));
});

test('the zoom is gone when the camera is left', async () => {
  await page.keyboard.press('Control++');
  expect(await scale()).toBe(1.4);
  await page.keyboard.press(']');
  await expect(page.getByRole('heading', { name: 'Driveway' })).toBeVisible();
  expect(await scale()).toBe(1);
  await page.keyboard.press('[');
  await expect(page.getByRole('heading', { name: 'Front door' })).toBeVisible();
  expect(await scale()).toBe(1);
});

/** The yard's frame number on a picture in a file, and the picture's size. */
async function readPicture(file: string): Promise<{ frame: number | null; width: number; height: number }> {
  const bytes = readFileSync(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const plain = ['-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
  return { frame: readFrameNumber(await ffmpeg(plain, AbortSignal.timeout(10_000)), width, height), width, height };
}

test('S saves the picture that is on screen, where the user says, and the next one beside it', async () => {
  const file = await household.willSave('Front door.png');
  await expect(page.getByRole('group', { name: /^Front door, live/ })).toBeVisible();
  const before = await frameOf(page.locator('.stage'));
  await page.keyboard.press('s');
  await expect(page.getByText('Saved as Front door.png.').first()).toBeVisible();
  await expect(page.getByText('It is not encrypted')).toBeVisible();
  const after = await frameOf(page.locator('.stage'));
  const saved = await readPicture(file);
  expect({ width: saved.width, height: saved.height }).toEqual({ width: 1280, height: 720 });
  // Between the two numbers that were read on screen, round the end of the loop if need be.
  const span = ((after ?? 0) - (before ?? 0) + clipFrames) % clipFrames;
  expect(((saved.frame ?? -1) - (before ?? 0) + clipFrames) % clipFrames).toBeLessThanOrEqual(span);
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('saved.png') });

  await page.getByRole('button', { name: 'Snapshot (S)' }).click();
  const stamped = /^Front door \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/;
  await expect.poll(() => readdirSync(household.clips).filter((name) => stamped.test(name)).length).toBe(1);
  expect(readdirSync(household.clips)).toHaveLength(2);
});

test('a snapshot of an old picture carries its time, not that of the key', async () => {
  await goTo(page, 'Live');
  await seeLive(page, 'Garden');
  await yard.command({ camera: 2, fault: { freeze: true } });
  const caption = tile(page, 'Garden').getByText(/last picture \d\d:\d\d:\d\d/);
  await expect(caption).toBeVisible();
  // Until the clock has left the second of the picture.
  await expect(tile(page, 'Garden').getByText(/No picture for [2-9] s/)).toBeVisible();
  const time = (await caption.innerText()).trim().slice(-8).replaceAll(':', '.');
  const before = snapshotsSaved();
  await tile(page, 'Garden').focus();
  await page.keyboard.press('s');
  await expect.poll(() => snapshotsSaved().length).toBe(before.length + 1);
  const [saved = ''] = snapshotsSaved().filter((each) => !before.includes(each));
  expect(saved).toMatch(new RegExp(`^Garden .* ${time}\\.png$`));
  expect((await readPicture(path.join(household.clips, saved))).frame).not.toBeNull();
  await yard.command({ camera: 2, fault: null });
  await seeLive(page, 'Garden');
});

test('a snapshot of what is recorded carries the time of its picture', async () => {
  await openCamera('Front door');
  await page.keyboard.press('a');
  const video = page.getByLabel('Recorded picture of Front door');
  await seeMoving(video);
  await page.keyboard.press('k');
  await expect(page.getByRole('button', { name: /^Play/ })).toBeVisible();
  const said = await page.locator('figcaption .t').innerText();
  const shown = await frameOf(video);
  const before = snapshotsSaved();
  await page.keyboard.press('s');
  await expect.poll(() => snapshotsSaved().length).toBe(before.length + 1);
  const [saved = ''] = snapshotsSaved().filter((each) => !before.includes(each));
  expect(saved).toContain(` ${said.slice(0, 8).replaceAll(':', '.')}`);
  expect((await readPicture(path.join(household.clips, saved))).frame).toBe(shown);
  await page.keyboard.press('v');
  await expect(page.getByRole('group', { name: /^Front door, live/ })).toBeVisible();
});

test('what is recorded is enlarged by the same keys', async () => {
  await page.keyboard.press('a');
  const video = page.getByLabel('Recorded picture of Front door');
  await seeMoving(video);
  await page.keyboard.press('Control++');
  await page.keyboard.press('Control++');
  await expect(overview()).toBeVisible();
  await expect(page.getByText('2 ×')).toBeVisible();
  // The strip of squares is twice as wide: what is read as one picture is none.
  await expect.poll(() => frameOf(video)).toBeNull();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Whole picture' }).click();
  await expect.poll(() => frameOf(video)).not.toBeNull();
});

test('I tells how the picture comes, as the yard sends it', async () => {
  await openCamera('Front door');
  await page.keyboard.press('i');
  const said = (name: string): ReturnType<Page['locator']> =>
    page.locator('.info dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');
  await expect(said('Codec')).toHaveText('H.264 High, AAC');
  await expect(said('Keyframe')).toHaveText('every 2.0 s');
  await expect(said('Decoder')).toHaveText(/^(software|hardware)$/);
  await expect(said('Comes by')).toHaveText('RTSP, direct');
  await expect(said('Camera’s clock')).toHaveText('right');
  await expect(said('Dropped')).toHaveText(/^\d+ of \d[\d\u2009]* frames$/);
  await expect(said('Latency')).toHaveText(/^\d+ ms, at worst \d+ ms$/);
  await expect(page.getByRole('img', { name: /^Latency over the last minute, 0 to \d+ ms$/ })).toBeVisible();
  // The yard sends 25 a second; a busy computer shows some of them late.
  await expect
    .poll(async () => {
      const [size, rate] = (await said('Resolution').innerText()).split(', ');
      return size === '1280 × 720' && Math.round(Number.parseFloat(rate ?? '')) === 25;
    })
    .toBe(true);
  // 2 Mbit/s, within what a variable bit rate takes.
  await expect
    .poll(async () => {
      const [amount, unit] = (await said('Bit rate').innerText()).split(' ');
      const megabits = Number(amount) / (unit === 'Mbit/s' ? 1 : 1000);
      return megabits > 0.5 && megabits < 3;
    })
    .toBe(true);
  await page.screenshot({ path: test.info().outputPath('details.png') });
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('i');
  await expect(page.locator('.info')).toBeHidden();
  await page.keyboard.press('Escape');
  await tile(page, 'Driveway').focus();
  await page.keyboard.press('i');
  await expect(tile(page, 'Driveway').locator('.info')).toContainText('640 × 360');
  await expect(page.locator('.info')).toHaveCount(1);
  await page.screenshot({ path: test.info().outputPath('details-wall.png') });
  await page.keyboard.press('i');
});

test('M turns the sound on: it is what the camera hears, and M again ends it', async () => {
  await openCamera('Front door');
  await overhear();
  expect(await soundLevel()).toBe(0);
  await page.keyboard.press('m');
  await expect(page.getByText('AAC, 16 kHz')).toBeVisible();
  await expect.poll(soundLevel).toBeGreaterThan(0);
  await hearCrickets();
  await page.keyboard.press('i');
  const late = page.locator('.info dd', { hasText: /^\d+ ms after it came, \d+ breaks?$/ });
  await expect(late).toBeVisible();
  test.info().annotations.push({ type: 'sound', description: await late.innerText() });
  await page.screenshot({ path: test.info().outputPath('sound.png') });
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('m');
  await expect.poll(outputs).toEqual(['closed']);
  expect(await soundLevel()).toBe(0);
});

test('the volume goes down to silence by keys, and is found again', async () => {
  await openCamera('Front door');
  const volume = page.getByRole('slider', { name: 'Volume' });
  await volume.focus();
  await page.keyboard.press('m');
  await expect.poll(soundLevel).toBeGreaterThan(0);
  await volume.press('Home');
  await expect.poll(soundLevel).toBe(0);
  await volume.press('Shift+ArrowRight');
  await expect(volume).toHaveAttribute('aria-valuetext', '50 %');
  await expect.poll(soundLevel).toBeGreaterThan(0);
  await expect
    .poll(() => page.evaluate(async () => (await window.nightjar.call('settings.get', undefined)).soundVolume))
    .toBe(0.5);
});

test('the sound ends when its camera is left, and a camera without sound says so', async () => {
  // It is on since the test before.
  await page.keyboard.press(']');
  await expect(page.getByRole('heading', { name: 'Driveway' })).toBeVisible();
  await expect.poll(async () => (await outputs()).filter((state) => state !== 'closed')).toEqual([]);
  await page.keyboard.press('m');
  await expect(page.getByText('G.711, 8 kHz')).toBeVisible();
  await hearCrickets();
  await page.keyboard.press(']');
  await expect(page.getByRole('heading', { name: 'Garden' })).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByText('No sound from this camera.').first()).toBeVisible();
  await page.keyboard.press('m');
});

test('on the wall one camera is heard at a time, and the lower edge of its tile says which', async () => {
  await page.keyboard.press('Escape');
  await tile(page, 'Front door').focus();
  await page.keyboard.press('m');
  const heard = (name: string): ReturnType<Page['getByRole']> =>
    tile(page, name).getByRole('img', { name: 'Its sound is on' });
  await expect(heard('Front door')).toBeVisible();
  await hearCrickets();
  await tile(page, 'Driveway').focus();
  await page.keyboard.press('m');
  await expect(heard('Driveway')).toBeVisible();
  await expect(heard('Front door')).toBeHidden();
  await hearCrickets();
  const live = await outputs();
  expect(live.filter((state) => state !== 'closed')).toHaveLength(1);
  await goTo(page, 'Archive');
  // The archive may open one of its own.
  const ofLive = async (): Promise<string[]> => (await outputs()).slice(0, live.length);
  await expect.poll(async () => (await ofLive()).filter((state) => state !== 'closed')).toEqual([]);
});

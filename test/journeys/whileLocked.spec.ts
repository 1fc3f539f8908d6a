/**
 * What goes on while nobody can look: an event that comes while the app is locked, or after a start that is locked, is
 * there after unlocking, once, with its pictures; and privacy that holds over such a start: nothing is recorded and
 * nobody is listened to, which the locked page says, until it ends by its time, locked as it is.
 */
import { expect, test, type Page } from 'playwright/test';
import type { Span } from '../../main/contract/model.ts';
import { seriousViolations } from './axe.ts';
import { eventRows } from './eventRows.ts';
import { Household, lock, seeLocked, seeWall, setPassphrase, unlock, YardProcess } from './household.ts';
import { eventWrittenMs, recordedBytes } from './vaultTools.ts';

test.describe.configure({ mode: 'serial' });

const passphrase = 'osprey candle 3b9e dune';
/** Between this computer's clock at the switch, and the first connection that it ends or begins. */
const switchMs = 1500;

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(1);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
  await setPassphrase(page, passphrase);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

/** Tells all who listen; returns how many do. */
async function tellMotion(motion: boolean): Promise<number> {
  // The yard's own answer, as test/yard/run.ts writes it.
  const { subscribers } = (await yard.command({ camera: 0, motion })) as { subscribers: number };
  return subscribers;
}

/** Something moves, and stops; resolves when both are sealed on the disk. */
async function move(): Promise<void> {
  for (const motion of [true, false]) {
    const beforeMs = eventWrittenMs(household.vault);
    expect(await tellMotion(motion), 'it is listened to').toBeGreaterThan(0);
    await expect.poll(() => eventWrittenMs(household.vault)).toBeGreaterThan(beforeMs);
  }
}

async function seeEvents(count: number): Promise<void> {
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible();
  await expect(eventRows(page)).toHaveCount(count);
}

async function spansSince(fromMs: number): Promise<Span[]> {
  const answer = await page.evaluate(async (sinceMs) => {
    const [camera] = await window.nightjar.call('cameras.list', undefined);
    return window.nightjar.call('library.spans', { cameraId: camera?.id ?? '', fromMs: sinceMs, toMs: Date.now() });
  }, fromMs);
  if (!answer.ok) throw new Error(answer.problem.code);
  return answer.value;
}

test('an event that comes while it is locked is there after unlocking, once, and what it saw is recorded', async () => {
  await seeEvents(0);
  await lock(page);
  const lockedMs = Date.now();
  await move();
  await unlock(page, passphrase);
  await seeEvents(1);
  await expect(eventRows(page)).toHaveText(/motion/);
  await expect(eventRows(page)).not.toHaveAttribute('title', /goes on/);
  const spans = await spansSince(lockedMs);
  expect(spans.filter(({ kind }) => kind === 'gap')).toEqual([]);
  expect(spans).not.toEqual([]);
});

test('so is one that comes after a start that is locked', async () => {
  await household.quit();
  page = await household.open();
  await seeLocked(page);
  // It is listened to again; that nothing moves is no event.
  await expect.poll(() => tellMotion(false)).toBeGreaterThan(0);
  await move();
  await unlock(page, passphrase);
  await seeEvents(2);
});

test('privacy holds over a start that is locked, which says so, and ends by its time', async () => {
  test.setTimeout(180_000);
  const privacy = await page.evaluate(async () => {
    // The shortest that there is; the page offers a quarter of an hour.
    await window.nightjar.call('privacy.start', { lasts: { is: 'minutes', minutes: 1 } });
    return window.nightjar.call('privacy.state', undefined);
  });
  const { sinceMs = 0, untilMs } = privacy ?? {};
  if (typeof untilMs !== 'number') throw new Error('there is no privacy');
  await household.quit();
  page = await household.open();
  await seeLocked(page);
  await expect(page.getByText(/^Privacy: everything paused until /)).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  const before = recordedBytes(household.vault);
  expect(await tellMotion(true), 'nobody listens').toBe(0);
  await tellMotion(false);

  await expect(page.getByText('Recording goes on')).toBeVisible({ timeout: 90_000 });
  await expect.poll(() => recordedBytes(household.vault)).not.toEqual(before);
  const { asked } = (await yard.command({ camera: 0, asked: true })) as { asked: number[] };
  const during = asked.filter((atMs) => atMs > sinceMs + switchMs && atMs < untilMs - switchMs);
  expect(during, 'nobody asked it for pictures').toEqual([]);
  expect(asked.some((atMs) => atMs >= untilMs - switchMs)).toBe(true);

  await unlock(page, passphrase);
  await seeEvents(2);
  const inside = (await spansSince(sinceMs)).filter(
    ({ fromMs, toMs }) => toMs > sinceMs + switchMs && fromMs < untilMs - switchMs,
  );
  expect(inside).not.toEqual([]);
  for (const span of inside) expect(span).toMatchObject({ kind: 'gap', cause: 'privacy' });
  const after = await spansSince(untilMs);
  expect(after.some(({ kind }) => kind === 'recorded')).toBe(true);
});

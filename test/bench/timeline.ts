/**
 * Drawing the timeline, with a week and with a year of sixteen cameras on the disk: from the key to the month, the day
 * and the minute painted in the app's own page. Both vaults are made first (yearVault.ts; kept below --folder, and the
 * same as `bench:year` uses), and looked at once, as the app does behind its start. Then the app is launched on each in
 * turns, so that what else runs on the machine hits both alike, and the zoom is changed by the keyboard:
 *
 * - month: from 14 days to the month, a question to the main process over all cameras;
 * - day: to the day before, by an arrow in the month's row, at the zoom of a day: a question, too;
 * - minute: from a day to a minute by its segment; exact spans, which the page has.
 *
 * Measured is from the moment that the page has the key (the event's own time stamp) to the painted frame after which
 * the ladder changes no more for 300 ms. The first of each launch is of a process that has not drawn one before, and is
 * told apart. Not in it: the time from the key to the page, and from the frame to the glass. Beside it, in the same run
 * and page, a press of a key that changes the zoom without a question, and one that changes nothing on the ladder (the
 * control: it must come to 0).
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright/test';
import { Library } from '../../main/core/library/library.ts';
import { recover } from '../../main/core/recorder/recovery.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { openArchivePage } from './archivePage.ts';
import { percentile, report, rounded, type Row } from './measure.ts';
import { makeYear, wordsOf } from './yearVault.ts';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(os.tmpdir(), 'nightjar-year') },
    cameras: { type: 'string', default: '16' },
    days: { type: 'string', default: '365' },
    until: { type: 'string', default: '2026-11-19' },
    launches: { type: 'string', default: '3' },
    times: { type: 'string', default: '5' },
  },
});

const kinds = ['month', 'day', 'minute', 'closer', 'nothing'] as const;
type Kind = (typeof kinds)[number];
interface Times {
  first: Record<Kind, number[]>;
  later: Record<Kind, number[]>;
}

/** Presses a key, and says how long after it the ladder was painted for the last time. */
async function drawnAfter(page: Page, press: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const state = { keyMs: 0, paintedMs: 0 };
    const ladder = document.querySelector('.ladder');
    if (!ladder) throw new Error('there is no ladder');
    const painted = new MessageChannel();
    painted.port1.onmessage = () => (state.paintedMs = performance.now());
    const observer = new MutationObserver(() => {
      if (state.keyMs > 0) requestAnimationFrame(() => painted.port2.postMessage(null));
    });
    observer.observe(ladder, { subtree: true, childList: true, attributes: true, characterData: true });
    const onkey = (event: Event): void => {
      if (state.keyMs === 0) state.keyMs = event.timeStamp;
    };
    addEventListener('keydown', onkey, { capture: true, once: true });
    Object.assign(globalThis, { drawn: { state, observer, onkey } });
  });
  await press();
  return await page.evaluate(async () => {
    // As it was put there a moment ago.
    const { drawn } = globalThis as unknown as {
      drawn: { state: { keyMs: number; paintedMs: number }; observer: MutationObserver };
    };
    const quietMs = 300;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const sinceMs = performance.now() - Math.max(drawn.state.paintedMs, drawn.state.keyMs);
      if (drawn.state.keyMs > 0 && sinceMs > quietMs) break;
    }
    drawn.observer.disconnect();
    return Math.max(0, drawn.state.paintedMs - drawn.state.keyMs);
  });
}

/** Moves the focus without a press of Tab. */
async function focusSegment(page: Page, name: string): Promise<void> {
  await page.getByRole('group', { name: 'Zoom' }).getByRole('button', { name, exact: true }).focus();
}

async function zoomTo(page: Page, name: string): Promise<number> {
  await focusSegment(page, name);
  return await drawnAfter(page, () => page.keyboard.press('Enter'));
}

async function measure(page: Page, times: number): Promise<Record<Kind, number[]>> {
  const found: Record<Kind, number[]> = { month: [], day: [], minute: [], closer: [], nothing: [] };
  await zoomTo(page, 'Day');
  for (let nth = 0; nth < times; nth++) {
    await zoomTo(page, 'Month');
    await drawnAfter(page, () => page.keyboard.press('+'));
    found.month.push(await drawnAfter(page, () => page.keyboard.press('-')));
    await zoomTo(page, 'Day');
    await page.locator('.ladder .tk[aria-pressed="true"]').focus();
    // There are seven days in the shorter vault.
    const key = nth % 8 < 4 ? 'ArrowLeft' : 'ArrowRight';
    found.day.push(await drawnAfter(page, () => page.keyboard.press(key)));
    found.minute.push(await zoomTo(page, 'Minute'));
    found.closer.push(await zoomTo(page, 'Second'));
    found.nothing.push(await drawnAfter(page, () => page.keyboard.press('Shift')));
  }
  return found;
}

async function launch(folder: string, into: Times): Promise<void> {
  const archive = await openArchivePage(folder);
  const { page } = archive;
  try {
    await page.setViewportSize({ width: 1440, height: 900 });
    const cameras = await page.locator('.rows .name').count();
    if (cameras !== Number(options.cameras)) throw new Error(`${cameras} cameras in the archive`);
    const [first, later] = [await measure(page, 1), await measure(page, Number(options.times))];
    for (const kind of kinds) {
      into.first[kind].push(...first[kind]);
      into.later[kind].push(...later[kind]);
    }
  } finally {
    await archive.close();
  }
}

/** What LookAround does in minutes. */
async function settle(folder: string): Promise<void> {
  const opened = await openWithWords(path.join(folder, 'vault'), wordsOf(folder));
  if (!opened.ok) throw new Error(`the vault does not open: ${opened.problem.code}`);
  const library = new Library({ vault: opened.value });
  const unknown: string[] = [];
  for (const cameraId of await library.cameras()) {
    for (const day of await library.days(cameraId)) {
      // Today, of which the launches before noted that it is paused, never is.
      if (day <= options.until && !(await library.survey.isSettled(cameraId, day))) unknown.push(day);
    }
  }
  if (unknown.length > 0) {
    console.log(`${folder}: looking at every day, for ${unknown.length} are not known`);
    await recover(opened.value, library);
    await library.survey.keep();
  }
  await library.close();
  opened.value.lock();
}

function rowOf(vault: string, days: number, { first, later }: Times): Row {
  const row: Row = { vault, cameras: Number(options.cameras), days, draws: later.month.length };
  for (const kind of kinds) {
    row[`${kind}P50Ms`] = rounded(percentile(later[kind], 50));
    row[`${kind}P95Ms`] = rounded(percentile(later[kind], 95));
    row[`${kind}FirstP50Ms`] = rounded(percentile(first[kind], 50));
  }
  return row;
}

function ratioOf(week: Row, year: Row): Row {
  const ratio: Row = { vault: 'year / week' };
  for (const kind of ['month', 'day', 'minute']) {
    for (const which of ['P50', 'FirstP50']) {
      const [small, large] = [Number(week[`${kind}${which}Ms`]), Number(year[`${kind}${which}Ms`])];
      ratio[`${kind}${which}Ratio`] = small > 0 ? rounded(large / small, 2) : null;
    }
  }
  return ratio;
}

const yearDays = Number(options.days);
const vaults = [
  { name: 'week', days: Math.min(7, yearDays) },
  { name: 'year', days: yearDays },
].map((vault) => {
  const empty = (): Record<Kind, number[]> => ({ month: [], day: [], minute: [], closer: [], nothing: [] });
  const times: Times = { first: empty(), later: empty() };
  return { ...vault, folder: path.join(options.folder, vault.name), times };
});
for (const { name, folder, days } of vaults) {
  const plan = { folder, cameras: Number(options.cameras), days, until: options.until };
  await makeYear(plan, (text) => console.log(`${name}: ${text}`));
  await settle(folder);
}
for (let nth = 0; nth < Number(options.launches); nth++) {
  for (const { folder, times } of vaults) await launch(folder, times);
}
const [week = {}, year = {}] = vaults.map(({ name, days, times }) => rowOf(name, days, times));
report('timeline', [week, year, ratioOf(week, year)]);

/**
 * A large evidence pack, checked as whoever gets it does: its page, opened from the disk in a Chromium without a network,
 * is given the folder. Seconds from the choice to the verdict; the longest time for which the page's thread took nothing
 * else (by a timer of 10 ms in it), steps of progress that were shown, and the most memory that Chromium's processes had
 * more than before. Beside it Nightjar's own check in Node and `sha256sum --check` of the same folder. All read from the
 * page cache. Recordings are one film over and over: what is compared is every byte of them all the same. Not measured:
 * browsers other than Chromium, slow disks. `--minutes 60 --cameras 4`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright';
import { bundle, evidencePage } from '../../build/bundle.ts';
import { checkEvidence } from '../../main/core/exporter/evidence/checkEvidence.ts';
import { writeEvidence } from '../../main/core/exporter/evidence/writeEvidence.ts';
import { Library } from '../../main/core/library/library.ts';
import { createVault } from '../../main/core/vault/folder.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import { openReceiversBrowser } from '../journeys/receiversBrowser.ts';
import { makeFootage, recordMinutes } from '../unit/recorder/footage.ts';
import { report, rounded, type Row, treeOf } from './measure.ts';

const numberOf = (name: string, otherwise: number): number =>
  Number(process.argv[process.argv.indexOf(name) + 1]) || otherwise;
const minutes = numberOf('--minutes', 60);
const cameras = Array.from({ length: numberOf('--cameras', 4) }, (_, at) => {
  return { id: at.toString(16).padStart(16, 'a'), name: `Camera ${at + 1}` };
});
const startMs = Date.UTC(2026, 10, 2, 10);
const minuteMs = 60_000;
const above = mkdtempSync(path.join(os.tmpdir(), 'nightjar-bench-'));
const rows: Row[] = [];

/** The pack's folder. */
async function makePack(): Promise<string> {
  const made = await createVault(path.join(above, 'vault'), makeWords());
  if (!made.ok) throw new Error(made.problem.code);
  const vault = made.value;
  const library = new Library({ vault, now: () => startMs + 24 * 60 * minuteMs });
  const film = makeFootage({ seconds: 60, size: '320x180', framesPerSecond: 10, fragmentMs: 500, sound: true });
  for (const { id: cameraId } of cameras) {
    await recordMinutes({ cameraId, vault, library }, film, { startMs, minutes });
  }
  const folder = path.join(above, 'packs');
  mkdirSync(folder);
  const clock = { atExport: null, recorded: [] };
  const written = await writeEvidence(
    {
      ...{ id: '00000000000000ab', library, vault, cameras, folder, signal: new AbortController().signal },
      ...{ fromMs: startMs, toMs: startMs + minutes * minuteMs },
      onProgress: () => undefined,
      onPlacing: () => Promise.resolve(),
    },
    {
      facts: () => Promise.resolve({ maker: '', model: '', serial: '', firmware: '', clock }),
      page: () => Promise.resolve(readFileSync(evidencePage)),
      app: 'Nightjar bench',
    },
  );
  await library.close();
  if (!written.ok) throw new Error(written.problem.code);
  return path.dirname(written.value.files[0] ?? '');
}

/** Watches from inside the page: the longest pause of its thread, and what it shows of its progress. */
function watchItself(): void {
  const seen = { longestMs: 0, lastMs: performance.now(), steps: new Set<string>() };
  Object.assign(globalThis, { seen });
  setInterval(() => {
    const nowMs = performance.now();
    seen.longestMs = Math.max(seen.longestMs, nowMs - seen.lastMs - 10);
    seen.lastMs = nowMs;
    const shown = document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow');
    if (shown !== null && shown !== undefined) seen.steps.add(shown);
  }, 10);
}

function whatWasSeen(): { longestMs: number; steps: number } {
  // What the function above left there.
  const { seen } = globalThis as unknown as { seen: { longestMs: number; steps: Set<string> } };
  return { longestMs: seen.longestMs, steps: seen.steps.size };
}

function chromiumBytes(): number {
  return treeOf(process.pid).reduce((sum, one) => sum + (/chrom|headless/i.test(one.command) ? one.rssBytes : 0), 0);
}

async function inPage(page: Page, folder: string): Promise<Row> {
  await page.goto(pathToFileURL(path.join(folder, 'check.html')).href);
  const beforeBytes = chromiumBytes();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose the folder' }).click();
  const chooser = await waiting;
  await page.evaluate(watchItself);
  let mostBytes = 0;
  const timer = setInterval(() => (mostBytes = Math.max(mostBytes, chromiumBytes())), 100);
  const beganMs = performance.now();
  await chooser.setFiles(folder);
  await page.getByRole('heading', { name: 'Unchanged and signed' }).waitFor({ timeout: 600_000 });
  const seconds = (performance.now() - beganMs) / 1000;
  clearInterval(timer);
  const { longestMs, steps } = await page.evaluate(whatWasSeen);
  return {
    ...{ seconds: rounded(seconds), heldUpMs: rounded(longestMs), progressSteps: steps },
    memoryMegabytes: rounded((mostBytes - beforeBytes) / 1e6),
  };
}

try {
  await bundle();
  const folder = await makePack();
  const [bytes = ''] = execFileSync('du', ['-sb', folder], { encoding: 'utf8' }).split('\t');
  const pack = { megabytes: rounded(Number(bytes) / 1e6) };
  const browser = await openReceiversBrowser();
  try {
    const context = await browser.newContext({ offline: true });
    rows.push({ what: 'its page, Chromium', ...pack, ...(await inPage(await context.newPage(), folder)) });
  } finally {
    await browser.close();
  }
  const nodeMs = performance.now();
  const checked = await checkEvidence(folder);
  if (!checked.ok || !checked.value.passed) throw new Error('it does not pass');
  rows.push({ what: 'Nightjar', ...pack, seconds: rounded((performance.now() - nodeMs) / 1000) });
  const sumMs = performance.now();
  execFileSync('sha256sum', ['--check', '--quiet', 'checksums.txt'], { cwd: folder });
  rows.push({ what: 'sha256sum', ...pack, seconds: rounded((performance.now() - sumMs) / 1000) });
} finally {
  rmSync(above, { recursive: true, force: true });
}
report('evidencePage', rows);

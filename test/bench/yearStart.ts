/**
 * One launch of the core on a large vault, in a process of its own: `yearStart.ts <folder> <start|look|settle> <day>`.
 * Opens the vault, then, as the app's start does, the house and what the page asks of it for the archive: the status,
 * the cameras, one day's spans of each camera at once. `look` waits until every day was looked at behind that; `settle`
 * looks at every day beforehand, at full speed. Prints what it measured as one line of JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Span } from '../../main/contract/model.ts';
import { openHouse } from '../../main/app/house.ts';
import { openLog } from '../../main/core/log.ts';
import { Library } from '../../main/core/library/library.ts';
import { recover } from '../../main/core/recorder/recovery.ts';
import { openWithWords, type Vault } from '../../main/core/vault/folder.ts';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { wordsOf } from './yearVault.ts';

export interface StartTimes {
  /** From the open vault to the house. */
  houseMs: number;
  /** From the open vault to the day of all cameras answered. */
  dayMs: number;
  /** From the open vault to the status, which is asked beside it. */
  statusMs: number;
  /** The same question again. */
  againMs: number;
  /** And one month of one camera. */
  monthMs: number;
  /** CPU time of this process from the open vault to the day answered. */
  cpuMs: number;
  /** From the open vault to the exact size; null where that was not waited for. */
  lookedMs: number | null;
  /** The longest that the loop was held up while every day was looked at, and the 99th percentile of its delays. */
  longestBlockMs: number | null;
  p99BlockMs: number | null;
  spans: number;
  cameras: number;
}

const dayLengthMs = 86_400_000;

async function main(folder: string, what: string, day: string): Promise<StartTimes> {
  const opened = await openWithWords(`${folder}/vault`, wordsOf(folder));
  if (!opened.ok) throw new Error(`the vault does not open: ${opened.problem.code}`);
  const fromMs = Date.parse(`${day}T00:00:00.000Z`);
  if (what === 'settle') await settle(opened.value);
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const since = (): number => performance.now() - beganMs;
  const house = await openHouse({
    vault: opened.value,
    keychain: new Keychain('Nightjar bench', 1000),
    ffmpeg: { path: 'ffmpeg', version: '', major: 6, minor: 1 },
    log: openLog(),
    tell: () => undefined,
    ...{ warning: null, recorder: null, passphrase: () => 'none' as const },
  });
  if (!house.ok) throw new Error(`the house does not open: ${house.problem.code}`);
  const { library, cameras } = house.value;
  const houseMs = since();
  const ids = cameras.list().map(({ id }) => id);
  const drawn = async (): Promise<Span[]> => {
    const spans = await Promise.all(ids.map((id) => library.spans(id, fromMs, fromMs + dayLengthMs)));
    return spans.flat();
  };
  await library.cameras();
  const statusMs = house.value.status().then(since);
  const spans = await drawn();
  const dayMs = since();
  const { user, system } = process.cpuUsage(cpu);
  await statusMs;
  const againMs = await timed(drawn);
  const monthMs = await timed(() => library.spans(ids[0] ?? '', fromMs - 29 * dayLengthMs, fromMs + dayLengthMs));
  let lookedMs: number | null = null;
  const delays = monitorEventLoopDelay({ resolution: 1 });
  if (what === 'look') {
    delays.enable();
    await library.usedBytes();
    delays.disable();
    lookedMs = since();
  }
  await house.value.close();
  return {
    ...{
      houseMs,
      dayMs,
      statusMs: await statusMs,
      againMs,
      monthMs,
      lookedMs,
      spans: spans.length,
      cameras: ids.length,
    },
    cpuMs: (user + system) / 1000,
    longestBlockMs: lookedMs === null ? null : delays.max / 1e6,
    p99BlockMs: lookedMs === null ? null : delays.percentile(99) / 1e6,
  };
}

/** What LookAround does in minutes. */
async function settle(vault: Vault): Promise<void> {
  const library = new Library({ vault });
  await recover(vault, library);
  await library.survey.keep();
  await library.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

// What runs in the background keeps no process alive.
const alive = setInterval(() => undefined, 1000);
const [folder = '', what = '', day = ''] = process.argv.slice(2);
console.log(JSON.stringify(await main(folder, what, day)));
clearInterval(alive);

/**
 * One launch of the core on a large vault, in a process of its own: `yearStart.ts <folder> <start|look|settle> <day>`.
 * Opens the vault, then, as the app's start does, the house and what the page asks of it for the archive: the status,
 * the cameras, one day's spans of each camera at once. `look` waits until every day was looked at behind that; `settle`
 * looks at every day beforehand, at full speed. Prints what it measured as one line of JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Span } from '../../main/contract/model.ts';
import { Library } from '../../main/core/library/library.ts';
import { recover } from '../../main/core/recorder/recovery.ts';
import type { Vault } from '../../main/core/vault/folder.ts';
import { bareHouse } from '../unit/app/bareHouse.ts';
import { launch, openYear } from './launch.ts';

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

async function main(folder = '', what = '', day = ''): Promise<StartTimes> {
  const vault = await openYear(folder);
  const fromMs = Date.parse(`${day}T00:00:00.000Z`);
  if (what === 'settle') await settle(vault);
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const since = (): number => performance.now() - beganMs;
  const house = await bareHouse(vault);
  const { library, cameras } = house;
  const houseMs = since();
  const ids = cameras.list().map(({ id }) => id);
  const drawn = async (): Promise<Span[]> => {
    const spans = await Promise.all(ids.map((id) => library.spans(id, fromMs, fromMs + dayLengthMs)));
    return spans.flat();
  };
  await library.cameras();
  const statusMs = house.status().then(since);
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
  await house.close();
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

await launch(main);

/**
 * One launch of the core on a large vault, in a process of its own: `healthStart.ts <folder> <until>`. Opens the house,
 * asks for the health of the 30 days that end with `until`, waits until all of it was looked at, and asks again. Prints
 * what it measured as one line of JSON, with what the loop of the same process does while it has nothing to do.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { bareHouse } from '../unit/app/bareHouse.ts';
import { launch, openYear } from './launch.ts';

export interface HealthTimes {
  /** From the question to its first answer, of which most is not known yet. */
  firstMs: number;
  /** From the question until every day of every camera was looked at. */
  completeMs: number;
  /** CPU time of this process meanwhile. */
  cpuMs: number;
  /** The same question again. */
  againMs: number;
  longestBlockMs: number;
  p99BlockMs: number;
  /** The control: as long, with nothing to do. */
  idleLongestBlockMs: number;
  idleP99BlockMs: number;
  days: number;
  recordedShare: number;
}

const dayMs = 86_400_000;
const idleMs = 5000;

async function main(folder = '', until = ''): Promise<HealthTimes> {
  const house = await bareHouse(await openYear(folder));
  const { health, library } = house;
  // The start's own look at every day is another benchmark's (year.ts).
  await library.usedBytes();
  const idle = monitorEventLoopDelay({ resolution: 1 });
  idle.enable();
  await wait(idleMs);
  idle.disable();

  const endMs = Date.parse(`${until}T00:00:00.000Z`) + dayMs;
  const bounds = Array.from({ length: 31 }, (_, at) => endMs + (at - 30) * dayMs);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  delays.enable();
  await health.report(bounds);
  const firstMs = performance.now() - beganMs;
  await health.looked();
  const completeMs = performance.now() - beganMs;
  delays.disable();
  const { user, system } = process.cpuUsage(cpu);
  const againMs = performance.now();
  const report = await health.report(bounds);
  const times = {
    ...{ firstMs, completeMs, cpuMs: (user + system) / 1000, againMs: performance.now() - againMs },
    ...{ longestBlockMs: delays.max / 1e6, p99BlockMs: delays.percentile(99) / 1e6 },
    ...{ idleLongestBlockMs: idle.max / 1e6, idleP99BlockMs: idle.percentile(99) / 1e6 },
  };
  if (!report.complete) throw new Error('not every day was looked at');
  const cells = report.cameras.flatMap((camera) => camera.cells).filter((cell) => cell !== null);
  const recordedMs = cells.reduce((sum, cell) => sum + cell.recordedMs, 0);
  await house.close();
  return { ...times, days: cells.length, recordedShare: recordedMs / (cells.length * dayMs) };
}

await launch(main);

/**
 * Opening the app and drawing a day's timeline, with a week and with a year of sixteen cameras on the disk. Both vaults
 * are made first (yearVault.ts: 8.4 million files for the year, mostly hard links, some two minutes and 2 GB), below
 * --folder, and kept there; `--cameras` and `--days` make smaller ones. Then each vault is opened by the real code in
 * processes of their own, in turns, so that what else runs on the machine hits both alike: from the open vault to the
 * day of all cameras answered, the first question of each process and the same again. One more row for each says what
 * the look at every day costs when nothing is known of it (`days.json` removed), behind the start, with `--look`. With
 * `--realtime` (Linux, root) the processes that are measured go before everything else: for a machine that has other
 * work, which would be measured otherwise.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { percentile, report, rounded, type Row } from './measure.ts';
import type { StartTimes } from './yearStart.ts';
import { makeYear } from './yearVault.ts';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(os.tmpdir(), 'nightjar-year') },
    cameras: { type: 'string', default: '16' },
    days: { type: 'string', default: '365' },
    launches: { type: 'string', default: '9' },
    until: { type: 'string', default: '2026-11-19' },
    look: { type: 'boolean', default: false },
    realtime: { type: 'boolean', default: false },
  },
});
const weekDays = 7;

interface Vault {
  name: string;
  folder: string;
  days: number;
}

const run = promisify(execFile);

async function launch({ folder }: Vault, what: 'settle' | 'start' | 'look'): Promise<StartTimes> {
  const program = path.join(import.meta.dirname, 'yearStart.ts');
  // No keychain is asked: the vault is opened by its words.
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };
  const command = [process.execPath, program, folder, what, options.until];
  if (options.realtime && what !== 'settle') command.unshift('chrt', '--fifo', '10');
  const [file = '', ...rest] = command;
  const { stdout } = await run(file, rest, { env });
  // Written by yearStart.ts in this form.
  return JSON.parse(stdout) as StartTimes;
}

function rowOf({ name, days }: Vault, times: readonly StartTimes[]): Row {
  const of = (choose: (one: StartTimes) => number | null, percent: number): number | null =>
    rounded(
      percentile(
        times.flatMap((one) => choose(one) ?? []),
        percent,
      ),
    );
  return {
    vault: name,
    cameras: times[0]?.cameras ?? 0,
    recordings: Number(options.cameras) * days * 1440,
    launches: times.length,
    houseP50Ms: of(({ houseMs }) => houseMs, 50),
    dayBestMs: of(({ dayMs }) => dayMs, 0),
    dayP50Ms: of(({ dayMs }) => dayMs, 50),
    dayP95Ms: of(({ dayMs }) => dayMs, 95),
    cpuP50Ms: of(({ cpuMs }) => cpuMs, 50),
    statusP50Ms: of(({ statusMs }) => statusMs, 50),
    hotP50Ms: of(({ againMs }) => againMs, 50),
    monthP50Ms: of(({ monthMs }) => monthMs, 50),
  };
}

function ratioOf(week: Row, year: Row): Row {
  const ratio: Row = { vault: 'year / week' };
  for (const key of ['houseP50Ms', 'dayBestMs', 'dayP50Ms', 'cpuP50Ms', 'statusP50Ms', 'hotP50Ms', 'monthP50Ms']) {
    const [small, large] = [Number(week[key]), Number(year[key])];
    ratio[key.replace(/Ms$/, 'Ratio')] = small > 0 ? rounded(large / small, 2) : null;
  }
  return ratio;
}

async function look(vault: Vault): Promise<Row> {
  rmSync(path.join(vault.folder, 'vault', 'days.json'), { force: true });
  const { dayMs, lookedMs, longestBlockMs, p99BlockMs } = await launch(vault, 'look');
  const lookedSeconds = lookedMs === null ? null : rounded(lookedMs / 1000);
  return {
    vault: `${vault.name}, of which nothing is known`,
    ...{ dayP50Ms: rounded(dayMs), lookedSeconds },
    ...{ longestBlockMs: rounded(longestBlockMs), p99BlockMs: rounded(p99BlockMs) },
  };
}

const days = Number(options.days);
const vaults: Vault[] = [
  { name: 'week', folder: path.join(options.folder, 'week'), days: Math.min(days, weekDays) },
  { name: 'year', folder: path.join(options.folder, 'year'), days },
];
for (const { name, folder, days: length } of vaults) {
  const beganMs = performance.now();
  const plan = { folder, cameras: Number(options.cameras), days: length, until: options.until };
  const made = await makeYear(plan, (text) => console.log(`${name}: ${text}`));
  console.log(`${name}: ${made} days made in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
}
const rows: Row[] = [];
for (const vault of vaults) {
  if (options.look) rows.push(await look(vault));
  else await launch(vault, 'settle');
}
const times = vaults.map((): StartTimes[] => []);
for (let nth = 0; nth < Number(options.launches); nth++) {
  for (const [at, vault] of vaults.entries()) times[at]?.push(await launch(vault, 'start'));
}
const [week = {}, year = {}] = vaults.map((vault, at) => rowOf(vault, times[at] ?? []));
report('year', [week, year, ratioOf(week, year), ...rows]);

/**
 * What the benchmarks share: CPU and memory of process trees read from /proc (Linux; elsewhere those columns are
 * empty), percentiles, the table, and the JSON in out/bench/<name>.json: an array of flat rows, units in the keys.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type Row = Record<string, string | number | null>;

const root = path.resolve(import.meta.dirname, '../..');

/** Jiffies a second: USER_HZ, which Linux fixes at 100 for what /proc shows. */
const ticksPerSecond = 100;

interface ProcessInfo {
  pid: number;
  parent: number;
  command: string;
  cpuSeconds: number;
  rssBytes: number;
}

export function processes(): ProcessInfo[] {
  if (process.platform !== 'linux') return [];
  const found: ProcessInfo[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      const rest = stat.slice(end + 2).split(' ');
      found.push({
        pid: Number(name),
        parent: Number(rest[1]),
        command: stat.slice(stat.indexOf('(') + 1, end),
        cpuSeconds: (Number(rest[11]) + Number(rest[12])) / ticksPerSecond,
        rssBytes: Number(rest[21]) * 4096,
      });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** A process and everything it started. */
export function treeOf(pid: number, all: ProcessInfo[] = processes()): ProcessInfo[] {
  const inside = new Set([pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const one of all)
      if (!inside.has(one.pid) && inside.has(one.parent)) {
        inside.add(one.pid);
        grew = true;
      }
  }
  return all.filter((one) => inside.has(one.pid));
}

export interface Load {
  /** Percent of one core while measured. */
  mainCpuPercent: number;
  pageCpuPercent: number;
  ffmpegCpuPercent: number;
  rssBytes: number;
}

/** Starts measuring the app's tree: its main process, its ffmpegs, and its pages (everything else below it). */
export function measureLoad(mainPid: number): () => Load {
  const kind = (one: ProcessInfo): keyof Load =>
    one.pid === mainPid ? 'mainCpuPercent' : one.command === 'ffmpeg' ? 'ffmpegCpuPercent' : 'pageCpuPercent';
  const before = new Map(treeOf(mainPid).map((one) => [one.pid, one.cpuSeconds]));
  const beganMs = performance.now();
  return () => {
    const seconds = (performance.now() - beganMs) / 1000;
    const load: Load = { mainCpuPercent: 0, pageCpuPercent: 0, ffmpegCpuPercent: 0, rssBytes: 0 };
    for (const one of treeOf(mainPid)) {
      load[kind(one)] += ((one.cpuSeconds - (before.get(one.pid) ?? 0)) / seconds) * 100;
      load.rssBytes += one.rssBytes;
    }
    return load;
  };
}

export function percentile(values: number[], percent: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? null;
}

export function rounded(value: number | null, digits = 1): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

/** Prints the rows as a table and writes them as JSON. */
export function report(name: string, rows: Row[]): void {
  console.table(rows);
  const folder = path.join(root, 'out', 'bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(rows, null, 2) + '\n');
  console.log(`written to out/bench/${name}.json`);
}

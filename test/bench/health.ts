/**
 * The health of 30 days of sixteen cameras, with a week and with a year of them on the disk (yearVault.ts; made below
 * --folder, as `bench:year` makes them, and kept): from the question to the first answer and to the last day looked at,
 * the same question again, and how long the main loop is held up meanwhile, against the same loop with nothing to do.
 * Each launch is a process of its own, the two vaults in turns. Measures the core alone: no page, no camera, and the
 * recordings of the vault are seconds of test footage under a minute's name, so reading indexes is all that there is.
 */
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { HealthTimes } from './healthStart.ts';
import { percentile, report, rounded, type Row } from './measure.ts';
import { makeYear } from './yearVault.ts';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(os.tmpdir(), 'nightjar-year') },
    cameras: { type: 'string', default: '16' },
    days: { type: 'string', default: '365' },
    launches: { type: 'string', default: '3' },
    until: { type: 'string', default: '2026-11-19' },
  },
});
const run = promisify(execFile);
const program = path.join(import.meta.dirname, 'healthStart.ts');
const vaults = [
  { name: 'week', days: 7 },
  { name: 'year', days: Number(options.days) },
].map((vault) => ({ ...vault, folder: path.join(options.folder, vault.name), times: [] as HealthTimes[] }));

for (const { name, folder, days } of vaults) {
  const plan = { folder, cameras: Number(options.cameras), days, until: options.until };
  await makeYear(plan, (text) => console.log(`${name}: ${text}`));
}
for (let nth = 0; nth < Number(options.launches); nth++) {
  for (const { folder, times } of vaults) {
    // No keychain is asked: the vault is opened by its words.
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };
    const { stdout } = await run(process.execPath, [program, folder, options.until], { env });
    // Written by healthStart.ts in this form.
    times.push(JSON.parse(stdout) as HealthTimes);
  }
}
report(
  'health',
  vaults.map(({ name, days, times }): Row => {
    const of = (key: keyof HealthTimes, percent = 50): number | null =>
      rounded(
        percentile(
          times.map((one) => one[key]),
          percent,
        ),
      );
    return {
      ...{ vault: name, cameras: Number(options.cameras), days, launches: times.length },
      ...{
        firstP50Ms: of('firstMs'),
        completeP50Ms: of('completeMs'),
        cpuP50Ms: of('cpuMs'),
        againP50Ms: of('againMs'),
      },
      ...{ longestBlockMs: of('longestBlockMs', 100), p99BlockMs: of('p99BlockMs', 100) },
      ...{ idleLongestBlockMs: of('idleLongestBlockMs', 100), idleP99BlockMs: of('idleP99BlockMs', 100) },
      recordedPercent: rounded(100 * (times[0]?.recordedShare ?? 0), 2),
    };
  }),
);

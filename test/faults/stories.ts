/**
 * `npm run test:truth -- [--runs 20] [--seed N] [--seconds 70] [--only N]`: runs of mixed faults whose truth is known,
 * because who did them wrote them down (storyBook.ts), two of them in nights in which the clocks change, one of what the
 * user wants (privacy, plans), one of cameras that are recorded only around events. Every moment of every camera is told
 * exactly once, the states sum up to the wall time, and at least 99 % of the time has the right state and cause. What
 * counts as right near an edge is said in story.ts; how much is right to the moment is printed beside it. The timeline's
 * other questions (all cameras at once, a month, merged) must say the same, and motion that was raised must be among the
 * events (storyEvents.ts). At the end the comparison must notice a truth that is shifted, exchanged or hidden
 * (storyControls.ts).
 *
 * Takes about 100 s a run. Needs root on Linux: it makes a network, with a link to the cameras that goes down in some runs,
 * and mounts of its own, which nobody else sees. Prints
 * tables, writes out/truth/stories.json (flat rows); the exit code is 0 only when all of that holds.
 */
process.env['TZ'] = 'Europe/Berlin';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { YardProcess } from '../yard/yardProcess.ts';
import { mountsRefused } from './disks.ts';
import { faketimeRefused } from './fakedClock.ts';
import { Link, linkRefused } from './link.ts';
import { shareOf, sumOf } from './storyCheck.ts';
import { controlsOf } from './storyControls.ts';
import { sumEvents } from './storyEvents.ts';
import { nightFaults } from './storyNight.ts';
import { camerasInARun, eventsPlan, nightPlan, type Plan, planOf, wishesPlan } from './storyPlan.ts';
import { type RunResult, runStory } from './storyRun.ts';
import { storyCameras } from './storyYard.ts';
import { Sent } from './truth.ts';

const leastShare = 0.99;
const firstAddress = 171;
const isAlone = process.env['NIGHTJAR_TRUTH'] === 'alone';
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '70' },
    /** Only this run of them. */
    only: { type: 'string' },
  },
});

function plans(cuts: boolean): Plan[] {
  const [runs, seed, lengthMs] = [Number(values.runs), Number(values.seed), Number(values.seconds) * 1000];
  const all = Array.from({ length: runs }, (_, nth) => {
    if (runs > 3 && nth === runs - 3) return wishesPlan(seed + nth, { lengthMs });
    if (runs > 4 && nth === runs - 4) return eventsPlan(seed + nth, { lengthMs });
    if (nth === runs - 2) return nightPlan('autumn', seed + nth, { pieceMs: lengthMs / 3 });
    if (nth === runs - 1) return nightPlan('spring', seed + nth, { pieceMs: lengthMs / 3 });
    return planOf(seed + nth, { lengthMs, cuts });
  });
  return values.only === undefined ? all : all.filter((_, nth) => nth === Number(values.only));
}

function rowOf({ plan, cameras, faults }: RunResult): object {
  const { seconds, right, exact } = shareOf(sumOf(cameras.map(({ comparison }) => comparison)));
  const percent = (share: number): number => Number((share * 100).toFixed(2));
  return {
    run: plan.name,
    disk: plan.disk,
    seconds: Math.round(seconds),
    'right, %': percent(right),
    'to the moment, %': percent(exact),
    faults: faults.length,
  };
}

function tellWrong({ plan, cameras, faults, acts }: RunResult): void {
  const wrong = cameras.flatMap(({ camera, comparison }) => comparison.wrong.map((one) => ({ camera, ...one })));
  if (wrong.length === 0 && faults.length === 0) return;
  console.log(`\n${plan.name} (seed ${plan.seed}):`);
  for (const text of acts) console.log(`  ${text}`);
  for (const text of faults) console.log(`  FAULT  ${text}`);
  for (const { camera, fromMs, toMs, told, truth } of wrong) {
    const at = new Date(fromMs).toISOString();
    console.log(
      `  WRONG  camera ${camera} ${at} for ${toMs - fromMs} ms: told ${told}, and it was ${truth.join(' or ')}`,
    );
  }
}

async function main(): Promise<number> {
  const refused = mountsRefused || faketimeRefused;
  if (refused) {
    console.log(`not run: ${refused}`);
    return 1;
  }
  const link = isAlone && !linkRefused ? await Link.make(camerasInARun) : undefined;
  const changes = storyCameras().map((plan, camera) => ({ ...plan, ...(link && { host: link.host(camera) }) }));
  const more = ['--no-discovery', '--first-address', String(firstAddress)];
  const yard = await YardProcess.start(camerasInARun, changes, more, link?.through);
  const sent = new Sent(yard);
  const results: RunResult[] = [];
  try {
    for (const plan of plans(link !== undefined)) {
      const result = await runStory(plan, { yard, sent, firstCamera: 0, link });
      result.faults.push(...nightFaults(result));
      results.push(result);
      tellWrong(result);
      console.log(JSON.stringify(rowOf(result)));
    }
  } finally {
    sent.close();
    await yard.stop();
    link?.remove();
  }
  return tell(results);
}

function tell(results: readonly RunResult[]): number {
  const comparisons = results.flatMap(({ cameras }) => cameras.map(({ comparison }) => comparison));
  const sums = sumOf(comparisons);
  const share = shareOf(sums);
  const causes = [...sums].map(([told, { seconds, rightSeconds, exactSeconds }]) => ({
    'it was': told,
    seconds: Number(seconds.toFixed(1)),
    right: Number(rightSeconds.toFixed(1)),
    wrong: Number((seconds - rightSeconds).toFixed(1)),
    'right to the moment': Number(exactSeconds.toFixed(1)),
  }));
  const rows = results.map(rowOf);
  const tried = results[0] ? controlsOf(results[0]) : [];
  console.table(rows);
  console.table(causes);
  const { odd: _said, ...events } = sumEvents(results.flatMap(({ cameras }) => cameras.map(({ events }) => events)));
  console.table([events]);
  console.table(tried);
  const folder = path.resolve(import.meta.dirname, '../../out/truth');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'stories.json'), `${JSON.stringify({ rows, causes }, null, 2)}\n`);
  const faults = results.reduce((sum, one) => sum + one.faults.length, 0);
  const unnoticed = tried.filter(({ noticed }) => !noticed).length;
  console.log(
    `seed ${values.seed}: ${results.length} runs, ${Math.round(share.seconds)} camera seconds, ` +
      `${(share.right * 100).toFixed(2)} % right, ${(share.exact * 100).toFixed(2)} % to the moment, ` +
      `${faults} faults, ${unnoticed} controls did not come out`,
  );
  return share.right >= leastShare && faults === 0 && unnoticed === 0 ? 0 : 1;
}

/** In a network and with mounts of its own, where that is allowed. */
function aloneArguments(): string[] {
  // The rule for the computer's own addresses goes behind those that a run makes: they are to hold for them, too.
  const network = 'ip link set lo up && ip rule add pref 100 lookup local && ip rule del pref 0';
  const alone = ['unshare', '--net', '--mount', 'sh', '-c', `${network} && exec "$@"`, 'sh'];
  return spawnSync(alone[0] ?? '', [...alone.slice(1), 'true']).status === 0 ? alone : [];
}

if (process.env['NIGHTJAR_TRUTH'] !== undefined) process.exitCode = await main();
else {
  const alone = aloneArguments();
  const [program = '', ...args] = [...alone, process.execPath, import.meta.filename, ...process.argv.slice(2)];
  const how = alone.length > 0 ? 'alone' : 'here';
  process.exitCode = await runWithKeyring(program, args, { ...process.env, NIGHTJAR_TRUTH: how });
}

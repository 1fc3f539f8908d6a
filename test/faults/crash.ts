/**
 * `npm run test:crash -- [--kills 200] [--vaults 2] [--power 200] [--minutes 60] [--seed N]`: kills the app's core at
 * random moments while four cameras record into each vault, and checks promise P5 after every restart (kills.ts). Each
 * vault is killed on its own, side by side, so 200 kills are 100 of each of two; after `minutes` no kill begins any more.
 * Beside it, the power is cut at random moments of another life (power.ts). Then nothing readable may lie anywhere that
 * all of them left, nor in what was written (canaries.ts). At the end every check must notice a breach made on purpose
 * (controls.ts). Prints tables, writes out/crash/*.json (flat rows); the exit code is 0 only when nothing was breached.
 */
import { parseArgs } from 'node:util';
import { runWithKeyring } from '../../build/withKeyring.ts';
import { killAll } from './killPart.ts';
import { camerasAVault } from './plans.ts';
import { cutAll, tellCuts } from './powerPart.ts';
import { Chance } from './random.ts';
import { leaveStage, setStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    vaults: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '60' },
    power: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

async function main(): Promise<number> {
  const kills = Number(values.kills);
  const cuts = Number(values.power);
  const vaults = Math.min(Number(values.vaults), Math.max(kills, 1));
  const seed = Number(values.seed);
  console.log(
    `seed ${seed}: ${kills} kills of ${vaults} vaults with ${camerasAVault} cameras each, ${cuts} power cuts`,
  );
  const beganMs = Date.now();
  const seconds = (): number => Math.round((Date.now() - beganMs) / 1000);
  const stage = await setStage(vaults);
  const breaches: string[] = [];
  try {
    const parts = [
      kills > 0
        ? killAll(stage, { kills, vaults, seed, untilMs: beganMs + Number(values.minutes) * 60_000 })
        : Promise.resolve([]),
      cuts > 0 ? cutAll(stage, cuts, new Chance(seed)) : Promise.resolve(null),
    ] as const;
    const [killed, cut] = await Promise.all(parts);
    breaches.push(...killed);
    // After the kills, so that what they left is searched too.
    if (cut) breaches.push(...(await tellCuts(stage, cut)));
  } finally {
    await leaveStage(stage);
  }
  for (const sentence of breaches) console.log(`BREACH  ${sentence}`);
  console.log(`${seconds()} s: ${breaches.length} breaches (seed ${seed})`);
  return breaches.length === 0 ? 0 : 1;
}

if (process.env['NIGHTJAR_CRASH'] === 'inside') process.exitCode = await main();
else {
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, { ...process.env, NIGHTJAR_CRASH: 'inside' });
}

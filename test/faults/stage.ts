/**
 * Where the crash tests play: a yard of four cameras for each vault and four more for the power cuts, what they send,
 * and a temporary folder that holds everything and is gone at the end. And how results are told.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CameraPlan } from '../yard/plans.ts';
import { YardProcess } from '../yard/yardProcess.ts';
import type { Control } from './controls.ts';
import { TestPlace } from './place.ts';
import { crashPlans } from './plans.ts';
import { KnownFilm, Sent } from './truth.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Away from the addresses of journeys and benchmarks. */
const firstAddress = 151;

export interface Stage {
  base: string;
  plans: CameraPlan[];
  yard: YardProcess;
  sent: Sent;
  films: KnownFilm[];
  bitsPerSecond: number[];
  places: TestPlace[];
}

export async function setStage(vaults: number): Promise<Stage> {
  // One vault's more, for the power cuts.
  const plans = crashPlans(vaults + 1);
  const films: KnownFilm[] = [];
  for (const plan of plans) films.push(await KnownFilm.load(plan));
  const base = mkdtempSync(path.join(tmpdir(), 'nightjar-crash-'));
  const more = ['--no-discovery', '--first-address', String(firstAddress)];
  const yard = await YardProcess.start(plans.length, plans, more);
  const places = Array.from({ length: vaults }, (_, nth) => new TestPlace(path.join(base, String(nth))));
  const bitsPerSecond = plans.map(({ main }) => main.bitsPerSecond);
  return { base, plans, yard, sent: new Sent(yard), films, bitsPerSecond, places };
}

export async function leaveStage({ base, yard, sent, places }: Stage): Promise<void> {
  sent.close();
  for (const place of places) await place.remove();
  await yard.stop();
  rmSync(base, { recursive: true, force: true });
}

/** Writes rows as JSON into out/crash. */
export function writeRows(name: string, rows: object[]): void {
  const folder = path.join(root, 'out', 'crash');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(rows, null, 2)}\n`);
  console.log(`written to out/crash/${name}.json`);
}

/** Controls that did not come out, in sentences. */
export function unnoticed(tried: readonly Control[]): string[] {
  return tried.filter(({ noticed }) => !noticed).map(({ what }) => `a control did not come out: ${what}`);
}

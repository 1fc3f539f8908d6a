/**
 * `npm run test:crash -- [--kills 200] [--vaults 2] [--power 200] [--seed N]`: kills the app's core at random moments
 * while four cameras record into each vault, and checks promise P5 after every restart (kills.ts). Each vault is killed
 * on its own, side by side, so 200 kills are 100 of each of two. Beside it, the power is cut at random moments of another
 * life (power.ts). Then nothing readable may lie anywhere that all of them left, nor in what was written (canaries.ts).
 * At the end every check must notice a breach made on purpose (controls.ts). Prints tables, writes out/crash/*.json (flat
 * rows); the exit code is 0 only when nothing was breached.
 */
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runWithKeyring } from '../../build/withKeyring.ts';
import type { CameraPlan } from '../yard/plans.ts';
import { YardProcess } from '../yard/yardProcess.ts';
import type { Canary } from '../journeys/watcher.ts';
import { canariesIn, canariesOf, randomWord, search, searchOpened } from './canaries.ts';
import { type Control, runControls } from './controls.ts';
import { type KillResult, type KillRow, moments, runKills } from './kills.ts';
import { TestPlace } from './place.ts';
import { camerasAVault, crashPlans } from './plans.ts';
import { Chance } from './random.ts';
import { compareWithDisk, type CutResult, cutPower, pathsWritten, type Recorded, recordWrites } from './power.ts';
import { KnownFilm, Sent } from './truth.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Away from the addresses of journeys and benchmarks. */
const firstAddress = 151;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    vaults: { type: 'string', default: '2' },
    power: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

interface Stage {
  base: string;
  plans: CameraPlan[];
  yard: YardProcess;
  sent: Sent;
  films: KnownFilm[];
  bitsPerSecond: number[];
  places: TestPlace[];
}

async function setStage(vaults: number): Promise<Stage> {
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

async function leaveStage({ base, yard, sent, places }: Stage): Promise<void> {
  sent.close();
  for (const place of places) await place.remove();
  await yard.stop();
  rmSync(base, { recursive: true, force: true });
}

/** The app makes the vault and takes up its cameras; then it is killed `kills` times. */
async function killVault(stage: Stage, vault: number, kills: number, chance: Chance): Promise<KillResult> {
  const { yard, sent, films, bitsPerSecond, places } = stage;
  const place = places[vault];
  if (!place) throw new Error('no such vault');
  const firstCamera = vault * camerasAVault;
  const own = <Value>(all: readonly Value[]): Value[] => all.slice(firstCamera, firstCamera + camerasAVault);
  const core = place.start({});
  try {
    await place.settle(core, own(yard.cameras));
    await core.recording(camerasAVault);
    await core.close();
  } finally {
    await core.end();
  }
  const identity = await place.identity();
  return runKills({
    ...{ place, vault, kills, chance, sent, firstCamera, identity },
    films: own(films),
    bitsPerSecond: own(bitsPerSecond),
    progress: (text) => process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : ''),
  });
}

/** One more life of the first vault, long enough to lose too much of, and the breaches made on what it left. */
async function controls(stage: Stage, result: KillResult): Promise<Control[]> {
  const [place] = stage.places;
  const [film] = stage.films;
  if (!place || !film) throw new Error('no vault to make breaches in');
  const core = place.start({});
  try {
    await core.recording(camerasAVault);
    await pause(7000);
    const killMs = core.kill();
    await core.ended();
    await stage.sent.ask();
    const identity = await place.identity();
    const { startedMs } = core;
    const sent = stage.sent.between(0, startedMs, killMs);
    const cameraId = place.cameraIds[0] ?? '';
    const { vaultFolder } = place;
    return await runControls({ vaultFolder, identity, cameraId, film, sent, startedMs, killMs }, result.archive);
  } finally {
    await core.end();
  }
}

interface PowerResult extends CutResult {
  controls: Control[];
  recorded: Recorded;
}

const writtenForMs = 14_000;

/** One life of the app with all that it writes taken down, then the power cuts. */
async function power(stage: Stage, cuts: number, chance: Chance): Promise<PowerResult> {
  const place = new TestPlace(path.join(stage.base, 'power'));
  stage.places.push(place);
  const { sent } = stage;
  const firstCamera = stage.films.length - camerasAVault;
  const films = stage.films.slice(firstCamera);
  const cameras = stage.yard.cameras.slice(firstCamera);
  const recorded: Recorded = await recordWrites({ place, sent, films, firstCamera, cameras, runMs: writtenForMs });
  const different = compareWithDisk(recorded, chance);
  const { rows, breaches } = await cutPower(recorded, { cuts, chance });
  const unsynced = await cutPower(recorded, { cuts: Math.min(cuts, 6), chance, countSyncs: false });
  return {
    rows,
    recorded,
    breaches: [...different, ...breaches],
    controls: [
      { what: 'the log of writes gives the folder that is on the disk', noticed: different.length === 0 },
      { what: 'a program that never syncs: power cuts take too much', noticed: unsynced.breaches.length > 0 },
    ],
  };
}

function worstCuts(rows: CutResult['rows'], bitsPerSecond: readonly number[]): object[] {
  return [
    ...Map.groupBy(rows, ({ camera, losing }) => `${(bitsPerSecond[camera] ?? 0) / 1000} kbit/s, losing ${losing}`),
  ]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, of]) => ({
      what,
      cuts: of.length,
      'most lost, ms': Math.max(...of.map(({ lostMs }) => lostMs)),
      'most lost, bytes': Math.max(...of.map(({ lostBytes }) => lostBytes)),
    }));
}

function worstBy(rows: readonly KillRow[], key: (row: KillRow) => string | number): object[] {
  return [...Map.groupBy(rows, key)].map(([what, of]) => ({
    what,
    kills: new Set(of.map(({ vault, kill }) => `${vault} ${kill}`)).size,
    pictures: of.reduce((sum, { keptPictures }) => sum + keptPictures, 0),
    'most lost, ms': Math.max(...of.map(({ lostMs }) => lostMs)),
    'most lost, bytes': Math.max(...of.map(({ lostBytes }) => lostBytes)),
  }));
}

function write(name: string, rows: object[]): void {
  const folder = path.join(root, 'out', 'crash');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(rows, null, 2)}\n`);
  console.log(`written to out/crash/${name}.json`);
}

async function killAll(stage: Stage, kills: number, vaults: number, seed: number): Promise<string[]> {
  const results = await Promise.all(
    Array.from({ length: vaults }, (_, vault) => {
      const share = Math.floor(kills / vaults) + (vault < kills % vaults ? 1 : 0);
      return killVault(stage, vault, share, new Chance(seed + vault));
    }),
  );
  const rows = results.flatMap((result) => result.rows);
  const [first] = results;
  const tried = first ? await controls(stage, first) : [];
  process.stderr.write('\n');
  console.table(
    moments.flatMap((moment) =>
      worstBy(
        rows.filter((row) => row.moment === moment),
        () => moment,
      ),
    ),
  );
  console.table(worstBy(rows, ({ bitsPerSecond }) => `${bitsPerSecond / 1000} kbit/s`));
  console.table(tried);
  tellLeftovers(rows);
  write('kills', rows);
  return [...results.flatMap((result) => result.breaches), ...unnoticed(tried)];
}

async function tellCuts(stage: Stage, cut: PowerResult): Promise<string[]> {
  const { rows, breaches, controls: tried, recorded } = cut;
  console.table(worstCuts(rows, stage.bitsPerSecond));
  console.table(tried);
  write('power', rows);
  return [...breaches, ...unnoticed(tried), ...(await searchAll(stage, recorded))];
}

/** Everything below the test's folder, what the killed apps left too, and every byte that was written in the logged life. */
async function searchAll(stage: Stage, recorded: Recorded): Promise<string[]> {
  const { place, logFile } = recorded;
  const identity = await place.identity();
  const recordings = globSync('recordings/*/*/*-*.mp4.age', { cwd: place.vaultFolder });
  const known = canariesOf(stage.plans, stage.yard.cameras, stage.films);
  const canaries = [...known, ...(await canariesIn(place.vaultFolder, recordings, identity))];
  const homes = stage.places.map(({ home }) => home);
  const { files, writtenBytes, sightings } = search(homes, [logFile], canaries);
  // Without sealing: what the app's first camera's recordings and its documents hold lies in the open.
  const sealed = [...recordings, 'cameras.json.age', 'settings.json.age'];
  const found = await searchOpened(place.vaultFolder, sealed, identity, canaries);
  identity.wipe();
  const outside = pathsWritten(recorded).filter((one) => !one.startsWith(place.home));
  console.log(
    `canaries: ${canaries.length} in ${files} files and ${writtenBytes} written bytes: ${sightings.length} found; ` +
      `with the sealing taken off: ${found.size} found; written outside the user's home: ${outside.length} files`,
  );
  return [
    ...sightings.map(({ where, what }) => `${what} lies readable in ${where}`),
    ...outside.map((one) => `something was written to ${one}`),
    ...notFound(stage, canaries, found).map(
      (what) => `a control did not come out: ${what} is not found without sealing`,
    ),
  ];
}

/**
 * What the search must find once the sealing is taken off: every stretch of every recording, a picture of each camera's
 * film, and what the list of cameras says. (Of the first camera another name: it was changed all the time. Users and
 * passwords lie in the keychain alone.)
 */
function notFound({ plans }: Stage, canaries: readonly Canary[], found: ReadonlySet<string>): string[] {
  const stretches = canaries.flatMap((one) =>
    typeof one === 'string' || !one.what.startsWith('byte') ? [] : [one.what],
  );
  const firstCamera = plans.length - camerasAVault;
  const own = plans.slice(firstCamera);
  const texts = own.flatMap(({ name, model }, camera) => (camera === 0 ? [model] : [model, randomWord(name)]));
  const pictures = own.flatMap((_plan, camera) =>
    [...found].some((what) => what.startsWith('picture') && what.endsWith(` camera ${firstCamera + camera}`))
      ? []
      : [`a picture of camera ${camera}`],
  );
  return [...[...stretches, ...texts].filter((what) => !found.has(what)), ...pictures];
}

function unnoticed(tried: readonly Control[]): string[] {
  return tried.filter(({ noticed }) => !noticed).map(({ what }) => `a control did not come out: ${what}`);
}

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
      kills > 0 ? killAll(stage, kills, vaults, seed) : Promise.resolve([]),
      cuts > 0 ? power(stage, cuts, new Chance(seed)) : Promise.resolve(null),
    ] as const;
    const [killed, cut] = await Promise.all(parts);
    breaches.push(...killed);
    // After the kills, so that what they left is searched too.
    if (cut) breaches.push(...(await tellCuts(stage, cut)));
  } finally {
    await leaveStage(stage);
  }
  for (const sentence of breaches) console.log(`BREACH  ${sentence}`);
  console.log(`${kills} kills and ${cuts} power cuts in ${seconds()} s: ${breaches.length} breaches (seed ${seed})`);
  return breaches.length === 0 ? 0 : 1;
}

/** How often a kill came between the system calls of a change. */
function tellLeftovers(rows: readonly KillRow[]): void {
  const kills = new Map(rows.map((row) => [`${row.vault} ${row.kill}`, row.leftovers]));
  const count = (word: string): number => [...kills.values()].filter((leftovers) => leftovers.includes(word)).length;
  const found = ['part', 'again', 'new', 'between two renames'].map((word) => `${count(word)} × ${word}`);
  console.log(`left by the kills: ${found.join(', ')}`);
}

if (process.env['NIGHTJAR_CRASH'] === 'inside') process.exitCode = await main();
else {
  const args = [import.meta.filename, ...process.argv.slice(2)];
  process.exitCode = await runWithKeyring(process.execPath, args, { ...process.env, NIGHTJAR_CRASH: 'inside' });
}

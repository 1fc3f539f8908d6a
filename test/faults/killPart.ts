/** The kills of all vaults, side by side, the breaches made on purpose after them, and the tables of both. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Control, runControls } from './controls.ts';
import { type KillResult, type KillRow, moments, runKills } from './kills.ts';
import { camerasAVault } from './plans.ts';
import { Chance } from './random.ts';
import { type Stage, unnoticed, writeRows } from './stage.ts';

/** Returns the breaches, in sentences. */
export async function killAll(
  stage: Stage,
  { kills, vaults, seed, untilMs }: { kills: number; vaults: number; seed: number; untilMs: number },
): Promise<string[]> {
  const results = await Promise.all(
    Array.from({ length: vaults }, (_, vault) => {
      const share = Math.floor(kills / vaults) + (vault < kills % vaults ? 1 : 0);
      return killVault(stage, { vault, kills: share, chance: new Chance(seed + vault), untilMs });
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
  console.log(`killed ${results.reduce((sum, result) => sum + result.kills, 0)} times`);
  writeRows('kills', rows);
  return [...results.flatMap((result) => result.breaches), ...unnoticed(tried)];
}

/** The app makes the vault and takes up its cameras; then it is killed `kills` times. */
async function killVault(
  stage: Stage,
  { vault, ...plan }: { vault: number; kills: number; chance: Chance; untilMs: number },
): Promise<KillResult> {
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
    ...{ place, vault, ...plan, sent, firstCamera, identity },
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

function worstBy(rows: readonly KillRow[], key: (row: KillRow) => string | number): object[] {
  return [...Map.groupBy(rows, key)].map(([what, of]) => ({
    what,
    kills: new Set(of.map(({ vault, kill }) => `${vault} ${kill}`)).size,
    pictures: of.reduce((sum, { keptPictures }) => sum + keptPictures, 0),
    'most lost, ms': Math.max(...of.map(({ lostMs }) => lostMs)),
    'most lost, bytes': Math.max(...of.map(({ lostBytes }) => lostBytes)),
  }));
}

/** How often a kill came between the system calls of a change. */
function tellLeftovers(rows: readonly KillRow[]): void {
  const kills = new Map(rows.map((row) => [`${row.vault} ${row.kill}`, row.leftovers]));
  const count = (word: string): number => [...kills.values()].filter((leftovers) => leftovers.includes(word)).length;
  const found = ['part', 'again', 'new', 'between two renames'].map((word) => `${count(word)} × ${word}`);
  console.log(`left by the kills: ${found.join(', ')}`);
}

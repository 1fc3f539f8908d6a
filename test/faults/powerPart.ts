/**
 * The power cuts with their controls, and the search for what lies readable in all that the tests left and wrote.
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import type { Canary } from '../journeys/watcher.ts';
import { canariesIn, canariesOf, randomWord, search, searchOpened } from './canaries.ts';
import type { Control } from './controls.ts';
import { TestPlace } from './place.ts';
import { camerasAVault } from './plans.ts';
import { compareWithDisk, type CutResult, cutPower, pathsWritten, type Recorded, recordWrites } from './power.ts';
import type { Chance } from './random.ts';
import { type Stage, unnoticed, writeRows } from './stage.ts';

export interface PowerResult extends CutResult {
  controls: Control[];
  recorded: Recorded;
}

const writtenForMs = 14_000;

/** One life of the app with all that it writes taken down, then the power cuts. */
export async function cutAll(stage: Stage, cuts: number, chance: Chance): Promise<PowerResult> {
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

/** Prints and writes what came of it; returns the breaches, in sentences. To be called after the kills: it searches what they left. */
export async function tellCuts(stage: Stage, cut: PowerResult): Promise<string[]> {
  const { rows, breaches, controls: tried, recorded } = cut;
  console.table(worstCuts(rows, stage.bitsPerSecond));
  console.table(tried);
  writeRows('power', rows);
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

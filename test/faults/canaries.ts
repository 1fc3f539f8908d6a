/**
 * Looks for what must never lie on a disk readable: coded bytes of the cameras' pictures and of their sound, their names,
 * addresses, users, passwords, places and models, in every file below the test's folders and in every byte that the app
 * wrote (the log of its writes). Bytes of pictures come from the film itself and from opened recordings, a stretch of
 * each second. The same search must find every one of them where the same vault lies opened.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openFile } from '../../main/core/vault/sealedFile.ts';
import type { Identity } from '../../main/core/vault/keys.ts';
import { type Canary, finderOf, findInFiles, type Sighting } from '../journeys/watcher.ts';
import type { CameraPlan } from '../yard/plans.ts';
import type { YardCamera } from '../yard/yardProcess.ts';
import type { KnownFilm } from './truth.ts';
import { readLog } from './writeLog.ts';

/** So many bytes in a row do not happen by chance. */
const stretchBytes = 24;

/** What is known of the cameras before the app ever runs. Of a name the random word, so that no form of it passes by. */
export function canariesOf(
  plans: readonly CameraPlan[],
  cameras: readonly YardCamera[],
  films: readonly KnownFilm[],
): Canary[] {
  const texts = plans.flatMap(({ name, location, model, user, password, main }) => {
    return [name, randomWord(name), location, model, user, password, randomWord(password), main.path];
  });
  const addresses = cameras.flatMap(({ host, onvifPort, rtspPort }) => [`${host}:${onvifPort}`, `${host}:${rtspPort}`]);
  const pictures = films.flatMap((film, camera) =>
    film.units.flatMap(({ nals, keyframe }, position) => {
      const slice = nals.at(-1);
      if (!slice || (position % 25 !== 0 && !keyframe) || slice.length < 4 * stretchBytes) return [];
      const from = Math.floor(slice.length / 2);
      return [{ what: `picture ${position} of camera ${camera}`, bytes: slice.slice(from, from + stretchBytes) }];
    }),
  );
  return [...texts, ...addresses, ...pictures];
}

export function randomWord(text: string): string {
  return /[0-9a-f]{12}/.exec(text)?.[0] ?? text;
}

/** What the recordings hold, once in 4 KiB: pictures as they were recorded, and the sound, also where it was converted. */
export async function canariesIn(vaultFolder: string, files: readonly string[], identity: Identity): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (const file of files) {
    const opened = await openFile(path.join(vaultFolder, file), identity);
    if (!opened.ok) throw new Error(`${file}: ${opened.problem.code}`);
    for (let at = 2048; at + stretchBytes < opened.value.length; at += 4096) {
      const bytes = opened.value.slice(at, at + stretchBytes);
      // A stretch of zeros, or of a codec's filling, lies in every file.
      if (new Set(bytes).size > stretchBytes / 2) canaries.push({ what: `byte ${at} of ${file}`, bytes });
    }
  }
  return canaries;
}

export interface Search {
  files: number;
  writtenBytes: number;
  sightings: Sighting[];
}

/** Everywhere that the app may have left something. */
export function search(folders: string[], logs: readonly string[], canaries: readonly Canary[]): Search {
  const { files, sightings } = findInFiles(folders, canaries);
  const find = finderOf(canaries);
  let writtenBytes = 0;
  for (const log of logs)
    for (const { phase, change } of readLog(log)) {
      if (phase !== 'begin' || change.op !== 'write') continue;
      writtenBytes += change.data.length;
      for (const what of find(Buffer.from(change.data))) sightings.push({ where: 'a write', what });
    }
  return { files, writtenBytes, sightings };
}

/** The negative control: the same files with the sealing taken off, searched in the same way. Returns what was found. */
export async function searchOpened(
  vaultFolder: string,
  files: readonly string[],
  identity: Identity,
  canaries: readonly Canary[],
): Promise<Set<string>> {
  const folder = `${vaultFolder} opened`;
  mkdirSync(folder);
  try {
    for (const [nth, file] of files.entries()) {
      const opened = await openFile(path.join(vaultFolder, file), identity);
      if (opened.ok) writeFileSync(path.join(folder, String(nth)), opened.value);
    }
    return new Set(findInFiles([folder], canaries).sightings.map(({ what }) => what));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

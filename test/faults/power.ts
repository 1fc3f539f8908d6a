/**
 * Power cuts without pulling a plug: the app's core runs once, from the first run on, with everything that it writes
 * taken down (systemCalls.ts). Then the disk is cut at random entries of that log, laid out as it could lie there
 * (crashedDisk.ts), and opened as at the app's start: recovery, documents, check. The same bound as after a kill holds, and
 * every document is one that was written. The log without its syncs must breach it, and the whole log must give the very
 * folder that is on the disk: else the log does not say what was done.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openHouse } from '../../main/app/openHouse.ts';
import { openLog } from '../../main/core/log.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import type { YardCamera } from '../yard/yardProcess.ts';
import { Archive, checked } from './archive.ts';
import { Disk, type Losing } from './crashedDisk.ts';
import { Names } from './names.ts';
import type { TestPlace } from './place.ts';
import { camerasAVault } from './plans.ts';
import type { Chance } from './random.ts';
import { breaksBound, type KnownFilm, lossOf, type Sent } from './truth.ts';
import { type LogEntry, readLog } from './writeLog.ts';

export interface Recorded {
  place: TestPlace;
  logFile: string;
  /** The vault was made, so it must open from then on. */
  provedMs: number;
  startedMs: number;
  names: Names;
  /** Since when each camera is recorded. */
  sinceMs: ReadonlyMap<string, number>;
  sent: Sent;
  films: readonly KnownFilm[];
  firstCamera: number;
}

export type CutRow = {
  cut: number;
  /** Of the log. */
  entry: number;
  atMs: number;
  losing: Losing;
  camera: number;
  keptPictures: number;
  lostMs: number;
  lostBytes: number;
};

export interface CutResult {
  rows: CutRow[];
  breaches: string[];
}

/** Runs the app for that long and takes down what it writes. */
export async function recordWrites(
  stage: Pick<Recorded, 'place' | 'sent' | 'films' | 'firstCamera'> & { cameras: readonly YardCamera[]; runMs: number },
): Promise<Recorded> {
  const { place, cameras, runMs, ...rest } = stage;
  const logFile = path.join(place.base, 'writes.log');
  const core = place.start({ recordingMs: 2500 }, { writeLog: logFile });
  try {
    await place.settle(core, cameras, () => (provedMs = Date.now()));
    await core.recording(camerasAVault);
    const names = new Names(place.cameraIds);
    await names.check(core);
    const stop = names.keepChanging(core, 700);
    await pause(runMs);
    stop();
    await core.close();
    await rest.sent.ask();
    return { ...rest, place, logFile, provedMs, startedMs: core.startedMs, names, sinceMs: core.firstSinceMs };
  } finally {
    await core.end();
  }
}

let provedMs = 0;

/** In sentences, where the log replayed is not what lies on the disk. */
export function compareWithDisk({ place, logFile }: Recorded, chance: Chance): string[] {
  const disk = new Disk(place.videosFolder);
  for (const entry of readLog(logFile)) disk.take(entry);
  const laid = path.join(place.base, 'laid');
  disk.lay(laid, 'nothing', chance);
  try {
    const real = filesIn(place.videosFolder);
    const replayed = filesIn(laid);
    const names = new Set([...real.keys(), ...replayed.keys()]);
    return [...names]
      .filter((name) => real.get(name) !== replayed.get(name))
      .map((name) => `${name} is not what the log of writes says`);
  } finally {
    rmSync(laid, { recursive: true, force: true });
  }
}

function filesIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    files.map((name) => {
      const file = path.join(folder, name);
      const isFile = statSync(file).isFile();
      return [name, isFile ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'folder'];
    }),
  );
}

/** Cuts the power at that many random entries of the log. */
export async function cutPower(
  recorded: Recorded,
  { cuts, chance, countSyncs = true }: { cuts: number; chance: Chance; countSyncs?: boolean },
): Promise<CutResult> {
  const entries = readLog(recorded.logFile);
  const moments = Array.from({ length: cuts }, () => chance.below(entries.length)).sort((one, other) => one - other);
  const disk = new Disk(recorded.place.videosFolder, { countSyncs });
  const result: CutResult = { rows: [], breaches: [] };
  let next = 0;
  for (const [nth, moment] of moments.entries()) {
    for (; next <= moment; next++) disk.take(entries[next] as LogEntry);
    const atMs = entries[moment]?.atMs ?? 0;
    const losing: Losing = chance.share() < 0.15 ? 'everything' : 'anything';
    const folder = path.join(recorded.place.base, 'cut');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    disk.lay(folder, losing, chance);
    const cut = { ...{ cut: nth + 1, entry: moment, atMs, losing }, folder: path.join(folder, 'Nightjar vault') };
    await openCut(recorded, cut, result);
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

interface Cut {
  cut: number;
  entry: number;
  atMs: number;
  losing: Losing;
  folder: string;
}

/** As the app starts on it. */
async function openCut(recorded: Recorded, cut: Cut, { rows, breaches }: CutResult): Promise<void> {
  const breach = (sentence: string): unknown =>
    breaches.push(`cut ${cut.cut} at entry ${cut.entry}, losing ${cut.losing}: ${sentence}`);
  const { place } = recorded;
  const opened = await openWithWords(cut.folder, place.words);
  if (!opened.ok) {
    // Before the words were proved nobody was told that there is a vault.
    if (cut.atMs > recorded.provedMs) breach(`the vault does not open: ${opened.problem.code}`);
    return;
  }
  const ffmpeg = await findFfmpeg();
  if (!ffmpeg.ok) throw new Error('ffmpeg is missing');
  const log = openLog();
  const keychain = new Keychain('Nightjar crash test without credentials');
  const house = await openHouse({
    ...{ vault: opened.value, keychain, ffmpeg: ffmpeg.value, log, tell: () => undefined },
    ...{ warning: null, recorder: null, passphrase: () => 'none' },
  });
  if (!house.ok) {
    breach(`the app does not start on it: ${house.problem.code}`);
    return;
  }
  for (const sentence of recorded.names.checkAt(house.value.cameras.list(), cut.atMs)) breach(sentence);
  await house.value.close();
  for (const line of log.lines())
    if (line.includes('defect') || (line.includes('recovery') && !line.includes('unexplained=0'))) breach(line);
  const identity = await place.identity();
  const report = await checked(cut.folder, identity);
  for (const { kind, file } of [...report.damage, ...report.unexplained]) breach(`${kind}: ${file}`);
  const archive = new Archive(cut.folder, identity, (cameraId) => recorded.films[place.cameraIds.indexOf(cameraId)]);
  for (const sentence of await archive.look(Infinity)) breach(sentence);
  for (const camera of place.cameraIds.keys()) rows.push(...judge(recorded, cut, camera, archive, breach));
  identity.wipe();
}

function judge(
  recorded: Recorded,
  { cut, entry, atMs, losing }: Cut,
  camera: number,
  archive: Archive,
  breach: (sentence: string) => unknown,
): CutRow[] {
  const cameraId = recorded.place.cameraIds[camera] ?? '';
  const film = recorded.films[camera];
  const sinceMs = recorded.sinceMs.get(cameraId);
  if (!film || sinceMs === undefined || sinceMs > atMs) return [];
  const own = archive.of(cameraId);
  const sent = recorded.sent.between(recorded.firstCamera + camera, sinceMs - 1000, atMs);
  const bytes = (pick: 'plainBytes' | 'pictureBytes'): number => own.reduce((sum, one) => sum + one[pick], 0);
  const overhead = own.length > 0 ? bytes('plainBytes') / bytes('pictureBytes') : 1;
  const loss = lossOf(
    sent,
    own.flatMap(({ pictures }) => pictures),
    { sinceMs, endMs: atMs, sizeOf: (position) => film.sizeOf(position) * overhead },
  );
  const row = { lostMs: Math.round(loss.lostMs), lostBytes: Math.round(loss.lostBytes) };
  if (breaksBound(loss)) breach(`camera ${camera} lost ${row.lostMs} ms, ${row.lostBytes} bytes`);
  if (loss.holes > 0) breach(`camera ${camera}: ${loss.holes} pictures are missing before others`);
  if (loss.lateMs > 1000) breach(`camera ${camera}: its first ${Math.round(loss.lateMs)} ms are missing`);
  return [{ ...{ cut, entry, atMs, losing, camera }, keptPictures: loss.kept, ...row }];
}

/** Every place where the app made or wrote something, from the log. */
export function pathsWritten({ logFile }: Recorded): string[] {
  const paths = readLog(logFile).flatMap(({ change }) => {
    if (change.op === 'open') return change.creates ? [change.path] : [];
    if (change.op === 'rename') return [change.to];
    return change.op === 'mkdir' ? [change.path] : [];
  });
  return [...new Set(paths)];
}

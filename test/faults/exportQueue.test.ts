/**
 * A queue of exports, a camera each, killed in the middle by SIGKILL, twice: the app's own core as a process. At the next
 * start it goes on by itself; every export is there once, whole, and nothing else: no unfinished file, and nothing of the
 * pictures in the clear but in the files that were asked for. Short in the normal run, where sealed exports and evidence
 * packs are killed too; with NIGHTJAR_EXPORT_HOURS=1 it is sixteen cameras of an hour. The recordings are one film, over and
 * over.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CallArgument } from '../../main/contract/calls.ts';
import type { ExportJob } from '../../main/contract/exports.ts';
import { checkEvidence } from '../../main/core/exporter/evidence/checkEvidence.ts';
import { Library } from '../../main/core/library/library.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { makeIdentity } from '../../main/core/vault/keys.ts';
import { decode, type Footage, makeFootage, probe, recordMinutes } from '../unit/recorder/footage.ts';
import { type CoreProcess, valueOf } from './coreProcess.ts';
import { TestPlace } from './place.ts';
import { keychainRefused } from './station.ts';

const hours = Number(process.env['NIGHTJAR_EXPORT_HOURS'] ?? 0);
const cameras = hours > 0 ? 16 : 4;
const minutes = hours > 0 ? hours * 60 : 6;
const startMs = Date.UTC(2026, 10, 2, 10);
const minuteMs = 60_000;

/** Some bytes of a picture: they are nowhere else. */
function pictureOf({ fragments }: Footage): Buffer {
  const bytes = fragments.at(-2)?.bytes ?? new Uint8Array(0);
  return Buffer.from(bytes.subarray(Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 48));
}

async function fill(place: TestPlace, film: Footage): Promise<string[]> {
  const opened = await openWithWords(place.vaultFolder, place.words);
  const vault = valueOf(opened, 'the vault');
  const library = new Library({ vault, now: () => startMs + 7_200_000 });
  const ids = Array.from({ length: cameras }, (_, at) => at.toString(16).padStart(16, 'a'));
  for (const cameraId of ids) {
    await recordMinutes({ cameraId, vault, library }, film, { startMs, minutes });
  }
  await library.close();
  vault.lock();
  return ids;
}

type Result = Parameters<typeof order>[2];

async function order(
  core: CoreProcess,
  cameraId: string,
  result: CallArgument<'exports.start'>['request']['result'],
): Promise<string> {
  const place = valueOf(await core.call('exports.choosePlace', undefined), 'a place');
  assert.ok(place);
  const picture = { cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null } as const;
  const request = { cameraIds: [cameraId], fromMs: startMs, toMs: startMs + minutes * minuteMs, ...picture };
  const asked = { placeId: place.placeId, request: { ...request, result } };
  return valueOf(await core.call('exports.start', asked), 'exports.start').jobId;
}

/** Unfinished: a file, and of a pack the first video in it. */
const unfinished = /^\.nightjar-[^/]*\.part(\.mp4$|\/video\/[^/]+\.mp4$)/;

/** Kills when the so-manieth unfinished file appears. */
async function killAt(core: CoreProcess, folder: string, file: number): Promise<void> {
  const seen = new Set<string>();
  const { promise, resolve, reject } = Promise.withResolvers<null>();
  const deadline = setTimeout(() => reject(new Error('nothing unfinished appeared')), 120_000);
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || !unfinished.test(name)) return;
    seen.add(name);
    if (seen.size < file) return;
    core.kill();
    resolve(null);
  });
  try {
    await promise;
  } finally {
    clearTimeout(deadline);
    watcher.close();
  }
  await core.ended();
}

/** Files that hold the picture in the clear. */
function filesWith(picture: Buffer, base: string): string[] {
  return globSync('**/*', { cwd: base, exclude: () => false })
    .concat(globSync('**/.*', { cwd: base }))
    .map((name) => path.join(base, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .filter((file) => readFileSync(file).includes(picture));
}

async function ended(core: CoreProcess): Promise<ExportJob[]> {
  for (;;) {
    const jobs = await core.call('exports.list', undefined);
    if (jobs.length > 0 && jobs.every(({ progress }) => !['waiting', 'running'].includes(progress.state))) return jobs;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Done {
  place: TestPlace;
  /** What lies in the folder of the exports. */
  files: string[];
  /** Files anywhere with the pictures in the clear. */
  clear: string[];
}

/** Orders one export a camera, kills the program twice while they are written, and lets it end them. */
async function killTwice(t: TestContext, result: Result): Promise<Done> {
  const place = new TestPlace(path.join(mkdtempSync(path.join(tmpdir(), 'nightjar-test-')), 'exports'));
  t.after(() => place.remove());
  // About 4 MB; of hours, a quarter of that: 16 hours are 1 GB, sealed and once more in the clear.
  const size = hours > 0 ? { size: '160x90', framesPerSecond: 5 } : { size: '320x180', framesPerSecond: 10 };
  const film = makeFootage({ seconds: 60, ...size, keyframeEvery: 4, sound: true });
  const picture = pictureOf(film);
  const first = place.start({});
  t.after(() => first.end());
  await place.settle(first, []);
  await first.close();
  const ids = await fill(place, film);
  const folder = place.videosFolder;
  const vaultName = path.basename(place.vaultFolder);

  const second = place.start({});
  t.after(() => second.end());
  await second.until('the vault is open', () => second.state === 'open');
  // What is asked for is remembered before it begins.
  const killed = killAt(second, folder, Math.ceil(cameras * 0.6));
  for (const id of ids) void order(second, id, result).catch(() => undefined);
  await killed;
  const left = readdirSync(folder).filter((name) => name.startsWith('.nightjar-'));
  assert.equal(left.length, 1, 'the kill came in the middle of one');
  if (result.is !== 'sealed')
    assert.ok(filesWith(picture, place.base).length > 0, 'the search finds what is in the clear');
  else assert.deepEqual(filesWith(picture, place.base), [], 'what is unfinished is sealed, too');

  const third = place.start({});
  t.after(() => third.end());
  const killedAgain = killAt(third, folder, 2);
  await third.until('the vault is open', () => third.state === 'open');
  await killedAgain;

  const last = place.start({});
  t.after(() => last.end());
  await last.until('the vault is open', () => last.state === 'open');
  let jobs = await ended(last);
  // Those that were not asked for yet when the first kill came.
  const asked = new Set(jobs.map((job) => job.cameras[0]?.id));
  for (const id of ids) if (!asked.has(id)) await order(last, id, result);
  jobs = await ended(last);
  assert.deepEqual(
    jobs.map(({ progress }) => progress.state),
    ids.map(() => 'done'),
  );
  const names = readdirSync(folder).filter((name) => name !== vaultName);
  assert.equal(names.length, cameras);
  assert.ok(names.every((name) => !name.startsWith('.')));
  await last.close();
  const clear = filesWith(picture, place.base);
  writeFileSync(path.join(place.home, 'tmp', 'control'), picture);
  assert.equal(filesWith(picture, place.base).length, clear.length + 1, 'the search looks there, too');
  return { place, files: names.map((name) => path.join(folder, name)), clear };
}

test(
  `${cameras} exports of ${minutes} min each, killed in the middle, twice: each is there once, and nothing else`,
  { skip: keychainRefused },
  async (t: TestContext) => {
    const { files, clear } = await killTwice(t, { is: 'plain' });
    assert.ok(files.every((name) => name.endsWith('.mp4')));
    for (const file of files) assert.ok(Math.abs(probe(file).durationSeconds - minutes * 60) < 1);
    assert.equal(decode(files[0] ?? '').errors, '');
    assert.deepEqual(clear.sort(), files.sort(), 'in the clear only where it was asked for');
  },
);

const skipShort = keychainRefused || (hours > 0 && 'only in the short run');

test(
  'sealed exports, killed in the middle, twice: nothing of the pictures is in the clear anywhere',
  {
    skip: skipShort,
  },
  async (t: TestContext) => {
    const { identity, recipient } = makeIdentity();
    const secret = identity.toSecretString();
    const { place, files, clear } = await killTwice(t, { is: 'sealed', to: { by: 'key', key: recipient } });
    assert.deepEqual(clear, []);
    const key = path.join(place.base, 'key.txt');
    writeFileSync(key, secret);
    for (const file of files) {
      assert.match(file, /\.mp4\.age$/);
      const plain = path.join(place.base, 'plain.mp4');
      execFileSync('age', ['-d', '-i', key, '-o', plain, file]);
      assert.ok(Math.abs(probe(plain).durationSeconds - minutes * 60) < 1);
    }
  },
);

test(
  'evidence packs, killed in the middle, twice: each is there once, passes, and nothing lies beside them',
  {
    skip: skipShort,
  },
  async (t: TestContext) => {
    const { files, clear } = await killTwice(t, { is: 'evidence' });
    for (const folder of files) {
      const checked = await checkEvidence(folder);
      assert.ok(checked.ok && checked.value.passed, JSON.stringify(checked));
    }
    assert.ok(clear.length > 0 && clear.every((file) => files.some((folder) => file.startsWith(`${folder}/`))));
  },
);

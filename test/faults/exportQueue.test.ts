/**
 * A queue of exports, a camera each, killed in the middle by SIGKILL, twice: the app's own core as a process. At the next
 * start it goes on by itself; every export is there once, whole, and nothing else: no unfinished file, and nothing of the
 * pictures in the clear but in the files that were asked for. Short in the normal run; with NIGHTJAR_EXPORT_HOURS=1 it is
 * sixteen cameras of an hour. The recordings are one film, over and over.
 */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ExportJob } from '../../main/contract/exports.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { decode, type Footage, makeFootage, probe } from '../unit/recorder/footage.ts';
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
    const limits = { recordingMs: 120_000, queueMs: Infinity, queueBytes: Infinity };
    const recorder = new Recorder({ cameraId, vault, library, limits, on: { state: () => undefined } });
    for (let minute = 0; minute < minutes; minute += 1) {
      const beganMs = startMs + minute * minuteMs;
      recorder.run({ init: film.init, startMs: beganMs });
      for (const one of film.fragments) {
        recorder.fragment(one, beganMs + (one.startSeconds + one.durationSeconds) * 1000 + 20);
      }
    }
    await recorder.close();
  }
  await library.close();
  vault.lock();
  return ids;
}

async function order(core: CoreProcess, cameraId: string): Promise<string> {
  const place = valueOf(await core.call('exports.choosePlace', undefined), 'a place');
  assert.ok(place);
  const picture = { cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null } as const;
  const request = { cameraIds: [cameraId], fromMs: startMs, toMs: startMs + minutes * minuteMs, ...picture };
  const asked = { placeId: place.placeId, request: { ...request, result: { is: 'plain' as const } } };
  return valueOf(await core.call('exports.start', asked), 'exports.start').jobId;
}

/** Kills when the so-manieth unfinished file appears. */
async function killAt(core: CoreProcess, folder: string, file: number): Promise<void> {
  const seen = new Set<string>();
  const { promise, resolve } = Promise.withResolvers<null>();
  const watcher = watch(folder, (_event, name) => {
    if (name?.endsWith('.part.mp4') !== true) return;
    seen.add(name);
    if (seen.size < file) return;
    core.kill();
    resolve(null);
  });
  await promise;
  watcher.close();
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

test(
  `${cameras} exports of ${minutes} min each, killed in the middle, twice: each is there once, and nothing else`,
  { skip: keychainRefused },
  async (t: TestContext) => {
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

    const second = place.start({});
    t.after(() => second.end());
    await second.until('the vault is open', () => second.state === 'open');
    // What is asked for is remembered before it begins.
    const killed = killAt(second, folder, Math.ceil(cameras * 0.6));
    for (const id of ids) void order(second, id).catch(() => undefined);
    await killed;
    const left = readdirSync(folder).filter((name) => name.endsWith('.part.mp4'));
    assert.equal(left.length, 1, 'the kill came in the middle of one');
    assert.ok(filesWith(picture, place.base).length > 0, 'the search finds what is in the clear');

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
    for (const id of ids) if (!asked.has(id)) await order(last, id);
    jobs = await ended(last);
    assert.deepEqual(
      jobs.map(({ progress }) => progress.state),
      ids.map(() => 'done'),
    );
    const files = readdirSync(folder).filter((name) => name !== path.basename(place.vaultFolder));
    assert.equal(files.length, cameras);
    assert.ok(files.every((name) => name.endsWith('.mp4') && !name.startsWith('.')));
    const exported = files.map((name) => path.join(folder, name));
    for (const file of exported) assert.ok(Math.abs(probe(file).durationSeconds - minutes * 60) < 1);
    assert.equal(decode(exported[0] ?? '').errors, '');
    assert.deepEqual(
      filesWith(picture, place.base).sort(),
      exported.sort(),
      'in the clear only where it was asked for',
    );
    await last.close();
    writeFileSync(path.join(place.home, 'tmp', 'control'), picture);
    assert.equal(filesWith(picture, place.base).length, cameras + 1, 'the search looks there, too');
  },
);

/**
 * Leaving with everything: dated folders, every recorded second in a file that any ffmpeg decodes, going on after a
 * kill, damage and a target that goes away.
 */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { LeavingState } from '../../../main/contract/leaving.ts';
import { Leaving } from '../../../main/core/exporter/leaving.ts';
import type { LeavingDocument } from '../../../main/core/exporter/leavingDocument.ts';
import { readLeaving } from '../../../main/core/exporter/leavingDocument.ts';
import { localDay, localStamp } from '../../../main/core/exporter/stamps.ts';
import { Library } from '../../../main/core/library/library.ts';
import { recordedMs } from '../../../main/core/library/spans.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { type Ffmpeg, findFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import {
  decode,
  type Footage,
  makeFootage,
  makeVault,
  type Place,
  probe,
  record,
  tenMs,
  until,
} from '../recorder/footage.ts';

const hourMs = 3_600_000;
let ffmpeg: Ffmpeg;
let footage: Footage;
before(async () => {
  const found = await findFfmpeg();
  assert.ok(found.ok);
  ffmpeg = found.value;
  footage = makeFootage({ seconds: 20, sound: true });
});
const places: Place[] = [];
after(() => places.forEach((place) => place.remove()));

interface Setup {
  place: Place;
  library: Library;
  folder: string;
  door: string;
  yard: string;
  memory: { document: LeavingDocument };
  make: (use?: Ffmpeg) => Leaving;
  run: (id: string, startMs: number, of?: Footage) => Promise<void>;
}

async function setUp(t: TestContext): Promise<Setup> {
  const place = await makeVault();
  places.push(place);
  const library = new Library({ vault: place.vault, now: () => tenMs + 48 * hourMs });
  const memory = { document: { job: null } as LeavingDocument };
  const folder = path.join(place.folder, 'out');
  const [door, yard] = ['aa00000000000001', 'aa00000000000002'];
  const made: Leaving[] = [];
  t.after(async () => {
    for (const one of made) await one.close();
    await library.close();
  });
  return {
    ...{ place, library, memory, folder, door, yard },
    make(use = ffmpeg) {
      const leaving = new Leaving({
        ...{ ffmpeg: use, library, vault: place.vault, share: 1, now: () => tenMs + 47 * hourMs },
        memory: {
          read: () => Promise.resolve(structuredClone(memory.document)),
          write: (document) => {
            // As it comes back from the disk.
            const read = readLeaving(JSON.parse(JSON.stringify(document)));
            assert.ok(read);
            memory.document = read;
            return Promise.resolve(true);
          },
          lock: () => undefined,
        },
        on: {
          changed: () => undefined,
          defect: (error) => {
            throw error;
          },
        },
      });
      made.push(leaving);
      return leaving;
    },
    async run(id, startMs, of = footage) {
      const limits = { recordingMs: 4000, queueMs: Infinity };
      const recorder = new Recorder({
        cameraId: id,
        vault: place.vault,
        library,
        limits,
        on: { state: () => undefined },
      });
      record(recorder, of, startMs);
      await recorder.close();
    },
  };
}

function request({ folder, door, yard }: Setup): Parameters<Leaving['start']>[0] {
  const cameras = [
    { id: door, name: 'Front door' },
    { id: yard, name: 'Yard/back' },
  ];
  return { folder, cameras, everything: true };
}

async function ended(leaving: Leaving): Promise<LeavingState> {
  await until('it ends', () => leaving.state.state !== 'running');
  return leaving.state;
}

function videos({ folder }: Setup, camera = '*'): string[] {
  return globSync(`${camera}/*/*.mp4`, { cwd: folder }).sort();
}

function seconds(setup: Setup, camera = '*'): number {
  return videos(setup, camera).reduce((sum, file) => sum + probe(path.join(setup.folder, file)).durationSeconds, 0);
}

async function recordedSeconds({ library }: Setup, id: string): Promise<number> {
  return recordedMs(await library.spans(id, 0, tenMs + 47 * hourMs)) / 1000;
}

test('everything lies in dated folders, joined by run and hour, each second once, sound kept, decodable', async (t) => {
  const setup = await setUp(t);
  await setup.run(setup.door, tenMs);
  await setup.run(setup.door, tenMs + 600_000);
  // A run over a full hour is two files.
  await setup.run(setup.door, tenMs + 2 * hourMs - 8000);
  await setup.run(setup.yard, tenMs + 24 * hourMs);
  const leaving = setup.make();
  assert.ok((await leaving.start(request(setup))).ok);
  const state = await ended(leaving);
  assert.ok(state.state === 'done', JSON.stringify(state));
  const stamps = videos(setup, 'Front door');
  assert.equal(stamps.length, 4);
  const first = path.join('Front door', localDay(tenMs), `${localStamp(tenMs)}.mp4`);
  assert.equal(stamps[0], first);
  assert.equal(videos(setup, 'Yard back').length, 1);
  for (const file of videos(setup)) {
    const whole = path.join(setup.folder, file);
    assert.equal(decode(whole).errors, '', file);
    assert.ok(probe(whole).sound, file);
    const bytes = readFileSync(whole);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'it plays while it loads');
  }
  for (const [camera, id] of [
    ['Front door', setup.door],
    ['Yard back', setup.yard],
  ] as const) {
    const [out, inside] = [seconds(setup, camera), await recordedSeconds(setup, id)];
    assert.ok(Math.abs(out - inside) <= videos(setup, camera).length, `${camera}: ${out} s of ${inside} s`);
  }
  assert.equal(state.job.files, 5);
  assert.equal(state.job.doneBytes, state.job.totalBytes);
  const gaps = readFileSync(path.join(setup.folder, 'Front door', 'Gaps.csv'), 'utf8')
    .trim()
    .split('\r\n');
  assert.equal(gaps[0], 'from,to,seconds,cause');
  assert.ok(
    gaps.length >= 3 && /^\d{4}-\d\d-\d\dT[^,]+,[^,]+,\d+\.\d{3},"[^"]+"$/.test(gaps[1] ?? ''),
    gaps.join('\n'),
  );
  const { camera, gaps: list } = JSON.parse(
    readFileSync(path.join(setup.folder, 'Front door', 'Gaps.json'), 'utf8'),
  ) as {
    camera: string;
    gaps: unknown[];
  };
  assert.deepEqual([camera, list.length], ['Front door', gaps.length - 1]);
  assert.match(readFileSync(path.join(setup.folder, 'About these files.txt'), 'utf8'), /not encrypted/);
  assert.deepEqual(
    readdirSync(setup.folder, { recursive: true }).filter((name) => path.basename(String(name)).startsWith('.')),
    [],
  );
});

test('killed at any moment, it goes on where it was: each second once, no file written twice, nothing left over', async (t) => {
  const setup = await setUp(t);
  for (let nth = 0; nth < 4; nth += 1) await setup.run(setup.door, tenMs + nth * 60_000);
  await setup.run(setup.yard, tenMs);
  // What is on the disk and what is remembered at every moment that something was remembered; a kill leaves no more.
  const leaving = setup.make();
  const moments: LeavingDocument[] = [];
  const copies: string[] = [];
  let isKilled = false;
  let { document } = setup.memory;
  Object.defineProperty(setup.memory, 'document', {
    get: () => document,
    set: (value: LeavingDocument) => {
      document = value;
      if (isKilled) return;
      moments.push(structuredClone(value));
      const copy = path.join(setup.place.folder, `moment-${moments.length}`);
      copies.push(copy);
      if (statSync(setup.folder, { throwIfNoEntry: false })) copyTree(setup.folder, copy);
    },
  });
  assert.ok((await leaving.start(request(setup))).ok);
  assert.equal((await ended(leaving)).state, 'done');
  assert.ok(moments.length > 10);
  isKilled = true;
  const expected = videos(setup);
  for (const [nth, moment] of moments.entries()) {
    rmSync(setup.folder, { recursive: true });
    renameSync(copies[nth] ?? '', setup.folder);
    const job = moment.job;
    assert.ok(job);
    // A kill in the middle of ffmpeg's work.
    if (job.current) {
      const day = path.join(setup.folder, job.current.day);
      mkdirSync(day, { recursive: true });
      writeFileSync(path.join(day, `.nightjar-${job.id}-1.part.mp4`), 'half');
    }
    const before = new Map(videos(setup).map((file) => [file, statSync(path.join(setup.folder, file)).mtimeMs]));
    document = moment;
    const again = setup.make();
    await again.begin();
    assert.equal((await ended(again)).state, 'done');
    assert.deepEqual(videos(setup), expected, `killed at moment ${nth}`);
    for (const [file, mtimeMs] of before) assert.equal(statSync(path.join(setup.folder, file)).mtimeMs, mtimeMs, file);
    const left = readdirSync(setup.folder, { recursive: true }).filter((name) => String(name).includes('.nightjar-'));
    assert.deepEqual(left, []);
  }
  assert.ok(Math.abs(seconds(setup, 'Front door') - (await recordedSeconds(setup, setup.door))) <= expected.length);
});

/** Keeps the times of files. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (!entry.name.includes('.part.mp4')) {
      writeFileSync(target, readFileSync(source));
    }
  }
}

test('a whole file that got its name just before the kill is not written again', async (t) => {
  const setup = await setUp(t);
  await setup.run(setup.door, tenMs);
  const leaving = setup.make();
  assert.ok((await leaving.start({ ...request(setup), cameras: [{ id: setup.door, name: 'Front door' }] })).ok);
  assert.equal((await ended(leaving)).state, 'done');
  const [file = ''] = videos(setup);
  const whole = path.join(setup.folder, file);
  const { job } = setup.memory.document;
  assert.ok(job);
  const { mtimeMs, size: sizeBytes } = statSync(whole);
  const placing = { file: file, sizeBytes, recordedMs: 20_000 };
  const current = {
    cameraId: setup.door,
    fromMs: tenMs,
    toMs: tenMs + 60_000,
    day: path.dirname(file),
    parts: 0,
    placing,
  };
  const cameras = job.cameras.map((camera) => ({ ...camera, doneMs: 0, ended: false }));
  setup.memory.document = { job: { ...job, cameras, current, files: 0, doneBytes: 0, end: null } };
  const again = setup.make();
  await again.begin();
  const state = await ended(again);
  assert.ok(state.state === 'done');
  assert.equal(state.job.files, 1);
  assert.deepEqual(videos(setup), [file]);
  assert.equal(statSync(whole).mtimeMs, mtimeMs);
  // One that is not whole had its name from somebody else: it stays, and ours gets another.
  writeFileSync(whole, 'something else');
  setup.memory.document = { job: { ...job, cameras, current, files: 0, doneBytes: 0, end: null } };
  const third = setup.make();
  await third.begin();
  assert.equal((await ended(third)).state, 'done');
  assert.equal(readFileSync(whole, 'utf8'), 'something else');
  assert.equal(videos(setup).length, 2);
});

test('of damaged recordings what is readable is saved, and a report names what is missing', async (t) => {
  const setup = await setUp(t);
  await setup.run(setup.door, tenMs, makeFootage({ seconds: 20, size: '640x360' }));
  const rows = await setup.library.covering(setup.door, { fromMs: 0, toMs: tenMs + hourMs });
  const [first, second, third] = rows;
  assert.ok(first && second && third);
  const bytes = readFileSync(first.path);
  const at = 168 + 16 + 65_552 * 5 + 33_000;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(first.path, bytes);
  writeFileSync(second.path, 'not an age file');
  rmSync(third.path);
  const leaving = setup.make();
  assert.ok((await leaving.start({ ...request(setup), cameras: [{ id: setup.door, name: 'Front door' }] })).ok);
  const state = await ended(leaving);
  assert.ok(state.state === 'done', JSON.stringify(state));
  assert.ok(state.job.missing >= 3);
  const report = readFileSync(path.join(setup.folder, 'Front door', 'What is missing.txt'), 'utf8');
  for (const { path: file } of [first, second, third]) assert.ok(report.includes(path.basename(file)), report);
  const lost = 20 - seconds(setup);
  assert.ok(lost >= 8 && lost <= 13, `${lost} s are missing`);
  for (const file of videos(setup)) assert.equal(decode(path.join(setup.folder, file)).errors, '');
});

test('where the picture changes its size, another file begins, named by its own time', async (t) => {
  const setup = await setUp(t);
  await setup.run(setup.door, tenMs, makeFootage({ seconds: 8 }));
  await setup.run(setup.door, tenMs + 8000, makeFootage({ seconds: 8, size: '320x180' }));
  const leaving = setup.make();
  assert.ok((await leaving.start(request(setup))).ok);
  assert.equal((await ended(leaving)).state, 'done');
  assert.deepEqual(
    videos(setup, 'Front door').map((file) => [path.basename(file), probe(path.join(setup.folder, file)).widthPixels]),
    [
      [`${localStamp(tenMs)}.mp4`, 192],
      [`${localStamp(tenMs + 8000)}.mp4`, 320],
    ],
  );
});

test('a target that goes away is a problem, and it goes on when it is back', async (t) => {
  const setup = await setUp(t);
  await setup.run(setup.door, tenMs);
  await setup.run(setup.yard, tenMs);
  const leaving = setup.make({ ...ffmpeg, path: path.join(setup.place.folder, 'no-ffmpeg') });
  assert.ok((await leaving.start(request(setup))).ok);
  const failed = await ended(leaving);
  assert.ok(failed.state === 'failed' && failed.problem.code === 'ffmpegMissing');
  renameSync(setup.folder, `${setup.folder} away`);
  const later = setup.make();
  await later.begin();
  const missing = await ended(later);
  assert.ok(missing.state === 'failed' && missing.problem.code === 'placeMissing', JSON.stringify(missing));
  // An empty folder in its place is not it.
  mkdirSync(setup.folder);
  assert.ok((await later.resume()).ok);
  assert.equal((await ended(later)).state, 'failed');
  assert.deepEqual(readdirSync(setup.folder), []);
  rmSync(setup.folder, { recursive: true });
  renameSync(`${setup.folder} away`, setup.folder);
  assert.ok((await later.resume()).ok);
  const back = await ended(later);
  assert.equal(back.state, 'done', JSON.stringify(back));
  assert.equal(videos(setup).length, 2);
});

test('stopped by the user it stays stopped over a restart; stopped by closing it goes on; locked it waits', async (t) => {
  const setup = await setUp(t);
  for (let nth = 0; nth < 3; nth += 1) await setup.run(setup.door, tenMs + nth * 60_000);
  const leaving = setup.make();
  assert.ok((await leaving.start(request(setup))).ok);
  await leaving.stop();
  const by = ({ state }: Leaving): string => (state.state === 'stopped' ? state.by : state.state);
  assert.equal(by(leaving), 'user');
  const second = setup.make();
  await second.begin();
  assert.equal(by(second), 'user');
  assert.ok((await second.resume()).ok);
  await second.close();
  assert.equal(by(second), 'close');
  const third = setup.make();
  await third.begin();
  setup.place.vault.lock();
  const locked = await ended(third);
  assert.ok(locked.state === 'stopped' && locked.by === 'lock', JSON.stringify(locked));
});

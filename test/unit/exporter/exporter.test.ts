import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type ExportJob, packPicture } from '../../../main/contract/exports.ts';
import { Exporter } from '../../../main/core/exporter/exporter.ts';
import type { ExportOrder } from '../../../main/core/exporter/queuedExport.ts';
import { readExports } from '../../../main/core/exporter/exportsDocument.ts';
import { localStamp } from '../../../main/core/exporter/stamps.ts';
import { sealingOf } from '../../../main/core/exporter/sealing.ts';
import { openFile } from '../../../main/core/vault/sealedFile.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { type Ffmpeg, findFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import {
  decode,
  type Footage,
  makeFootage,
  makeVault,
  openWithAge,
  type Place,
  probe,
  record,
  tenMs,
  until,
} from '../recorder/footage.ts';

let place: Place;
let ffmpeg: Ffmpeg;
let footage: Footage;
before(async () => {
  place = await makeVault();
  const found = await findFfmpeg();
  assert.ok(found.ok);
  ffmpeg = found.value;
  footage = makeFootage({ seconds: 20, keyframeEvery: 2, sound: true });
});
after(() => place.remove());

let cameras = 0;
interface Setup {
  id: string;
  library: Library;
  recorder: Recorder;
  exporter: Exporter;
  /** The folder that the user chose. */
  folder: string;
  order: (fromSeconds: number, toSeconds: number, name?: string) => ExportOrder;
  job: (id: string) => ExportJob;
  /** Every list that was told. */
  told: ExportJob[][];
}

function setUp(recordingMs = 4000): Setup {
  const number = ++cameras;
  const id = number.toString(16).padStart(16, 'c');
  const library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs, queueMs: Infinity };
  const recorder = new Recorder({ cameraId: id, vault: place.vault, library, limits, on: { state: () => undefined } });
  const told: ExportJob[][] = [];
  const exporter = new Exporter({
    ffmpeg,
    library,
    vault: place.vault,
    on: { changed: (jobs) => told.push(jobs) },
  });
  const folder = path.join(place.folder, `clips-${number}`);
  mkdirSync(folder);
  return {
    ...{ id, library, recorder, exporter, folder, told },
    order: (fromSeconds, toSeconds, name = 'Clip') => ({
      cameras: [{ id, name }],
      fromMs: tenMs + fromSeconds * 1000,
      toMs: tenMs + toSeconds * 1000,
      ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
      folder,
    }),
    job: (jobId) => {
      const found = exporter.jobs().find((job) => job.id === jobId);
      assert.ok(found);
      return found;
    },
  };
}

async function finished({ job }: Setup, id: string): Promise<ExportJob> {
  await until('the export ends', () => !['waiting', 'running'].includes(job(id).progress.state));
  return job(id);
}

function filesOf({ progress }: ExportJob): string[] {
  assert.ok(progress.state === 'done', JSON.stringify(progress));
  return progress.files;
}

function problemOf({ progress }: ExportJob): string {
  assert.ok(progress.state === 'failed', JSON.stringify(progress));
  return progress.problem.code;
}

/** The sum of each decoded picture, as players show them. */
function decodedSums(file: string, ...before: string[]): string[] {
  const args = ['-v', 'error', ...before, '-i', file, '-map', '0:v', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'];
  const run = spawnSync('ffmpeg', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(run.stderr, '');
  return run.stdout.split('\n').flatMap((line) => (line.startsWith('0') ? [line.split(',').at(-1)?.trim() ?? ''] : []));
}

/** All of the footage as a file. */
function makeWhole({ init, fragments }: Footage): string {
  const file = path.join(place.folder, 'whole.mp4');
  writeFileSync(file, Buffer.concat([init.bytes, ...fragments.map(({ bytes }) => bytes)]));
  return file;
}

function soundOf(file: string): { errors: string; seconds: number } {
  const args = ['-v', 'error', '-i', file, '-map', '0:a', '-f', 's16le', '-ac', '1', '-ar', '8000', '-'];
  const run = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 26 });
  return { errors: run.stderr.toString(), seconds: run.stdout.length / 16_000 };
}

/** Types of the top boxes. */
function topBoxes(file: string): string[] {
  const bytes = readFileSync(file);
  const types: string[] = [];
  for (let offset = 0; offset + 8 <= bytes.length;) {
    types.push(bytes.toString('latin1', offset + 4, offset + 8));
    const size = bytes.readUInt32BE(offset);
    if (size < 8) break;
    offset += size;
  }
  return types;
}

test('a span over several recordings is one file, as long as asked and without a decode error', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const job = await finished(setup, setup.exporter.start(setup.order(3, 15)).id);
  const [file = ''] = filesOf(job);
  const name = `Clip ${localStamp(tenMs + 3000)}.mp4`;
  assert.equal(file, path.join(setup.folder, name));
  assert.deepEqual(readdirSync(setup.folder), [name]);
  const probed = probe(file);
  assert.ok(Math.abs(probed.durationSeconds - 12) <= 2.1, `within one GOP: ${probed.durationSeconds}`);
  assert.ok(probed.sound);
  assert.ok(Math.abs(probed.startSeconds) < 0.1);
  const { errors, pictures } = decode(file);
  assert.equal(errors, '');
  assert.ok(Math.abs(pictures - probed.durationSeconds * 25) <= 3);
  const boxes = topBoxes(file);
  assert.ok(boxes.indexOf('moov') < boxes.indexOf('mdat'), 'it can be played while it loads');
  assert.equal(job.recordedMs, 12_000);
  assert.ok(job.progress.state === 'done' && job.progress.sizeBytes === statSync(file).size);
  await setup.exporter.close();
});

test('the whole recorded time comes out picture by picture', async () => {
  const setup = setUp();
  const silent = makeFootage({ seconds: 20, keyframeEvery: 2 });
  record(setup.recorder, silent, tenMs);
  await setup.recorder.close();
  const job = await finished(setup, setup.exporter.start(setup.order(-5, 100)).id);
  const [file = ''] = filesOf(job);
  assert.deepEqual(decode(file), { errors: '', pictures: 500 });
  assert.ok(Math.abs(probe(file).durationSeconds - 20) < 0.01);
  assert.equal(job.recordedMs, 20_000);
  await setup.exporter.close();
});

test('the span may reach into the recording that is open', async () => {
  const setup = setUp(60_000);
  record(setup.recorder, footage, tenMs);
  await until(
    'all is taken',
    () => setup.library.openRecording(setup.id)?.fragments.length === footage.fragments.length,
  );
  const job = await finished(setup, setup.exporter.start(setup.order(4, 10)).id);
  const [file = ''] = filesOf(job);
  assert.ok(Math.abs(probe(file).durationSeconds - 6) <= 2.1);
  assert.equal(decode(file).errors, '');
  await setup.exporter.close();
  await setup.recorder.close();
});

test('gaps inside the span are closed', async () => {
  const setup = setUp(60_000);
  const silent = makeFootage({ seconds: 12 });
  record(setup.recorder, silent, tenMs);
  setup.recorder.runEnd('lost');
  record(setup.recorder, silent, tenMs + 600_000);
  await setup.recorder.close();
  const job = await finished(setup, setup.exporter.start(setup.order(0, 700)).id);
  const files = filesOf(job);
  assert.equal(files.length, 1);
  assert.ok(Math.abs(probe(files[0] ?? '').durationSeconds - 24) < 0.1);
  assert.deepEqual(decode(files[0] ?? ''), { errors: '', pictures: 600 });
  assert.equal(job.recordedMs, 24_000);
  await setup.exporter.close();
});

test('where the picture changes its size, another file follows, and none that is there is replaced', async () => {
  const setup = setUp(60_000);
  record(setup.recorder, makeFootage({ seconds: 12 }), tenMs);
  setup.recorder.runEnd('lost');
  record(setup.recorder, makeFootage({ seconds: 8, size: '320x180' }), tenMs + 20_000);
  await setup.recorder.close();
  const [first, second] = [tenMs, tenMs + 20_000].map((startMs) => `Clip ${localStamp(startMs)}`);
  writeFileSync(path.join(setup.folder, `${second}.mp4`), 'somebody else was here');
  const files = filesOf(await finished(setup, setup.exporter.start(setup.order(0, 60)).id));
  assert.deepEqual(
    files.map((file) => path.basename(file)),
    [`${first}.mp4`, `${second} (2).mp4`],
  );
  assert.deepEqual(
    files.map((file) => probe(file).widthPixels),
    [192, 320],
  );
  for (const file of files) assert.equal(decode(file).errors, '');
  assert.equal(readFileSync(path.join(setup.folder, `${second}.mp4`), 'utf8'), 'somebody else was here');
  await setup.exporter.close();
});

test('cancelling leaves no file, and trying again makes one', async () => {
  const setup = setUp();
  record(setup.recorder, makeFootage({ seconds: 20, size: '640x360' }), tenMs);
  await setup.recorder.close();
  const { id } = setup.exporter.start(setup.order(0, 20));
  await until('it runs', () => setup.job(id).progress.state === 'running');
  await until('ffmpeg began to write', () => readdirSync(setup.folder).length > 0);
  setup.exporter.cancel(id);
  assert.equal((await finished(setup, id)).progress.state, 'cancelled');
  assert.deepEqual(readdirSync(setup.folder), []);
  setup.exporter.tryAgain(id);
  assert.equal(filesOf(await finished(setup, id)).length, 1);
  await setup.exporter.close();
});

test('exports run one after another, and a waiting one can be cancelled', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const first = setup.exporter.start(setup.order(0, 10, 'a'));
  const second = setup.exporter.start(setup.order(0, 10, 'b'));
  const third = setup.exporter.start(setup.order(0, 10, 'c'));
  setup.exporter.cancel(second.id);
  await finished(setup, third.id);
  assert.deepEqual(
    readdirSync(setup.folder)
      .map((name) => name[0])
      .sort(),
    ['a', 'c'],
  );
  for (const jobs of setup.told) {
    assert.ok(jobs.filter(({ progress }) => progress.state === 'running').length <= 1);
  }
  assert.equal(setup.job(first.id).progress.state, 'done');
  assert.equal(setup.job(second.id).progress.state, 'cancelled');
  setup.exporter.clear();
  assert.deepEqual(setup.exporter.jobs(), []);
  await setup.exporter.close();
});

test('a span in which nothing is recorded is a problem, not an empty file', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  assert.equal(problemOf(await finished(setup, setup.exporter.start(setup.order(100, 200)).id)), 'notRecorded');
  assert.deepEqual(readdirSync(setup.folder), []);
  await setup.exporter.close();
});

test('a folder that is not there is a problem', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  rmSync(setup.folder, { recursive: true });
  assert.equal(problemOf(await finished(setup, setup.exporter.start(setup.order(0, 4)).id)), 'vaultMissing');
  await setup.exporter.close();
});

test('a recording that does not open fails the export and leaves no file', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const [, second] = await setup.library.covering(setup.id, { fromMs: tenMs, toMs: tenMs + 20_000 });
  writeFileSync(second?.path ?? '', new Uint8Array(4000));
  assert.equal(problemOf(await finished(setup, setup.exporter.start(setup.order(0, 20)).id)), 'vaultDamaged');
  assert.deepEqual(readdirSync(setup.folder), []);
  await setup.exporter.close();
});

test('progress never goes back, and ends at done', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const { id } = setup.exporter.start(setup.order(0, 20));
  await finished(setup, id);
  let last = 0;
  for (const [job] of setup.told) {
    if (job?.progress.state !== 'running') continue;
    assert.ok(job.progress.doneFraction >= last && job.progress.doneFraction < 1);
    last = job.progress.doneFraction;
  }
  assert.equal(setup.told.at(-1)?.[0]?.progress.state, 'done');
  await setup.exporter.close();
});

test('closing cancels what runs and waits for it', async () => {
  const setup = setUp();
  record(setup.recorder, makeFootage({ seconds: 20, size: '640x360' }), tenMs);
  await setup.recorder.close();
  const { id } = setup.exporter.start(setup.order(0, 20));
  await until('it runs', () => setup.job(id).progress.state === 'running');
  await Promise.all([setup.exporter.close(), setup.exporter.close()]);
  assert.equal(setup.job(id).progress.state, 'cancelled');
  assert.deepEqual(readdirSync(setup.folder), []);
});

test('what waited or ran when Nightjar was killed is done at the next start, and what the kill left goes', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const { result, ...asked } = setup.order(0, 8);
  const stored = { ...asked, result, recordedMs: 0, gaps: 0, madeAnew: [], placing: [], end: null };
  const cut = { ...stored, id: 'aaaaaaaaaaaaaaaa' };
  const whole = { ...stored, id: 'bbbbbbbbbbbbbbbb' };
  const [made = ''] = filesOf(await finished(setup, setup.exporter.start(setup.order(0, 8, 'placed')).id));
  const sizeBytes = statSync(made).size;
  const { mtimeMs } = statSync(made);
  writeFileSync(path.join(setup.folder, `.nightjar-${cut.id}-1.part.mp4`), 'half');
  writeFileSync(path.join(setup.folder, '.nightjar-cccccccccccccccc-1.part.mp4'), 'of another job');
  let kept = readExports({ version: 2, jobs: [cut, { ...whole, placing: [{ file: made, sizeBytes }] }] });
  assert.ok(kept);
  const later = new Exporter({
    ...{ ffmpeg, library: setup.library, vault: place.vault, on: { changed: () => undefined } },
    memory: {
      read: () => Promise.resolve(kept),
      write: (document) => {
        kept = readExports(JSON.parse(JSON.stringify(document)));
        return Promise.resolve(true);
      },
      lock: () => undefined,
    },
  });
  await later.begin();
  await until('it is done', () => later.jobs().every(({ progress }) => progress.state === 'done'));
  await until('that is remembered', () => kept?.jobs.every(({ end }) => end?.state === 'done') === true);
  const clip = `Clip ${localStamp(tenMs)}.mp4`;
  assert.deepEqual(
    readdirSync(setup.folder).sort(),
    ['.nightjar-cccccccccccccccc-1.part.mp4', clip, path.basename(made)].sort(),
  );
  assert.equal(statSync(made).mtimeMs, mtimeMs, 'the one that had its name is not written again');
  assert.equal(decode(path.join(setup.folder, clip)).errors, '');
  await later.close();
  await setup.exporter.close();
});

test('what the first version remembered is taken up: one camera, and the folder of its file', () => {
  const old = {
    ...{ id: 'aaaaaaaaaaaaaaaa', cameraId: '00112233445566aa', cameraName: 'Gate', fromMs: 1, toMs: 2, recordedMs: 1 },
    ...{
      file: path.join('/clips', 'Gate.mp4'),
      agreed: { inode: 1, sizeBytes: 2, changedMs: 3 },
      placing: [],
      end: null,
    },
  };
  const [job] = readExports({ jobs: [old] })?.jobs ?? [];
  assert.deepEqual(job?.cameras, [{ id: '00112233445566aa', name: 'Gate' }]);
  assert.equal(job.folder, '/clips');
  assert.equal(job.cut, 'fast');
  assert.equal(readExports({ jobs: [{ ...old, cameraId: '../..' }] }), null);
});

test('several cameras and one span are one job; one without a recording in it is left out', async () => {
  const setup = setUp();
  const other = setUp();
  record(setup.recorder, footage, tenMs);
  record(other.recorder, footage, tenMs + 2000);
  await setup.recorder.close();
  await other.recorder.close();
  const cameras = [
    { id: setup.id, name: 'Door' },
    { id: 'ffffffffffffffff', name: 'Never recorded' },
    { id: other.id, name: 'Gate' },
  ];
  // The library knows every camera of the vault.
  const job = await finished(setup, setup.exporter.start({ ...setup.order(0, 10), cameras }).id);
  assert.deepEqual(
    filesOf(job).map((file) => path.basename(file)),
    [`Door ${localStamp(tenMs)}.mp4`, `Gate ${localStamp(tenMs + 2000)}.mp4`],
  );
  assert.equal(job.recordedMs, 18_000);
  assert.equal(job.gaps, 1, 'the beginning that the second lacks');
  await setup.exporter.close();
  await other.exporter.close();
});

test('a fast cut begins at the keyframe before, and players show the span and nothing else', async () => {
  const setup = setUp();
  const film = makeFootage({ seconds: 20, keyframeEvery: 2, sound: true });
  record(setup.recorder, film, tenMs);
  await setup.recorder.close();
  // 1.24 s behind a keyframe, and between two pictures at the end.
  const job = await finished(setup, setup.exporter.start(setup.order(3.24, 9.61)).id);
  const [file = ''] = filesOf(job);
  const whole = decodedSums(makeWhole(film));
  // 25 a second, 64 ms behind the sound's beginning: pictures 80 (3.264 s) up to 238 (9.584 s).
  assert.deepEqual(decodedSums(file), whole.slice(80, 239));
  assert.deepEqual(decodedSums(file, '-ignore_editlist', '1'), whole.slice(50, 239), 'what players do not show');
  const probed = probe(file);
  assert.ok(Math.abs(probed.durationSeconds - 6.36) < 0.05, String(probed.durationSeconds));
  assert.ok(Math.abs(probed.startSeconds) < 0.05);
  const sound = soundOf(file);
  assert.equal(sound.errors, '');
  assert.ok(Math.abs(sound.seconds - 6.36) < 0.13, `sound of ${sound.seconds} s`);
  await setup.exporter.close();
});

test('without sound there is none, and it is smaller', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const [loud = ''] = filesOf(await finished(setup, setup.exporter.start(setup.order(0, 8)).id));
  const [silent = ''] = filesOf(
    await finished(setup, setup.exporter.start({ ...setup.order(0, 8, 'Silent'), sound: false }).id),
  );
  assert.ok(probe(loud).sound && !probe(silent).sound);
  assert.deepEqual(decodedSums(silent), decodedSums(loud));
  assert.ok(statSync(silent).size < statSync(loud).size);
  await setup.exporter.close();
});

test('an evidence pack is what was recorded, with its sound, whatever else was wished for', async () => {
  const setup = setUp();
  const wishes = { cut: 'exact', burnsIn: true, sound: false, timeLapseMs: 5000 } as const;
  const job = setup.exporter.start({ ...setup.order(0, 8), ...wishes, result: { is: 'evidence' } });
  const { cut, burnsIn, sound, timeLapseMs } = job;
  assert.deepEqual({ cut, burnsIn, sound, timeLapseMs }, packPicture);
  await setup.exporter.close();
});

test('what an export took is known for the next of its kind, and for no other', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  assert.deepEqual(setup.exporter.paces, {});
  const order = { ...setup.order(0, 8), cut: 'exact', burnsIn: true } as const;
  const job = await finished(setup, setup.exporter.start(order).id);
  const { anew, ...others } = setup.exporter.paces;
  assert.deepEqual(others, {});
  assert.ok(anew && anew.sourceBytes > 100_000 && anew.tookMs > 0);
  assert.equal(anew.resultBytes, statSync(filesOf(job)[0] ?? '').size);
  await setup.exporter.close();
});

test('sealed to a key, stock age opens it, and nobody else', async () => {
  const setup = setUp();
  record(setup.recorder, footage, tenMs);
  await setup.recorder.close();
  const keyFile = path.join(place.folder, 'friend.txt');
  execFileSync('age-keygen', ['-o', keyFile], { stdio: 'pipe' });
  const key = /age1[a-z0-9]{58}/.exec(readFileSync(keyFile, 'utf8'))?.[0] ?? '';
  const sealing = await sealingOf({ is: 'sealed', to: { by: 'key', key } }, 1);
  assert.ok(sealing.ok);
  const [plain = ''] = filesOf(await finished(setup, setup.exporter.start(setup.order(3, 15)).id));
  const job = await finished(setup, setup.exporter.start({ ...setup.order(3, 15), result: sealing.value }).id);
  const [sealed = ''] = filesOf(job);
  assert.ok(sealed.endsWith('.mp4.age'));
  assert.deepEqual(job.result, { is: 'sealed', by: 'key' });
  assert.ok(execFileSync('age', ['-d', '-i', keyFile, sealed], { maxBuffer: 2 ** 28 }).equals(readFileSync(plain)));
  assert.throws(() => openWithAge(place, sealed), 'the vault is no recipient');
  const malformed = await sealingOf({ is: 'sealed', to: { by: 'key', key: key.slice(0, -1) } }, 1);
  assert.deepEqual(malformed, { ok: false, problem: { code: 'badKey', is: 'form' } });
  await setup.exporter.close();
});

test('sealed with a passphrase, two cameras have a key each, and nothing of the passphrase is kept', async () => {
  const setup = setUp();
  const other = setUp();
  for (const { recorder } of [setup, other]) {
    record(recorder, footage, tenMs);
    await recorder.close();
  }
  const passphrase = new TextEncoder().encode('four words nobody joins');
  const sealing = await sealingOf({ is: 'sealed', to: { by: 'passphrase', passphrase } }, 2);
  assert.ok(sealing.ok && sealing.value.is === 'sealed' && sealing.value.by === 'passphrase');
  assert.ok(!JSON.stringify(sealing.value).includes(Buffer.from(passphrase).toString('base64').slice(0, 8)));
  const cameras = [setup, other].map(({ id }) => ({ id, name: 'Door' }));
  const order = { ...setup.order(3, 15), cameras, result: sealing.value };
  const files = filesOf(await finished(setup, setup.exporter.start(order).id));
  assert.equal(files.length, 2);
  const heads = files.map((file) => readFileSync(file).subarray(0, 150).toString('latin1'));
  assert.notEqual(heads[0], heads[1]);
  for (const file of files) {
    assert.match(readFileSync(file, 'latin1').slice(0, 60), /-> scrypt \S+ 18\n/);
    const opened = await openFile(file, { passphrase: 'four words nobody joins' });
    assert.ok(opened.ok);
    assert.equal(decode(opened.value).errors, '');
  }
  const short = { by: 'passphrase', passphrase: new TextEncoder().encode('eleven char') } as const;
  assert.equal((await sealingOf({ is: 'sealed', to: short }, 1)).ok, false);
  await setup.exporter.close();
  await other.exporter.close();
});

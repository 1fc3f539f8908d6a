/**
 * The search for motion on a scene of the yard, recorded by the real recorder: a cat walks through at known times, and
 * nothing moves elsewhere.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { MotionHit, MotionPoint, MotionQuestion, MotionState } from '../../../main/contract/motion.ts';
import { Library } from '../../../main/core/library/library.ts';
import { MotionSearch } from '../../../main/core/library/motionSearch.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { Vault } from '../../../main/core/vault/folder.ts';
import { type Ffmpeg, findFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import { Fmp4Reader, type Fragment, type Init } from '../../../main/core/video/fmp4.ts';
import { videoClip } from '../../yard/clips.ts';
import { defaultPlans } from '../../yard/plans.ts';
import { type Footage, makeVault, mediaMs, type Place, record, tenMs, until } from '../recorder/footage.ts';

const cameraId = '00112233445566aa';
const secondMs = 1000;
/** Its loop is 20 s; the cat comes into the picture at 5 s and has left it at 13 s, at this height. */
const cat = { fromMs: 5 * secondMs, toMs: 13 * secondMs, y: 7.4 / 9 };
const loops = 2;

function box(left: number, top: number, right: number, bottom: number): MotionPoint[] {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

/** Where the cat walks through the middle of the picture; it is there about half way. */
const onItsWay = box(0.4, cat.y - 0.07, 0.6, cat.y);
const beside = box(0.02, 0.86, 0.3, 0.98);

let place: Place;
let library: Library;
let ffmpeg: Ffmpeg;
before(async () => {
  place = await makeVault();
  library = new Library({ vault: place.vault, now: () => tenMs + 3600 * secondMs });
  const found = await findFfmpeg();
  assert.ok(found.ok);
  ffmpeg = found.value;
  const footage = await scene();
  const recorder = new Recorder({
    ...{ cameraId, vault: place.vault, library, limits: { queueMs: Infinity, recordingMs: 19 * secondMs } },
    on: { state: () => undefined },
  });
  record(recorder, footage, tenMs);
  await recorder.close();
  assert.ok(mediaMs(footage) > 39 * secondMs);
});
after(() => place.remove());

/** What the yard's first camera sends, twice over, as the intake would hand it to the recorder. */
async function scene(): Promise<Footage> {
  const [plan] = defaultPlans(1);
  assert.ok(plan?.sub);
  const clip = await videoClip({ ...plan.sub, scene: plan.scene, clipMark: 1 }, AbortSignal.timeout(240_000));
  const looped = `concat:${Array.from({ length: loops }, () => clip).join('|')}`;
  const flags = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'];
  const bytes = execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-fflags', '+genpts', '-r', String(plan.sub.framesPerSecond), '-f', 'h264', '-i', looped],
      ...['-c', 'copy', ...flags, '-f', 'mp4', '-'],
    ],
    { maxBuffer: 2 ** 28 },
  );
  const inits: Init[] = [];
  const fragments: Fragment[] = [];
  new Fmp4Reader({ init: (found) => inits.push(found), fragment: (found) => fragments.push(found) }).push(bytes);
  const [init] = inits;
  assert.ok(init);
  return { init, fragments };
}

/** `over`: resolves when a search ended, however long it took. */
function searching(vault = place.vault): { search: MotionSearch; told: MotionState[]; over: Promise<null> } {
  const told: MotionState[] = [];
  const { promise: over, resolve } = Promise.withResolvers<null>();
  const search = new MotionSearch({
    ...{ ffmpeg, library, vault },
    on: {
      changed: (state) => {
        told.push(state);
        if (state.state !== 'searching') resolve(null);
      },
      defect: (error) => assert.fail(error instanceof Error ? error : String(error)),
    },
  });
  return { search, told, over };
}

const question: MotionQuestion = {
  ...{ cameraId, fromMs: tenMs, toMs: tenMs + loops * 20 * secondMs },
  ...{ region: onItsWay, sensitivity: 3 },
};

async function findIn(asked: Partial<MotionQuestion>): Promise<MotionState & { state: 'done' }> {
  const { search, over } = searching();
  search.start({ ...question, ...asked });
  await over;
  await search.close();
  assert.equal(search.state.state, 'done');
  return search.state;
}

function seconds(hits: readonly MotionHit[]): [number, number][] {
  return hits.map(({ fromMs, toMs }) => [(fromMs - tenMs) / secondMs, (toMs - tenMs) / secondMs]);
}

test('a cat that walks through a region is found each time, when it is there and at no other time', async () => {
  const { hits, searchedMs, unread } = await findIn({});
  assert.equal(hits.length, loops, JSON.stringify(seconds(hits)));
  for (const [loop, [from, to]] of seconds(hits).entries()) {
    assert.ok(from > loop * 20 + 5 && to < loop * 20 + 13, JSON.stringify([from, to]));
    assert.ok(to - from > 1 && to - from < 6, JSON.stringify([from, to]));
  }
  assert.equal(unread, 0);
  assert.ok(searchedMs > 39 * secondMs);
});

test('where nothing moves nothing is found, whatever the sensitivity', async () => {
  for (const sensitivity of [1, 3, 5] as const) {
    const { hits } = await findIn({ region: beside, sensitivity });
    assert.deepEqual(seconds(hits), [], String(sensitivity));
  }
});

test('only what was asked for is searched', async () => {
  const { hits, searchedMs } = await findIn({ fromMs: tenMs + 22 * secondMs, toMs: tenMs + 36 * secondMs });
  assert.equal(hits.length, 1);
  assert.equal(searchedMs, 14 * secondMs);
  const quiet = await findIn({ fromMs: tenMs + 14 * secondMs, toMs: tenMs + 24 * secondMs });
  assert.deepEqual(quiet.hits, []);
});

test('it tells how far it is, can be stopped, keeps what it found, and leaves nothing on the disk', async () => {
  const files = (): string[] => readdirSync(place.folder, { recursive: true, encoding: 'utf8' }).sort();
  const beforeIt = files();
  const { search, told } = searching();
  search.start(question);
  await until('something was found', () => 'hits' in search.state && search.state.hits.length > 0);
  await search.stop();
  assert.equal(search.state.state, 'stopped');
  assert.deepEqual(files(), beforeIt);
  const shares = told.flatMap((state) => (state.state === 'searching' ? [state.doneFraction] : []));
  assert.deepEqual(
    shares,
    [...shares].sort((one, other) => one - other),
  );
  await search.forget();
  assert.deepEqual(search.state, { state: 'none' });
});

test('a newer search takes the place of the one before', async () => {
  const { search, over } = searching();
  search.start(question);
  search.start({ ...question, region: beside });
  await over;
  assert.ok(search.state.state === 'done' && search.state.hits.length === 0);
  assert.deepEqual(search.state.question.region, beside);
});

test('while the vault is locked it says so, and opens nothing', async () => {
  const { id, recipients, folder } = place.vault;
  const { search, over } = searching(new Vault(folder, { version: 1, id, recipients: [...recipients] }, null));
  search.start(question);
  await over;
  assert.ok(search.state.state === 'failed' && search.state.problem.code === 'keyMissing');
});

test('a recording that does not open is counted, and the others are searched', async () => {
  const folder = place.vault.path('recordings', cameraId, '2026-11-20');
  const names = readdirSync(folder).filter((name) => name.endsWith('.mp4.age'));
  const file = path.join(folder, names.sort()[1] ?? '');
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged.fill(0, Math.floor(statSync(file).size / 4));
  writeFileSync(file, damaged);
  try {
    const { hits, unread } = await findIn({});
    assert.equal(unread, 1);
    assert.equal(hits.length, loops - 1, JSON.stringify(seconds(hits)));
  } finally {
    writeFileSync(file, whole);
  }
});

/**
 * The check of a vault that is in use: recordings are being written, finished, indexed and deleted while it looks, and
 * none of that is a finding; real damage beside it is. What it puts right goes through the library that is in use.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Checking, type CheckingOptions } from '../../../main/app/checking.ts';
import { tellFinding } from '../../../main/app/tellFinding.ts';
import { vaultDocuments } from '../../../main/app/vaultDocuments.ts';
import type { CheckState } from '../../../main/contract/check.ts';
import { check as words } from '../../../main/contract/text/en/check.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { cameraId, makeFootage, makeVault, type Place, record, tenMs, until } from './footage.ts';

const hourMs = 3_600_000;

interface Setup {
  place: Place;
  library: Library;
  checking: Checking;
  told: CheckState[];
  /** Records a run of its own, in recordings of 2 s. */
  run: (startMs: number, id?: string) => Promise<void>;
}

async function setUp(t: TestContext, more: Partial<CheckingOptions> = {}): Promise<Setup> {
  const place = await makeVault();
  const library = new Library({ vault: place.vault, now: () => tenMs + 100 * hourMs });
  const told: CheckState[] = [];
  const checking = new Checking({
    ...{ vault: place.vault, library, documents: vaultDocuments, tellFinding, settleMs: 50, share: 1 },
    nameOf: () => 'Front door',
    on: {
      changed: (state) => told.push(state),
      defect: (error) => {
        throw error;
      },
    },
    ...more,
  });
  t.after(async () => {
    await checking.close();
    await library.close();
    place.remove();
  });
  return {
    ...{ place, library, checking, told },
    async run(startMs, id = cameraId) {
      const limits = { recordingMs: 2000, queueMs: Infinity };
      const recorder = new Recorder({
        cameraId: id,
        vault: place.vault,
        library,
        limits,
        on: { state: () => undefined },
      });
      record(recorder, makeFootage({ seconds: 12 }), startMs);
      await recorder.close();
    },
  };
}

async function checked({ checking }: Setup, repair = false): Promise<CheckState> {
  assert.ok(checking.start(repair).ok);
  await until('the check ends', async () => (await checking.state()).state !== 'running');
  return await checking.state();
}

function kinds(state: CheckState): string[] {
  assert.ok(state.state === 'done', JSON.stringify(state));
  return state.tally.findings.map(({ finding }) => `${finding.kind} ${path.basename(finding.file)}`);
}

test('a vault that is recorded into, indexed and deleted from all the time has no finding', async (t) => {
  const setup = await setUp(t, { now: () => tenMs + hourMs });
  const { library } = setup;
  for (let nth = 0; nth < 4; nth += 1) await setup.run(tenMs + nth * 60_000);
  const ending = new AbortController();
  const busy = (async (): Promise<void> => {
    for (let nth = 0; !ending.signal.aborted; nth += 1) {
      await setup.run(tenMs + hourMs + nth * 60_000);
      await library.note(cameraId, { atMs: tenMs + hourMs + nth * 60_000 + 30_000, cause: 'lost' });
      const rows = await library.oldest(cameraId);
      await library.removal.remove(rows.slice(0, 3));
    }
  })();
  for (let nth = 0; nth < 12; nth += 1) assert.deepEqual(kinds(await checked(setup)), []);
  ending.abort();
  await busy;
});

test('a recording that is open is passed over, and damage beside it is named with camera, day and time', async (t) => {
  const setup = await setUp(t, { now: () => tenMs + hourMs });
  const { library, place } = setup;
  await setup.run(tenMs);
  const limits = { recordingMs: 600_000, queueMs: Infinity };
  const recorder = new Recorder({ cameraId, vault: place.vault, library, limits, on: { state: () => undefined } });
  t.after(() => recorder.close());
  const footage = makeFootage({ seconds: 12 });
  record(recorder, footage, tenMs + 2 * hourMs);
  await until('it is open', () => library.openRecording(cameraId)?.fragments.length === footage.fragments.length);
  const [, second] = await library.oldest(cameraId);
  const file = second?.path ?? '';
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  writeFileSync(file, bytes);
  const state = await checked(setup);
  assert.equal(kinds(state).length, 1);
  assert.ok(state.state === 'done');
  const [finding] = state.tally.findings;
  assert.ok(finding && second);
  assert.match(words.place(finding), /^Front door, Fri,? 20 Nov 2026$/);
  assert.match(words.lost(finding.finding), /^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d \(/);
  assert.deepEqual(state.tally.counts, { damage: 1, repairable: 0, note: 0 });
});

test('a cut-off recording from before and a spoilt index are put right, by the library that is in use', async (t) => {
  const setup = await setUp(t);
  const { library } = setup;
  await setup.run(tenMs);
  const rows = await library.oldest(cameraId);
  const last = rows.at(-1);
  assert.ok(last);
  const part = path.join(path.dirname(last.path), `${last.startMs}.mp4.age.part`);
  renameSync(last.path, part);
  truncateSync(part, readFileSync(part).length - 10);
  // Long before this vault was opened.
  utimesSync(part, tenMs / 1000 - 1e6, tenMs / 1000 - 1e6);
  const folder = path.dirname(last.path);
  writeFileSync(path.join(folder, 'holiday.jpg'), 'x');
  const before = kinds(await checked(setup)).sort();
  assert.ok(existsSync(part) && before.includes(`unfinished ${path.basename(part)}`), before.join());
  const state = await checked(setup, true);
  assert.ok(!kinds(state).some((one) => one.startsWith('unindexed') || one.startsWith('unfinished')));
  assert.ok(state.state === 'done' && state.tally.repaired > 0 && !existsSync(part));
  assert.ok(kinds(state).includes('unexplained holiday.jpg'));
  assert.ok(existsSync(path.join(folder, 'holiday.jpg')));
  rmSync(path.join(folder, 'index.json.age'));
  rmSync(path.join(folder, 'index.json.age.previous'), { force: true });
  assert.ok(kinds(await checked(setup)).includes('noIndex index.json.age'));
  assert.ok(!kinds(await checked(setup, true)).some((one) => one.startsWith('noIndex')));
  assert.ok(existsSync(path.join(folder, 'index.json.age')));
});

test('locking stops the check with a word, and nothing of what does not open then is a finding', async (t) => {
  const setup = await setUp(t);
  const { place, checking, told } = setup;
  for (let nth = 0; nth < 3; nth += 1) await setup.run(tenMs + nth * 60_000);
  assert.ok(checking.start(false).ok);
  await until('it looks at recordings', () => told.length > 1);
  place.vault.lock();
  await until('it ends', async () => (await checking.state()).state !== 'running');
  const state = await checking.state();
  assert.ok(state.state === 'stopped' && state.by === 'lock', JSON.stringify(state));
  assert.deepEqual(state.tally.findings, []);
  assert.deepEqual(checking.start(false), { ok: false, problem: { code: 'keyMissing' } });
});

test('only one runs at a time, it can be stopped, and the last result is remembered sealed', async (t) => {
  const setup = await setUp(t, { share: 0.05 });
  const { place, library, checking, told } = setup;
  for (let nth = 0; nth < 3; nth += 1) await setup.run(tenMs + nth * 60_000);
  assert.ok(checking.start(false).ok && checking.start(false).ok);
  await checking.stop();
  const state = await checking.state();
  assert.ok(state.state === 'stopped' && state.by === 'user');
  assert.equal(told.filter((one) => one.state === 'stopped').length, 1);
  const sealed = readFileSync(place.vault.path('check.json.age'));
  assert.ok(sealed.subarray(0, 21).toString() === 'age-encryption.org/v1' && !sealed.includes('Front door'));
  const later = new Checking({
    ...{ vault: place.vault, library, documents: vaultDocuments, tellFinding, nameOf: () => '' },
    on: { changed: () => undefined, defect: () => '' },
  });
  assert.deepEqual(await later.state(), state);
});

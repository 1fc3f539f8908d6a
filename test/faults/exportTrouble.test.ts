/**
 * What befalls an export while it runs, of every kind of result: its folder is removed, a recording is deleted, Nightjar is
 * locked. Each ends in one sentence with what to do, or waits; nothing of it is left behind, and another try makes it whole.
 * Full disks are in exportDisk, kills in exportQueue.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ExportJob } from '../../main/contract/exports.ts';
import { en } from '../../main/contract/text/en.ts';
import { writeEvidence } from '../../main/core/exporter/evidence/writeEvidence.ts';
import { Exporter } from '../../main/core/exporter/exporter.ts';
import type { ExportOrder } from '../../main/core/exporter/queuedExport.ts';
import { temporaryName } from '../../main/core/exporter/places.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { makeIdentity, makeWords, openIdentity, sealIdentity } from '../../main/core/vault/keys.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import { wishes } from '../unit/exporter/evidencePack.ts';
import { makeFootage, makeVault, type Place, probe, record, tenMs, until } from '../unit/recorder/footage.ts';

const cameraId = '00112233445566bb';
/** A recording each: more than an export keeps open at once. */
const seconds = 160;
const { recipient } = makeIdentity();
const results = {
  plain: { is: 'plain' },
  sealed: { is: 'sealed', by: 'key', key: recipient },
  evidence: { is: 'evidence' },
} satisfies Record<string, ExportOrder['result']>;
const kinds = ['plain', 'sealed', 'evidence'] as const;

const words = makeWords();
/** Told of every change in the queue. */
let told: (jobs: ExportJob[]) => void = () => undefined;
let sealed: Uint8Array;
let place: Place;
let library: Library;
let exporter: Exporter;
before(async () => {
  place = await makeVault();
  assert.ok(place.vault.identity);
  sealed = await sealIdentity(place.vault.identity, words);
  const found = await findFfmpeg();
  assert.ok(found.ok);
  library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs: 1000, queueMs: Infinity };
  const recorder = new Recorder({ cameraId, vault: place.vault, library, limits, on: { state: () => undefined } });
  record(recorder, makeFootage({ seconds, size: '320x180', framesPerSecond: 10 }), tenMs);
  await recorder.close();
  exporter = new Exporter({
    ...{ ffmpeg: found.value, library, vault: place.vault },
    writeEvidence: (job) => writeEvidence(job, wishes),
    on: {
      changed(jobs) {
        told(jobs);
      },
    },
  });
});
after(async () => {
  await exporter.close();
  await library.close();
  place.remove();
});

let folders = 0;
function newFolder(): string {
  const folder = path.join(place.folder, `target-${++folders}`);
  mkdirSync(folder);
  return folder;
}

function start(folder: string, kind: (typeof kinds)[number]): string {
  return exporter.start({
    ...{ cameras: [{ id: cameraId, name: 'Gate' }], fromMs: tenMs, toMs: tenMs + seconds * 1000, folder },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: results[kind] },
  }).id;
}

function progressOf(id: string): ExportJob['progress'] {
  const found = exporter.jobs().find((job) => job.id === id)?.progress;
  assert.ok(found);
  return found;
}

async function ended(id: string): Promise<ExportJob['progress']> {
  await until('the export ends', () => !['waiting', 'running'].includes(progressOf(id).state));
  return progressOf(id);
}

/** Does it as soon as something unfinished lies in the folder. */
async function inTheMiddle(folder: string, work: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const watcher = watch(folder, (_event, name) => {
    if (name?.startsWith('.nightjar-') !== true) return;
    watcher.close();
    work();
    resolve(null);
  });
  await promise;
}

/** The problem of a failed export, in words. */
function said(progress: ExportJob['progress']): string {
  assert.ok(progress.state === 'failed', JSON.stringify(progress));
  const { problem } = progress;
  // Safe: each code has the phrase of its own problem.
  const phrase = en.problems[problem.code] as (given: typeof problem) => { fact: string; remedy: string };
  const { fact, remedy } = phrase(problem);
  return `${fact} ${remedy}`;
}

function wholeSeconds(folder: string, kind: (typeof kinds)[number]): number {
  const [name = ''] = readdirSync(folder);
  if (kind === 'sealed') return Number.NaN;
  const file = kind === 'plain' ? path.join(folder, name) : path.join(folder, name, 'video', 'Gate.mp4');
  return probe(file).durationSeconds;
}

for (const kind of kinds) {
  test(`${kind}: a folder that is removed in the middle is named, and there again it takes the export`, async () => {
    const folder = newFolder();
    const middle = inTheMiddle(folder, () => rmSync(folder, { recursive: true }));
    const id = start(folder, kind);
    await middle;
    assert.equal(
      said(await ended(id)),
      `The folder ${folder} is not there. Connect the disk that holds it, then try again.`,
    );
    mkdirSync(folder);
    exporter.tryAgain(id);
    assert.equal((await ended(id)).state, 'done');
    assert.equal(readdirSync(folder).length, 1);
  });

  test(`${kind}: locked in the middle it waits, says why, leaves nothing, and is made after unlocking`, async () => {
    const folder = newFolder();
    const middle = inTheMiddle(folder, () => place.vault.lock());
    const id = start(folder, kind);
    await middle;
    await exporter.pause();
    assert.deepEqual(progressOf(id), { state: 'waiting', wasLocked: true });
    assert.deepEqual(readdirSync(folder), []);
    const identity = await openIdentity(sealed, words);
    assert.ok(identity && place.vault.unlock(identity));
    await exporter.begin();
    assert.equal((await ended(id)).state, 'done');
    if (kind !== 'sealed') assert.ok(Math.abs(wholeSeconds(folder, kind) - seconds) < 0.2);
    assert.equal(readdirSync(folder).length, 1);
  });
}

test('what an earlier try could not remove, because its disk was pulled out, is in nobody’s way', async () => {
  const folder = newFolder();
  const middle = inTheMiddle(folder, () => rmSync(folder, { recursive: true }));
  const id = start(folder, 'plain');
  await middle;
  await ended(id);
  mkdirSync(folder);
  writeFileSync(path.join(folder, temporaryName(id, 1)), 'half of a file');
  exporter.tryAgain(id);
  assert.equal((await ended(id)).state, 'done');
  assert.equal(readdirSync(folder).length, 1);
});

/** The last ones: of the recordings some are gone then. */
for (const [nth, kind] of kinds.entries()) {
  test(`${kind}: a recording that is deleted while it is exported is told, and another try has what is left`, async () => {
    const folder = newFolder();
    const rows = await library.covering(cameraId, { fromMs: tenMs, toMs: tenMs + seconds * 1000 });
    const deleted = kind === 'evidence' ? rows.slice(-10) : rows.slice(0, 10);
    const { promise: removed, resolve } = Promise.withResolvers<null>();
    // As retention does it: the files, and the rows.
    const remove = (): void => {
      for (const { path: file } of deleted) rmSync(file);
      void library.removal.remove(deleted).then(() => resolve(null));
    };
    if (kind !== 'evidence') void inTheMiddle(folder, remove);
    else
      told = (jobs) => {
        const last = jobs.at(-1)?.progress;
        if (last?.state !== 'running' || last.bytesWritten === 0) return;
        told = () => undefined;
        remove();
      };
    const id = start(folder, kind);
    await removed;
    assert.match(said(await ended(id)), /^A recording of this span was deleted while it was exported.* Try again/);
    assert.deepEqual(readdirSync(folder), []);
    exporter.tryAgain(id);
    assert.equal((await ended(id)).state, 'done');
    const left = seconds - 10 * (nth + 1);
    if (kind !== 'sealed') assert.ok(Math.abs(wholeSeconds(folder, kind) - left) < 0.5, String(left));
  });
}

/**
 * An export to a disk that is too small, from the beginning or in the middle: a problem that says how much room to make,
 * nothing left behind, and done by another try when there is room, or in another folder.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ExportJob } from '../../main/contract/exports.ts';
import { writeEvidence } from '../../main/core/exporter/evidence/writeEvidence.ts';
import { Exporter } from '../../main/core/exporter/exporter.ts';
import type { ExportOrder } from '../../main/core/exporter/queuedExport.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import { wishes } from '../unit/exporter/evidencePack.ts';
import { makeFootage, makeVault, type Place, probe, record, tenMs, until } from '../unit/recorder/footage.ts';
import { Disk, mountsRefused } from './disks.ts';

const cameraId = '00112233445566bb';
let place: Place;
let exporter: Exporter;
/** Told of every change in the queue. */
let told: (jobs: ExportJob[]) => void = () => undefined;
before(async () => {
  place = await makeVault();
  const found = await findFfmpeg();
  assert.ok(found.ok);
  const library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs: 4000, queueMs: Infinity };
  const recorder = new Recorder({ cameraId, vault: place.vault, library, limits, on: { state: () => undefined } });
  record(recorder, makeFootage({ seconds: 20, size: '640x360' }), tenMs);
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
  place.remove();
});

function start(
  folder: string,
  timeLapseMs: number | null = null,
  result: ExportOrder['result'] = { is: 'plain' },
): string {
  return exporter.start({
    ...{ cameras: [{ id: cameraId, name: 'Gate' }], fromMs: tenMs, toMs: tenMs + 20_000, folder },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs, result },
  }).id;
}

async function ended(id: string): Promise<ExportJob['progress']> {
  const progress = (): ExportJob['progress'] | undefined => exporter.jobs().find((job) => job.id === id)?.progress;
  await until('the export ends', () => !['waiting', 'running'].includes(progress()?.state ?? ''));
  const found = progress();
  assert.ok(found);
  return found;
}

test('a disk without the room is told at once, with how much it takes', { skip: mountsRefused }, async (t) => {
  const disk = Disk.tmpfs(16_000_000);
  t.after(() => disk.remove());
  disk.fill(100_000);
  const id = start(disk.place);
  const progress = await ended(id);
  assert.ok(progress.state === 'failed' && progress.problem.code === 'targetFull', JSON.stringify(progress));
  assert.ok(progress.problem.neededBytes > progress.problem.freeBytes);
  assert.deepEqual(
    readdirSync(disk.place).filter((name) => name.includes('nightjar') || name.includes('.mp4')),
    [],
  );
  // Another folder.
  const other = path.join(place.folder, 'other');
  mkdirSync(other);
  exporter.tryAgain(id, other);
  const done = await ended(id);
  assert.ok(done.state === 'done');
  assert.ok(Math.abs(probe(done.files[0] ?? '').durationSeconds - 20) < 0.1);
});

test('a disk that is full in the middle, and room made there: another try', { skip: mountsRefused }, async (t) => {
  const disk = Disk.tmpfs(16_000_000);
  t.after(() => disk.remove());
  // How large a time-lapse will be nobody knows before.
  disk.fill(20_000);
  const id = start(disk.place, 10_000);
  const progress = await ended(id);
  assert.ok(progress.state === 'failed' && progress.problem.code === 'targetFull', JSON.stringify(progress));
  assert.deepEqual(
    readdirSync(disk.place).filter((name) => name.includes('nightjar') || name.includes('.mp4')),
    [],
  );
  disk.empty();
  exporter.tryAgain(id);
  const done = await ended(id);
  assert.equal(done.state, 'done', JSON.stringify(done));
});

test(
  'a disk that somebody else fills while a pack is written: how much to free, nothing left, another try',
  {
    skip: mountsRefused,
  },
  async (t) => {
    const disk = Disk.tmpfs(64_000_000);
    t.after(() => disk.remove());
    told = (jobs) => {
      const last = jobs.at(-1)?.progress;
      if (last?.state !== 'running' || last.bytesWritten === 0) return;
      told = () => undefined;
      disk.fill(20_000);
    };
    const id = start(disk.place, null, { is: 'evidence' });
    const progress = await ended(id);
    assert.ok(progress.state === 'failed' && progress.problem.code === 'targetFull', JSON.stringify(progress));
    assert.ok(progress.problem.neededBytes > progress.problem.freeBytes);
    assert.deepEqual(
      readdirSync(disk.place).filter((name) => name.includes('nightjar') || name.includes('pack')),
      [],
    );
    disk.empty();
    exporter.tryAgain(id);
    const done = await ended(id);
    assert.equal(done.state, 'done', JSON.stringify(done));
  },
);

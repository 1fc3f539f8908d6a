/** How far the export of everything is, and how fast it goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredLeaving } from '../../../main/core/exporter/leavingDocument.ts';
import { LeavingPace, told } from '../../../main/core/exporter/leavingPace.ts';

const begun: StoredLeaving = {
  ...{ id: '0123456789abcdef', startedMs: 1000, folder: '/out', everything: true, totalBytes: 10_000, doneBytes: 4000 },
  cameras: [{ id: 'fedcba9876543210', name: 'Yard', folder: 'Yard', doneMs: 0, ended: false }],
  ...{ files: 2, recordedMs: 60_000, losses: [], lossCount: 3, current: null, end: null },
};

test('speed is told of this run alone, and not before a second and a half', () => {
  const job = structuredClone(begun);
  const pace = new LeavingPace(job, 50_000);
  const early = pace.now(1000, 51_500);
  assert.deepEqual([early.bytesPerSecond, early.leftMs], [null, null]);
  assert.equal(early.job.doneBytes, 5000);
  job.doneBytes = 6000;
  const later = pace.now(1000, 53_000);
  assert.equal(later.bytesPerSecond, 1000, 'what an earlier run did is no part of it');
  assert.equal(later.leftMs, 3000);
});

test('while nothing is read, no time left is told', () => {
  const { bytesPerSecond, leftMs } = new LeavingPace(structuredClone(begun), 0).now(0, 60_000);
  assert.deepEqual([bytesPerSecond, leftMs], [0, null]);
});

test('a recording that grew since is no more than all', () => {
  const { job } = new LeavingPace(structuredClone(begun), 0).now(20_000, 10_000);
  assert.equal(job.doneBytes, 10_000);
});

test('a job of everything names no cameras, another one its own', () => {
  assert.equal(told(begun).cameras, null);
  assert.deepEqual(told({ ...begun, everything: false }).cameras, ['Yard']);
  assert.equal(told(begun).missing, 3);
});
